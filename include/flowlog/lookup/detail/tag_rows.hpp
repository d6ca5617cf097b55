// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_LOOKUP_DETAIL_TAG_ROWS_HPP
#define FLOWLOG_LOOKUP_DETAIL_TAG_ROWS_HPP

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

#include <flowlog/detail/similar.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/protocol.hpp>
#include <flowlog/lookup/detail/csv_rows.hpp>
#include <flowlog/lookup/detail/table_text.hpp>
#include <flowlog/lookup/protocol_table.hpp>

namespace flowlog::detail {

struct port_span {
    std::uint16_t first;
    std::uint16_t last;
};

/// Reads the rows `dstport,protocol,tag` of a lookup table, with or without headings.
template <class = void>
class tag_rows {
public:
    /// `text`, `source` and `protocols` must outlive this.
    tag_rows(std::string_view text, std::string const& source, protocol_table const& protocols)
        : rows_{text}, source_{source}, protocols_{protocols} {}

    /// Reads the next row, good or bad. False at the end. Throws if the headings lack a column.
    auto next() -> bool {
        while (rows_.next()) {
            bad_text_ = {};  // it pointed into the row before
            problem_ = rows_.fault() == csv_fault::none ? problem::none : problem::fault;
            if (!good()) return true;
            if (is_empty(rows_.cells())) continue;
            if (std::exchange(first_row_, false) && read_headings(rows_.cells())) continue;
            if (headings_.equal(rows_.cells())) continue;
            read_row(rows_.cells());
            return true;
        }
        return false;
    }

    [[nodiscard]] auto good() const noexcept -> bool { return problem_ == problem::none; }
    [[nodiscard]] auto line() const noexcept -> std::uint64_t { return rows_.line(); }

    /// The ports, the protocol (none for any protocol) and the tag of a good row; valid until the
    /// next row.
    [[nodiscard]] auto ports() const noexcept -> std::span<port_span const> { return ports_; }
    [[nodiscard]] auto protocol() const noexcept -> std::optional<std::uint8_t> {
        return protocol_;
    }
    [[nodiscard]] auto tag() const noexcept -> std::string_view { return tag_; }

    /// Where a bad row is bad.
    [[nodiscard]] auto where() const -> location {
        if (problem_ == problem::fault) return {source_, rows_.line(), rows_.fault_column()};
        return {source_, bad_line_, bad_column_};
    }

    /// What was expected there.
    [[nodiscard]] auto message() const -> std::string {
        auto const found =
            ", found " + (bad_text_.empty() ? "nothing" : '\'' + escaped(bad_text_, 60) + '\'');
        switch (problem_) {
            case problem::none: return {};
            case problem::fault: return fault_message(rows_.fault());
            case problem::short_row:
                return "expected " + std::to_string(width()) + " cells (" + headings() +
                       "), found " + std::to_string(rows_.cells().size());
            case problem::long_row: return extra_cell_message({.text = bad_text_}, all_columns());
            case problem::port:
                return "expected a port (0-65535), a range such as 8000-8099, several joined by |, "
                       "or *" +
                       found;
            case problem::backwards:
                return "expected a range from the lower to the higher port" + found;
            case problem::protocol:
                return "expected a protocol (its name, its number 0-255, or *)" + found + similar();
            case problem::tag: return "expected a tag, found nothing";
        }
        return {};
    }

private:
    enum class problem : std::uint8_t {
        none,
        fault,
        short_row,
        long_row,
        port,
        backwards,
        protocol,
        tag
    };

    static constexpr std::uint16_t highest_port = 65'535;
    static constexpr auto every_protocol = std::string_view{"-1"};  // as AWS writes it
    static constexpr std::size_t port_column = 0;
    static constexpr std::size_t protocol_column = 1;
    static constexpr std::size_t tag_column = 2;
    static constexpr auto titles = std::array<std::string_view, 3>{"dstport", "protocol", "tag"};

    /// Reads the first row as headings if it has at least two of them, or one and does not begin
    /// with a port. False if the row is not a row of headings.
    auto read_headings(std::span<csv_cell const> cells) -> bool {
        auto found =
            std::array{find_column(cells, "dstport port destinationport", source_),
                       find_column(cells, "protocol proto ipprotocol name", source_),
                       find_column(cells, "tag label groupname description groupid", source_)};
        auto const from = find_column(cells, "fromport", source_);
        auto const to = find_column(cells, "toport", source_);
        auto const is_range = !found[port_column] && from && to;
        if (is_range) found[port_column] = to;
        auto const count =
            std::count_if(found.begin(), found.end(), [](auto c) { return c.has_value(); });
        if (count == 0 || (count == 1 && set_ports(cells.front()))) return false;
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (!found[i]) {
                throw error{errc::invalid_table,
                            {source_, cells[0].line, cells[0].column},
                            "the headings lack a column for the " + std::string{titles[i]} +
                                " (they must name dstport, protocol and tag)"};
            }
            columns_[i] = *found[i];
        }
        if (is_range) from_column_ = from;
        headings_.keep(cells);
        return true;
    }

    void read_row(std::span<csv_cell const> cells) {
        if (cells.size() < width()) return fail(problem::short_row, cells[0], cells[0].text);
        if (auto const* const extra = extra_cell(cells, all_columns()))
            return fail(problem::long_row, *extra, extra->text);
        if (from_column_) {
            if (!set_protocol(cells[columns_[protocol_column]])) return;
            if (!set_range(cells)) return;
        } else {
            if (!set_ports(cells[columns_[port_column]])) return;
            if (!set_protocol(cells[columns_[protocol_column]])) return;
        }
        tag_ = trimmed(cells[columns_[tag_column]].text);
        if (tag_.empty()) fail(problem::tag, cells[columns_[tag_column]], tag_);
    }

    /// Reads the ports of a row under the headings FromPort and ToPort. They mean ports only if the
    /// protocol has some: for ICMP, they are a type and a code.
    auto set_range(std::span<csv_cell const> cells) -> bool {
        auto const& from = cells[*from_column_];
        auto const& to = cells[columns_[port_column]];
        auto const is_all = trimmed(cells[columns_[protocol_column]].text) == every_protocol;
        ports_.clear();
        if (is_all || (protocol_ && !has_ports(*protocol_))) {
            ports_.push_back({0, highest_port});
            return true;
        }
        auto const first = to_port(trimmed(from.text));
        auto const last = to_port(trimmed(to.text));
        if (first && last && *first <= *last) {
            ports_.push_back({*first, *last});
            return true;
        }
        auto const& bad = first ? to : from;
        fail(first && last ? problem::backwards : problem::port, bad, trimmed(bad.text));
        return false;
    }

    /// Reads a port. Programs such as pandas write `443.0` if another cell of the column is empty.
    [[nodiscard]] static auto to_port(std::string_view text) -> std::optional<std::uint16_t> {
        auto const point = text.find('.');
        auto const zeros = text.substr(std::min(point, text.size()));
        if (point != text.npos &&
            (zeros.size() == 1 || zeros.find_first_not_of('0', 1) != zeros.npos))
            return std::nullopt;
        auto const port = to_number(text.substr(0, point), highest_port);
        if (!port) return std::nullopt;
        return static_cast<std::uint16_t>(*port);
    }

    auto set_ports(csv_cell const& cell) -> bool {
        ports_.clear();
        if (auto const port = to_port(cell.text)) {
            ports_.push_back({*port, *port});
            return true;
        }
        auto rest = cell.text;
        for (auto more = true; more;) {
            auto const bar = rest.find('|');
            if (!add_ports(cell, trimmed(rest.substr(0, bar)))) return false;
            more = bar != rest.npos;
            if (more) rest.remove_prefix(bar + 1);
        }
        return true;
    }

    auto add_ports(csv_cell const& cell, std::string_view text) -> bool {
        if (is_any(text)) {
            ports_.push_back({0, highest_port});
            return true;
        }
        auto const dash = text.find('-');
        auto const first = to_port(trimmed(text.substr(0, dash)));
        auto const last = dash == text.npos ? first : to_port(trimmed(text.substr(dash + 1)));
        if (first && last && *first <= *last) {
            ports_.push_back({*first, *last});
            return true;
        }
        fail(first && last ? problem::backwards : problem::port, cell, text);
        return false;
    }

    auto set_protocol(csv_cell const& cell) -> bool {
        auto const text = trimmed(cell.text);
        auto const key = short_key(text);
        auto& known = spellings_[key * 0x9E37'79B9'7F4A'7C15 >> 58];
        if (key == 0 || known.key != key) {
            auto const any = is_any(text) || (from_column_ && text == every_protocol);
            auto const number = any ? std::nullopt : protocols_.number(text);
            if (!any && !number) {
                fail(problem::protocol, cell, text);
                return false;
            }
            known = {key, number};
        }
        protocol_ = known.protocol;
        return true;
    }

    /// A different number for each text of at most seven bytes; 0 for longer texts.
    [[nodiscard]] static auto short_key(std::string_view text) noexcept -> std::uint64_t {
        auto key = std::uint64_t{text.size()};
        if (text.size() > 7) return 0;
        for (auto const c : text) key = key << 8 | static_cast<unsigned char>(c);
        return key;
    }

    [[nodiscard]] static auto is_any(std::string_view text) -> bool {
        return text == "*" || (text.size() == 3 && folded(text) == "any");
    }

    /// `text` is a part of the cell.
    void fail(problem why, csv_cell const& cell, std::string_view text) {
        problem_ = why;
        bad_text_ = text;
        bad_line_ = cell.line;
        bad_column_ = cell.column;
        if (cell.text.find_first_of("\"\r\n") == std::string_view::npos)
            bad_column_ += static_cast<std::uint64_t>(text.data() - cell.text.data());
    }

    [[nodiscard]] auto width() const -> std::size_t {
        auto const last = *std::max_element(columns_.begin(), columns_.end());
        return std::max(last, from_column_.value_or(0)) + 1;
    }

    /// How many cells a row may have.
    [[nodiscard]] auto all_columns() const -> std::size_t {
        return std::max(width(), headings_.size());
    }

    /// The titles in the order of their columns.
    [[nodiscard]] auto headings() const -> std::string {
        auto text = std::string{};
        for (std::size_t column = 0; column < width(); ++column) {
            auto const at = std::find(columns_.begin(), columns_.end(), column) - columns_.begin();
            text += column == 0 ? "" : ", ";
            text += at == 3 ? "…" : titles[static_cast<std::size_t>(at)];
        }
        return text;
    }

    [[nodiscard]] auto similar() const -> std::string {
        auto const word = folded(bad_text_);
        auto words = similar_words{word};
        for (auto n = 0; n < 256; ++n) {
            auto const number = static_cast<std::uint8_t>(n);
            if (protocols_.known(number)) words.consider(protocols_.name(number));
            words.consider(protocol_keyword(number));
        }
        return words.hint();
    }

    csv_rows<> rows_;
    std::string const& source_;
    protocol_table const& protocols_;
    std::array<std::size_t, 3> columns_{0, 1, 2};
    std::optional<std::size_t> from_column_{};  // of FromPort; the port is then ToPort
    table_headings<> headings_;
    bool first_row_ = true;

    std::vector<port_span> ports_;
    std::optional<std::uint8_t> protocol_;
    std::string_view tag_;

    // how earlier rows spelled protocols: a search among the names takes 50 ns a row
    struct spelling {
        std::uint64_t key = 0;
        std::optional<std::uint8_t> protocol{};
    };
    std::array<spelling, 64> spellings_{};

    problem problem_ = problem::none;
    std::string_view bad_text_;
    std::uint64_t bad_line_ = 0;
    std::uint64_t bad_column_ = 0;
};

}  // namespace flowlog::detail

#endif
