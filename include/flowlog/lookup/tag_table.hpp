// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_LOOKUP_TAG_TABLE_HPP
#define FLOWLOG_LOOKUP_TAG_TABLE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/lookup/detail/name_index.hpp>
#include <flowlog/lookup/detail/table_text.hpp>
#include <flowlog/lookup/detail/tag_index.hpp>
#include <flowlog/lookup/detail/tag_resolver.hpp>
#include <flowlog/lookup/detail/tag_rows.hpp>
#include <flowlog/lookup/protocol_table.hpp>

namespace flowlog {

/// Names a tag of one table; counted from 0 in the order in which the table first writes them.
using tag_id = std::uint32_t;

/// What becomes of rows that claim a flow with equal right, but give it different tags.
enum class duplicates : std::uint8_t {
    last,   ///< the later row wins; a warning names both
    first,  ///< the earlier row wins; a warning names both
    all,    ///< the flow has all their tags
    error   ///< the table is refused
};

/// Ports `first` to `last`, both included; every port unless said otherwise. One port converts by
/// itself.
struct port_range {
    std::uint16_t first = 0;
    std::uint16_t last = 65'535;

    constexpr port_range() = default;
    constexpr port_range(std::uint16_t port) : first{port}, last{port} {}
    constexpr port_range(std::uint16_t from, std::uint16_t to) : first{from}, last{to} {}
};

/// How a table is read.
struct tag_table_options {
    flowlog::duplicates duplicates = flowlog::duplicates::last;
    bool lenient = false;    ///< bad rows are skipped with a warning instead of refused
    bool fold_tags = false;  ///< tags that differ only in ASCII case are one, as first written

    /// Resolves the names of protocols; null for IANA's. Not needed after reading.
    protocol_table const* protocols = nullptr;
};

/// Something in a table that is probably not meant.
struct table_warning {
    location where;
    std::string message;
};

/// Which tag, if any, a flow has by its port and protocol.
///
/// A table is CSV of rows `dstport,protocol,tag`, or has headings and then these columns in any
/// order (also `port`, `proto` or `name`, `label`; others are ignored). Separated by comma, TAB or
/// semicolon; quotes as in RFC 4180; blanks around cells, blank lines and lines that begin with `#`
/// count for nothing. A port is `443`, a range `8000-8099`, several of these joined by `|`, or `*`;
/// a protocol is a name in any case, a number, or `*`. `any` is `*`.
///
/// Where several rows match a flow, the one that covers the fewest (port, protocol) pairs wins, any
/// protocol counting as 256: so 443/tcp beats 440-450/tcp beats */tcp, and each beats itself over
/// any protocol. Of two that cover equally many, the one that names the protocol wins. What is
/// still undecided is decided by `duplicates`.
class tag_table {
public:
    template <class = void>
    class basic_builder;
    using builder = basic_builder<>;

    /// A table without rows: every flow is untagged.
    tag_table() = default;

    /// Reads a table from a file; "-" is standard input. Throws `errc::invalid_table` with the
    /// place and what was expected there, and what opening and reading throw.
    template <class = void>
    [[nodiscard]] static auto load(std::string const& path, tag_table_options const& options = {})
        -> tag_table;

    /// Reads a table from its text; `source` is what errors and warnings call it.
    template <class = void>
    [[nodiscard]] static auto parse(std::string_view text, std::string const& source,
                                    tag_table_options const& options = {}) -> tag_table;

    /// The tags of a flow, in the order in which the table first writes them: none if it is
    /// untagged, more than one only with `duplicates::all`. Constant time; valid as long as the
    /// table.
    [[nodiscard]] auto find(std::uint16_t port, std::uint8_t protocol) const noexcept
        -> std::span<tag_id const> {
        return index_.find(port, protocol);
    }

    /// A tag as the table first writes it. `tag` is less than `tag_count()`.
    [[nodiscard]] auto name(tag_id tag) const noexcept -> std::string_view { return names_[tag]; }

    /// How many different tags there are.
    [[nodiscard]] auto tag_count() const noexcept -> std::size_t { return names_.size(); }

    /// How many rows the table has, without headings and skipped rows.
    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

    /// How many bad rows were skipped; 0 unless lenient.
    [[nodiscard]] auto skipped() const noexcept -> std::size_t { return skipped_; }

    /// What is probably not meant, by line; at most `max_warnings` of each kind.
    [[nodiscard]] auto warnings() const noexcept -> std::vector<table_warning> const& {
        return warnings_;
    }

    /// How many warnings there would be without `max_warnings`.
    [[nodiscard]] auto warning_count() const noexcept -> std::size_t { return warning_count_; }

    static constexpr std::size_t max_warnings = 1000;

private:
    detail::tag_index index_;
    std::vector<std::string> names_;
    std::vector<table_warning> warnings_;
    std::size_t warning_count_ = 0;
    std::size_t size_ = 0;
    std::size_t skipped_ = 0;
};

/// Makes a table from rows that are not in a file.
///
///     auto rows = flowlog::tag_table::builder{};
///     rows.insert(443, 6, "web");
///     rows.insert({8000, 8099}, std::nullopt, "development");
///     auto const tags = std::move(rows).build();
template <class Unused>
class tag_table::basic_builder {
public:
    /// `source` is what errors and warnings call the rows.
    explicit basic_builder(tag_table_options const& options = {}, std::string source = {})
        : options_{options}, source_{std::move(source)} {}

    /// Adds a row. No protocol means any. `line` is where it stands in its source, if that has
    /// lines. Throws `errc::invalid_argument` if the range runs backwards or the tag is empty.
    void insert(port_range ports, std::optional<std::uint8_t> protocol, std::string_view tag,
                std::uint64_t line = 0) {
        if (tag.empty()) throw error{errc::invalid_argument, {source_, line, 0}, "a tag is empty"};
        if (ports.first > ports.last)
            throw error{
                errc::invalid_argument, {source_, line, 0}, "a range of ports runs backwards"};
        begin_row(tag, line);
        add(ports, protocol);
    }

    /// The table. Throws `errc::invalid_table` if rows contradict each other and may not.
    [[nodiscard]] auto build() && -> tag_table;

private:
    friend class tag_table;

    struct source_row {
        std::uint64_t line;
        tag_id tag;
    };

    void reserve(std::size_t rows) {
        rows_.reserve(rows);
        rules_.reserve(rows);
    }

    /// What is added until the next call belongs to this row.
    void begin_row(std::string_view tag, std::uint64_t line) {
        auto const id = intern(tag, line);
        rows_.push_back({line, id});
    }

    void add(port_range ports, std::optional<std::uint8_t> protocol) {
        auto const number = protocol ? std::uint16_t{*protocol} : detail::any_protocol;
        rules_.push_back({ports.first, ports.last, number, rows_.back().tag,
                          static_cast<std::uint32_t>(rows_.size() - 1)});
    }

    auto intern(std::string_view tag, std::uint64_t line) -> tag_id;
    void hint(tag_id tag, tag_id earlier);
    void skip(detail::tag_rows<> const& bad_row);
    void report(std::vector<detail::tag_conflict> const& conflicts);
    [[nodiscard]] auto describe(detail::tag_conflict const& conflict) const -> std::string;

    [[nodiscard]] auto quoted(tag_id tag) const -> std::string {
        return '\'' + escaped(table_.names_[tag], 60) + '\'';
    }

    /// Whether a warning of a kind, of which there were `count` before, is to be kept.
    auto counts(std::size_t& count) -> bool {
        ++table_.warning_count_;
        return count++ < max_warnings;
    }

    tag_table_options options_;
    std::string source_;
    tag_table table_;
    std::vector<source_row> rows_;
    std::vector<detail::tag_rule> rules_;
    std::vector<std::uint64_t> tag_lines_;  // where each tag is first written
    detail::name_index tags_;               // as written; unused if they are folded
    detail::name_index folded_;             // in lower case: the first of those that are equal then
    std::size_t hints_ = 0;
};

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

/// Says that a tag looks like an earlier one.
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
    auto resolver =
        detail::tag_resolver{std::move(rules_), static_cast<tag_id>(table_.names_.size()), tie};
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
