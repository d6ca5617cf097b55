// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_BENCH_GENERATOR_RANDOM_HPP
#define FLOWLOG_BENCH_GENERATOR_RANDOM_HPP

#include <cstdint>

namespace bench {

/// SplitMix64: the same numbers for the same seed with every compiler, which the distributions of
/// <random> do not promise.
class random {
public:
    explicit random(std::uint64_t seed) noexcept : state_{seed} {}

    auto operator()() noexcept -> std::uint64_t {
        auto z = state_ += 0x9e3779b97f4a7c15ULL;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    /// 0 … bound - 1.
    auto below(std::uint32_t bound) noexcept -> std::uint32_t {
        return static_cast<std::uint32_t>(((*this)() >> 32) * bound >> 32);
    }

private:
    std::uint64_t state_;
};

/// Scales 16 random bits to 0 … bound - 1.
constexpr auto scale16(std::uint64_t bits, std::uint32_t bound) noexcept -> std::uint32_t {
    return static_cast<std::uint32_t>((bits & 0xffff) * bound >> 16);
}

}  // namespace bench

#endif
