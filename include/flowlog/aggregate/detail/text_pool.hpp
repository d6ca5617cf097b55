// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_TEXT_POOL_HPP
#define FLOWLOG_AGGREGATE_DETAIL_TEXT_POOL_HPP

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include <flowlog/aggregate/detail/keyed_hash.hpp>

namespace flowlog::detail {

/// Gives texts numbers, from 0 on: equal texts have the same number.
///
/// A log has few accounts and thousands of interfaces. The texts that were looked up last are
/// remembered in a table of pairs, with their bytes beside their numbers, so that most look-ups
/// touch one cache line:
///
///     hash of the last bytes -> [ text, number | text, number ]     the newer one first
class text_pool {
public:
    auto number(std::string_view text) -> std::uint64_t {
        if (recent_.empty()) recent_.resize(pair_count);
        auto& [newer, older] = recent_[place_of(text)];
        if (newer.is(text, texts_)) return newer.number;
        auto const found = older.is(text, texts_) ? older.number : find_or_add(text);
        older.keep(text, found);
        std::swap(newer, older);
        return found;
    }
    /// Brings what `number` needs for a text into the cache.
    void prefetch(std::string_view text) const noexcept {
        if (recent_.empty()) return;
        auto const& [newer, older] = recent_[place_of(text)];
        __builtin_prefetch(&newer, 1);
        __builtin_prefetch(&older, 1);
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
    static constexpr std::size_t pair_count = 4096;
    static constexpr std::size_t word_size = sizeof(std::uint64_t);

    [[nodiscard]] static auto word_at(char const* bytes) noexcept -> std::uint64_t {
        auto word = std::uint64_t{0};
        std::memcpy(&word, bytes, word_size);
        return word;
    }

    /// A text that was looked up: its size, and its bytes in words of which the last two may
    /// overlap. Only the number is kept of a text of another size than 8 to 24.
    struct recent {
        std::uint32_t size = ~std::uint32_t{0};
        std::uint32_t number = 0;
        std::array<std::uint64_t, 3> words{};

        [[nodiscard]] static auto words_of(std::string_view text) noexcept {
            auto const* const at = text.data();
            auto const* const last = at + text.size() - word_size;
            return std::array{word_at(at), word_at(text.size() < 2 * word_size ? at : at + 8),
                              word_at(last)};
        }
        [[nodiscard]] static auto fits(std::string_view text) noexcept -> bool {
            return text.size() >= word_size && text.size() <= 3 * word_size;
        }
        [[nodiscard]] auto is(std::string_view text,
                              std::vector<std::string> const& texts) const noexcept -> bool {
            if (size != text.size()) return false;
            if (!fits(text)) return texts[number] == text;
            auto const other = words_of(text);  // to compare arrays is a call of memcmp
            return ((words[0] ^ other[0]) | (words[1] ^ other[1]) | (words[2] ^ other[2])) == 0;
        }
        void keep(std::string_view text, std::uint64_t of_text) noexcept {
            if (text.size() >= ~std::uint32_t{0} || of_text > ~std::uint32_t{0}) return;
            size = static_cast<std::uint32_t>(text.size());
            number = static_cast<std::uint32_t>(of_text);
            if (fits(text)) words = words_of(text);
        }
    };

    [[nodiscard]] static auto place_of(std::string_view text) noexcept -> std::size_t {
        auto last = std::uint64_t{text.size()};
        if (text.size() >= word_size)
            last = word_at(text.data() + text.size() - word_size);
        else
            std::memcpy(&last, text.data(), text.size());
        return (last * 0x9E3779B97F4A7C15) >> (64 - std::bit_width(pair_count - 1));
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
    std::vector<std::pair<recent, recent>> recent_;
};

}  // namespace flowlog::detail

#endif
