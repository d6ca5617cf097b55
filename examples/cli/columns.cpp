// SPDX-License-Identifier: BSL-1.0
#include "columns.hpp"

#include <algorithm>

#include <flowlog/did_you_mean.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field_names.hpp>

#include "choice.hpp"
#include "commands.hpp"

namespace cli {
namespace {

using flowlog::record_column;

auto name_of(record_column const& column) -> std::string {
    return column.field ? std::string{flowlog::info(*column.field).name}
                        : flowlog::escaped(column.name, 60);
}

/// The names of the columns of one list that another one lacks, with commas between them.
auto names_not_in(columns const& others, columns const& some) -> std::string {
    auto names = std::string{};
    for (auto const& column : some) {
        if (!has(others, column)) names += (names.empty() ? "" : ", ") + name_of(column);
    }
    return names;
}

}  // namespace

auto has(columns const& all, record_column const& wanted) -> bool {
    return std::ranges::find(all, wanted) != all.end();
}

auto parse_columns(std::string_view list) -> columns {
    auto result = columns{};
    for (auto const name : split(list)) result.push_back(record_column::named(name));
    if (result.empty() && !list.empty()) throw usage_error{"--fields names none"};
    return result;
}

void require_known(columns const& wanted, columns const& present) {
    for (auto const& column : wanted) {
        if (column.field || has(present, column)) continue;
        auto names = flowlog::field_names();
        for (auto const& other : present) names.push_back(other.name);
        throw usage_error{"no such field: " + name_of(column) +
                          flowlog::did_you_mean(column.name, names) +
                          " ('flowlog fields' prints all)"};
    }
}

auto difference(std::string const& name, columns const& first, columns const& shown,
                columns const& present, std::string const& done) -> std::optional<std::string> {
    auto const missing = names_not_in(present, shown);
    auto const more = names_not_in(first, present);
    if (missing.empty() && more.empty()) return std::nullopt;
    auto message = flowlog::escaped(name) + ": its columns differ from the first log: ";
    if (!missing.empty()) message += "no " + missing + " (" + done + " as absent)";
    if (!missing.empty() && !more.empty()) message += "; ";
    if (!more.empty()) message += "also " + more + " (not " + done + ")";
    return message + "; --fields chooses";
}

}  // namespace cli
