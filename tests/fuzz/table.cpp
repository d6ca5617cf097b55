// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as each of the tables: of tags, of labels and of protocols. A table that is read
// answers questions; one that is not says why.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <flowlog/error.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/lookup/label_table.hpp>
#include <flowlog/lookup/protocol_table.hpp>
#include <flowlog/lookup/tag_table.hpp>

namespace {

/// Calls `read`, which may throw what tables throw.
template <class Read>
void try_to(Read read) {
    try {
        read();
    } catch (flowlog::error const& failure) {
        if (failure.message().empty() || failure.where().source != "fuzz") std::abort();
    }
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    using namespace flowlog;
    auto const text = std::string_view{reinterpret_cast<char const*>(data), size};
    try_to([&] {
        auto const tags = tag_table::parse(text, "fuzz", {});
        for (auto const port : std::to_array<std::uint16_t>({0, 443, 65535}))
            static_cast<void>(tags.find(port, 6));
    });
    try_to([&] {
        auto const labels = label_table::parse(text, "fuzz");
        for (auto const* const name : {"10.0.0.1", "2001:db8::1"})
            static_cast<void>(labels.find(*address::parse(name)));
    });
    try_to([&] {
        auto const protocols = protocol_table::parse(text, "fuzz");
        static_cast<void>(protocols.number("tcp"));
    });
    return 0;
}
