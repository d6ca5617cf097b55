// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_DETAIL_UPTIME_HPP
#define FLOWLOG_FORMAT_DETAIL_UPTIME_HPP

#include <chrono>
#include <cstdint>

#include <flowlog/flow/field.hpp>

namespace flowlog::detail {

/// The times of a flow as NetFlow gives them: on the clock of the router, which counts milliseconds
/// modulo 2^32 from its start, together with what that clock showed at a known time.
struct uptime_clock {
    timestamp exported;    ///< when the flow was exported
    std::uint32_t uptime;  ///< the clock then; 0: `first` and `last` count from `exported`
    std::uint32_t first;   ///< the clock at the first packet
    std::uint32_t last;    ///< the clock at the last packet

    /// How often the clock wrapped around between the first packet and the export. The rule of
    /// nfdump's collector (netflow_v5_v7.c): the first packet comes before the last, and the last
    /// at most 100 s after the export.
    [[nodiscard]] constexpr auto wraps_of_first() const noexcept -> int {
        return uptime == 0 ? 0 : wraps_of_last() + (first > last ? 1 : 0);
    }
    /// How often it wrapped around between the last packet and the export.
    [[nodiscard]] constexpr auto wraps_of_last() const noexcept -> int {
        return uptime != 0 && last > uptime && last - uptime > 100'000 ? 1 : 0;
    }

    /// The time of the first packet; `repair` takes account of wraps.
    [[nodiscard]] constexpr auto start(bool repair) const noexcept -> timestamp {
        return at(first, repair ? wraps_of_first() : 0);
    }
    /// The time of the last packet.
    [[nodiscard]] constexpr auto end(bool repair) const noexcept -> timestamp {
        return at(last, repair ? wraps_of_last() : 0);
    }

private:
    [[nodiscard]] constexpr auto at(std::uint32_t clock, int wraps) const noexcept -> timestamp {
        auto const ticks = std::int64_t{clock} - std::int64_t{uptime} - (std::int64_t{wraps} << 32);
        return exported + std::chrono::milliseconds{ticks};
    }
};

/// The time at a number of Unix seconds and of nanoseconds, which may be more than a second.
[[nodiscard]] constexpr auto unix_time(std::uint32_t seconds, std::uint64_t nanoseconds) noexcept
    -> timestamp {
    return timestamp{std::chrono::seconds{seconds} +
                     std::chrono::microseconds{static_cast<std::int64_t>(nanoseconds / 1000)}};
}

}  // namespace flowlog::detail

#endif
