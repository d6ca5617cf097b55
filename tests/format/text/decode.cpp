// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/format/text/decode.hpp>
#include <flowlog/grammar/record.hpp>

#include "catch.hpp"
#include "reading.hpp"
#include "repeats.hpp"

namespace test_format_text_decode {

namespace detail = flowlog::detail;
using namespace std::string_view_literals;
using flowlog::address;
using flowlog::field_value;
using flowlog::timestamp;

/// Decodes a token before `after`, which must not matter.
template <class T>
static auto decode_before(std::string_view token, char after) -> field_value<T> {
    auto text = std::string{token} + std::string(detail::token_padding, after);
    return detail::decode<T>(text.data(), text.data() + token.size());
}

/// Decodes a token, whatever follows it.
template <class T>
static auto decode(std::string_view token) -> field_value<T> {
    auto const result = decode_before<T>(token, '\0');
    for (auto const after : {'0', '9', ' ', '\n', '-', '.', ':', 'a', '\xff', '\x80'})
        REQUIRE(decode_before<T>(token, after) == result);
    return result;
}

template <class T>
static void check_against_grammar(std::string_view token) {
    CAPTURE(token);
    REQUIRE(decode<T>(token) == flowlog::grammar::parse_value<T>(token));
}

TEST_CASE("every port is decoded", "[decode]") {
    for (std::uint32_t port = 0; port < 100000; ++port) {
        auto const text = std::to_string(port) + "                ";
        auto const size = text.find(' ');
        auto const got = detail::decode<std::uint16_t>(text.data(), text.data() + size);
        if (port < 65536) {
            REQUIRE(got == static_cast<std::uint16_t>(port));
        } else {
            REQUIRE(got.malformed());
        }
    }
}

TEST_CASE("every number of eight bits is decoded, with leading zeros", "[decode]") {
    for (std::uint32_t number = 0; number < 1200; ++number) {
        for (std::size_t zeros = 0; zeros < 30; ++zeros) {
            auto const got = decode<std::uint8_t>(std::string(zeros, '0') + std::to_string(number));
            if (number < 256) {
                REQUIRE(got == static_cast<std::uint8_t>(number));
            } else {
                REQUIRE(got.malformed());
            }
        }
    }
}

template <class T>
static void check_limits() {
    auto const largest = std::uint64_t{std::numeric_limits<T>::max()};
    auto text = std::to_string(largest);
    CHECK(decode<T>(text) == static_cast<T>(largest));
    CHECK(decode<T>("0000000000" + text) == static_cast<T>(largest));
    ++text.back();
    CHECK(decode<T>(text).malformed());
    CHECK(decode<T>("00" + text).malformed());
    CHECK(decode<T>(text + "0").malformed());
    CHECK(decode<T>("1" + text).malformed());
    CHECK(decode<T>("-").absent());
    for (auto const* bad :
         {"--", "-1", "+1", "1-", "1.0", "1e3", "0x1", "1,000", "a", ":", "/", " ", "\xb2"})
        CHECK(decode<T>(bad).malformed());
}

TEST_CASE("a number beyond its type is malformed", "[decode]") {
    check_limits<std::uint8_t>();
    check_limits<std::uint16_t>();
    check_limits<std::uint32_t>();
    check_limits<std::uint64_t>();
}

TEST_CASE("numbers of every length are decoded", "[decode]") {
    auto text = std::string{};
    std::uint64_t value = 0;
    for (std::size_t size = 1; size <= 25; ++size) {
        auto const digit = size * 7 % 10;
        text += static_cast<char>('0' + digit);
        value = value * 10 + digit;
        CAPTURE(text);
        auto const got = decode<std::uint64_t>(text);
        if (size < 20) {
            CHECK(got == value);
        } else {
            CHECK(got.malformed());  // 20 digits from 7 on exceed 64 bits
        }
        check_against_grammar<std::uint64_t>(text);
        check_against_grammar<std::uint32_t>(text);
    }
    for (auto const* twenty :
         {"10000000000000000000", "18446744073709551615", "18446744073709551616",
          "18446744073709551620", "18446744073709551699", "20000000000000000000",
          "99999999999999999999", "000000000000000000001", "018446744073709551615"})
        check_against_grammar<std::uint64_t>(twenty);
}

TEST_CASE("a byte that is not a digit makes a number malformed, wherever it is", "[decode]") {
    for (std::size_t size = 1; size <= 25; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            auto text = std::string(size, '0');
            for (auto byte = 0; byte < 256; ++byte) {
                if (byte >= '0' && byte <= '9') continue;
                if (size == 1 && byte == '-') continue;
                text[at] = static_cast<char>(byte);
                REQUIRE(decode_before<std::uint64_t>(text, '1').malformed());
                REQUIRE(decode_before<std::uint16_t>(text, '1').malformed());
                REQUIRE(decode_before<std::uint8_t>(text, '1').malformed());
            }
        }
    }
}

template <class Word>
static auto decode_at_once(std::string_view text) -> detail::decoded_number {
    auto padded = std::string{text};
    padded.resize(sizeof(Word), '9');
    return detail::decode_word(detail::load_word<Word>(padded.data()), text.size());
}

TEST_CASE("the digits of a word are decoded together", "[decode]") {
    auto const eight = decode_at_once<std::uint64_t>;
    CHECK(eight("0").value == 0);
    CHECK(eight("12345678").value == 12345678);
    CHECK(eight("99999999").value == 99999999);
    CHECK(eight("007").value == 7);
    CHECK(eight("12345678").bad == 0);
    CHECK(eight("1234567x").bad != 0);
    CHECK(eight("x2345678").bad != 0);
    auto random = testing::random_numbers{5};
    for (auto i = 0; i < testing::repeats(20000); ++i) {
        auto const number = random(100'000'000);
        auto const got = eight(std::to_string(number));
        REQUIRE(got.bad == 0);
        REQUIRE(got.value == number);
    }
    for (std::uint64_t number = 0; number < 10000; ++number) {
        auto text = std::to_string(number);
        auto const got = decode_at_once<std::uint32_t>(text);
        REQUIRE(got.bad == 0);
        REQUIRE(got.value == number);
        text[number % text.size()] = static_cast<char>(number % 2 == 0 ? '/' : ':');
        REQUIRE(decode_at_once<std::uint32_t>(text).bad != 0);
    }
}

TEST_CASE("any token is the number that the grammar reads", "[decode][property]") {
    auto random = testing::random_numbers{6};
    for (auto i = 0; i < testing::repeats(30000); ++i) {
        auto token = std::to_string(random(~0ULL) >> random(64));
        if (random(4) == 0) token.insert(0, std::string(static_cast<std::size_t>(random(10)), '0'));
        if (random(4) == 0) token += static_cast<char>('0' + random(10));
        if (random(4) == 0) {
            auto const at = static_cast<std::size_t>(random(token.size()));
            token[at] = static_cast<char>(random(256));
        }
        if (token.find_first_of(" \t\r\n") != token.npos) continue;
        check_against_grammar<std::uint8_t>(token);
        check_against_grammar<std::uint16_t>(token);
        check_against_grammar<std::uint32_t>(token);
        check_against_grammar<std::uint64_t>(token);
        check_against_grammar<timestamp>(token);
    }
}

TEST_CASE("a time is in seconds, or in a smaller unit if it is large", "[decode]") {
    using namespace std::chrono;
    auto const text = [](auto time) { return decode<timestamp>(time); };
    CHECK(text("0") == timestamp{});
    CHECK(text("1418530010") == timestamp{seconds{1418530010}});
    CHECK(text("1418530010000") == timestamp{seconds{1418530010}});
    CHECK(text("1418530010123") == timestamp{milliseconds{1418530010123}});
    CHECK(text("99999999999") == timestamp{seconds{99999999999}});
    CHECK(text("100000000000") == timestamp{milliseconds{100000000000}});
    CHECK(text("99999999999999") == timestamp{milliseconds{99999999999999}});
    CHECK(text("1418530010123456") == timestamp{microseconds{1418530010123456}});
    CHECK(text("1418530010123456789") == timestamp{microseconds{1418530010123456}});
    CHECK(text("18446744073709551615") == timestamp{microseconds{18446744073709551}});
    CHECK(text("18446744073709551616").malformed());
    CHECK(text("0000-00-00 00:00:00.000000").absent());
    CHECK(text("0000-00-00T00:00:00Z").absent());
    CHECK(text("0000-00-01 00:00:00").malformed());
    CHECK(text("-").absent());
    CHECK(text("-1").malformed());
    CHECK(text("1418530010.5") == timestamp{milliseconds{1418530010500}});
    CHECK(text("1418530010.1234567") == timestamp{microseconds{1418530010123456}});
    CHECK(text("1418530010.").malformed());
    CHECK(text("1418530010.1234567890").malformed());
    CHECK(text("100000000000.5").malformed());
    CHECK(text(".5").malformed());
}

TEST_CASE("a time may be a date and a time of day", "[decode]") {
    using namespace std::chrono;
    auto const time = timestamp{seconds{1418530010}};
    auto const text = [](auto written) { return decode<timestamp>(written); };
    for (auto const* const written :
         {"2014-12-14T04:06:50", "2014-12-14T04:06:50Z", "2014-12-14 04:06:50",
          "2014-12-14 04:06:50.000", "2014-12-14 04:06:50.000 UTC", "2014-12-14 04:06:50+00",
          "2014-12-14T05:06:50+01:00", "2014-12-13T23:36:50-0430", "2014/12/14T04:06:50.000",
          "2014/12/14 04:06:50"}) {
        CAPTURE(written);
        CHECK(text(written) == time);
    }
    CHECK(text("2014-12-14T04:06:50.123Z") == time + milliseconds{123});
    CHECK(text("0001-01-01T00:00:00Z").absent());
    CHECK(text("0001-01-01T00:00:01Z") == timestamp{sys_days{1y / 1 / 1}} + seconds{1});
    for (auto const* const wrong :
         {"2014-12-14", "2014-12-14T04:06", "2014-02-30T04:06:50", "2014-13-14T04:06:50",
          "2014-12-14T24:06:50", "2014-12-14T04:60:50", "2014-12-14T04:06:61",
          "2014-12-14T04:06:50.", "2014-12-14T04:06:50x", "2014-12-14T04:06:50+24:00",
          "2014-12-14T04:06:50+0060", "2014-12-14T04:06:50+1", "2014-12-14T04:06:50+01:",
          "2014-12-14T04:06:50+010", "2014-12-14T04:06:50Z ", "2014-1214T04:06:50",
          "2014/12-14T04:06:50", "2014-12/14T04:06:50", "2014:12:14T04:06:50"}) {
        CAPTURE(wrong);
        CHECK(text(wrong).malformed());
    }
}

TEST_CASE("a port may be hexadecimal, as Argus writes the type and the code of ICMP", "[decode]") {
    using flowlog::field_id;
    for (auto const id : {field_id::srcport, field_id::dstport, field_id::input, field_id::tos}) {
        for (auto const token : {"0x0008"sv, "0x8"sv, "0xBcd"sv, "0xffff"sv, "0x10000"sv, "0x"sv,
                                 "0xg"sv, "0X8"sv, "8"sv, "-"sv, "0x-8"sv}) {
            CAPTURE(token);
            auto const text = std::string{token} + std::string(detail::token_padding, ' ');
            auto const got =
                detail::decode<std::uint16_t>(id, text.data(), text.data() + token.size());
            CHECK(got == flowlog::grammar::parse_value<std::uint16_t>(id, token));
        }
    }
    CHECK(flowlog::grammar::parse_value<std::uint16_t>(field_id::srcport, "0x0008") ==
          std::uint16_t{8});
    CHECK(flowlog::grammar::parse_value<std::uint16_t>(field_id::dstport, "0x").malformed());
}

TEST_CASE("words of a set are decoded in any case", "[decode]") {
    using flowlog::action;
    using flowlog::flow_direction;
    using flowlog::log_status;
    for (auto const* word :
         {"ACCEPT",  "accept", "Accept", "REJECT", "reject",   "-",        "--",      "ACCEP",
          "ACCEPTS", "OK",     "NODATA", "NoData", "SKIPDATA", "skipdata", "SKIPDAT", "ingress",
          "EGRESS",  "egres",  "ok",     "O",      "0K",       "\xcf\xcb", "x"}) {
        check_against_grammar<action>(word);
        check_against_grammar<log_status>(word);
        check_against_grammar<flow_direction>(word);
    }
    CHECK(decode<action>("REJECT") == action::reject);
    CHECK(decode<log_status>("SKIPDATA") == log_status::skipdata);
    CHECK(decode<flow_direction>("egress") == flow_direction::egress);
    CHECK(decode<action>("-").absent());
    // bits that the letters of ASCII do not have
    CHECK(decode<log_status>("\x2F\x4B").malformed());
    CHECK(decode<log_status>("o\x0B").malformed());
}

TEST_CASE("text and addresses are decoded as they are", "[decode]") {
    CHECK(decode<std::string_view>("-").absent());
    CHECK(decode_before<std::string_view>("eni", 'x').has_value());
    CHECK(decode<address>("-").absent());
    CHECK(decode<address>("10.0.0.1") == address::v4(0x0A000001));
    CHECK(decode<address>("::1") == address::v6(0, 1));
    for (auto const* bad : {"--", "10.0.0", "10.0.0.256", "x", "1", ":", "::1::"})
        CHECK(decode<address>(bad).malformed());
    for (auto const* token :
         {"1.2.3.4", "255.255.255.255", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "12345::"})
        check_against_grammar<address>(token);
}

TEST_CASE("any token is the address that the grammar reads", "[decode][property]") {
    auto random = testing::random_numbers{8};
    auto good = 0;
    for (auto i = 0; i < testing::repeats(30000); ++i) {
        auto token =
            random(2) == 0
                ? address::v4(static_cast<std::uint32_t>(random(~0ULL))).to_string()
                : address::v6(random(~0ULL) >> random(64), random(~0ULL) >> random(64)).to_string();
        for (auto changes = random(3); changes != 0; --changes) {
            constexpr auto bytes = "0123456789abcdefABCDEF.::-g%/\0\xff"sv;
            auto const at = static_cast<std::size_t>(random(token.size()));
            switch (random(3)) {
                case 0: token[at] = random.pick(bytes); break;
                case 1: token.insert(at, 1, random.pick(bytes)); break;
                default: token.erase(at, 1); break;
            }
            if (token.empty()) token = "0";
        }
        CAPTURE(token);
        auto const got = decode_before<address>(token, '1');
        REQUIRE(got == flowlog::grammar::parse_value<address>(token));
        good += got ? 1 : 0;
    }
    CHECK(good > testing::repeats(10000));
    CHECK(good < testing::repeats(29000));
}

}  // namespace test_format_text_decode
