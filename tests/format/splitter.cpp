// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/format/splitter.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "format/archives.hpp"
#include "reading.hpp"

namespace test_format_splitter {

using namespace std::string_literals;
namespace field = flowlog::field;
using flowlog::chunk;
using flowlog::input;
using flowlog::log_splitter;
using flowlog::memory_input;

static auto split(std::string const& bytes, std::uint64_t chunk_size) -> std::vector<chunk> {
    auto result = std::vector<chunk>{};
    auto splitter = log_splitter::of(memory_input{bytes}, {}, chunk_size);
    while (splitter) {
        auto const next = splitter->next();
        if (!next) break;
        result.push_back(*next);
    }
    return result;
}

TEST_CASE("a text log is divided at the ends of lines", "[splitter]") {
    auto text = "dstport vpc-id\n"s;
    for (auto i = 0; i < 50; ++i) text += std::to_string(i) + " vpc\n";
    for (std::uint64_t const size : {0U, 1U, 7U, 16U, 100U}) {
        CAPTURE(size);
        auto const chunks = split(text, size);
        REQUIRE(chunks.size() > 1);
        CHECK(chunks.front().begin == 0);
        CHECK(chunks.back().end == text.size());
        for (std::size_t i = 0; i < chunks.size(); ++i) {
            CHECK(chunks[i].begin < chunks[i].end);
            CHECK(chunks[i].last == (i + 1 == chunks.size()));
            CHECK(text[chunks[i].end - 1] == '\n');
            if (i != 0) CHECK(chunks[i].begin == chunks[i - 1].end);
        }
    }
    CHECK(split(text, 1).size() == 51);
    CHECK(split(text, text.size()).empty());  // one chunk: read as a whole
}

TEST_CASE("each chunk is read by itself", "[splitter]") {
    auto text = "dstport vpc-id\n"s;
    for (auto i = 0; i < 50; ++i) text += std::to_string(i) + " vpc\n";
    text += "bad\n";
    auto splitter = log_splitter::of(memory_input{text, "a.log"}, {}, 40);
    REQUIRE(splitter);
    auto chunks = std::vector<chunk>{};
    for (auto next = splitter->next(); next; next = splitter->next()) chunks.push_back(*next);
    auto ports = std::vector<std::uint16_t>{};
    auto bad = std::vector<testing::rejected>{};
    for (auto const& which : chunks) {
        auto options = flowlog::open_options{};
        options.on_malformed = [&](auto const& line) { bad.push_back(testing::keep(line)); };
        auto opened = splitter->open(which, options);
        CHECK(opened.name() == "a.log");
        for (auto const& flow : opened) ports.push_back(*flow[field::dstport]);
        CHECK_FALSE(splitter->mismatch_after(which, opened));
    }
    REQUIRE(ports.size() == 50);
    for (std::size_t i = 0; i < 50; ++i) CHECK(ports[i] == i);
    REQUIRE(bad.size() == 1);
    CHECK(bad[0].offset == text.size() - 4);
}

/// What `mismatch_after` says after each chunk of a log, of one line each.
static auto mismatches_of(std::string const& text) -> std::vector<std::optional<std::uint64_t>> {
    auto splitter = log_splitter::of(memory_input{text}, {}, 1);
    REQUIRE(splitter);
    auto result = std::vector<std::optional<std::uint64_t>>{};
    for (auto next = splitter->next(); next; next = splitter->next()) {
        auto opened = splitter->open(*next, {});
        for (auto const& flow : opened) static_cast<void>(flow);
        result.push_back(splitter->mismatch_after(*next, opened));
    }
    return result;
}

TEST_CASE("a header line within a chunk is a mismatch", "[splitter]") {
    auto const text = "dstport vpc-id\n1 a\nvpc-id dstport\nb 2\n"s;
    auto const mismatches = mismatches_of(text);
    REQUIRE(mismatches.size() == 4);
    CHECK_FALSE(mismatches[0]);
    CHECK_FALSE(mismatches[1]);
    CHECK(mismatches[2] == text.find("b 2"));
}

TEST_CASE("a heading of messages at the end of a chunk is a mismatch", "[splitter]") {
    auto const text = "dstport vpc-id\n1 a\ntimestamp,message\n5,2 b\n"s;
    auto const mismatches = mismatches_of(text);
    REQUIRE(mismatches.size() == 4);
    CHECK_FALSE(mismatches[1]);
    CHECK(mismatches[2] == text.find("5,2 b"));
}

TEST_CASE("what cannot be divided is read as a whole", "[splitter]") {
    auto const flowd = archives::directory("flowd");
    for (auto const& bytes :
         {archives::read(flowd / "v3-v5.flowd"), "PAR1 and more"s, "\x1F\x8B\x08 and more"s,
          "{\"message\": 1}\n{}\n"s, ""s, "# a comment\ndstport vpc-id\n1 a\n2 b\n"s}) {
        CHECK(split(bytes, 1).empty());
    }
    struct stream {
        [[nodiscard]] auto name() const -> std::string { return "stream"; }
        [[nodiscard]] auto open() const -> flowlog::memory_source {
            return flowlog::memory_source{"dstport\n1\n2\n3\n"};
        }
    };
    CHECK_FALSE(log_splitter::of(stream{}, {}, 1));
    CHECK_FALSE(log_splitter::of("no such file", {}, 1));
    CHECK_THROWS_AS(split("no log\nat all\n", 1), flowlog::error);  // as reading it would
}

}  // namespace test_format_splitter
