// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_TEXT_POOL_HPP
#define FLOWLOG_AGGREGATE_DETAIL_TEXT_POOL_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include <flowlog/aggregate/detail/keyed_hash.hpp>

namespace flowlog::detail {

/// Gives texts numbers, from 0 on: equal texts have the same number.
class text_pool {
public:
    auto number(std::string_view text) -> std::uint64_t {
        if (auto const found = numbers_.find(text); found != numbers_.end()) return found->second;
        numbers_.emplace(std::string{text}, texts_.size());
        texts_.emplace_back(text);
        return texts_.size() - 1;
    }
    /// The number of a text, if it has one.
    [[nodiscard]] auto find(std::string_view text) const -> std::optional<std::uint64_t> {
        auto const found = numbers_.find(text);
        return found == numbers_.end() ? std::nullopt : std::optional{found->second};
    }
    /// How many texts have a number.
    [[nodiscard]] auto size() const noexcept -> std::size_t { return texts_.size(); }
    [[nodiscard]] auto text(std::uint64_t number) const noexcept -> std::string const& {
        return texts_[number];
    }

private:
    struct hash {
        using is_transparent = void;
        using is_avalanching = std::true_type;
        auto operator()(std::string_view text) const noexcept -> std::size_t {
            return hash_text(text, hash_key::of_process());
        }
    };
    boost::unordered_flat_map<std::string, std::uint64_t, hash, std::equal_to<>> numbers_;
    std::vector<std::string> texts_;
};

}  // namespace flowlog::detail

#endif
