// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as a log in JSON: every field of every flow, and then a few fields alone, in
// blocks whose size the first byte determines.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/json.hpp>
#include <flowlog/source/memory.hpp>

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size == 0) return 0;
    auto const from =
        flowlog::memory_input{std::string{reinterpret_cast<char const*>(data) + 1, size - 1}};
    auto records = std::uint64_t{0};
    auto malformed = std::uint64_t{0};
    auto how = flowlog::open_options{.on_malformed = [&](auto const&) { ++malformed; }};
    how.two_way = data[0] % 2 == 0 ? flowlog::two_way::split : flowlog::two_way::reverse;
    try {
        auto log = flowlog::open(from.in_blocks_of(1 + data[0]), how);
        static_cast<void>(log.describe());
        for (auto const& record : log) {
            static_cast<void>(flowlog::flow{record});
            ++records;
        }
        if (log.stats().records != records || log.stats().malformed != malformed) std::abort();
        // the same by a job that reads a few fields, and one that it did not name
        auto some = flowlog::open(from.in_blocks_of(1 + data[0]), {.two_way = how.two_way});
        auto const large = [](auto const& record) {
            return *record[flowlog::field::bytes] % 2 == 0;
        };
        static_cast<void>(
            flowlog::aggregate(some, flowlog::filtered{large, flowlog::port_protocol_counter{}}));
    } catch (flowlog::error const&) {
        // of another format, or damaged
    }
    return 0;
}
