// SPDX-License-Identifier: BSL-1.0
#include <atomic>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <flowlog/format/detect.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "reading.hpp"

namespace test_format_detect {

using namespace std::string_literals;
using namespace std::string_view_literals;
namespace field = flowlog::field;
using flowlog::any_source;
using flowlog::errc;
using flowlog::memory_source;

static auto ports(flowlog::log opened) -> std::vector<std::uint16_t> {
    auto result = std::vector<std::uint16_t>{};
    for (auto const& record : opened) result.push_back(record[field::dstport].value_or(0));
    return result;
}

template <class Function>
static auto caught(Function function) -> std::optional<flowlog::error> {
    try {
        function();
    } catch (flowlog::error const& thrown) {
        return thrown;
    }
    return std::nullopt;
}

TEST_CASE("a text log is opened from a file", "[detect]") {
    auto const here = testing::folder{};
    auto const path = here.write("a.parquet", "dstport\n1\n2\n");  // names do not matter
    auto opened = flowlog::open(path);
    CHECK(opened.name() == path);
    CHECK(ports(std::move(opened)) == std::vector<std::uint16_t>{1, 2});
    CHECK(caught([&] { static_cast<void>(flowlog::open(here / "none")); })->code() ==
          errc::cannot_open);
}

TEST_CASE("stores of later minor versions of flowd are recognised, and words are not", "[detect]") {
    // a record of version 3.1 with the source address and a field that is not known
    auto const later = "\x61\x02\x00\x00\x00\x08\x00\x20\xC0\x00\x02\x01wxyz"s;
    auto opened = flowlog::open(any_source{memory_source{later + later}});
    auto found = 0;
    for (auto const& record : opened) {
        CHECK(record[field::srcaddr] == *flowlog::address::parse("192.0.2.1"));
        ++found;
    }
    CHECK(found == 2);
    CHECK(opened.describe().format == "flowd");
    CHECK_FALSE(flowlog::detail::is_flowd("version account-id interface-id srcaddr dstaddr"));
    CHECK_FALSE(flowlog::detail::is_flowd("srcaddr dstaddr\n10.0.0.1 10.0.0.2\n"));
    CHECK_FALSE(flowlog::detail::is_flowd(later.substr(0, 7)));
}

TEST_CASE("several inputs are one log", "[detect]") {
    auto const here = testing::folder{};
    here.write("logs/a.log", "dstport\n1\nx\n");
    here.write("logs/b.log", "");
    here.write("logs/c.log", "protocol dstport\n6 2\n17 3\n");
    auto const wanted = std::vector<std::uint16_t>{1, 0, 2, 3};

    SECTION("a folder, in order of name") {
        auto opened = flowlog::open(here / "logs");
        auto found = std::vector<std::uint16_t>{};
        auto names = std::vector<std::string>{};
        for (auto const& record : opened) {
            found.push_back(record[field::dstport].value_or(0));
            names.push_back(opened.name());
            if (record[field::dstport].malformed())
                opened.reject(flowlog::field_id::dstport, flowlog::reason::bad_value);
        }
        CHECK(found == wanted);
        CHECK(names.front() == here / "logs/a.log");
        CHECK(names.back() == here / "logs/c.log");
        CHECK(opened.stats().records == 3);
        CHECK(opened.stats().malformed == 1);
        CHECK(opened.stats().headers == 2);
        CHECK(opened.begin() == opened.end());
    }
    SECTION("a pattern") { CHECK(ports(flowlog::open(here / "logs/[bc].log")).size() == 2); }
    SECTION("a list") {
        auto opened = flowlog::open({here / "logs/c.log", here / "none", here / "logs/a.log"});
        auto count = 0;
        auto const thrown = caught([&] {
            for (auto const& record : opened) count += record[field::dstport] ? 1 : 0;
        });
        CHECK(count == 2);
        REQUIRE(thrown);
        CHECK(thrown->where().source == here / "none");
    }
    SECTION("none") {
        CHECK(caught([] {
                  static_cast<void>(flowlog::open(std::vector<flowlog::input>{}));
              })->code() == errc::cannot_open);
        auto const thrown = caught([&] { static_cast<void>(flowlog::open(here / "*.gz")); });
        CHECK(thrown->code() == errc::cannot_open);
        CHECK(thrown->message() == "cannot open: no file matches");
    }
}

TEST_CASE("a text log is opened from any source, whatever its blocks", "[detect]") {
    auto text = "dstport vpc-id\n"s;
    for (auto i = 1; i < 200; ++i) text += std::to_string(i) + " vpc-0123456789\n";
    for (std::size_t size : {1U, 7U, 100U, 511U, 512U, 513U, 100000U}) {
        auto const got = ports(flowlog::open(any_source{memory_source{text, "m", size}}));
        REQUIRE(got.size() == 199);
        CHECK(got.back() == 199);
    }
    CHECK(ports(flowlog::open(any_source{})).empty());
    CHECK(ports(flowlog::open(any_source{memory_source{"\n"}})).empty());
}

TEST_CASE("a log is opened from a pipe", "[detect]") {
    auto const here = testing::folder{};
    auto const path = here.pipe("pipe");
    auto writer = std::jthread{[&] {
        auto out = std::ofstream{path};
        out << "dst" << std::flush << "port\n1\n" << std::flush << "2\n";
    }};
    CHECK(ports(flowlog::open(path)) == std::vector<std::uint16_t>{1, 2});
}

TEST_CASE("the options of open are used", "[detect]") {
    auto const text = "1 x\n2\n3 x\n"sv;
    auto bytes = std::atomic<std::uint64_t>{0};
    auto lines = std::vector<testing::rejected>{};
    auto options = flowlog::open_options{};
    options.format = flowlog::layout{{"dstport", "vpc-id"}};
    options.on_malformed = [&](auto const& line) { lines.push_back(testing::keep(line)); };
    options.progress = &bytes;
    CHECK(ports(flowlog::open(any_source{memory_source{text}}, options)) ==
          std::vector<std::uint16_t>{1, 3});
    CHECK(lines.size() == 1);
    CHECK(bytes == text.size());
}

TEST_CASE("a format that cannot be read is named", "[detect]") {
    auto const open = [](std::string_view bytes) {
        return caught([&] {
            static_cast<void>(ports(flowlog::open(any_source{memory_source{bytes, "a.log"}})));
        });
    };
    auto const packed = open("\xFD\x37zXZ\0\0\x04"sv);
    REQUIRE(packed);
    CHECK(packed->code() == errc::unsupported);
    CHECK(packed->where().source == "a.log");
    CHECK(packed->message().find("xz") != std::string::npos);
    for (auto const& [bytes, name] :
         {std::pair{"PAR1\x15"sv, "Parquet"}, std::pair{"{\"message\":1}"sv, "JSON"},
          std::pair{"PK\x03\x04 x"sv, "zip"}}) {
        auto const thrown = open(bytes);
        REQUIRE(thrown);
        CHECK(thrown->code() == errc::unsupported);
        CHECK(thrown->message().find(name) != std::string::npos);
    }
    CHECK(open("no log at all\n")->code() == errc::unknown_format);
}

}  // namespace test_format_detect
