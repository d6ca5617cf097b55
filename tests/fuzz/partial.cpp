// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as a partial result of groups. One that is read can be written, and read again.
#include <cstddef>
#include <cstdint>
#include <string>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/error.hpp>
#include <flowlog/source/memory.hpp>

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    using namespace flowlog;
    auto const from = memory_input{std::string{reinterpret_cast<char const*>(data), size}};
    try {
        auto in = open_state(from);
        while (in.begin()) {
            auto groups = group_by(
                {group_key::of(field_id::srcaddr), group_key::of(field_id::dstport)},
                {measure{}, measure::parse("sum(bytes)"), measure::parse("distinct(dstaddr)"),
                 measure::parse("percentile(bytes, 95)")});
            groups.load(in);
            in.finish();
            static_cast<void>(groups.rank(10, {}));
        }
    } catch (error const&) {
        // damaged, or of another job
    }
    return 0;
}
