// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/flow/field_use.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/text/projection.hpp>
#include <flowlog/format/text/windows.hpp>

#include "catch.hpp"
#include "reading.hpp"

namespace test_format_text_windows {

namespace detail = flowlog::detail;
using namespace std::string_literals;
using namespace std::string_view_literals;
using windows_of_text = detail::line_windows<testing::strict_source>;

static auto windows_of(std::string_view text, std::size_t block_size = 1U << 18)
    -> windows_of_text {
    return windows_of_text{testing::strict_source{text, block_size}, 1U << 20, 0};
}

/// Ends some texts: lines near the end of an input come in windows of their own.
static auto const last_line = std::string(80, 'z') + "\n";

TEST_CASE("windows are whole lines, in order, of at most 16 KiB", "[windows]") {
    auto text = ""s;
    for (auto i = 0; i < 5000; ++i) text += std::to_string(i) + " x\n";
    for (std::size_t const block_size : {1U << 10, 1U << 18}) {
        auto windows = windows_of(text, block_size);
        auto joined = ""s;
        auto window = windows.take();
        for (; !window.text.empty(); window = windows.take()) {
            CHECK(window.offset == joined.size());
            CHECK(window.text.size() <= 1U << 14);
            CHECK(window.text.back() == '\n');
            joined += window.text;
        }
        CHECK(joined == text);
        CHECK(window.offset == text.size());
        CHECK(windows.bytes() == text.size());
    }
}

TEST_CASE("a line longer than a window is a window", "[windows]") {
    auto const lines = "a\n" + std::string(40000, 'x') + "\n";
    auto const text = lines + "b\n";
    auto windows = windows_of(text);
    CHECK(windows.take().text == "a\n");
    CHECK(windows.take().text.size() == 40001);
    CHECK(windows.take().text == "b\n");
    CHECK(windows.take().text.empty());
}

TEST_CASE("a line beyond the limit is handed out as too long", "[windows]") {
    auto const text = "a\n" + std::string(300, 'x') + "\nb\n";
    auto windows = windows_of_text{testing::strict_source{text, 1U << 18}, 100, 0};
    CHECK(windows.take().text == "a\n");
    auto const window = windows.take();
    CHECK(window.too_long);
    CHECK(window.offset == 2);
    CHECK(window.text == std::string(100, 'x'));
    CHECK(windows.take().text == "b\n");
}

TEST_CASE("lines that are given back are taken again", "[windows]") {
    auto const text = "a b\nc d\ne f\n" + last_line;
    auto windows = windows_of(text);
    auto const window = windows.take();
    REQUIRE(window.text == "a b\nc d\ne f\n");
    windows.put_back(window.text.substr(4));
    auto const again = windows.take();
    CHECK(again.text == "c d\ne f\n");
    CHECK(again.offset == 4);
}

TEST_CASE("the current line moves through an indexed window", "[windows]") {
    auto const text = "a b\n\tc\nd e f\n" + last_line;
    auto windows = windows_of(text);
    auto window = windows.take();
    CHECK_FALSE(window.indexed());
    windows.index_all(window, 2);
    CHECK(window.indexed());
    auto lines = std::vector<std::string_view>{};
    while (window.more()) {
        window.next();
        CHECK(window.text.substr(window.start()).starts_with(window.line_text()));
        lines.push_back(window.line_text());
    }
    CHECK(lines == std::vector{"a b"sv, "\tc"sv, "d e f"sv});
}

TEST_CASE("a line without all columns ends up alone in its window", "[windows]") {
    auto const columns = std::make_shared<flowlog::layout const>(
        std::vector<std::string>{"srcaddr", "dstaddr", "srcport", "dstport", "log-status"});
    auto const some = detail::projection{columns, {{flowlog::field_id::dstport}}};
    auto const good = "10.0.0.1 10.0.0.2 1 2 OK\n"s;
    auto const bad = "10.0.0.1 1 2 OK\n"s;
    auto text = ""s;
    for (auto i = 0; i < 100; ++i) text += i == 37 ? bad : good;

    auto windows = windows_of(text);
    auto offset = std::uint64_t{0};
    auto alone = 0;
    for (auto window = windows.take(); !window.text.empty(); window = windows.take()) {
        windows.index_some(window, some);
        REQUIRE(window.offset == offset);
        offset += window.text.size();
        auto const has_bad =
            window.text.find(bad) == 0 || window.text.find("\n" + bad) != window.text.npos;
        CHECK((window.stride == 0) == has_bad);
        if (has_bad) {
            ++alone;
            CHECK(window.text == bad);
            continue;
        }
        CHECK(window.index.line_count * good.size() == window.text.size());
        auto const line = window.next_alone();
        CHECK(line.text == good);
        CHECK(line.offset == window.offset);
        window.pass(window.index.line_count);
        CHECK_FALSE(window.more());
        CHECK(window.next_start() == window.text.size());
    }
    CHECK(alone == 1);
    CHECK(offset == text.size());
}

}  // namespace test_format_text_windows
