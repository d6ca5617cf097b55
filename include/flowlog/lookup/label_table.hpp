// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_LOOKUP_LABEL_TABLE_HPP
#define FLOWLOG_LOOKUP_LABEL_TABLE_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include <flowlog/error.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/lookup/detail/table_text.hpp>
#include <flowlog/lookup/table_warning.hpp>

namespace flowlog {

/// The number of a label within one table. Labels are numbered from 0, in the order in which the
/// table first names them.
using label_id = std::uint32_t;

/// Finds the label of an address among labels of blocks: subnets, zones, teams. The longest prefix
/// wins.
///
/// A table is CSV with rows `cidr,label`. If it has headings, these columns may come in any order
/// (also as `network`, `prefix` or `address`; `name`), and other columns are ignored. `cidr::parse`
/// reads a block. Separators, quotes, comments and blanks are as for `tag_table`. If several rows
/// have the same block, the last counts, with a warning. Tables that join others may repeat the
/// headings.
///
/// If a table has headings, a cell that is empty, `-`, `None` or `null` has no value. A row without
/// a `Name` is labelled with its `SubnetId`, and so on through the columns that can be labels. A
/// row without a block or without any label is skipped, with a warning.
class label_table {
public:
    label_table() = default;

    /// Reads a table from a file; "-" is standard input. Throws `errc::invalid_table`, with the
    /// place and what was expected there, and whatever opening and reading throw.
    template <class = void>
    [[nodiscard]] static auto load(std::string const& path) -> label_table {
        return parse(detail::read_table(path), path);
    }

    /// Reads a table from its text. Errors call it `source`.
    template <class = void>
    [[nodiscard]] static auto parse(std::string_view text, std::string const& source)
        -> label_table {
        detail::refuse_utf16(text, source);
        auto table = label_table{};
        table.read(text, source);
        return table;
    }

    /// Adds a block, or replaces its label.
    template <class = void>
    void insert(cidr const& block, std::string_view label) {
        put(block, label, 0);
    }

    /// The label of the smallest block that contains the address. Takes a hash lookup for each
    /// prefix length in the table.
    [[nodiscard]] auto find(address const& member) const noexcept -> std::optional<label_id> {
        for (auto const& group : member.is_v6() ? v6_ : v4_) {
            auto const found = group.labels.find(cidr{member, group.length}.network());
            if (found != group.labels.end()) return found->second.label;
        }
        return std::nullopt;
    }

    /// A label as the table writes it. \pre `find` returned `label`
    [[nodiscard]] auto name(label_id label) const noexcept -> std::string_view {
        return names_[label];
    }

    /// How many different labels there are.
    [[nodiscard]] auto label_count() const noexcept -> std::size_t { return names_.size(); }

    /// Calls `use(block, label)` for each block, in any order.
    template <class Use>
    void each(Use use) const {
        for (auto const* lengths : {&v4_, &v6_}) {
            for (auto const& group : *lengths) {
                for (auto const& [first, known] : group.labels)
                    use(cidr{first, group.length}, known.label);
            }
        }
    }

    /// Probable mistakes, in the order of their lines: blocks whose label a later row replaces, at
    /// most `max_warnings`, and rows that are skipped, in one warning for each reason.
    [[nodiscard]] auto warnings() const noexcept -> std::vector<table_warning> const& {
        return warnings_;
    }

    /// How many warnings there would be without that limit.
    [[nodiscard]] auto warning_count() const noexcept -> std::size_t { return warning_count_; }

    /// The largest number of warnings that `warnings` keeps.
    static constexpr std::size_t max_warnings = 1000;

    /// How many blocks the table has.
    [[nodiscard]] auto size() const noexcept -> std::size_t {
        std::size_t sum = 0;
        for (auto const* lengths : {&v4_, &v6_}) {
            for (auto const& group : *lengths) sum += group.labels.size();
        }
        return sum;
    }

private:
    struct columns {
        std::size_t block = 0;
        std::vector<std::size_t> labels{1};  // the preferred one first
        bool have_headings = false;
    };

    /// Rows that are skipped because they lack something.
    struct skipped_rows {
        std::string_view what;
        std::uint64_t first_line = 0;
        std::size_t count = 0;
    };

    struct labelled {
        label_id label;
        std::uint64_t line;  // of the row, or 0
    };

    /// The blocks with one prefix length.
    struct blocks {
        std::uint8_t length;
        boost::unordered_flat_map<address, labelled, std::hash<address>> labels;
    };

    /// Adds a block, or replaces its label. Returns the label that it had.
    template <class = void>
    auto put(cidr const& block, std::string_view label, std::uint64_t line)
        -> std::optional<labelled> {
        auto const id = ids_.try_emplace(std::string{label}, static_cast<label_id>(names_.size()));
        if (id.second) names_.emplace_back(label);
        auto& lengths = block.network().is_v6() ? v6_ : v4_;
        auto const at = std::find_if(lengths.begin(), lengths.end(), [&](blocks const& other) {
            return other.length <= block.prefix_length();
        });
        auto const known_length = at != lengths.end() && at->length == block.prefix_length();
        auto const group =
            known_length ? at : lengths.insert(at, blocks{block.prefix_length(), {}});
        auto const added = labelled{id.first->second, line};
        auto const known = group->labels.try_emplace(block.network(), added);
        if (known.second) return std::nullopt;
        return std::exchange(known.first->second, added);
    }

    // Also the names that `aws ec2 describe-subnets`, `describe-network-interfaces`,
    // `describe-instances`, `describe-vpcs` and `describe-addresses` give to what they list.
    static constexpr auto block_headings = std::string_view{
        "cidr network prefix block address subnet cidrblock ipv6cidrblock privateipaddress "
        "privateip publicipaddress publicip ipv6address ipaddress ip"};
    static constexpr auto label_headings = std::string_view{
        "label name tag tags subnetid instanceid networkinterfaceid allocationid vpcid groupname "
        "description availabilityzone"};

    template <class = void>
    void read(std::string_view text, std::string const& source) {
        auto rows = detail::csv_rows{text};
        auto where = columns{};
        auto headings = detail::table_headings{};
        auto first_row = true;
        auto skipped = std::array<skipped_rows, 2>{{{"block"}, {"label"}}};
        while (rows.next()) {
            if (rows.fault() != detail::csv_fault::none) detail::throw_fault(rows, source);
            if (detail::is_empty(rows.cells())) continue;
            if (std::exchange(first_row, false) && read_headings(rows.cells(), source, where)) {
                headings.keep(rows.cells());
                continue;
            }
            if (headings.equal(rows.cells())) continue;
            read_row(rows.cells(), source, where, std::max(headings.size(), std::size_t{2}),
                     skipped);
        }
        for (auto const& rows_without : skipped) warn_of(rows_without, source);
    }

    template <class = void>
    [[nodiscard]] static auto read_headings(std::span<detail::csv_cell const> cells,
                                            std::string const& source, columns& where) -> bool {
        auto const block = detail::find_column(cells, block_headings, source);
        auto const label = detail::find_column(cells, label_headings, source);
        if (!block && !label) return false;
        if (!block || !label)
            fail(
                source, cells[0],
                block ? "the headings lack a column 'label'" : "the headings lack a column 'cidr'");
        where = {*block, {*label}, true};
        for (auto rest = label_headings; !rest.empty();) {
            auto const name = rest.substr(0, rest.find(' '));
            rest.remove_prefix(std::min(name.size() + 1, rest.size()));
            for (std::size_t i = 0; i < cells.size(); ++i)
                if (i != *label && detail::heading(cells[i].text) == name)
                    where.labels.push_back(i);
        }
        return true;
    }

    /// Whether a cell under a heading has no value.
    template <class = void>
    [[nodiscard]] static auto is_nothing(std::string_view text) -> bool {
        if (text.empty() || text == "-") return true;
        if (text.size() != 4) return false;
        auto const word = detail::folded(text);
        return word == "none" || word == "null";
    }

    /// The cell with the label of a row; the preferred one if none has a value.
    template <class = void>
    [[nodiscard]] static auto label_cell(std::span<detail::csv_cell const> cells,
                                         columns const& where) -> detail::csv_cell const& {
        for (auto const column : where.labels)
            if (column < cells.size() && !is_nothing(detail::trimmed(cells[column].text)))
                return cells[column];
        return cells[where.labels.front()];
    }

    /// Whether a row under headings lacks something. If so, it is noted.
    template <class = void>
    [[nodiscard]] static auto lacks(detail::csv_cell const& cell, columns const& where,
                                    skipped_rows& rows) -> bool {
        if (!where.have_headings || !is_nothing(detail::trimmed(cell.text))) return false;
        if (rows.count++ == 0) rows.first_line = cell.line;
        return true;
    }

    template <class = void>
    void warn_of(skipped_rows const& rows, std::string const& source) {
        if (rows.count == 0) return;
        auto message = "the row has no " + std::string{rows.what} + " and is skipped";
        if (rows.count > 1) message += ", the first of " + std::to_string(rows.count);
        ++warning_count_;
        auto const at =
            std::ranges::upper_bound(warnings_, rows.first_line, {},
                                     [](table_warning const& one) { return one.where.line; });
        warnings_.insert(at, {{source, rows.first_line, 0}, std::move(message)});
    }

    template <class = void>
    void read_row(std::span<detail::csv_cell const> cells, std::string const& source,
                  columns const& where, std::size_t all_columns,
                  std::array<skipped_rows, 2>& skipped) {
        if (std::max(where.block, where.labels.front()) >= cells.size())
            fail(source, cells.back(), "expected a block and a label: 10.0.0.0/8,office");
        if (auto const* const extra = detail::extra_cell(cells, all_columns))
            fail(source, *extra, detail::extra_cell_message(*extra, all_columns));
        auto const& named = label_cell(cells, where);
        if (lacks(cells[where.block], where, skipped[0])) return;
        if (lacks(named, where, skipped[1])) return;
        auto const text = detail::trimmed(cells[where.block].text);
        auto const block = cidr::parse(text);
        if (!block) {
            fail(source, cells[where.block],
                 "expected a block such as 10.0.0.0/8 or 2001:db8::/32, found '" +
                     escaped(text, 60) + '\'');
        }
        auto const label = detail::trimmed(named.text);
        if (label.empty()) fail(source, named, "expected a label, found an empty cell");
        auto const line = named.line;
        auto const earlier = put(*block, label, line);
        if (!earlier || name(earlier->label) == label) return;
        if (warning_count_++ >= max_warnings) return;
        warnings_.push_back({{source, line, 0},
                             block->to_string() + ": label '" + escaped(label, 60) +
                                 "' replaces '" + escaped(name(earlier->label), 60) + "' of line " +
                                 std::to_string(earlier->line)});
    }

    [[noreturn]] static void fail(std::string const& source, detail::csv_cell const& cell,
                                  std::string message) {
        throw error{errc::invalid_table, {source, cell.line, cell.column}, std::move(message)};
    }

    std::vector<blocks> v4_;  // the longest prefixes first
    std::vector<blocks> v6_;
    std::vector<std::string> names_;
    std::vector<table_warning> warnings_;
    std::size_t warning_count_ = 0;
    boost::unordered_flat_map<std::string, label_id> ids_;
};

}  // namespace flowlog

#endif
