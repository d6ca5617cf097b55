// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/format/text/scan.hpp>

#include "catch.hpp"
#include "reading.hpp"
#include "repeats.hpp"

namespace test_format_text_scan {

namespace detail = flowlog::detail;
using detail::cpu_level;
using namespace std::string_literals;
using namespace std::string_view_literals;

struct found {
    std::vector<std::uint32_t> delimiters{};
    std::vector<std::uint32_t> lines{};
    bool irregular = false;

    friend auto operator==(found const&, found const&) -> bool = default;
};

/// Scans byte by byte, as the documentation of `scan_index` says.
static auto plain_scan(std::string_view text) -> found {
    auto result = found{};
    auto after_delimiter = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const delimiter = " \t\r\n"sv.find(text[i]) != std::string_view::npos;
        if (delimiter) result.delimiters.push_back(static_cast<std::uint32_t>(i));
        if (text[i] == '\n')
            result.lines.push_back(static_cast<std::uint32_t>(result.delimiters.size()));
        result.irregular |= text[i] == '\t' || text[i] == '\r' || (delimiter && after_delimiter);
        after_delimiter = delimiter;
    }
    return result;
}

/// Scans a copy that ends where its memory does, so that the sanitizers see who reads beyond it.
static auto scan_with(detail::scanner const& scanner, std::string_view text, std::size_t columns)
    -> found {
    auto const copy = std::make_unique_for_overwrite<char[]>(text.size());
    std::ranges::copy(text, copy.get());
    auto buffer = detail::scan_buffer{};
    auto const index = buffer.scan({copy.get(), text.size()}, columns, scanner);
    CHECK(index.delimiters[-1] == ~std::uint32_t{0});
    return {{index.delimiters, index.delimiters + index.delimiter_count},
            {index.lines, index.lines + index.line_count},
            index.irregular};
}

static void check(std::string_view text) {
    auto const expected = plain_scan(text);
    for (auto const& scanner : detail::scanners()) {
        for (std::size_t const columns : {0U, 1U, 2U, 3U}) {
            CAPTURE(scanner.name, text, columns);
            CHECK(scan_with(scanner, text, columns) == expected);
        }
    }
}

TEST_CASE("there is a scanner for every machine", "[scan]") {
    REQUIRE_FALSE(detail::scanners().empty());
    CHECK(detail::scanners().back().level == cpu_level::scalar);
    CHECK(detail::chosen_scanner().level <= detail::cpu.level);
}

TEST_CASE("the scanner is the fastest of the chosen level", "[scan]") {
    auto const best = detail::best_cpu_level();
    auto const chosen = [](cpu_level level) {
        return detail::find_scanner({.level = level}).level;
    };
    CHECK(&detail::find_scanner({.level = best}) == &detail::scanners().front());
    CHECK(chosen(cpu_level::scalar) == cpu_level::scalar);
    for (auto const& scanner : detail::scanners()) CHECK(chosen(scanner.level) == scanner.level);
    if (best >= cpu_level::sse41) CHECK(chosen(cpu_level::sse41) == cpu_level::sse2);
}

/// What choosing a scanner by this value of FLOWLOG_FORCE_SCAN fails with.
static auto failure_of(char const* forced, cpu_level best) -> std::string {
    try {
        static_cast<void>(detail::find_scanner(detail::choose_cpu_level(forced, best)));
    } catch (flowlog::error const& thrown) {
        CHECK(thrown.code() == flowlog::errc::invalid_argument);
        return thrown.what();
    }
    return {};
}

TEST_CASE("a missing scanner is an error that names those available", "[scan]") {
    auto const best = detail::best_cpu_level();
    CHECK(failure_of(nullptr, best).empty());
    CHECK(failure_of("", best).empty());
    CHECK(failure_of("scalar", best).empty());
    CHECK(failure_of("aba\ncus", best) ==
          "FLOWLOG_FORCE_SCAN is 'aba\\x0acus'; the known names are avx512, avx2, sse4.1, sse2, "
          "neon, "
          "scalar");
    auto const lacking = best == cpu_level::neon ? "avx2" : "neon";
    auto const message = failure_of(lacking, best);
    CHECK(message.starts_with("FLOWLOG_FORCE_SCAN is '"s + lacking +
                              "', which this processor lacks; it has "));
    CHECK(message.ends_with("scalar"));
    CHECK(message.find(lacking) == message.rfind(lacking));
}

// Run by format.forced_scan with FLOWLOG_FORCE_SCAN=abacus.
TEST_CASE("nothing is read with an unknown FLOWLOG_FORCE_SCAN", "[.forced_scan]") {
    for (auto i = 0; i < 2; ++i) {
        auto const failed = testing::failure("2 eni-1 OK\n");
        REQUIRE(failed);
        CHECK(failed->code() == flowlog::errc::invalid_argument);
        CHECK(failed->message().starts_with("FLOWLOG_FORCE_SCAN is 'abacus'"));
    }
}

TEST_CASE("each byte is recognised, at each position", "[scan]") {
    for (auto byte = 0; byte < 256; ++byte) {
        auto text = std::string(130, 'x');
        for (std::size_t at : {0U, 1U, 7U, 8U, 31U, 32U, 62U, 63U, 64U, 65U, 127U, 128U, 129U}) {
            auto const kept = std::exchange(text[at], static_cast<char>(byte));
            check(text);
            text[at] = kept;
        }
    }
}

TEST_CASE("texts of every length are scanned to their end", "[scan]") {
    check("");
    for (std::size_t size = 1; size < 200; ++size) {
        check(std::string(size, 'x'));
        check(std::string(size, '\n'));
        check(std::string(size, ' '));
        check(std::string(size - 1, 'x') + '\n');
        check(std::string(size - 1, '\n') + 'x');
    }
}

TEST_CASE("two neighbouring delimiters are irregular, wherever they are", "[scan]") {
    for (std::size_t at = 0; at < 130; ++at) {
        auto text = std::string(132, 'x');
        text[at] = ' ';
        CHECK(plain_scan(text).irregular == (at == 0));
        check(text);
        text[at + 1] = '\n';
        CHECK(plain_scan(text).irregular);
        check(text);
    }
    CHECK_FALSE(plain_scan("a b\nc d\n").irregular);
    CHECK(plain_scan("a\tb\n").irregular);
    CHECK(plain_scan("a b\r\n").irregular);
    CHECK(plain_scan("\na\n").irregular);
}

TEST_CASE("all scanners give the same index for any text", "[scan][property]") {
    auto random = testing::random_numbers{3};
    for (auto i = 0; i < testing::repeats(4000); ++i) {
        auto const alphabet = random(2) == 0 ? "   \t\r\n\n012abc-.\0\x20\xA0\x8A\x8D\x89\x0B\x0C"sv
                                             : "0123456789.- \n"sv;
        auto text = std::string(static_cast<std::size_t>(random(400)), ' ');
        auto const rare = 1 + random(20);
        for (auto& c : text) c = random(rare) == 0 ? random.pick(alphabet) : 'x';
        check(text);
    }
}

TEST_CASE("lines are found whether or not they have the predicted columns", "[scan]") {
    check("a b\nc d\n");
    check("a\nb c d\n");  // as many delimiters, but not by line
    check("a b c\nd\n");
    check("a b\nc\td\r\n");
    check("a b\n\nc d\n");
    check("a b\nc d\nno end");
}

TEST_CASE("a buffer is used again, and grows", "[scan]") {
    auto buffer = detail::scan_buffer{};
    for (std::size_t size : {10U, 1000U, 5U, 100000U, 0U, 64U}) {
        auto text = ""s;
        while (text.size() < size) text += "ab c\n";
        auto const index = buffer.scan(text);
        auto const expected = plain_scan(text);
        CHECK(std::equal(expected.delimiters.begin(), expected.delimiters.end(), index.delimiters,
                         index.delimiters + index.delimiter_count));
        CHECK(std::equal(expected.lines.begin(), expected.lines.end(), index.lines,
                         index.lines + index.line_count));
    }
}

TEST_CASE("bytes are compared eight at a time", "[scan]") {
    for (auto a = 0; a < 256; ++a) {
        for (auto b = 0; b < 256; b += 5) {
            std::uint64_t word = 0;
            std::uint64_t expected = 0;
            for (unsigned i = 0; i < 8; ++i) {
                auto const byte = i % 2 == 0 ? a : (a + static_cast<int>(i) * b) % 256;
                word |= static_cast<std::uint64_t>(byte) << (8 * i);
                if (byte == b) expected |= 1U << i;
            }
            REQUIRE(detail::marked_bytes(detail::equal_marks(word, static_cast<char>(b))) ==
                    expected);
        }
    }
}

TEST_CASE("some delimiters of each line are found as among all", "[scan][property]") {
    auto random = testing::random_numbers{5};
    for (auto i = 0; i < testing::repeats(3000); ++i) {
        auto const columns = 1 + static_cast<std::size_t>(random(random(4) == 0 ? 200 : 20));
        auto kept = std::vector<bool>(columns);
        for (std::size_t k = 0; k < columns; ++k) kept[k] = random(3) == 0;
        auto const some = detail::kept_delimiters{kept};
        auto text = ""s;
        for (auto lines = random(30); lines != 0; --lines) {
            for (std::size_t k = 0; k < columns; ++k)
                text += std::string(1 + random(12), 'x') + (k + 1 == columns ? '\n' : ' ');
        }
        for (auto changes = random(2) == 0 && !text.empty() ? random(7) : 0; changes != 0;
             --changes)
            text[random(text.size())] = random.pick(" \t\r\n\nx"sv);
        if (!text.empty() && text.back() != '\n') text.back() = '\n';
        auto const all = plain_scan(text);
        auto expected = std::vector<std::uint32_t>{};
        for (std::size_t k = 0; k < all.delimiters.size(); ++k) {
            if (kept[k % columns] || (k + 1) % columns == 0) expected.push_back(all.delimiters[k]);
        }
        auto regular = !all.irregular;
        for (std::size_t k = 0; k < all.lines.size(); ++k)
            regular &= all.lines[k] == (k + 1) * columns;
        for (auto const& scanner : detail::scanners()) {
            if (scanner.scan_kept == nullptr && some.per_line() != columns) continue;
            CAPTURE(scanner.name, text, columns);
            auto buffer = detail::scan_buffer{};
            auto const index = buffer.scan_kept(text, some, scanner);
            REQUIRE(index.regular == regular);
            REQUIRE(index.irregular == all.irregular);
            REQUIRE(index.line_count == all.lines.size());
            if (!regular) continue;
            REQUIRE(std::vector(index.delimiters, index.delimiters + index.delimiter_count) ==
                    expected);
        }
    }
}

}  // namespace test_format_text_scan
