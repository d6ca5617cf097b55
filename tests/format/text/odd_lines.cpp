// SPDX-License-Identifier: BSL-1.0
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/format/detail/foreign.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/text/odd_lines.hpp>
#include <flowlog/format/text/tab_lines.hpp>
#include <flowlog/format/text/windows.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "reading.hpp"

namespace test_format_text_odd_lines {

namespace detail = flowlog::detail;
namespace field = flowlog::field;
using flowlog::errc;
using flowlog::layout;
using flowlog::reason;
using namespace std::string_literals;
using namespace std::string_view_literals;

/// Something with a name, as reports need it.
struct named {
    [[nodiscard]] auto name() const -> std::string { return "test"; }
};

/// Ends the tests' texts: lines near the end of an input come in windows of their own.
static auto const last_line = std::string(80, 'z') + "\n";

/// What `action` throws, if anything.
template <class Action>
static auto thrown_by(Action action) -> std::optional<flowlog::error> {
    try {
        action();
    } catch (flowlog::error const& thrown) {
        return thrown;
    }
    return std::nullopt;
}

TEST_CASE("the tokens of a line are found whatever separates them", "[odd_lines]") {
    auto const columns = layout{{"srcaddr", "dstport"}};
    for (auto const line : {"10.0.0.1 80\n"sv, "  10.0.0.1\t \t80 \r\n"sv, "\t10.0.0.1 80\n"sv,
                            "\xEF\xBB\xBF"
                            "10.0.0.1 80\n"sv,
                            "\xEF\xBB\xBF  10.0.0.1  80\r\n"sv}) {
        CAPTURE(line);
        auto const text = "x\n" + std::string{line} + last_line;
        auto windows = detail::line_windows{flowlog::memory_source{text}, 1U << 20, 0};
        auto window = windows.take();
        windows.index_all(window, 2);
        window.next();
        window.next();
        auto tokens = detail::line_tokens{};
        tokens.find(window);
        REQUIRE(tokens.texts() == std::vector{"10.0.0.1"sv, "80"sv});
        auto const record = tokens.record(window, &columns);
        CHECK(record[field::srcaddr] == *flowlog::address::parse("10.0.0.1"));
        CHECK(record[field::dstport] == std::uint16_t{80});
        CHECK_FALSE(layout::is_header(tokens.texts()));
    }
}

TEST_CASE("a header line has a layout, and an empty line has no tokens", "[odd_lines]") {
    auto const text = " \t\r\nsrcaddr\tdstport\n" + last_line;
    auto windows = detail::line_windows{flowlog::memory_source{text}, 1U << 20, 0};
    auto window = windows.take();
    windows.index_all(window, 2);
    auto tokens = detail::line_tokens{};
    window.next();
    tokens.find(window);
    CHECK(tokens.texts().empty());
    window.next();
    tokens.find(window);
    auto const found = layout::from_header(tokens.texts());
    REQUIRE(found);
    CHECK(*found == layout{{"srcaddr", "dstport"}});
}

TEST_CASE("malformed lines wait for the columns, in order", "[odd_lines]") {
    auto seen = std::vector<testing::rejected>{};
    auto lines = detail::malformed_lines{[&](auto const& line) {
        CHECK(line.columns);
        seen.push_back(testing::keep(line));
    }};
    auto const columns = std::make_shared<layout const>(layout{{"dstport"}});
    auto none = std::shared_ptr<layout const>{};
    lines.report({.line = 1, .reason = reason::no_layout}, "first\r", none, named{});
    lines.report({.line = 2, .reason = reason::no_layout}, "second", none, named{});
    CHECK(seen.empty());
    auto const failed = thrown_by([&] { lines.require_none_waiting(named{}); });
    REQUIRE(failed);
    CHECK(failed->code() == errc::unknown_format);
    CHECK(failed->where().line == 1);

    lines.release(columns, named{});
    lines.report({.line = 3, .reason = reason::bad_value}, "third", columns, named{});
    REQUIRE(seen.size() == 3);
    CHECK(seen[0] == testing::rejected{"test", 1, 0, 0, {}, reason::no_layout, "first"});
    CHECK(seen[1].text == "second");
    CHECK(seen[2].text == "third");
    CHECK_FALSE(thrown_by([&] { lines.require_none_waiting(named{}); }));
}

TEST_CASE("too many lines without columns are an error", "[odd_lines]") {
    auto lines = detail::malformed_lines{{}};
    auto const text = std::string(1000, 'x');
    auto count = 0;
    auto const failed = thrown_by([&] {
        for (; count < 1000; ++count)
            lines.report({.line = 1, .reason = reason::no_layout}, text, nullptr, named{});
    });
    REQUIRE(failed);
    CHECK(failed->code() == errc::unknown_format);
    CHECK(count == 61);  // 64 KiB of lines of 1064 bytes
}

TEST_CASE("other formats are refused by name", "[odd_lines]") {
    CHECK_FALSE(thrown_by([] { detail::refuse_foreign("2 1 eni-1", named{}); }));
    auto const failed = thrown_by([] { detail::refuse_foreign("PAR1", named{}); });
    REQUIRE(failed);
    CHECK(failed->code() == errc::unsupported);
    CHECK(failed->what() ==
          "test: this is a Parquet file, which is not read here: programs that include "
          "flowlog/format/parquet.hpp read it, with the component flowlog::arrow"sv);
    auto const name = [](std::string_view bytes) { return detail::foreign_format(bytes).name; };
    auto tar = std::string(512, '\0');
    tar.replace(0, 5, "a.log").replace(257, 5, "ustar");
    CHECK(name(tar) == "a tar archive");
    CHECK(name("\xD4\xC3\xB2\xA1\x02") == "a packet capture (pcap)");
    CHECK(name("\x0A\x0D\x0D\x0A") == "a packet capture (pcapng)");
    CHECK(name("\x00\x05\x00\x01"sv) == "NetFlow datagrams, as routers send them");
    CHECK(name("\x00\x0A\x01\x20"sv) == "NetFlow datagrams, as routers send them");
    CHECK(name("\x78\x9C\x01") == "zlib data");
    CHECK(name("H4sIAAAA") == "base64 text of gzip data");
    CHECK(name("v\0e\0r\0s\0"sv) == "UTF-16 text");
    CHECK(name("\0v\0e\0r\0s"sv) == "UTF-16 text");
    CHECK(name("2\0 \0"sv
               "1\0"sv) == "UTF-16 text");
    CHECK(name("{\"message\": 1}") == "JSON");
    CHECK(name(R"({"flowlog":"partial","version":1,"job":["top"]})") ==
          "a partial result of flowlog");
    CHECK(name("Date first seen          Duration Proto\n") == "text as nfdump prints it");
    for (auto const* const text : {"", "version srcaddr", "2 1 eni-1", "x", "\xC3\xA9 srcaddr",
                                   "version srcaddr\r", "version srcaddr\r\n2 10.0.0.1\r\n"})
        CHECK(name(text).empty());
}

TEST_CASE("binary data is called so and not printed", "[odd_lines]") {
    auto const message = [](std::string_view text) {
        auto lines = detail::malformed_lines{{}};
        lines.report({.line = 1, .reason = reason::no_layout}, text, nullptr, named{});
        auto const failed = thrown_by([&] { lines.require_none_waiting(named{}); });
        return failed ? std::string{failed->what()} : std::string{};
    };
    CHECK(message("\x38\xED\xD5\xB7\xFE\x1F\x17\x81") ==
          "test:1: cannot tell the format: this is binary data of no format that is known here");
    CHECK(message("ab\0c"sv).ends_with("known here"));
    CHECK(message(std::string(1000, 'x')).find(std::string(121, 'x')) == std::string::npos);
    CHECK(message("caf\xC3\xA9 is no log").find("--format") != std::string::npos);
    CHECK(message("version\xC2\xA0srcaddr").find("U+00A0") != std::string::npos);
    auto const line = "2 1 eni-1 10.0.0.1 10.0.0.2 1 22 6 20 42 1418530010 1418530070 ACCEPT OK"s;
    CHECK(message("srcaddr,dstaddr\r1,2\r").find("tr '\\r' '\\n'") != std::string::npos);
    CHECK(message(line + "x\r").find("CR") == std::string::npos);
    auto two = detail::malformed_lines{{}};
    for (auto const* text : {"50 %\r100 %", "finished"})
        two.report({.line = 1, .reason = reason::no_layout}, text, nullptr, named{});
    auto const failed = thrown_by([&] { two.require_none_waiting(named{}); });
    REQUIRE(failed);
    CHECK(std::string{failed->what()}.find("CR alone") == std::string::npos);
    CHECK(message(line + " " + line).find("without line breaks") != std::string::npos);
    for (auto const* const between : {",", ";", "|", ", ", " | ", " ; "})
        CHECK(message(line + between + line).find("several records") != std::string::npos);
    CHECK(message("\"" + line + "\",\"" + line + "\"").find("several records") !=
          std::string::npos);
    CHECK(message("a.log:" + line).find("grep -h") != std::string::npos);
    CHECK(message("a.log:3: " + line).find("grep -h") != std::string::npos);
}

TEST_CASE("old tar archives are known by their checksum", "[odd_lines]") {
    auto tar = std::string(512, '\0');
    tar.replace(0, 5, "a.log").replace(148, 8, "        ");
    tar[147] = '7';  // the bytes beside the checksum count
    tar[156] = '0';
    auto sum = 0U;
    for (auto const c : tar) sum += static_cast<unsigned char>(c);
    auto digits = std::string{};
    for (auto rest = sum; rest != 0; rest /= 8)
        digits.insert(0, 1, static_cast<char>('0' + rest % 8));
    tar.replace(148, digits.size(), digits);
    CHECK(detail::foreign_format(tar).name == "a tar archive");
    tar[0] = 'b';
    CHECK(detail::foreign_format(tar).name.empty());
    CHECK(detail::foreign_format(std::string(512, '\0')).name.empty());
    CHECK(detail::foreign_format("\xFF\xFE\0\0"sv).name == "UTF-32 text");
    CHECK(detail::foreign_format("\0\0\0\x05\0\0\0\x01"sv).name ==
          "sFlow datagrams, as switches send them");
}

TEST_CASE("what is not read is known by its first bytes", "[odd_lines]") {
    auto const is = [](std::string_view bytes) { return detail::foreign_format(bytes).name; };
    auto const zeros = std::string(80, '\0');
    CHECK(is("PK\x05\x06" + zeros) == "a zip archive");
    CHECK(is("\0\x0A\x05\x78"sv) == "NetFlow datagrams, as routers send them");
    CHECK(is("\0\x01\0\x18"sv) == "NetFlow datagrams, as routers send them");
    CHECK(is("\x34\xCD\xB2\xA1" + zeros) == "a packet capture (pcap)");
    CHECK(is("snoop\0\0\0"sv) == "a packet capture (snoop)");
    CHECK(is("\x78\x5E" + zeros) == "zlib data");
    CHECK(is("2\0\0\0 \0\0\0"sv) == "UTF-32 text");
    CHECK(is("\0\0\0002\0\0\0 "sv) == "UTF-32 text");
    CHECK(is("2\0 \0"sv) == "UTF-16 text");
    CHECK(is("<HEAD>") == "HTML, such as an error of a server");
    CHECK(is("<head>") == "HTML, such as an error of a server");
    CHECK(is("\n<HTML><BODY>") == "HTML, such as an error of a server");
    CHECK(is("\xEF\xBB\xBF<?XML version") == "XML, such as an error of a server");
    CHECK(is("<Error><Code>AccessDenied") == "XML, such as an error of a server");
    CHECK(is("<version> <srcaddr>").empty());
    CHECK(is("version https://git-lfs.github.com/spec/v1\n") == "a pointer of Git LFS");
    CHECK(is("version srcaddr\n").empty());
    CHECK(is("070701" + std::string(104, '0') + "a.log") == "a cpio archive");
    CHECK(is("070701234567 eni-1 10.0.0.1 10.0.0.2 1 443 6 10 1000 1620140661 1620140721 ACCEPT OK")
              .empty());
}

TEST_CASE("a line that is no record is explained by what it looks like", "[odd_lines]") {
    auto const message = [](std::string_view text) {
        auto lines = detail::malformed_lines{{}};
        lines.report({.line = 1, .reason = reason::no_layout}, text, nullptr, named{});
        auto const failed = thrown_by([&] { lines.require_none_waiting(named{}); });
        return failed ? std::string{failed->what()} : std::string{};
    };
    CHECK(message(std::string(60, 'A')).find("it looks like base64") != std::string::npos);
    CHECK(message(std::string(59, 'A')).find("it looks like base64") == std::string::npos);
    CHECK(message(std::string(60, 'A') + " x").find("it looks like base64") == std::string::npos);
    CHECK(message("2\xC2\xA0"
                  "1")
              .find("(U+00A0)") != std::string::npos);
    CHECK(message("2\xE2\x80\x83"
                  "1")
              .find("such as U+2003") != std::string::npos);
}

TEST_CASE("records between TABs are of one length, unless they are cut", "[odd_lines]") {
    auto const is = [](std::string_view text) {
        return detail::has_records_between_tabs(text, layout{{"srcaddr", "dstport"}});
    };
    CHECK(is("10.0.0.1 80\t10.0.0.2 81\n"));
    CHECK(is("10.0.0.1 80\t10.0.0.2"));
    CHECK_FALSE(is("10.0.0.1 80\t10.0.0.2\n"));
    CHECK_FALSE(is("10.0.0.1 80\t10.0.0.2\t10.0.0.3 82\n"));
    CHECK_FALSE(is("10.0.0.1 80\tx y\n"));
    // lines without a TAB may precede them
    CHECK(is("\n10.0.0.1 80\t10.0.0.2 81\n"));
    CHECK(is("None\n10.0.0.1 80\t10.0.0.2 81\n"));
    CHECK(is("None\n10.0.0.1 80\t10.0.0.2"));
    CHECK_FALSE(is("10.0.0.1 80\n10.0.0.1 80\tx y\n"));
    CHECK_FALSE(is("10.0.0.1 80\n"));
}

}  // namespace test_format_text_odd_lines
