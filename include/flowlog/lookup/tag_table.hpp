// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_LOOKUP_TAG_TABLE_HPP
#define FLOWLOG_LOOKUP_TAG_TABLE_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/lookup/detail/name_index.hpp>
#include <flowlog/lookup/detail/tag_index.hpp>
#include <flowlog/lookup/detail/tag_rows.hpp>
#include <flowlog/lookup/protocol_table.hpp>
#include <flowlog/lookup/table_warning.hpp>

namespace flowlog {

/// The number of a tag within one table. Tags are numbered from 0, in the order in which the table
/// first names them.
using tag_id = std::uint32_t;

/// What to do with rows of equal rank that give a flow different tags.
enum class duplicates : std::uint8_t {
    last,   ///< the later row wins; a warning names both
    first,  ///< the earlier row wins; a warning names both
    all,    ///< the flow has all their tags
    error   ///< the table is refused
};

/// The ports from `first` to `last`, both included; by default all ports. A single port converts
/// implicitly.
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
    bool lenient = false;    ///< skip bad rows with a warning instead of refusing the table
    bool fold_tags = false;  ///< treat tags that differ only in ASCII case as one, as first written

    /// Resolves the names of protocols; null for IANA's names. Not used after the table was read.
    protocol_table const* protocols = nullptr;
};

/// Finds the tags of a flow by its destination port and protocol.
///
/// A table is CSV with rows `dstport,protocol,tag`. If it has headings, these columns may come in
/// any order (also as `port`, `proto` or `name`, `label`), and other columns are ignored. The
/// separator is a comma, TAB or semicolon; quotes are as in RFC 4180; blanks around cells, blank
/// lines and lines that begin with `#` are ignored. A port is `443`, a range `8000-8099`, several
/// of these joined by `|`, or `*`; a protocol is a name in any case, a number, or `*`. `any` means
/// `*`. The headings `FromPort`, `ToPort`, `IpProtocol` and `GroupName` of AWS are read, too: the
/// two ports are a range, and a protocol of -1, or one without ports, has any port.
///
/// If several rows match a flow, the one whose port or range covers the fewest (port, protocol)
/// pairs wins; any protocol counts as 256. So 443/tcp beats 440-450/tcp, which beats */tcp, and
/// each beats the same ports over any protocol. Of several ports and ranges in a row, each counts
/// for itself: 443|8000-8099/tcp is as good a match for port 443 as 443/tcp. Of two that cover
/// equally many pairs, the one whose row names the protocol wins. `duplicates` decides the rest.
class tag_table {
public:
    template <class = void>
    class basic_builder;
    using builder = basic_builder<>;

    /// A table without rows: every flow is untagged.
    tag_table() = default;

    /// Reads a table from a file; "-" is standard input. Throws `errc::invalid_table`, with the
    /// place and what was expected there, and whatever opening and reading throw.
    template <class = void>
    [[nodiscard]] static auto load(std::string const& path, tag_table_options const& options = {})
        -> tag_table;

    /// Reads a table from its text. Errors and warnings call it `source`.
    template <class = void>
    [[nodiscard]] static auto parse(std::string_view text, std::string const& source,
                                    tag_table_options const& options = {}) -> tag_table;

    /// The tags of a flow, in the order in which the table first names them: none if the flow is
    /// untagged, more than one only with `duplicates::all`. Takes constant time. The result is
    /// valid as long as the table.
    [[nodiscard]] auto find(std::uint16_t port, std::uint8_t protocol) const noexcept
        -> std::span<tag_id const> {
        return index_.find(port, protocol);
    }

    /// The tags of a flow without a port: of the rows whose port is `*`.
    [[nodiscard]] auto find_portless(std::uint8_t protocol) const noexcept
        -> std::span<tag_id const> {
        return portless_.find(0, protocol);
    }

    /// A tag as the table first writes it. \pre `tag` is less than `tag_count()`.
    [[nodiscard]] auto name(tag_id tag) const noexcept -> std::string_view { return names_[tag]; }

    /// How many different tags there are.
    [[nodiscard]] auto tag_count() const noexcept -> std::size_t { return names_.size(); }

    /// How many rows the table has, without headings and skipped rows.
    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

    /// How many bad rows were skipped; 0 unless lenient.
    [[nodiscard]] auto skipped() const noexcept -> std::size_t { return skipped_; }

    /// Probable mistakes, ordered by line; at most `max_warnings` of each kind.
    [[nodiscard]] auto warnings() const noexcept -> std::vector<table_warning> const& {
        return warnings_;
    }

    /// How many warnings there would be without that limit.
    [[nodiscard]] auto warning_count() const noexcept -> std::size_t { return warning_count_; }

    /// The largest number of warnings of one kind that `warnings` keeps.
    static constexpr std::size_t max_warnings = 1000;

private:
    detail::tag_index index_;
    detail::tag_index portless_;
    std::vector<std::string> names_;
    std::vector<table_warning> warnings_;
    std::size_t warning_count_ = 0;
    std::size_t size_ = 0;
    std::size_t skipped_ = 0;
};

/// Builds a table from rows that do not come from a file.
///
///     auto rows = flowlog::tag_table::builder{};
///     rows.insert(443, 6, "web");
///     rows.insert({8000, 8099}, std::nullopt, "development");
///     auto const tags = std::move(rows).build();
template <class Unused>
class tag_table::basic_builder {
public:
    /// Errors and warnings call the rows `source`.
    explicit basic_builder(tag_table_options const& options = {}, std::string source = {})
        : options_{options}, source_{std::move(source)} {}

    /// Adds a row; no protocol means any protocol. `line` is the line of the row in its source, or
    /// 0. Throws `errc::invalid_argument` if the range runs backwards or the tag is empty.
    void insert(port_range ports, std::optional<std::uint8_t> protocol, std::string_view tag,
                std::uint64_t line = 0) {
        if (tag.empty()) throw error{errc::invalid_argument, {source_, line, 0}, "a tag is empty"};
        if (ports.first > ports.last)
            throw error{
                errc::invalid_argument, {source_, line, 0}, "a range of ports runs backwards"};
        begin_row(tag, line);
        add(ports, protocol);
    }

    /// The table. Throws `errc::invalid_table` if rows contradict each other and
    /// `duplicates::error` forbids it.
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

    /// Begins a row, to which `add` adds ports until the next call.
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

    /// Counts a warning of a kind that was met `count` times before. True if it should be kept.
    auto counts(std::size_t& count) -> bool {
        ++table_.warning_count_;
        return count++ < max_warnings;
    }

    tag_table_options options_;
    std::string source_;
    tag_table table_;
    std::vector<source_row> rows_;
    std::vector<detail::tag_rule> rules_;
    std::vector<std::uint64_t> tag_lines_;  // the line that first names each tag
    detail::name_index tags_;               // as written; unused if tags are folded
    detail::name_index folded_;             // in lower case: the first tag with those letters
    std::size_t hints_ = 0;
};

}  // namespace flowlog

#include <flowlog/lookup/detail/tag_table_builder.hpp>

#ifdef FLOWLOG_COMPILED

namespace flowlog {

extern template class tag_table::basic_builder<void>;
extern template auto tag_table::load<void>(std::string const&, tag_table_options const&)
    -> tag_table;
extern template auto tag_table::parse<void>(std::string_view, std::string const&,
                                            tag_table_options const&) -> tag_table;

}  // namespace flowlog

#endif

#endif
