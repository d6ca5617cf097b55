// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

#include <flowlog/aggregate/detail/huge_pages.hpp>

#include "catch.hpp"

namespace test_aggregate_detail_huge_pages {

using flowlog::detail::huge_page_allocator;

TEST_CASE("a vector grows from ordinary memory into huge pages", "[huge_pages]") {
    auto numbers = std::vector<std::uint32_t, huge_page_allocator<std::uint32_t>>{};
    for (std::uint32_t i = 0; i < 3'000'000; ++i) numbers.push_back(i);
    auto same = true;
    for (std::uint32_t i = 0; i < numbers.size(); ++i) same = same && numbers[i] == i;
    CHECK(same);
    auto const page = std::size_t{2} << 20;
    CHECK(reinterpret_cast<std::uintptr_t>(numbers.data()) % page == 0);
    auto const copy = numbers;
    CHECK(copy == numbers);
}

TEST_CASE("what cannot be had is refused", "[huge_pages]") {
    auto memory = huge_page_allocator<std::uint64_t>{};
    CHECK_THROWS_AS(memory.allocate(std::numeric_limits<std::size_t>::max() / 8), std::bad_alloc);
}

}  // namespace test_aggregate_detail_huge_pages
