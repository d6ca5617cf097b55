// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_SCAN_HPP
#define FLOWLOG_DETAIL_SCAN_HPP

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace flowlog::detail {

/// Stage 1's answer for a run of text: where its delimiters (blank, tab, CR, LF) stand, and where
/// its lines end.
struct scan_index {
    /// Offsets of the delimiters from the start of the text; `delimiters[-1]` may be written by the
    /// reader.
    std::uint32_t* delimiters;
    /// For each line, how many delimiters stand up to and with its LF.
    std::uint32_t* lines;
    std::size_t delimiter_count = 0;
    std::size_t line_count = 0;
    /// Whether there is a tab, a CR, or a delimiter right after a delimiter or at the start of the
    /// text: only then can a token not be found between two neighbouring delimiters.
    bool irregular = false;
};

/// A `scan_index` needs room for this many entries beyond the bytes scanned: the scanners write
/// groups.
inline constexpr std::size_t scan_slack = 64;

/// What stage 1 knows of up to 64 bytes, a bit a byte.
struct byte_masks {
    std::uint64_t delimiters;
    std::uint64_t newlines;
    std::uint64_t controls;  ///< tabs and CRs
};

/// Writes the set bits of `mask` as offsets from `base`.
inline void write_positions(std::uint64_t mask, std::uint32_t base, std::uint32_t* out) noexcept {
    while (mask != 0) {
        *out++ = base + static_cast<std::uint32_t>(std::countr_zero(mask));
        mask &= mask - 1;
    }
}

/// Adds what one group of bytes holds to the index. `after_delimiter` is 1 where the byte before
/// the group delimits.
inline void add_group(scan_index& index, byte_masks masks, std::uint32_t base,
                      std::uint64_t& after_delimiter) noexcept {
    auto const doubled = masks.delimiters & ((masks.delimiters << 1) | after_delimiter);
    after_delimiter = masks.delimiters >> 63;
    index.irregular |= (doubled | masks.controls) != 0;
    for (auto rest = masks.newlines; rest != 0; rest &= rest - 1) {
        auto const up_to = rest ^ (rest - 1);
        index.lines[index.line_count++] = static_cast<std::uint32_t>(
            index.delimiter_count +
            static_cast<std::size_t>(std::popcount(masks.delimiters & up_to)));
    }
    write_positions(masks.delimiters, base, index.delimiters + index.delimiter_count);
    index.delimiter_count += static_cast<std::size_t>(std::popcount(masks.delimiters));
}

/// The bits of the bytes of `word` (first byte lowest) that equal `c`.
constexpr auto equal_bytes(std::uint64_t word, char c) noexcept -> std::uint64_t {
    constexpr auto ones = 0x0101010101010101ULL;
    constexpr auto low = 0x7F7F7F7F7F7F7F7FULL;
    auto const x = word ^ (ones * static_cast<unsigned char>(c));
    auto const zero = ~(((x & low) + low) | x | low);  // 0x80 where a byte of x is 0, exact
    return ((zero >> 7) * 0x0102040810204080ULL) >> 56;
}

/// The masks of up to 64 bytes, eight at a time.
inline auto classify_scalar(char const* text, std::size_t size) noexcept -> byte_masks {
    auto masks = byte_masks{};
    for (std::size_t at = 0; at < size; at += 8) {
        auto word = ~std::uint64_t{0};  // bytes past the end are no delimiters
        std::memcpy(&word, text + at, size - at < 8 ? size - at : 8);
        if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
        auto const newlines = equal_bytes(word, '\n');
        auto const controls = equal_bytes(word, '\t') | equal_bytes(word, '\r');
        masks.newlines |= newlines << at;
        masks.controls |= controls << at;
        masks.delimiters |= (equal_bytes(word, ' ') | newlines | controls) << at;
    }
    return masks;
}

/// Stage 1, portable.
inline void scan_scalar(char const* text, std::size_t size, scan_index& index) noexcept {
    std::uint64_t after_delimiter = 1;
    for (std::size_t at = 0; at < size; at += 64) {
        add_group(index, classify_scalar(text + at, size - at < 64 ? size - at : 64),
                  static_cast<std::uint32_t>(at), after_delimiter);
    }
}

/// Scans `size` bytes (fewer than 2^32) into an empty index. Reads no byte beyond them.
inline void scan(char const* text, std::size_t size, scan_index& index) noexcept {
    scan_scalar(text, size, index);
}

/// The memory behind a `scan_index`, grown as needed and reused.
class scan_buffer {
public:
    /// Indexes `text`, which ends with a newline. What the last call returned becomes invalid.
    [[nodiscard]] auto scan(std::string_view text) -> scan_index {
        auto const entries = text.size() + scan_slack;
        if (delimiters_.size() < entries + 1) {
            delimiters_ = std::vector<std::uint32_t>(entries + 1);
            lines_ = std::vector<std::uint32_t>(entries);
        }
        auto index = scan_index{.delimiters = delimiters_.data() + 1, .lines = lines_.data()};
        index.delimiters[-1] = ~std::uint32_t{0};  // one before offset 0
        detail::scan(text.data(), text.size(), index);
        return index;
    }

private:
    std::vector<std::uint32_t> delimiters_;
    std::vector<std::uint32_t> lines_;
};

}  // namespace flowlog::detail

#endif
