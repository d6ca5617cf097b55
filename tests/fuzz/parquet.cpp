// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as a Parquet file: every field of every flow, in one pass and in chunks. As
// tests/fuzz/run.sh puts a byte before each seed, the first byte is left out.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <flowlog/aggregate/ports.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/parquet.hpp>
#include <flowlog/source/memory.hpp>

namespace {

void read_all(flowlog::input const& from) {
    auto records = std::uint64_t{0};
    try {
        auto log = flowlog::open(from);
        static_cast<void>(log.describe());
        for (auto const& record : log) {
            static_cast<void>(flowlog::flow{record});
            ++records;
        }
        if (log.stats().records != records) std::abort();
    } catch (flowlog::error const&) {
        // damaged
    }
}

void count_ports(flowlog::input const& from, std::uint64_t chunk_size) {
    try {
        static_cast<void>(flowlog::run({from}, flowlog::port_protocol_counter{},
                                       {.threads = 2, .chunk_size = chunk_size}));
    } catch (flowlog::error const&) {
        // damaged
    }
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size == 0) return 0;
    auto const from =
        flowlog::memory_input{std::string{reinterpret_cast<char const*>(data) + 1, size - 1}};
    read_all(from);
    count_ports(from, 1);
    return 0;
}
