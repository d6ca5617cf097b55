// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include <flowlog/flow/field_bounds.hpp>
#include <flowlog/grammar/filter.hpp>

#include "catch.hpp"

namespace test_query_filter_bounds {

using flowlog::field_bounds;
using flowlog::field_id;

static auto bounds(std::string_view text) -> std::vector<field_bounds> {
    auto found = flowlog::where(text).bounds();
    std::ranges::sort(found, {}, &field_bounds::id);
    return found;
}

constexpr auto max = std::numeric_limits<std::int64_t>::max();

TEST_CASE("a filter says within which bounds the values of its flows are", "[filter_bounds]") {
    using list = std::vector<field_bounds>;
    CHECK(flowlog::filter{}.bounds().empty());
    CHECK(bounds("bytes > 5") == list{{field_id::bytes, 6, max}});
    CHECK(bounds("dstport in 22,80-90") == list{{field_id::dstport, 22, 90}});
    CHECK(bounds("bytes >= 5 and bytes < 9 and action = REJECT") == list{{field_id::bytes, 5, 8}});
    CHECK(bounds("dstport = 22 or dstport = 80") == list{{field_id::dstport, 22, 80}});
    CHECK(bounds("dstport = 22 or bytes > 5").empty());
    CHECK(bounds("(dstport = 22 and bytes > 5) or dstport = 1") ==
          list{{field_id::dstport, 1, 22}});
    CHECK(bounds("not bytes > 5").empty());
    CHECK(bounds("not (not bytes > 5)").empty());
    CHECK(bounds("dstport is absent").empty());
    CHECK(bounds("srcaddr = 10.0.0.1").empty());
    CHECK(bounds("start >= 1600000000 and dstport = 1").back() ==
          field_bounds{field_id::start, 1'600'000'000'000'000, max});
}

}  // namespace test_query_filter_bounds
