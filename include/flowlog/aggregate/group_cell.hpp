// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_GROUP_CELL_HPP
#define FLOWLOG_AGGREGATE_GROUP_CELL_HPP

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include <flowlog/aggregate/detail/hash_secret.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/print.hpp>

namespace flowlog {

/// A cell of the table that a grouping makes: nothing, a number, a time or a text.
using group_cell = std::variant<std::monostate, std::uint64_t, double, timestamp, std::string>;

/// A cell as text; nothing is `-`.
[[nodiscard]] inline auto to_text(group_cell const& cell) -> std::string {
    struct visitor {
        auto operator()(std::monostate) const -> std::string { return "-"; }
        auto operator()(std::uint64_t number) const -> std::string {
            return std::to_string(number);
        }
        auto operator()(double number) const -> std::string {
            char room[64];
            auto const size = std::snprintf(room, sizeof room, "%.1f", number);
            return std::string(room, static_cast<std::size_t>(size));
        }
        auto operator()(timestamp time) const -> std::string { return to_text(time); }
        auto operator()(std::string const& text) const -> std::string { return text; }
    };
    return std::visit(visitor{}, cell);
}

namespace detail {

/// Texts by number: equal texts have the same number. Numbers begin at 0.
class text_pool {
public:
    auto number(std::string_view text) -> std::uint64_t {
        if (auto const found = numbers_.find(text); found != numbers_.end()) return found->second;
        numbers_.emplace(std::string{text}, texts_.size());
        texts_.emplace_back(text);
        return texts_.size() - 1;
    }
    [[nodiscard]] auto text(std::uint64_t number) const noexcept -> std::string const& {
        return texts_[number];
    }

private:
    struct hash {
        using is_transparent = void;
        using is_avalanching = std::true_type;
        auto operator()(std::string_view text) const noexcept -> std::size_t {
            return hash_text(text, hash_secret::of_process());
        }
    };
    boost::unordered_flat_map<std::string, std::uint64_t, hash, std::equal_to<>> numbers_;
    std::vector<std::string> texts_;
};

}  // namespace detail

}  // namespace flowlog

#endif
