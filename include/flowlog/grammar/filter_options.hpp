// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_OPTIONS_HPP
#define FLOWLOG_GRAMMAR_FILTER_OPTIONS_HPP

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <flowlog/flow/field.hpp>
#include <flowlog/lookup/label_table.hpp>
#include <flowlog/lookup/tag_table.hpp>
#include <flowlog/lookup/time_zone.hpp>

namespace flowlog {

/// What a filter expression may refer to.
struct filter_options {
    /// Times such as `-2h` are relative to it.
    timestamp now = std::chrono::floor<timestamp::duration>(std::chrono::system_clock::now());

    /// What errors call the expression: the name of its file, if it has one.
    std::string source = "filter";

    /// The table for tests of the `tag`, or null. The filter keeps it.
    std::shared_ptr<tag_table const> tags{};

    /// The table for `label(…)`, or null. Only used while the expression is read.
    label_table const* labels = nullptr;

    /// The zone of hours and weekdays, and of dates and times without a zone; null: UTC. The filter
    /// keeps it.
    std::shared_ptr<time_zone const> zone{};

    /// Whether the logs, which are text, have a column of this name that is no field. By default
    /// there are none, and such a name is an error.
    std::function<bool(std::string_view name)> has_column{};

    /// Returns the text of the list that `in @NAME` names; `read_text` reads a file. By default
    /// there are no lists, so that an expression of somebody else reads no files.
    std::function<std::string(std::string const& name)> read_list{};
};

}  // namespace flowlog

#endif
