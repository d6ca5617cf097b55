// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as an nfdump archive: every field of every flow, in blocks whose size the
// first byte determines.
#include <utility>

#include <flowlog/format/nfdump.hpp>
#include <flowlog/source/memory.hpp>

#include "../codecs.hpp"
#include "read_archive.hpp"

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    fuzz::read_archive(data, size, [](flowlog::memory_source source, bool skip) {
        auto reader = flowlog::nfdump_reader{std::move(source)};
        if (skip) {
            try {
                reader.skip_to_end();
            } catch (flowlog::error const&) {
                // the range throws it again
            }
        }
        return reader;
    });
    return 0;
}
