// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_CPU_HPP
#define FLOWLOG_DETAIL_CPU_HPP

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace flowlog::detail {

/// The instruction sets that there are kernels for. A processor that has one of x86 also has those
/// before it. (avx2 includes BMI2, avx512 includes VBMI2, as all processors since 2013 and 2019
/// do.)
enum class cpu_level : std::uint8_t { scalar, neon, sse2, sse41, avx2, avx512 };

/// A level and the name that FLOWLOG_FORCE_SCAN gives it.
struct cpu_level_name {
    cpu_level level;
    std::string_view name;
};

/// All levels of all machines, the best first.
inline constexpr auto cpu_levels = std::to_array<cpu_level_name>({{cpu_level::avx512, "avx512"},
                                                                  {cpu_level::avx2, "avx2"},
                                                                  {cpu_level::sse41, "sse4.1"},
                                                                  {cpu_level::sse2, "sse2"},
                                                                  {cpu_level::neon, "neon"},
                                                                  {cpu_level::scalar, "scalar"}});

/// Whether a processor whose best level is `best` has `level`.
constexpr auto has_level(cpu_level best, cpu_level level) noexcept -> bool {
    auto const neon = best == cpu_level::neon || level == cpu_level::neon;
    return level == cpu_level::scalar || (neon ? best == level : level <= best);
}

/// The best level of this processor.
inline auto best_cpu_level() noexcept -> cpu_level {
#if defined(__x86_64__)
    auto const has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    if (has_avx2 && __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vbmi") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return cpu_level::avx512;
    if (has_avx2) return cpu_level::avx2;
    return __builtin_cpu_supports("sse4.1") ? cpu_level::sse41 : cpu_level::sse2;
#elif defined(__aarch64__)
    return cpu_level::neon;
#else
    return cpu_level::scalar;
#endif
}

/// Whether this processor picks bits out of a word (PDEP) in one step; some take hundreds.
inline auto picks_bits_fast() noexcept -> bool {
#if defined(__x86_64__)
    return !__builtin_cpu_is("znver1") && !__builtin_cpu_is("znver2") &&
           !__builtin_cpu_is("bdver4");
#else
    return false;
#endif
}

/// The level that kernels use, and whether it is the level that was forced.
struct cpu_choice {
    enum class fault : std::uint8_t { none, unknown_name, missing_level };

    cpu_level level = cpu_level::scalar;
    std::string_view forced{};  ///< the name of the forced level, if any
    fault what = fault::none;   ///< why `forced` cannot be had; `level` is then the best
};

/// Chooses the level `forced`, a name, or null or empty for none, on a processor whose best level
/// is `best`.
constexpr auto choose_cpu_level(char const* forced, cpu_level best) noexcept -> cpu_choice {
    auto const name = std::string_view{forced == nullptr ? "" : forced};
    if (name.empty()) return {.level = best};
    for (auto const& known : cpu_levels) {
        if (known.name != name) continue;
        if (!has_level(best, known.level)) return {best, name, cpu_choice::fault::missing_level};
        return {.level = known.level, .forced = name};
    }
    return {best, name, cpu_choice::fault::unknown_name};
}

/// The choice of this program, made when it starts: the processor's best level, or the one that the
/// environment variable FLOWLOG_FORCE_SCAN names. Before that, kernels are scalar.
inline cpu_choice const cpu = choose_cpu_level(std::getenv("FLOWLOG_FORCE_SCAN"), best_cpu_level());

/// Whether kernels of a level of this machine may run.
[[gnu::always_inline]] inline auto cpu_has(cpu_level level) noexcept -> bool {
    return cpu.level >= level;
}

}  // namespace flowlog::detail

#endif
