// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_SCAN_NEON_HPP
#define FLOWLOG_FORMAT_TEXT_SCAN_NEON_HPP

#include <cstddef>
#include <cstdint>

#if defined(__aarch64__)

#include <arm_neon.h>

#include <flowlog/format/text/scan_groups.hpp>

namespace flowlog::detail {

/// The scanner for arm64. A byte is a delimiter if it equals the table's entry for its low four
/// bits. Among the four delimiters, only tab and CR are odd. So bit 0 of all delimiters together
/// shows whether there is a tab or a CR.
inline void scan_neon(char const* text, std::size_t size, scan_index& index) noexcept {
    constexpr std::uint8_t powers[] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    constexpr std::uint8_t by_low_bits[] = {' ', 0,    0,    0, 0, 0,    0, 0,
                                            0,   '\t', '\n', 0, 0, '\r', 0, 0};
    auto const bits = vld1q_u8(powers);
    auto const table = vld1q_u8(by_low_bits);
    auto seen = vdupq_n_u8(0);
    std::size_t newlines = 0;
    auto const find = [&](char const* at) {
        auto const bytes = vld1q_u8_x4(reinterpret_cast<std::uint8_t const*>(at));
        uint8x16_t found[4];
        auto ends = vdupq_n_u8(0);
        for (auto i = 0; i < 4; ++i) {
            auto const low_bits = vandq_u8(bytes.val[i], vdupq_n_u8(0x0F));
            found[i] = vceqq_u8(bytes.val[i], vqtbl1q_u8(table, low_bits));
            seen = vorrq_u8(seen, vandq_u8(found[i], bytes.val[i]));
            ends = vsubq_u8(ends, vceqq_u8(bytes.val[i], vdupq_n_u8('\n')));
        }
        newlines += vaddvq_u8(ends);
        auto const a = vpaddq_u8(vandq_u8(found[0], bits), vandq_u8(found[1], bits));
        auto const b = vpaddq_u8(vandq_u8(found[2], bits), vandq_u8(found[3], bits));
        auto const sums = vpaddq_u8(a, b);
        return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)), 0);
    };
    scan_groups(text, size, index, find, write_bits<>{});
    index.line_count = newlines;
    index.irregular = index.irregular || (vmaxvq_u8(vandq_u8(seen, vdupq_n_u8(1))) != 0);
}

}  // namespace flowlog::detail

#endif

#endif
