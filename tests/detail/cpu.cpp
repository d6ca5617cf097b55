// SPDX-License-Identifier: BSL-1.0
#include <vector>

#include <flowlog/detail/cpu.hpp>

#include "catch.hpp"

namespace test_detail_cpu {

namespace detail = flowlog::detail;
using detail::cpu_choice;
using detail::cpu_level;
using fault = cpu_choice::fault;

TEST_CASE("a processor has a level and those below it on its kind of machine", "[cpu]") {
    using enum cpu_level;
    auto const levels_of = [](cpu_level best) {
        auto result = std::vector<cpu_level>{};
        for (auto const& known : detail::cpu_levels) {
            if (detail::has_level(best, known.level)) result.push_back(known.level);
        }
        return result;
    };
    CHECK(levels_of(avx512) == std::vector{avx512, avx2, sse41, sse2, scalar});
    CHECK(levels_of(avx2) == std::vector{avx2, sse41, sse2, scalar});
    CHECK(levels_of(sse2) == std::vector{sse2, scalar});
    CHECK(levels_of(neon) == std::vector{neon, scalar});
    CHECK(levels_of(scalar) == std::vector{scalar});
}

TEST_CASE("the level is the best one or the one that is forced", "[cpu]") {
    for (auto const* none : {static_cast<char const*>(nullptr), ""}) {
        auto const choice = detail::choose_cpu_level(none, cpu_level::avx2);
        CHECK(choice.level == cpu_level::avx2);
        CHECK(choice.what == fault::none);
    }
    for (auto const& known : detail::cpu_levels) {
        auto const choice = detail::choose_cpu_level(known.name.data(), known.level);
        CHECK(choice.level == known.level);
        CHECK(choice.what == fault::none);
    }
    CHECK(detail::choose_cpu_level("sse4.1", cpu_level::avx512).level == cpu_level::sse41);
    CHECK(detail::choose_cpu_level("scalar", cpu_level::neon).level == cpu_level::scalar);
}

TEST_CASE("an unknown or missing level is a fault, and the best is used", "[cpu]") {
    auto const check = [](char const* forced, cpu_level best, fault expected) {
        auto const choice = detail::choose_cpu_level(forced, best);
        CAPTURE(forced);
        CHECK(choice.what == expected);
        CHECK(choice.forced == forced);
        CHECK(choice.level == best);
    };
    check("abacus", cpu_level::avx2, fault::unknown_name);
    check("AVX2", cpu_level::avx2, fault::unknown_name);
    check("avx", cpu_level::avx2, fault::unknown_name);
    check("sse41", cpu_level::avx2, fault::unknown_name);
    check("avx512", cpu_level::avx2, fault::missing_level);
    check("neon", cpu_level::avx512, fault::missing_level);
    check("sse2", cpu_level::neon, fault::missing_level);
    check("neon", cpu_level::scalar, fault::missing_level);
}

TEST_CASE("this program uses a level that its processor has", "[cpu]") {
    CHECK(detail::has_level(detail::best_cpu_level(), detail::cpu.level));
    CHECK(detail::cpu_has(cpu_level::scalar));
    CHECK(detail::cpu_has(detail::cpu.level));
}

}  // namespace test_detail_cpu
