// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_RUN_RESULT_HPP
#define FLOWLOG_AGGREGATE_RUN_RESULT_HPP

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/error.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/log.hpp>
#include <flowlog/format/open_options.hpp>

namespace flowlog {

/// How a run over inputs is done.
struct run_options {
    /// How many threads work at once; 0: one for each core. The result does not depend on it.
    unsigned threads = 0;
    /// The columns of text logs that have no header line.
    std::optional<layout> format{};
    /// Called for every malformed line, in the order of the inputs; never by two threads at once.
    malformed_handler on_malformed{};
    /// Also checks the fields of NODATA and SKIPDATA lines, as in `text_options`.
    bool check_empty = false;
    /// Corrects the times of flows during which the uptime of the router wrapped around, as in
    /// `open_options`.
    bool repair_wraps = true;
    /// What becomes of a record that counts both directions, as in `open_options`.
    flowlog::two_way two_way = flowlog::two_way::split;
    /// Goes on with the other inputs if one fails; else the first failure is thrown.
    bool keep_going = false;
    /// NODATA and SKIPDATA lines are handed to the aggregator, too, but never in batches. See
    /// `skipdata_apart`.
    bool all_lines = false;
    /// Called once for each input, when it is opened and before its flows are read, by any thread,
    /// but never by two at once.
    std::function<void(log&)> on_open{};
    /// Called for each input that one thread reads, after its flows were read, as `on_open` is. Not
    /// called for an input that several threads share: its columns stay the same to its end.
    std::function<void(log&)> on_read{};
    /// Counts the bytes that are read, before decompression.
    std::atomic<std::uint64_t>* progress = nullptr;
    /// Inputs with random access that are larger than this many bytes and not compressed are read
    /// in chunks of about this size, by several threads, if their format can be split: text logs,
    /// nfdump and flow-tools archives, and registered formats that have a `split`.
    std::uint64_t chunk_size = std::uint64_t{16} << 20;
};

/// What became of one input.
struct input_report {
    std::string name;
    statistics stats{};
    std::optional<error> failure{};  ///< why it was not read, or not to its end
};

/// What a run found.
template <aggregator A>
struct run_result {
    A value;
    statistics stats{};                  ///< of all inputs
    std::vector<input_report> inputs{};  ///< in the order given

    /// Whether every input was read to its end.
    [[nodiscard]] auto complete() const noexcept -> bool {
        return std::ranges::none_of(inputs,
                                    [](auto const& input) { return input.failure.has_value(); });
    }
};

}  // namespace flowlog

#endif
