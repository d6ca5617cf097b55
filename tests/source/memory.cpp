// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_source_memory {

static_assert(flowlog::byte_source<flowlog::memory_source>);

static auto blocks(flowlog::memory_source source) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto block = source.next(); !block.empty(); block = source.next())
        result.emplace_back(block.data(), block.size());
    CHECK(source.next().empty());
    return result;
}

TEST_CASE("memory is handed out in blocks", "[memory]") {
    using list = std::vector<std::string>;
    CHECK(blocks(flowlog::memory_source{"abcdefg", "x", 3}) == list{"abc", "def", "g"});
    CHECK(blocks(flowlog::memory_source{"abc", "x", 3}) == list{"abc"});
    CHECK(blocks(flowlog::memory_source{"abc", "x", 0}) == list{"a", "b", "c"});
    CHECK(blocks(flowlog::memory_source{"abc"}) == list{"abc"});
    CHECK(blocks(flowlog::memory_source{""}).empty());
    CHECK(blocks(flowlog::memory_source{std::string_view{}}).empty());
    CHECK(flowlog::memory_source{"abc"}.name() == "memory");
    CHECK(flowlog::memory_source{"abc", "given"}.name() == "given");
}

}  // namespace test_source_memory
