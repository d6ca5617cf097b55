// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_DISTINCT_HPP
#define FLOWLOG_AGGREGATE_DETAIL_DISTINCT_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

// The words of a counter:
//
//     exact       [hash] [ - ] [hash] [hash] …   a hash table of 4, 8, … 2048 slots
//     estimated   [r r r r r r r r] [r r …] …    512 words of eight registers

namespace flowlog::detail {

/// The number of different values, counted by their 64-bit hashes, none of which is 0: exact up to
/// a limit, above it a HyperLogLog (Flajolet et al. 2007) of 4096 registers, whose number is
/// estimated as Ertl does (2017, "New cardinality estimation algorithms for HyperLogLog sketches"),
/// with a standard error of 1.6 %. All hashes must be made with the same key, also the hashes of a
/// counter that is merged. A counter of three values takes 80 bytes.
class distinct_counter {
public:
    /// The largest number that is exact.
    static constexpr std::size_t exact_limit = 1024;

    static constexpr std::size_t registers_size = std::size_t{1} << 12;

    /// The largest value of a register.
    static constexpr unsigned char max_rank = 53;

    void add(std::uint64_t hash) {
        if (!exact()) return add_to_registers(hash);
        if (words_.empty()) words_.resize(min_slots);
        auto& slot = words_[slot_of(words_, hash)];
        if (slot == hash) return;
        slot = hash;
        if (++size_ > exact_limit) return estimate_from_now();
        if (size_ > words_.size() / 4 * 3) grow();
    }

    void merge(distinct_counter const& other) {
        if (other.exact()) {
            for (auto const hash : other.words_)
                if (hash != 0) add(hash);
            return;
        }
        merge(other.registers());
    }

    /// Merges the registers of another counter.
    void merge(std::span<unsigned char const> from) {
        if (exact()) estimate_from_now();
        auto const to = own_registers();
        for (std::size_t i = 0; i < registers_size; ++i) to[i] = std::max(to[i], from[i]);
    }

    /// The hashes in ascending order. \pre `exact()`
    [[nodiscard]] auto hashes() const -> std::vector<std::uint64_t> {
        auto result = std::vector<std::uint64_t>{};
        for (auto const hash : words_)
            if (hash != 0) result.push_back(hash);
        std::ranges::sort(result);
        return result;
    }

    /// \pre not `exact()`
    [[nodiscard]] auto registers() const noexcept -> std::span<unsigned char const> {
        return {reinterpret_cast<unsigned char const*>(words_.data()), registers_size};
    }

    /// Whether `count()` is exact and not an estimate.
    [[nodiscard]] auto exact() const noexcept -> bool { return size_ != estimated; }

    /// The number of different hashes; an estimate is more than `exact_limit`. It depends on the
    /// hashes alone, not on how often each was added, nor in which order.
    [[nodiscard]] auto count() const -> std::uint64_t {
        if (exact()) return size_;
        auto const found = static_cast<std::uint64_t>(std::llround(std::min(estimate(), 0x1p62)));
        return std::max(found, std::uint64_t{exact_limit} + 1);
    }

private:
    static constexpr int bits = 12;
    static_assert(registers_size == std::size_t{1} << bits && max_rank == 64 - bits + 1);
    static constexpr std::size_t min_slots = 4;
    static constexpr auto estimated = std::numeric_limits<std::uint32_t>::max();

    [[nodiscard]] auto own_registers() noexcept -> std::span<unsigned char> {
        return {reinterpret_cast<unsigned char*>(words_.data()), registers_size};
    }

    /// The slot of a hash, or the one that it would get.
    [[nodiscard]] static auto slot_of(std::vector<std::uint64_t> const& slots,
                                      std::uint64_t hash) noexcept -> std::size_t {
        auto const mask = slots.size() - 1;
        auto at = hash >> 32 & mask;
        while (slots[at] != 0 && slots[at] != hash) at = (at + 1) & mask;
        return at;
    }

    void grow() {
        auto larger = std::vector<std::uint64_t>(words_.size() * 2);
        for (auto const hash : words_)
            if (hash != 0) larger[slot_of(larger, hash)] = hash;
        words_ = std::move(larger);
    }

    void add_to_registers(std::uint64_t hash) {
        auto& rank = own_registers()[hash >> (64 - bits)];
        auto const zeros = std::countl_zero((hash << bits) | (std::uint64_t{1} << (bits - 1)));
        rank = std::max(rank, static_cast<unsigned char>(zeros + 1));
    }

    void estimate_from_now() {
        auto const hashes = std::exchange(
            words_, std::vector<std::uint64_t>(registers_size / sizeof(std::uint64_t)));
        size_ = estimated;
        for (auto const hash : hashes)
            if (hash != 0) add_to_registers(hash);
    }

    /// Ertl's improved estimate (algorithm 6), which has no bias, neither for few values nor for
    /// many.
    [[nodiscard]] auto estimate() const -> double {
        constexpr auto m = static_cast<double>(registers_size);
        auto counts = std::array<double, max_rank + 1>{};  // of the registers with each value
        for (auto const rank : registers()) ++counts[rank];
        auto sum = m * tau(1 - counts[max_rank] / m);
        for (auto rank = std::size_t{max_rank} - 1; rank != 0; --rank)
            sum = (sum + counts[rank]) / 2;
        sum += m * sigma(counts[0] / m);
        return m * m / (2 * std::numbers::ln2 * sum);
    }

    /// `x + x^2 + 2 x^4 + 4 x^8 + …`, for the share of the registers that are 0. \pre `x < 1`
    [[nodiscard]] static auto sigma(double x) noexcept -> double {
        auto sum = x;
        auto factor = 1.0;
        for (auto before = -1.0; sum != before; factor *= 2) {
            x *= x;
            before = sum;
            sum += x * factor;
        }
        return sum;
    }

    /// Its counterpart for the share of the registers that are less than `max_rank`.
    [[nodiscard]] static auto tau(double x) noexcept -> double {
        if (x == 0 || x == 1) return 0;
        auto sum = 1 - x;
        auto factor = 0.5;
        for (auto before = -1.0; sum != before; factor /= 2) {
            x = std::sqrt(x);
            before = sum;
            sum -= (1 - x) * (1 - x) * factor;
        }
        return sum / 3;
    }

    std::vector<std::uint64_t> words_{};
    std::uint32_t size_ = 0;  // of the exact hashes, or `estimated`
};

}  // namespace flowlog::detail

#endif
