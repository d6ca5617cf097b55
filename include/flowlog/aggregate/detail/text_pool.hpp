// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_TEXT_POOL_HPP
#define FLOWLOG_AGGREGATE_DETAIL_TEXT_POOL_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
        auto& recent = recent_[place_of(text)];
        if (recent < texts_.size() && texts_[recent] == text) return recent;
        return recent = find_or_add(text);
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
    /// How many texts are remembered by their last bytes. A log has few accounts and interfaces,
    /// and a look at the last one takes a third of the time of the map.
    static constexpr std::size_t recent_count = 256;

    [[nodiscard]] static auto place_of(std::string_view text) noexcept -> std::size_t {
        auto last = std::uint64_t{text.size()};
        if (text.size() >= sizeof last)
            std::memcpy(&last, text.data() + (text.size() - sizeof last), sizeof last);
        return (last * 0x9E3779B97F4A7C15) >> 56;
    }

    auto find_or_add(std::string_view text) -> std::uint64_t {
        if (auto const found = numbers_.find(text); found != numbers_.end()) return found->second;
        numbers_.emplace(std::string{text}, texts_.size());
        texts_.emplace_back(text);
        return texts_.size() - 1;
    }

    struct hash {
        using is_transparent = void;
        using is_avalanching = std::true_type;
        auto operator()(std::string_view text) const noexcept -> std::size_t {
            return hash_text(text, hash_key::of_process());
        }
    };
    boost::unordered_flat_map<std::string, std::uint64_t, hash, std::equal_to<>> numbers_;
    std::vector<std::string> texts_;
    std::array<std::uint64_t, recent_count>
        recent_{};  ///< numbers, by the last bytes of their texts
};

}  // namespace flowlog::detail

#endif
