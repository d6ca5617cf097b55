// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_DETAIL_LINE_COPIER_HPP
#define FLOWLOG_OUTPUT_DETAIL_LINE_COPIER_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/output/detail/row_buffer.hpp>

namespace flowlog::detail {

/// A batch of lines of a text log.
template <class Batch>
concept line_batch = requires(Batch const& lines) {
    { lines[0].line() } -> std::same_as<std::string_view>;
    { lines[0].columns() } -> std::same_as<layout const&>;
};

/// Finds lines of text logs that a VPC flow log has as they are: the same columns, and values that
/// are written in the same way. Checking a column of many lines and copying the lines takes a
/// fraction of the time of decoding and printing each value.
class line_copier {
public:
    static constexpr std::size_t max_lines = 64;

    /// `columns` are those of the output, `version` is what it has in the field of that name.
    line_copier(std::vector<field_id> columns, std::uint64_t version)
        : columns_{std::move(columns)}, version_{version} {}

    /// A bit for each line.
    using line_set = std::uint64_t;

    /// Which lines of a batch of 1 to `max_lines` the output has as they are; bit 0 is the first.
    template <line_batch Batch>
    [[nodiscard]] auto same_lines(Batch const& lines) -> line_set {
        if (!has_columns(lines[0].columns())) return 0;
        auto result = all(lines.size());
        for (auto const id : columns_) {
            if (result != 0) result &= same_in(lines, id);
        }
        return result;
    }

private:
    [[nodiscard]] auto has_columns(layout const& found) const -> bool {
        if (found.size() != columns_.size()) return false;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (found.field_at(i) != columns_[i]) return false;
        }
        return true;
    }

    [[nodiscard]] static constexpr auto all(std::size_t lines) noexcept -> line_set {
        return ~line_set{0} >> (max_lines - lines);
    }

    /// The lines that have a field as the output has it.
    template <class Batch>
    [[nodiscard]] auto same_in(Batch const& lines, field_id id) -> line_set {
        switch (info(id).type) {
            case field_type::address: return same_addresses(lines, id);
            case field_type::time:
                return lines.times(id, words_.data(), 1) ? without_leading_zeros(lines, id) : 0;
            case field_type::text:
                return each_token(lines, id, [](std::string_view text) { return is_plain(text); });
            case field_type::action:
                return each_token(lines, id, [](std::string_view text) {
                    return text == "ACCEPT" || text == "REJECT";
                });
            case field_type::log_status:
                return each_token(lines, id, [](std::string_view text) { return text == "OK"; });
            case field_type::flow_direction:
                return each_token(lines, id, [](std::string_view text) {
                    return text == "ingress" || text == "egress";
                });
            default: break;
        }
        if (!lines.numbers(id, words_.data(), 1)) return 0;
        if (id != field_id::version) return without_leading_zeros(lines, id);
        return each_token(lines, id, [version = std::to_string(version_)](std::string_view text) {
            return text == version;
        });
    }

    /// An IPv4 address can be written in one way, an IPv6 address in many.
    template <class Batch>
    [[nodiscard]] auto same_addresses(Batch const& lines, field_id id) -> line_set {
        auto v6 = line_set{0};
        if (!lines.addresses(id, words_.data(), 2,
                             [&](std::size_t line, bool is_v6) { v6 |= line_set{is_v6} << line; }))
            return 0;
        auto result = all(lines.size());
        auto const column = lines[0].columns().column(id);
        for (; v6 != 0; v6 &= v6 - 1) {
            auto const line = static_cast<std::size_t>(std::countr_zero(v6));
            auto text = std::array<char, max_printed>{};
            auto* const end =
                print_value(text.data(), address::v6(words_[2 * line], words_[2 * line + 1]));
            if (lines[line].token(column) != std::string_view{text.data(), end})
                result &= ~(line_set{1} << line);
        }
        return result;
    }

    template <class Batch, class Test>
    [[nodiscard]] static auto each_token(Batch const& lines, field_id id, Test test) -> line_set {
        auto const column = lines[0].columns().column(id);
        auto result = line_set{0};
        for (std::size_t i = 0; i < lines.size(); ++i)
            result |= line_set{test(lines[i].token(column))} << i;
        return result;
    }

    template <class Batch>
    [[nodiscard]] static auto without_leading_zeros(Batch const& lines, field_id id) -> line_set {
        return each_token(lines, id, [](std::string_view digits) {
            return digits[0] != '0' || digits.size() == 1;
        });
    }

    std::vector<field_id> columns_;
    std::uint64_t version_;
    std::array<std::uint64_t, 2 * max_lines> words_{};
};

}  // namespace flowlog::detail

#endif
