// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_DISTINCT_HPP
#define FLOWLOG_AGGREGATE_DETAIL_DISTINCT_HPP

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

namespace flowlog::detail {

/// The number of different values, counted by their 64-bit hashes: exact up to a limit, above it a
/// HyperLogLog (Flajolet et al. 2007) of 4096 registers, with a standard error of 1.6 %. All hashes
/// must be made with the same key, also the hashes of a counter that is merged.
class distinct_counter {
public:
    /// The largest number that is exact.
    static constexpr std::size_t exact_limit = 1024;

    void add(std::uint64_t hash) {
        ++added_;
        insert(hash);
    }

    void merge(distinct_counter const& other) {
        added_ += other.added_;
        if (other.exact()) {
            for (auto const hash : other.hashes_) insert(hash);
            return;
        }
        if (exact()) estimate_from_now();
        for (std::size_t i = 0; i < registers_.size(); ++i)
            registers_[i] = std::max(registers_[i], other.registers_[i]);
    }

    /// Whether `count()` is exact and not an estimate.
    [[nodiscard]] auto exact() const noexcept -> bool { return registers_.empty(); }

    /// The number of different hashes; an estimate lies between what can be: more than
    /// `exact_limit`, and at most as many as were added.
    [[nodiscard]] auto count() const -> std::uint64_t {
        if (exact()) return hashes_.size();
        auto const estimated = static_cast<std::uint64_t>(std::llround(estimate()));
        return std::clamp(estimated, std::uint64_t{exact_limit} + 1, added_);
    }

private:
    static constexpr int bits = 12;
    static constexpr std::size_t size = std::size_t{1} << bits;

    struct identity {
        using is_avalanching = std::true_type;
        auto operator()(std::uint64_t hash) const noexcept -> std::size_t { return hash; }
    };

    void insert(std::uint64_t hash) {
        if (!exact()) return add_to_registers(hash);
        hashes_.insert(hash);
        if (hashes_.size() > exact_limit) estimate_from_now();
    }

    void add_to_registers(std::uint64_t hash) {
        auto& rank = registers_[hash >> (64 - bits)];
        auto const zeros = std::countl_zero((hash << bits) | (std::uint64_t{1} << (bits - 1)));
        rank = std::max(rank, static_cast<std::uint8_t>(zeros + 1));
    }

    void estimate_from_now() {
        registers_.assign(size, 0);
        for (auto const hash : hashes_) add_to_registers(hash);
        hashes_ = {};
    }

    [[nodiscard]] auto estimate() const -> double {
        constexpr auto m = static_cast<double>(size);
        auto sum = 0.0;
        for (auto const rank : registers_) sum += std::ldexp(1.0, -rank);
        auto const raw = 0.7213 / (1 + 1.079 / m) * m * m / sum;
        auto const empty = static_cast<double>(std::ranges::count(registers_, 0));
        return raw <= 2.5 * m && empty > 0 ? m * std::log(m / empty) : raw;
    }

    boost::unordered_flat_set<std::uint64_t, identity> hashes_;
    std::vector<std::uint8_t> registers_;
    std::uint64_t added_ = 0;
};

}  // namespace flowlog::detail

#endif
