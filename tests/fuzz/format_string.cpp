// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as a format string, and the names of a valid one, in `${…}`, again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <flowlog/error.hpp>
#include <flowlog/grammar/format_string.hpp>

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    using namespace flowlog;
    auto const text = std::string_view{reinterpret_cast<char const*>(data), size};
    try {
        auto const columns = parse_format(text);
        auto again = std::string{};
        for (auto const& name : columns.names()) again += "${" + name + "} ";
        if (parse_format(again) != columns) std::abort();
    } catch (error const& failure) {
        if (failure.code() != errc::invalid_format) std::abort();
    }
    return 0;
}
