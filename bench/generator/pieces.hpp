// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_BENCH_GENERATOR_PIECES_HPP
#define FLOWLOG_BENCH_GENERATOR_PIECES_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace bench {

/// Texts are copied in steps of this many bytes, so a piece may be read, and a line written, as far
/// past its end.
inline constexpr std::size_t piece_step = 16;

/// A string literal as a template argument, with room to be read past its end.
template <std::size_t Size>
struct literal {
    consteval literal(char const (&characters)[Size]) {
        for (std::size_t i = 0; i + 1 < Size; ++i) text[i] = characters[i];
    }
    char text[Size + piece_step]{};
};

/// A constant piece: `piece<"ACCEPT">`.
template <literal Text>
inline constexpr auto piece = std::string_view{Text.text};

/// Keeps texts that can be read `piece_step` bytes past their end.
class piece_pool {
public:
    auto add(std::string_view text) -> std::string_view {
        if (text.size() + piece_step > left_) grow(text.size() + piece_step);
        auto* const at = next_;
        std::memcpy(at, text.data(), text.size());
        next_ += text.size();
        left_ -= text.size();
        return {at, text.size()};
    }

private:
    void grow(std::size_t least) {
        left_ = least > chunk ? least : chunk;
        chunks_.push_back(std::make_unique<char[]>(left_));
        next_ = chunks_.back().get();
    }

    static constexpr std::size_t chunk = std::size_t{1} << 18;
    std::vector<std::unique_ptr<char[]>> chunks_;
    char* next_ = nullptr;
    std::size_t left_ = 0;
};

/// Copies a piece to `out` and returns its end there.
inline auto put(char* out, std::string_view piece) noexcept -> char* {
    std::memcpy(out, piece.data(), piece_step);
    for (std::size_t done = piece_step; done < piece.size(); done += piece_step) {
        std::memcpy(out + done, piece.data() + done, piece_step);
    }
    return out + piece.size();
}

namespace detail {

/// 0000 … 9999, and room to read past the end.
inline auto const four_digits = [] {
    auto table = std::array<char, 40'004>{};
    for (std::size_t i = 0; i < 10'000; ++i) {
        table[4 * i] = static_cast<char>('0' + i / 1000);
        table[4 * i + 1] = static_cast<char>('0' + i / 100 % 10);
        table[4 * i + 2] = static_cast<char>('0' + i / 10 % 10);
        table[4 * i + 3] = static_cast<char>('0' + i % 10);
    }
    return table;
}();

}  // namespace detail

/// Writes a number in decimal and returns its end. Needs room for 20 digits and 4 bytes more.
inline auto put(char* out, std::uint64_t number) noexcept -> char* {
    if (number >= 10'000) {
        out = put(out, number / 10'000);
        std::memcpy(out, &detail::four_digits[4 * (number % 10'000)], 4);
        return out + 4;
    }
    auto const size = std::size_t{1} + (number > 9) + (number > 99) + (number > 999);
    std::memcpy(out, &detail::four_digits[4 * number + 4 - size], 4);
    return out + size;
}

}  // namespace bench

#endif
