// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_LOOKUP_DETAIL_TAG_TABLE_BUILDER_HPP
#define FLOWLOG_LOOKUP_DETAIL_TAG_TABLE_BUILDER_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/lookup/detail/table_text.hpp>
#include <flowlog/lookup/detail/tag_resolver.hpp>
#include <flowlog/lookup/detail/tag_rows.hpp>
#include <flowlog/lookup/protocol_table.hpp>
#include <flowlog/lookup/tag_table.hpp>

// How a tag_table is read and built: the bodies of its templates, which tag_table.hpp includes.

namespace flowlog {

template <class Unused>
auto tag_table::load(std::string const& path, tag_table_options const& options) -> tag_table {
    return parse(detail::read_table(path), path, options);
}

template <class Unused>
auto tag_table::parse(std::string_view text, std::string const& source,
                      tag_table_options const& options) -> tag_table {
    detail::refuse_utf16(text, source);
    auto const embedded = protocol_table{};
    auto result = builder{options, source};
    if (options.protocols == nullptr) result.options_.protocols = &embedded;
    result.reserve(std::min<std::size_t>(text.size() / 16, 100'000));
    auto rows = detail::tag_rows{text, source, *result.options_.protocols};
    while (rows.next()) {
        if (!rows.good()) {
            result.skip(rows);
            continue;
        }
        result.begin_row(rows.tag(), rows.line());
        for (auto const ports : rows.ports())
            result.add({ports.first, ports.last}, rows.protocol());
    }
    return std::move(result).build();
}

template <class Unused>
auto tag_table::basic_builder<Unused>::intern(std::string_view tag, std::uint64_t line) -> tag_id {
    auto const hash = std::hash<std::string_view>{};
    auto const next = static_cast<tag_id>(table_.names_.size());
    if (!options_.fold_tags) {
        auto const known = tags_.find_or_insert(
            hash(tag), next, [&](tag_id other) { return table_.names_[other] == tag; });
        if (known != next) return known;
    }
    auto const key = detail::folded(tag);
    auto const first = folded_.find_or_insert(
        hash(key), next, [&](tag_id other) { return detail::folded(table_.names_[other]) == key; });
    if (options_.fold_tags && first != next) return first;
    table_.names_.emplace_back(tag);
    tag_lines_.push_back(line);
    if (first != next && counts(hints_)) hint(next, first);
    return next;
}

/// Warns that a tag differs from an earlier one only in case.
template <class Unused>
void tag_table::basic_builder<Unused>::hint(tag_id tag, tag_id earlier) {
    auto message = quoted(tag) + " differs only in case from " + quoted(earlier);
    if (auto const line = tag_lines_[earlier]; line != 0)
        message += " on line " + std::to_string(line);
    table_.warnings_.push_back(
        {{source_, tag_lines_[tag], 0}, message + "; they are different tags"});
}

template <class Unused>
void tag_table::basic_builder<Unused>::skip(detail::tag_rows<> const& bad_row) {
    if (!options_.lenient) throw error{errc::invalid_table, bad_row.where(), bad_row.message()};
    if (counts(table_.skipped_))
        table_.warnings_.push_back({bad_row.where(), bad_row.message() + "; the row is skipped"});
}

template <class Unused>
auto tag_table::basic_builder<Unused>::build() && -> tag_table {
    auto const tie = options_.duplicates == duplicates::all     ? detail::tag_tie::all
                     : options_.duplicates == duplicates::first ? detail::tag_tie::first
                                                                : detail::tag_tie::last;
    auto portless = std::vector<detail::tag_rule>{};  // of any port, as rules of port 0
    for (auto rule : rules_) {
        if (rule.first == 0 && rule.last == 0xFFFF) {
            rule.last = 0;
            portless.push_back(rule);
        }
    }
    auto const tags = static_cast<tag_id>(table_.names_.size());
    if (!portless.empty())
        table_.portless_ = detail::tag_resolver{std::move(portless), tags, tie}.resolve();
    auto resolver = detail::tag_resolver{std::move(rules_), tags, tie};
    table_.index_ = resolver.resolve();
    if (resolver.overflowed()) {
        throw error{errc::invalid_table,
                    {source_},
                    "rows that overlap give single ports more than " +
                        std::to_string(detail::tag_resolver<>::max_listed) + " tags together"};
    }
    table_.size_ = rows_.size();
    report(resolver.conflicts());
    if (rows_.empty()) {
        ++table_.warning_count_;
        table_.warnings_.push_back({{source_}, "the table has no rows"});
    }
    std::sort(table_.warnings_.begin(), table_.warnings_.end(), [](auto const& a, auto const& b) {
        return a.where.line != b.where.line ? a.where.line < b.where.line : a.message < b.message;
    });
    return std::move(table_);
}

template <class Unused>
void tag_table::basic_builder<Unused>::report(std::vector<detail::tag_conflict> const& conflicts) {
    std::size_t count = 0;
    for (auto const& conflict : conflicts) {
        auto where = location{source_, rows_[conflict.later].line, 0};
        if (options_.duplicates == duplicates::error)
            throw error{errc::invalid_table, std::move(where), describe(conflict)};
        if (counts(count)) table_.warnings_.push_back({std::move(where), describe(conflict)});
    }
}

template <class Unused>
auto tag_table::basic_builder<Unused>::describe(detail::tag_conflict const& conflict) const
    -> std::string {
    auto const& earlier = rows_[conflict.earlier];
    auto text = std::to_string(conflict.port);
    if (conflict.protocol == detail::any_protocol) {
        text += " (any protocol)";
    } else {
        auto const number = static_cast<std::uint8_t>(conflict.protocol);
        text += '/' + (options_.protocols != nullptr ? options_.protocols->name(number)
                                                     : protocol_name(number));
    }
    text += ": tag " + quoted(rows_[conflict.later].tag);
    text += options_.duplicates == duplicates::last    ? " replaces "
            : options_.duplicates == duplicates::first ? " is ignored for "
                                                       : " contradicts ";
    text += quoted(earlier.tag) + " of ";
    return text + (earlier.line != 0 ? "line " + std::to_string(earlier.line)
                                     : "row " + std::to_string(conflict.earlier + 1));
}

}  // namespace flowlog

#endif
