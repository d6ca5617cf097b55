// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as whatever they are: `open` finds out the format and the compression. The first
// byte determines the size of the chunks that two threads read; aborts if what they count differs
// from what one thread counts, or if the numbers do not add up.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/grammar/explain.hpp>
#include <flowlog/source/memory.hpp>

#include "../codecs.hpp"

#ifdef FLOWLOG_TEST_GZIP
#include <flowlog/source/gzip.hpp>
#endif
#ifdef FLOWLOG_TEST_JSON
#include <flowlog/format/json.hpp>
#endif

namespace {

using namespace flowlog;

/// Reads all flows one by one; the numbers must add up.
void read_all(input const& from) {
    try {
        auto log = open(from);
        static_cast<void>(log.describe());
        auto records = std::uint64_t{0};
        for (auto const& record : log) {
            if (++records <= 4) static_cast<void>(flow{record});
        }
        if (log.stats().records != records) std::abort();
    } catch (error const& failure) {
        if (failure.message().empty()) std::abort();
    }
}

/// What a run comes to.
struct result {
    std::string malformed{};
    statistics stats{};
    std::vector<group> groups{};
    std::error_code failure{};

    friend auto operator==(result const&, result const&) -> bool = default;
};

/// What a run counts, or what it fails with.
auto counted(input const& from, unsigned threads, std::uint64_t chunk_size) -> result {
    auto found = result{};
    auto options = run_options{.threads = threads, .chunk_size = chunk_size};
    options.on_malformed = [&](malformed_line const& line) {
        found.malformed += describe(line) + '\n';
    };
    try {
        auto const ran = run({from},
                             group_by({parse_group_key("srcaddr")},
                                      {measure::parse("flows"), measure::parse("bytes")}),
                             options);
        found.stats = ran.stats;
        found.groups = ran.value.groups();
    } catch (error const& failure) {
        return {.failure = failure.code()};
    }
    return found;
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size == 0) return 0;
    auto const from = memory_input{std::string{reinterpret_cast<char const*>(data) + 1, size - 1}};
    read_all(from);
    auto const alone = counted(from, 1, std::uint64_t{1} << 20);
    // A log of one block may be refused for the field that it lacks. A chunk is not: others may
    // have it.
    if (alone.failure == errc::missing_field) return 0;
    if (alone != counted(from, 2, 1U + data[0])) std::abort();
    return 0;
}
