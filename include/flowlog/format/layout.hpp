// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_LAYOUT_HPP
#define FLOWLOG_FORMAT_LAYOUT_HPP

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

#include <flowlog/flow/field.hpp>
#include <flowlog/format/cells.hpp>

namespace flowlog {

/// The columns of a text log: which field is in which column. Never changes once it is made.
class layout {
public:
    /// What `column()` gives for a field that the log does not have.
    static constexpr std::uint16_t none = 0xFFFF;
    /// The largest number of columns in a layout.
    static constexpr std::size_t max_columns = 1000;

    /// A layout without columns.
    layout() { columns_.fill(none); }

    /// A layout of the named columns, 1 to `max_columns` of them. Names that are no field are kept
    /// as opaque columns. If several columns have the same field, the one that is called as the
    /// field counts, and the first of others; one that is called `source` counts only if it is
    /// alone.
    explicit layout(std::vector<std::string> names) : names_{std::move(names)} {
        columns_.fill(none);
        names_.resize(std::min(names_.size(), max_columns));
        for (std::size_t i = 0; i < names_.size(); ++i) {
            auto const id = find_field(names_[i]);
            fields_.push_back(id);
            if (!id) continue;
            auto& column = columns_[static_cast<std::size_t>(*id)];
            if (column == none || rank(names_[i], *id) > rank(names_[column], *id))
                column = static_cast<std::uint16_t>(i);
        }
    }

    /// The 14 fields of version 2: what AWS writes for a VPC if no format was given.
    [[nodiscard]] static auto vpc_default() -> layout {
        return layout{
            split("version account-id interface-id srcaddr dstaddr srcport dstport protocol "
                  "packets bytes "
                  "start end action log-status")};
    }

    /// The 36 fields of version 6: what AWS writes for a transit gateway if no format was given.
    [[nodiscard]] static auto transit_gateway_default() -> layout {
        return layout{
            split("version resource-type account-id tgw-id tgw-attachment-id "
                  "tgw-src-vpc-account-id tgw-dst-vpc-account-id "
                  "tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni "
                  "tgw-dst-eni "
                  "tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr srcport "
                  "dstport protocol packets "
                  "bytes start end log-status type packets-lost-no-route packets-lost-blackhole "
                  "packets-lost-mtu-exceeded "
                  "packets-lost-ttl-expired tcp-flags region flow-direction pkt-src-aws-service "
                  "pkt-dst-aws-service")};
    }

    /// Whether the tokens of a line are a header line: none begins like a value, and at least half
    /// are names of fields. A single token must be spelled as AWS does. The mark of a comment or
    /// a quotation before them, such as `#`, `//`, `;` or `>`, and `#Fields:`, are passed over.
    [[nodiscard]] static auto is_header(std::span<std::string_view const> tokens) -> bool {
        tokens = tokens.subspan(marks_before(tokens));
        if (tokens.size() < 2) return !tokens.empty() && is_name(tokens[0]);
        std::size_t unknown = 0;
        for (auto const token : tokens) {
            if (token.empty() || begins_as_value(token.front())) return false;
            auto const name = token.front() == '#' ? token.substr(1) : token;
            if (!find_field(name) && ++unknown * 2 > tokens.size()) return false;
        }
        return tokens.size() <= max_columns;
    }

    /// The columns that the tokens of a line name, if they are a header line.
    [[nodiscard]] static auto from_header(std::span<std::string_view const> tokens)
        -> std::optional<layout> {
        if (!is_header(tokens)) return std::nullopt;
        tokens = tokens.subspan(marks_before(tokens));
        auto names = std::vector<std::string>(tokens.begin(), tokens.end());
        if (names.front().starts_with('#')) names.front().erase(0, 1);
        return layout{std::move(names)};
    }

    /// Whether a token that begins with this byte, a digit or `-`, is a value and no column's name.
    [[nodiscard]] static constexpr auto begins_as_value(char first) noexcept -> bool {
        return (first >= '0' && first <= '9') || first == '-';
    }

    /// How many columns a line has.
    [[nodiscard]] auto size() const noexcept -> std::size_t { return names_.size(); }

    /// The column of a field, counted from 0, or `none`.
    [[nodiscard]] auto column(field_id id) const noexcept -> std::uint16_t {
        return columns_[static_cast<std::size_t>(id)];
    }

    /// The column of every field, by the number of the field: what `column` gives.
    [[nodiscard]] auto columns_by_field() const noexcept
        -> std::array<std::uint16_t, fields.size()> const& {
        return columns_;
    }

    /// The column with exactly this name, whether it is a field or not, or `none`.
    [[nodiscard]] auto column(std::string_view name) const noexcept -> std::uint16_t {
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (names_[i] == name) return static_cast<std::uint16_t>(i);
        }
        return none;
    }

    /// The names of the columns, as they were given.
    [[nodiscard]] auto names() const noexcept -> std::vector<std::string> const& { return names_; }

    /// The field of a column, if its name is one.
    [[nodiscard]] auto field_at(std::size_t column) const noexcept -> std::optional<field_id> {
        return fields_[column];
    }

    /// The names of columns that are not read because another column is the same field.
    [[nodiscard]] auto repeated() const -> std::vector<std::string> {
        auto result = std::vector<std::string>{};
        for (std::size_t i = 0; i < names_.size(); ++i) {
            auto const chosen = fields_[i] ? column(*fields_[i]) : none;
            if (chosen != none && chosen != i && names_[chosen] != names_[i])
                result.push_back(names_[i]);
        }
        return result;
    }

    /// Whether a column has this field.
    [[nodiscard]] auto has(field_id id) const noexcept -> bool { return column(id) != none; }

    /// The same columns after some opaque ones, such as a time of export.
    [[nodiscard]] auto after(std::span<std::string const> opaque) const -> layout {
        auto names = std::vector<std::string>(opaque.begin(), opaque.end());
        names.insert(names.end(), names_.begin(), names_.end());
        return layout{std::move(names)}.written_as(style_);
    }

    friend auto operator==(layout const& a, layout const& b) noexcept -> bool {
        return a.names_ == b.names_ && a.style_ == b.style_;
    }

    /// How the columns are written in a line.
    [[nodiscard]] auto style() const noexcept -> cell_style { return style_; }

    /// The same columns, written in another way.
    [[nodiscard]] auto written_as(cell_style style) const -> layout {
        auto result = *this;
        result.style_ = style;
        return result;
    }

    /// The tokens of a line, which are separated by any number of blanks, tabs and CRs.
    [[nodiscard]] static auto tokens(std::string_view line) -> std::vector<std::string_view> {
        return words_of(line);
    }

    /// Which of several names of a field counts: the largest number. Other programs call other
    /// things `source`, such as the file of a log; in ECS, `source.address` may be the name of a
    /// host, and `network.bytes` counts both directions.
    [[nodiscard]] static auto rank(std::string_view name, field_id id) noexcept -> int {
        if (detail::spells(name, info(id).name)) return 2;
        constexpr auto weak = std::string_view{
            "source destination src dst dest source.address destination.address network.bytes "
            "network.packets"};
        return detail::has_alias(weak, name) ? 0 : 1;
    }

    /// How many tokens stand before the names of a header line: `# Fields:` is two.
    [[nodiscard]] static auto marks_before(std::span<std::string_view const> tokens) noexcept
        -> std::size_t {
        std::size_t count = 0;
        while (count < std::min<std::size_t>(tokens.size(), 2) && !tokens[count].empty() &&
               is_mark(tokens[count]))
            ++count;
        return count;
    }

private:
    /// Whether a token is the name of a field, letter by letter.
    [[nodiscard]] static auto is_name(std::string_view token) -> bool {
        auto const id = find_field(token);
        return id && info(*id).name == token;
    }

    /// Whether a token stands before the names of a header line: `#` and the like, or the word by
    /// which W3C's and Zeek's logs introduce them.
    [[nodiscard]] static auto is_mark(std::string_view token) noexcept -> bool {
        return token.find_first_not_of("#/;%>*") == token.npos || same_name(token, "#fields:") ||
               same_name(token, "#fields") || same_name(token, "fields:");
    }

    static auto split(std::string_view names) -> std::vector<std::string> {
        auto const all = tokens(names);
        return {all.begin(), all.end()};
    }

    std::vector<std::string> names_;
    std::vector<std::optional<field_id>> fields_;  // of each column
    std::array<std::uint16_t, fields.size()> columns_;
    cell_style style_;
};

}  // namespace flowlog

#endif
