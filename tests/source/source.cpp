// SPDX-License-Identifier: BSL-1.0
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <flowlog/source/memory.hpp>
#include <flowlog/source/source.hpp>

#include "catch.hpp"

namespace test_source_source {

using flowlog::any_source;
using flowlog::memory_source;

static_assert(flowlog::byte_source<any_source>);
static_assert(flowlog::byte_source<flowlog::rewound_source<any_source>>);
static_assert(flowlog::byte_source<flowlog::counted_source<memory_source>>);
static_assert(!flowlog::byte_source<std::string>);
static_assert(!std::is_copy_constructible_v<any_source>);
static_assert(std::is_nothrow_move_constructible_v<any_source>);

template <class Source>
static auto all(Source&& source) -> std::string {
    auto text = std::string{};
    for (auto block = source.next(); !block.empty(); block = source.next())
        text.append(block.data(), block.size());
    CHECK(source.next().empty());
    return text;
}

TEST_CASE("any source is one", "[source]") {
    auto source = any_source{memory_source{"abcdef", "name", 2}};
    CHECK(source.name() == "name");
    auto const first = source.next();
    CHECK(std::string{first.data(), first.size()} == "ab");
    auto moved = std::move(source);
    CHECK(all(moved) == "cdef");
    CHECK(moved.name() == "name");
    CHECK(any_source{}.name().empty());
    CHECK(all(any_source{}).empty());
}

TEST_CASE("bytes that were read can be put back", "[source]") {
    CHECK(all(flowlog::rewound_source{std::string{"ab"}, memory_source{"cdef", "n", 3}}) ==
          "abcdef");
    CHECK(all(flowlog::rewound_source{std::string{}, memory_source{"cdef", "n", 3}}) == "cdef");
    CHECK(all(flowlog::rewound_source{std::string{"ab"}, memory_source{""}}) == "ab");
    CHECK(flowlog::rewound_source{std::string{"ab"}, memory_source{"", "n"}}.name() == "n");
    auto source = any_source{flowlog::rewound_source{std::string{"short"}, memory_source{" rest"}}};
    auto moved = std::move(source);
    CHECK(all(moved) == "short rest");
}

TEST_CASE("the bytes of a source are counted on the way", "[source]") {
    auto bytes = std::atomic<std::uint64_t>{100};
    auto source = flowlog::counted_source{memory_source{"abcdef", "n", 4}, bytes};
    static_cast<void>(source.next());
    CHECK(bytes == 104);
    CHECK(all(source) == "ef");
    CHECK(bytes == 106);
    CHECK(source.name() == "n");
}

}  // namespace test_source_source
