// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <boost/fusion/include/std_tuple.hpp>
#include <boost/spirit/home/x3.hpp>

#include <flowlog/grammar/rule.hpp>

#include "catch.hpp"

using namespace std::string_view_literals;
namespace x3 = boost::spirit::x3;
namespace grammar = flowlog::grammar;
using flowlog::address;
using flowlog::field_value;
using grammar::nullable;
using grammar::value;

/// A user's own type: a MAC address that owns its text.
struct mac {
    std::uint64_t number = 0;
    friend auto operator==(mac const&, mac const&) -> bool = default;
};

template <>
struct flowlog::grammar::syntax<mac> {
    static constexpr std::string_view name = "MAC address";
    static constexpr auto contains(char c) noexcept -> bool {
        return c == ':' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
    static auto decode(std::string_view text) noexcept -> std::optional<mac> {
        if (text.size() != 17) return std::nullopt;
        auto result = mac{};
        for (std::size_t i = 0; i < text.size(); ++i) {
            if ((text[i] == ':') != (i % 3 == 2)) return std::nullopt;
            if (text[i] == ':') continue;
            auto const digit = text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10;
            result.number = result.number << 4 | static_cast<unsigned>(digit);
        }
        return result;
    }
};

template <class Parser, class Attribute>
static auto parse(std::string_view text, Parser const& parser, Attribute& attribute) -> bool {
    auto const* at = text.data();
    return x3::parse(at, text.data() + text.size(), parser >> x3::eoi, attribute);
}

/// The value of a text, and how many bytes the rule took.
template <class T>
static auto taken(std::string_view text) -> std::pair<std::optional<T>, std::size_t> {
    auto const* at = text.data();
    auto result = T{};
    auto const good = x3::parse(at, text.data() + text.size(), value<T>, result);
    return {good ? std::optional{result} : std::nullopt,
            static_cast<std::size_t>(at - text.data())};
}

TEST_CASE("every decoder is a parser", "[rule]") {
    CHECK(taken<std::uint16_t>("443") ==
          std::pair{std::optional<std::uint16_t>{443}, std::size_t{3}});
    CHECK(taken<std::uint16_t>("443,") ==
          std::pair{std::optional<std::uint16_t>{443}, std::size_t{3}});
    CHECK(taken<std::uint64_t>("18446744073709551615").first == ~std::uint64_t{0});
    CHECK(taken<std::uint8_t>("0000000000000000000000000000255").first == std::uint8_t{255});
    CHECK(taken<address>("10.0.0.1").first == address::v4(0x0A000001));
    CHECK(taken<address>("fe80::1%eth0") == std::pair{address::parse("fe80::1"), std::size_t{7}});
    CHECK(taken<flowlog::cidr>("10.0.0.0/8").first == flowlog::cidr::parse("10.0.0.0/8"));
    CHECK(taken<flowlog::timestamp>("1418530010").first ==
          flowlog::timestamp{std::chrono::seconds{1418530010}});
    CHECK(taken<flowlog::action>("reject;").first == flowlog::action::reject);
    CHECK(taken<flowlog::log_status>("OK").first == flowlog::log_status::ok);
    CHECK(taken<flowlog::flow_direction>("egress").first == flowlog::flow_direction::egress);
    CHECK(taken<std::string_view>("a,b c") == std::pair{std::optional{"a,b"sv}, std::size_t{3}});
    CHECK(taken<mac>("00:1b:2c:3d:4e:5f").first == mac{0x001b2c3d4e5f});
}

TEST_CASE("a rule that fails takes nothing", "[rule]") {
    auto const nothing = [](auto const& result) { return !result.first && result.second == 0; };
    for (auto const* text : {"", "-", "65536", "x", "-1", "+1", " 1"})
        CHECK(nothing(taken<std::uint16_t>(text)));
    for (auto const* text : {"", "-", "10.0.0.256", "10.0.0", "x", "1", ":", "1.2.3.4a"})
        CHECK(nothing(taken<address>(text)));
    for (auto const* text : {"", "-", "ACCEPTED", "1"})
        CHECK(nothing(taken<flowlog::action>(text)));
    CHECK(nothing(taken<std::string_view>("-")));
    CHECK(nothing(taken<std::string_view>(" x")));
    CHECK(nothing(taken<mac>("00:1b:2c:3d:4e")));
}

TEST_CASE("a rule takes the longest text that is one", "[rule]") {
    CHECK(taken<address>("10.0.0.1:443") == std::pair{address::parse("10.0.0.1"), std::size_t{8}});
    CHECK(taken<address>("10.0.0.1.443") == std::pair{address::parse("10.0.0.1"), std::size_t{8}});
    CHECK(taken<address>("10.0.0.1.") == std::pair{address::parse("10.0.0.1"), std::size_t{8}});
    CHECK(taken<address>("1::2:3") == std::pair{address::parse("1::2:3"), std::size_t{6}});
    CHECK(taken<address>("1:2:3:4:5:6:7:8:443") ==
          std::pair{address::parse("1:2:3:4:5:6:7:8"), std::size_t{15}});
    CHECK(taken<address>("::") == std::pair{address::parse("::"), std::size_t{2}});
    CHECK(taken<flowlog::cidr>("10.0.0.0/8/x") ==
          std::pair{flowlog::cidr::parse("10.0.0.0/8"), std::size_t{10}});
    CHECK_FALSE(taken<address>(std::string(100000, ':')).first == address{});
    CHECK_FALSE(taken<address>(std::string(100000, '1')).first);
}

TEST_CASE("a rule reads no byte beyond its text", "[rule]") {
    for (std::size_t size = 1; size <= 20; ++size) {
        auto const text = std::vector<char>(size, '1');  // the sanitizers see who reads beyond
        auto const* at = text.data();
        std::uint64_t number = 0;
        CHECK(x3::parse(at, text.data() + size, value<std::uint64_t>, number));
        CHECK(number == std::stoull(std::string(size, '1')));
    }
}

TEST_CASE("rules form sequences, and fill tuples", "[rule]") {
    auto const endpoint = value<address> >> ':' >> value<std::uint16_t>;
    auto result = std::tuple<address, std::uint16_t>{};
    CHECK(parse("10.0.0.1:443", endpoint, result));
    CHECK(result == std::tuple{address::v4(0x0A000001), std::uint16_t{443}});
    CHECK_FALSE(parse("10.0.0.1:70000", endpoint, result));
    auto list = std::vector<std::uint16_t>{};
    CHECK(parse("1,2,3", value<std::uint16_t> % ',', list));
    CHECK(list == std::vector<std::uint16_t>{1, 2, 3});
    auto const* at = "10.0.0.1";
    CHECK(x3::parse(at, at + 8, value<address> >> x3::eoi));  // without an attribute
}

TEST_CASE("a rule uses the skipper", "[rule]") {
    auto const text = "  10.0.0.1   443 "sv;
    auto const* at = text.data();
    auto result = std::tuple<address, std::uint16_t>{};
    CHECK(x3::phrase_parse(at, text.data() + text.size(), value<address> >> value<std::uint16_t>,
                           x3::space, result));
    CHECK(std::get<1>(result) == 443);
    auto absent = std::tuple<field_value<address>, field_value<std::uint16_t>>{};
    at = text.data();
    CHECK(x3::phrase_parse(at, text.data() + text.size(),
                           nullable<address> >> nullable<std::uint16_t>, x3::space, absent));
}

TEST_CASE("a nullable rule reads a dash", "[rule]") {
    auto port = field_value<std::uint16_t>{80};
    CHECK(parse("-", nullable<std::uint16_t>, port));
    CHECK(port.absent());
    CHECK(parse("443", nullable<std::uint16_t>, port));
    CHECK(port == std::uint16_t{443});
    CHECK_FALSE(parse("65536", nullable<std::uint16_t>, port));
    CHECK_FALSE(parse("--", nullable<std::uint16_t>, port));
    auto text = field_value<std::string_view>{};
    CHECK(parse("-", nullable<std::string_view>, text));
    CHECK(text.absent());
    CHECK(parse("--", nullable<std::string_view>, text));
    CHECK(text == "--"sv);
    auto action = field_value<flowlog::action>{};
    CHECK(parse("REJECT", grammar::field_rule<flowlog::field_id::action>{}, action));
    CHECK(action == flowlog::action::reject);
}

TEST_CASE("an expectation names the rule", "[rule]") {
    auto const which = [](auto const& parser) -> std::string {
        auto const text = "from x"sv;
        auto const* at = text.data();
        try {
            x3::parse(at, text.data() + text.size(), "from " > parser);
        } catch (x3::expectation_failure<char const*> const& failure) {
            CHECK(failure.where() == text.data() + 5);
            return failure.which();
        }
        return "nothing";
    };
    CHECK(which(value<address>) == "address");
    CHECK(which(value<mac>) == "MAC address");
    CHECK(which(nullable<std::uint16_t>) == "number or '-'");
}
