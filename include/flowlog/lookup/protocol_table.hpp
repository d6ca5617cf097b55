// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_LOOKUP_PROTOCOL_TABLE_HPP
#define FLOWLOG_LOOKUP_PROTOCOL_TABLE_HPP

#include <algorithm>
#include <array>
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
#include <flowlog/flow/protocol.hpp>
#include <flowlog/lookup/detail/csv_rows.hpp>
#include <flowlog/lookup/detail/table_text.hpp>

namespace flowlog {

/// The names of protocol numbers: IANA's, unless a table gives others.
///
/// A table is IANA's `protocol-numbers-1.csv` as published, or any CSV with a column headed
/// `Decimal`, `Number` or `Protocol Number` and a column headed `Keyword` or `Name`; without
/// headings, these are the first two. A number may be a range. Rows without a name, and rows named
/// "Reserved" or "Unassigned", are ignored. A later row for the same number wins. A name that
/// several numbers share means the lowest. Separators, quotes and comments are as for `tag_table`.
class protocol_table {
public:
    /// The embedded names of IANA.
    protocol_table() = default;

    /// Reads a table from a file; "-" is standard input. Throws `errc::invalid_table`, with the
    /// place and what was expected there, and whatever opening and reading throw.
    template <class = void>
    [[nodiscard]] static auto load(std::string const& path) -> protocol_table {
        return parse(detail::read_table(path), path);
    }

    /// Reads a table from its text. Errors call it `source`.
    template <class = void>
    [[nodiscard]] static auto parse(std::string_view text, std::string const& source)
        -> protocol_table {
        detail::refuse_utf16(text, source);
        auto table = protocol_table{};
        table.loaded_ = true;
        table.read(text, source);
        return table;
    }

    /// The name of a number in lower case: from the table, else the embedded name, else the number
    /// as text.
    [[nodiscard]] auto name(std::uint8_t number) const -> std::string {
        return names_[number].empty() ? protocol_name(number) : names_[number];
    }

    /// Whether the table has a name for the number. The embedded names count only if no table was
    /// loaded.
    [[nodiscard]] auto known(std::uint8_t number) const noexcept -> bool {
        return loaded_ ? !names_[number].empty() : !protocol_keyword(number).empty();
    }

    /// The number of a protocol, given in digits or by a name in any case. Looks among the names of
    /// the table, then among the embedded names and aliases.
    template <class = void>
    [[nodiscard]] auto number(std::string_view name) const -> std::optional<std::uint8_t> {
        if (!numbers_.empty()) {
            auto key = detail::folded(name);
            std::replace(key.begin(), key.end(), ' ', '-');
            auto const at = std::lower_bound(
                numbers_.begin(), numbers_.end(), key,
                [](auto const& entry, std::string const& wanted) { return entry.first < wanted; });
            if (at != numbers_.end() && at->first == key) return at->second;
        }
        return protocol_number(name);
    }

private:
    struct columns {
        std::size_t number = 0;
        std::size_t name = 1;
    };

    struct numbers {
        std::uint32_t first;
        std::uint32_t last;
    };

    template <class = void>
    void read(std::string_view text, std::string const& source) {
        auto rows = detail::csv_rows{text};
        auto where = columns{};
        auto first_row = true;
        while (rows.next()) {
            if (rows.fault() != detail::csv_fault::none) detail::throw_fault(rows, source);
            if (detail::is_empty(rows.cells())) continue;
            if (std::exchange(first_row, false) && read_headings(rows.cells(), source, where))
                continue;
            read_row(rows.cells(), source, where);
        }
        index_names();
    }

    template <class = void>
    [[nodiscard]] static auto read_headings(std::span<detail::csv_cell const> cells,
                                            std::string const& source, columns& where) -> bool {
        auto const number = detail::find_column(
            cells, "decimal number protocolnumber assignedinternetprotocolnumber", source);
        auto const name = detail::find_column(cells, "keyword name protocol", source);
        if (!number && !name) return false;
        if (!number || !name || number == name) {
            throw error{errc::invalid_table,
                        {source, cells[0].line, cells[0].column},
                        "the headings lack a column for the " +
                            std::string{number ? "name (Keyword)" : "number (Decimal)"}};
        }
        where = {*number, *name};
        return true;
    }

    template <class = void>
    void read_row(std::span<detail::csv_cell const> cells, std::string const& source,
                  columns where) {
        if (where.number >= cells.size())
            fail(source, cells.back(), "expected a cell with a protocol number");
        auto const& cell = cells[where.number];
        auto const range = to_numbers(detail::trimmed(cell.text));
        if (!range) {
            fail(source, cell,
                 "expected a protocol number (0-255) or a range of them, found '" +
                     escaped(cell.text, 60) + '\'');
        }
        if (where.name >= cells.size()) return;
        auto const name = to_name(source, cells[where.name]);
        if (name.empty()) return;
        for (auto n = range->first; n <= range->last; ++n) names_[n] = name;
    }

    [[nodiscard]] static auto to_numbers(std::string_view text) -> std::optional<numbers> {
        auto const dash = text.find('-');
        auto const first = detail::to_number(detail::trimmed(text.substr(0, dash)), 255);
        if (!first || dash == text.npos) {
            return first ? std::optional{numbers{*first, *first}} : std::nullopt;
        }
        auto const last = detail::to_number(detail::trimmed(text.substr(dash + 1)), 255);
        if (!last || *last < *first) return std::nullopt;
        return numbers{*first, *last};
    }

    /// The name in a cell, spelled as the embedded names: in lower case, `-` for blanks, without
    /// " (deprecated)". Empty for IANA's "Reserved" and "Unassigned".
    template <class = void>
    [[nodiscard]] static auto to_name(std::string const& source, detail::csv_cell const& cell)
        -> std::string {
        auto const text = detail::trimmed(cell.text);
        auto name = detail::folded(text);
        if (auto const remark = name.rfind("(deprecated)"); remark != name.npos)
            name = detail::trimmed(std::string_view{name}.substr(0, remark));
        std::replace(name.begin(), name.end(), ' ', '-');
        if (name == "reserved" || name == "unassigned") return {};
        auto const bad = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
        if (std::any_of(name.begin(), name.end(), bad))
            fail(source, cell,
                 "expected a protocol name without control characters, found '" +
                     escaped(text, 60) + '\'');
        if (!name.empty() && name.find_first_not_of("0123456789") == name.npos)
            fail(source, cell,
                 "expected a protocol name, found the number '" + escaped(text, 60) + '\'');
        return name;
    }

    template <class = void>
    void index_names() {
        for (std::size_t n = 0; n < names_.size(); ++n) {
            if (!names_[n].empty()) numbers_.emplace_back(names_[n], static_cast<std::uint8_t>(n));
        }
        std::sort(numbers_.begin(), numbers_.end());
    }

    [[noreturn]] static void fail(std::string const& source, detail::csv_cell const& cell,
                                  std::string message) {
        throw error{errc::invalid_table, {source, cell.line, cell.column}, std::move(message)};
    }

    std::array<std::string, 256> names_;                         // empty if the table has no name
    std::vector<std::pair<std::string, std::uint8_t>> numbers_;  // names, sorted
    bool loaded_ = false;
};

}  // namespace flowlog

#endif
