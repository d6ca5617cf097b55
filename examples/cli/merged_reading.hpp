// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_MERGED_READING_HPP
#define FLOWLOG_CLI_MERGED_READING_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/aggregate/state_writer.hpp>

#include "reading.hpp"

namespace cli {

/// The order of malformed lines: by the names of their inputs, however those were given.
auto precedes(malformed_note const& a, malformed_note const& b) -> bool;

/// Writes what was read: an input a row, or all that did not fail in one row, if they need no
/// names, and what holds for all.
void save(reading const& done, bool unnamed, flowlog::state_writer& out);

/// What tells a partial result from others.
struct partial_identity {
    std::string file{};
    std::uint32_t checksum = 0;
};

/// What was read for a part, gathered from partial results.
struct merged_reading {
    reading done{};
    std::vector<std::size_t> owners{};  ///< of each input: the number of its partial result

    /// Reads what `save` has written. `owner` is the number of the partial result.
    void load(flowlog::state_reader& in, std::size_t owner);
    void merge(merged_reading&& other);
    /// Puts the inputs in the order of their names. Throws if one is in two partial results, unless
    /// inputs of one name are different ones.
    void finish(std::function<partial_identity(std::size_t)> const& owner_of, bool same_names);
};

}  // namespace cli

#endif
