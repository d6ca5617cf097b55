// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <flowlog/format/batch.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/text/batch.hpp>
#include <flowlog/format/text/decode_column.hpp>

#include "catch.hpp"
#include "reading.hpp"
#include "repeats.hpp"

namespace test_format_text_decode_column {

namespace detail = flowlog::detail;
using flowlog::field_id;
using flowlog::text_batch;
using flowlog::text_record;
using testing::random_numbers;

/// Lines of three columns, `bytes srcaddr -`, as the reader hands them out.
struct made_lines {
    flowlog::layout columns{{"bytes", "srcaddr", "unknown"}};
    std::string text;
    std::vector<std::uint32_t> delimiters{~std::uint32_t{0}};
    std::size_t size = 0;

    void add(std::string const& bytes, std::string const& address) {
        for (auto const& token : {bytes, address, std::string{"x"}}) {
            text += token;
            delimiters.push_back(static_cast<std::uint32_t>(text.size()));
            text += ' ';
        }
        text.back() = '\n';
        ++size;
    }

    [[nodiscard]] auto batch() -> text_batch {
        text += std::string(detail::token_padding, '.');
        return {text_record{text.data(), delimiters.data(), &columns,
                            columns.columns_by_field().data()},
                size, 3};
    }

    /// The tokens of a column, counted from 0.
    [[nodiscard]] auto column(std::size_t which) const -> detail::token_column {
        return {text.data(), delimiters.data() + which, 3};
    }
};

static auto number(random_numbers& random, std::uint64_t oddity) -> std::string {
    static auto const odd = std::vector<std::string>{"-",
                                                     "256",
                                                     "65535",
                                                     "65536",
                                                     "4294967295",
                                                     "4294967296",
                                                     "99999999",
                                                     "100000000",
                                                     "123456789",
                                                     "1a",
                                                     "18446744073709551615",
                                                     "18446744073709551616",
                                                     "0000001",
                                                     "/",
                                                     ":",
                                                     "\xb0",
                                                     "00000000",
                                                     "1234567890123456",
                                                     "+1",
                                                     "1.5",
                                                     "12345678x",
                                                     "x12345",
                                                     "\xff\xff"};
    if (random(oddity) == 0) return random.pick(odd);
    return std::to_string(random(std::uint64_t{1} << (1 + random(26))));
}

static auto address(random_numbers& random, std::uint64_t oddity) -> std::string {
    static auto const odd = std::vector<std::string>{
        "-",        "::1", "2001:db8::5", "1.2.3", "1.2.3.256", "01.2.3.4", "::ffff:1.2.3.4",
        "1.2.3.4.", ":"};
    if (random(oddity) == 0) return random.pick(odd);
    return flowlog::address::v4(static_cast<std::uint32_t>(random(~0ULL))).to_string();
}

TEST_CASE("columns are decoded like single values", "[decode_column][property]") {
    auto random = random_numbers{8};
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    for (auto i = 0; i < testing::repeats(6000); ++i) {
        auto lines = made_lines{};
        auto const oddity = random(3) == 0 ? std::uint64_t{1000000} : 1 + random(60);
        for (auto n = random(40); n != 0; --n)
            lines.add(number(random, oddity), address(random, oddity));
        auto const batch = lines.batch();
        auto const step = static_cast<std::size_t>(2 + random(3));
        CAPTURE(lines.text);
        for (auto const limit : {std::uint64_t{255}, std::uint64_t{65535}, most}) {
            auto good = true;
            for (std::size_t k = 0; k < batch.size(); ++k) {
                auto const value = batch[k][flowlog::field::bytes];
                good &= value.has_value() && *value <= limit;
            }
            auto out = std::vector<std::uint64_t>(lines.size * step);
            REQUIRE(detail::decode_numbers(lines.column(0), lines.size, limit, out.data(), step) ==
                    good);
            auto const plain =
                detail::decode_numbers_scalar(lines.column(0), lines.size, limit, out.data(), step);
            REQUIRE(plain == good);
            if (limit == most) REQUIRE(batch.numbers(field_id::bytes, out.data(), step) == good);
            REQUIRE(detail::decode_numbers(lines.column(0), lines.size, limit, out.data(), step) ==
                    good);
            for (std::size_t k = 0; good && k < batch.size(); ++k)
                REQUIRE(out[k * step] == *batch[k][flowlog::field::bytes]);
        }
        auto good = true;
        for (std::size_t k = 0; k < batch.size(); ++k)
            good &= batch[k][flowlog::field::srcaddr].has_value();
        for (auto const plain : {false, true}) {
            auto out = std::vector<std::uint64_t>(lines.size * step);
            auto v6 = std::vector<bool>(lines.size);
            auto const note = [&](std::size_t line, bool is_v6) { v6[line] = is_v6; };
            auto const found = plain ? detail::decode_addresses_scalar(lines.column(1), lines.size,
                                                                       out.data(), step, note)
                                     : batch.addresses(field_id::srcaddr, out.data(), step, note);
            REQUIRE(found == good);
            for (std::size_t k = 0; good && k < batch.size(); ++k) {
                auto const wanted = *batch[k][flowlog::field::srcaddr];
                REQUIRE(out[k * step] == wanted.high());
                REQUIRE(out[k * step + 1] == wanted.low());
                REQUIRE(v6[k] == wanted.is_v6());
            }
        }
    }
}

TEST_CASE("a column of times is decoded like single times", "[decode_column][property]") {
    auto random = random_numbers{9};
    for (auto i = 0; i < testing::repeats(2000); ++i) {
        auto lines = made_lines{};
        auto const oddity = random(3) == 0 ? std::uint64_t{1000000} : 1 + random(60);
        for (auto n = random(40); n != 0; --n) {
            auto const near = random(oddity) == 0 ? 100'000'000'001U : 1'418'530'010U;
            lines.add(random(oddity) == 0 ? number(random, 1) : std::to_string(near - random(3)),
                      "1.2.3.4");
        }
        auto const step = static_cast<std::size_t>(1 + random(3));
        auto out = std::vector<std::uint64_t>(lines.size * step);
        auto const tokens = lines.column(0);
        auto good = true;
        auto wanted = std::vector<std::uint64_t>{};
        for (std::size_t k = 0; k < lines.size; ++k) {
            auto const time = detail::decode<flowlog::timestamp>(tokens.begin(k), tokens.end(k));
            wanted.push_back(static_cast<std::uint64_t>(
                time.value_or(flowlog::timestamp{}).time_since_epoch().count()));
            auto const number = detail::decode<std::uint64_t>(tokens.begin(k), tokens.end(k));
            good &= time.has_value() && number.has_value() && *number < flowlog::first_milliseconds;
        }
        CAPTURE(lines.text);
        REQUIRE(detail::decode_seconds(tokens, lines.size, out.data(), step) == good);
        for (std::size_t k = 0; good && k < lines.size; ++k) REQUIRE(out[k * step] == wanted[k]);
    }
}

TEST_CASE("a column that is not there is not decoded", "[decode_column]") {
    auto lines = made_lines{};
    lines.add("1", "1.2.3.4");
    auto const batch = lines.batch();
    auto out = std::uint64_t{0};
    CHECK_FALSE(batch.numbers(field_id::dstport, &out));
    CHECK_FALSE(batch.times(field_id::start, &out));
    CHECK(batch.numbers(field_id::bytes, &out));
    CHECK(out == 1);
}

static_assert(flowlog::record_batch<text_batch>);

TEST_CASE("a selection of a selection is a batch", "[text_batch]") {
    auto lines = made_lines{};
    for (auto const* bytes : {"10", "11", "12", "13", "14"}) lines.add(bytes, "1.2.3.4");
    auto const batch = lines.batch();
    auto outer = flowlog::selection_buffer{};
    auto inner = flowlog::selection_buffer{};
    auto const some = batch.select(0b11010, outer);
    auto const fewer = some.select(0b110, inner);
    CHECK(inner.delimiters.size() == 2 * 4);  // a third selection would not need more
    REQUIRE(fewer.size() == 2);
    CHECK(fewer[0][flowlog::field::bytes] == 13U);
    CHECK(fewer[1][flowlog::field::bytes] == 14U);
    CHECK(fewer[1].line() == "14 1.2.3.4 x");
    auto bytes = std::vector<std::uint64_t>(2);
    REQUIRE(fewer.numbers(field_id::bytes, bytes.data()));
    CHECK(bytes == std::vector<std::uint64_t>{13, 14});
}

TEST_CASE("slices of a batch are batches", "[text_batch]") {
    auto lines = made_lines{};
    for (auto const* bytes : {"10", "11", "12", "13", "14"}) lines.add(bytes, "1.2.3.4");
    auto const batch = lines.batch();
    auto const part = batch.slice(2, 2);
    REQUIRE(part.size() == 2);
    CHECK(part[0][flowlog::field::bytes] == 12U);
    CHECK(part[1][flowlog::field::bytes] == 13U);
    CHECK(part[1].line() == "13 1.2.3.4 x");
}

}  // namespace test_format_text_decode_column
