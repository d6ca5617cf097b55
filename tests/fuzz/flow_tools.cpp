// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as a flow-tools archive: every field of every flow, in blocks whose size the
// first byte determines.
#include <flowlog/format/flow_tools.hpp>
#include <flowlog/source/memory.hpp>

#ifdef FLOWLOG_TEST_GZIP
#include <flowlog/source/gzip.hpp>
#endif

#include "read_archive.hpp"

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    fuzz::read_archive(data, size, [](flowlog::memory_source source, bool option) {
        return flowlog::flow_tools_reader{
            std::move(source), {.repair_wraps = option, .written_by_little_endian = !option}};
    });
    return 0;
}
