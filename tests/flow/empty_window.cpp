// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <vector>

#include <flowlog/flow/empty_window.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_flow_empty_window {

using namespace flowlog;

/// Whether the lines of a log are empty windows.
static auto empty_windows(std::string const& log) -> std::vector<bool> {
    auto reader = text_reader{memory_source{log}, {.all_lines = true}};
    auto result = std::vector<bool>{};
    for (auto const& record : reader) result.push_back(is_empty_window(record));
    return result;
}

TEST_CASE("a record is empty that could name an address or a protocol, and has no number",
          "[empty_window]") {
    CHECK(empty_windows("srcaddr dstport\n- -\n- 80\n10.0.0.1 -\nx -\n") ==
          std::vector{true, false, false, false});
    CHECK(empty_windows("dstaddr bytes\n- -\n- 80\n10.0.0.1 -\n") ==
          std::vector{true, false, false});
    CHECK(empty_windows("protocol packets end\n- - 5\n- 80 5\n6 - 5\n") ==
          std::vector{true, false, false});
    CHECK(empty_windows("dstport bytes\n- -\n") == std::vector{false});
}

TEST_CASE("a flow in memory is empty without addresses and protocol", "[empty_window]") {
    auto one = flow{};
    one.set(field::interface_id, "eni-1");
    CHECK(is_empty_window(one));
    one.set(field::protocol, 6);
    CHECK_FALSE(is_empty_window(one));
    one.reset(flowlog::field_id::protocol);
    one.set(field::dstport, 80);
    CHECK_FALSE(is_empty_window(one));
}

}  // namespace test_flow_empty_window
