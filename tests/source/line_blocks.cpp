// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/source/line_blocks.hpp>

#include "catch.hpp"
#include "reading.hpp"

namespace test_source_line_blocks {

using namespace std::string_literals;
using namespace std::string_view_literals;
using flowlog::line_blocks;
using flowlog::line_padding;

struct cut_line {
    std::string text;
    std::uint64_t offset;
    bool too_long;

    friend auto operator==(cut_line const&, cut_line const&) -> bool = default;
    friend auto operator<<(std::ostream& out, cut_line const& l) -> std::ostream& {
        return out << '\'' << l.text << "' @" << l.offset << (l.too_long ? " too long" : "");
    }
};

/// The lines that a text is cut into, taken apart again.
static auto cut(std::string_view text, std::size_t block_size, std::size_t max_line = 1000,
                std::uint64_t offset = 0) -> std::vector<cut_line> {
    auto blocks = line_blocks{testing::strict_source{text, block_size}, max_line, offset};
    auto lines = std::vector<cut_line>{};
    char volatile sink = 0;
    for (auto block = blocks.next(); !block.text.empty() || block.too_long; block = blocks.next()) {
        if (block.too_long) {
            lines.push_back({std::string{block.text}, block.offset, true});
            continue;
        }
        REQUIRE(block.text.back() == '\n');
        for (std::size_t i = 0; i < block.text.size() + line_padding; ++i)
            sink = block.text.data()[i];
        for (std::size_t at = 0; at < block.text.size();) {
            auto const end = block.text.find('\n', at);
            lines.push_back(
                {std::string{block.text.substr(at, end - at)}, block.offset + at, false});
            at = end + 1;
        }
    }
    static_cast<void>(sink);
    CHECK(blocks.bytes() == text.size());
    CHECK(blocks.next().text.empty());
    return lines;
}

static auto plain_lines(std::string_view text) -> std::vector<cut_line> {
    auto lines = std::vector<cut_line>{};
    for (std::size_t at = 0; at < text.size();) {
        auto const end = std::min(text.find('\n', at), text.size());
        lines.push_back({std::string{text.substr(at, end - at)}, at, false});
        at = end + 1;
    }
    return lines;
}

TEST_CASE("an input is cut at its line ends", "[line_blocks]") {
    CHECK(cut("", 10).empty());
    CHECK(cut("a\nbc\n", 10) == std::vector<cut_line>{{"a", 0, false}, {"bc", 2, false}});
    CHECK(cut("a\nbc", 10) == std::vector<cut_line>{{"a", 0, false}, {"bc", 2, false}});
    CHECK(cut("\n\n", 10) == std::vector<cut_line>{{"", 0, false}, {"", 1, false}});
    CHECK(cut("a\n", 10, 1000, 500) == std::vector<cut_line>{{"a", 500, false}});
}

TEST_CASE("lines do not depend on the size of blocks", "[line_blocks]") {
    auto random = testing::random_numbers{11};
    for (auto i = 0; i < 200; ++i) {
        auto text = ""s;
        for (auto lines = random(20); lines != 0; --lines) {
            text += std::string(static_cast<std::size_t>(random(4) == 0 ? random(300) : random(9)),
                                'x');
            if (lines != 1 || random(2) == 0) text += '\n';
        }
        auto const expected = plain_lines(text);
        for (std::size_t size = 1; size < 80; size += 1 + size / 8) {
            CAPTURE(text, size);
            REQUIRE(cut(text, size) == expected);
        }
        CHECK(cut(text, 10000) == expected);
    }
}

TEST_CASE("most lines of a large block are given in place", "[line_blocks]") {
    auto const text = [] {
        auto lines = ""s;
        for (auto i = 0; i < 1000; ++i) lines += "a line of a log\n";
        return lines;
    }();
    auto blocks = line_blocks{testing::strict_source{text, text.size()}, 1U << 20U, 0};
    CHECK(blocks.next().text.size() > text.size() - 2 * line_padding);
}

TEST_CASE("a line is given in place if enough follows it", "[line_blocks]") {
    auto const first = [](std::size_t following) {
        auto const text = "a\nb\n" + std::string(following, 'c');
        auto blocks = line_blocks{testing::strict_source{text, text.size()}, 1000, 0};
        return std::string{blocks.next().text};
    };
    CHECK(first(line_padding) == "a\nb\n");
    CHECK(first(line_padding - 1) == "a\n");
}

TEST_CASE("a byte order mark at the very beginning is dropped", "[line_blocks]") {
    auto const mark = "\xEF\xBB\xBF"s;
    for (std::size_t size = 1; size < 6; ++size) {
        CHECK(cut(mark + "a\n" + mark + "b\n", size) ==
              std::vector<cut_line>{{"a", 3, false}, {mark + "b", 5, false}});
        CHECK(cut("\xEF\xBB\n", size) == std::vector<cut_line>{{"\xEF\xBB", 0, false}});
    }
    CHECK(cut(mark + "a\n" + std::string(200, 'x') + '\n', 1000)[0] == cut_line{"a", 3, false});
    CHECK(cut(mark + "a\n", 10, 1000, 7) == std::vector<cut_line>{{mark + "a", 7, false}});
}

TEST_CASE("a line beyond the limit is given up, the next one is read", "[line_blocks]") {
    auto const line = [](std::size_t size) { return std::string(size, 'x') + '\n'; };
    auto const text = line(10) + line(11) + line(9) + line(50) + line(10) + line(0) + line(5000);
    auto const expected =
        std::vector<cut_line>{{std::string(10, 'x'), 0, false},  {std::string(10, 'x'), 11, true},
                              {std::string(9, 'x'), 23, false},  {std::string(10, 'x'), 33, true},
                              {std::string(10, 'x'), 84, false}, {"", 95, false},
                              {std::string(10, 'x'), 96, true}};
    for (std::size_t size = 1; size < 130; ++size) {
        CAPTURE(size);
        CHECK(cut(text, size, 10) == expected);
    }
    CHECK(cut(text, 100000, 10) == expected);
    CHECK(cut(std::string(11, 'x'), 3, 10) ==
          std::vector<cut_line>{{std::string(10, 'x'), 0, true}});
    CHECK(cut(std::string(10, 'x'), 3, 10) ==
          std::vector<cut_line>{{std::string(10, 'x'), 0, false}});
}

}  // namespace test_source_line_blocks
