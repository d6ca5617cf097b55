// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_DETAIL_LINE_COPIER_HPP
#define FLOWLOG_OUTPUT_DETAIL_LINE_COPIER_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/flow.hpp>
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

    /// Whether the output has every line of a batch of 1 to `max_lines` as it is.
    template <line_batch Batch>
    [[nodiscard]] auto are_same(Batch const& lines) -> bool {
        return has_columns(lines[0].columns()) &&
               std::all_of(columns_.begin(), columns_.end(),
                           [&](field_id id) { return is_same(lines, id); });
    }

private:
    [[nodiscard]] auto has_columns(layout const& found) const -> bool {
        if (found.size() != columns_.size()) return false;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (found.field_at(i) != columns_[i]) return false;
        }
        return true;
    }

    template <class Batch>
    [[nodiscard]] auto is_same(Batch const& lines, field_id id) -> bool {
        switch (info(id).type) {
            case field_type::address: {
                auto v4 = true;
                return lines.addresses(id, words_.data(), 2, [&](std::size_t, bool v6) {
                    v4 = v4 && !v6;
                }) && v4;
            }
            case field_type::time:
                return lines.times(id, words_.data(), 1) && no_leading_zeros(lines, id);
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
        if (!lines.numbers(id, words_.data(), 1) || !no_leading_zeros(lines, id)) return false;
        return id != field_id::version ||
               std::all_of(words_.begin(), words_.begin() + std::ptrdiff_t(lines.size()),
                           [this](std::uint64_t found) { return found == version_; });
    }

    template <class Batch, class Test>
    [[nodiscard]] static auto each_token(Batch const& lines, field_id id, Test test) -> bool {
        auto const column = lines[0].columns().column(id);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (!test(lines[i].token(column))) return false;
        }
        return true;
    }

    template <class Batch>
    [[nodiscard]] static auto no_leading_zeros(Batch const& lines, field_id id) -> bool {
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
