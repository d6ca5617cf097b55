// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as a store of flowd: every field of every flow, in blocks whose size the
// first byte determines.
#include <flowlog/format/flowd.hpp>
#include <flowlog/source/memory.hpp>

#include "read_archive.hpp"

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    fuzz::read_archive(data, size, [](flowlog::memory_source source, bool option) {
        return flowlog::flowd_reader{
            std::move(source),
            {.repair_wraps = option, .repair_engine = option, .check_checksums = option}};
    });
    return 0;
}
