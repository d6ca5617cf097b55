// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <flowlog/format/text/dotted_quad.hpp>

#include "catch.hpp"
#include "reading.hpp"
#include "repeats.hpp"

namespace test_format_text_dotted_quad {

namespace detail = flowlog::detail;

/// Decodes the token before other text, as in logs.
static void check(std::string const& token) {
    for (auto const* behind : {" ACCEPT OK 1.2.3.4", "\n...............", "................"}) {
        auto const text = token + behind;
        std::uint32_t wanted = 0;
        std::uint32_t found = 0;
        auto const good = flowlog::decode_v4(token.data(), token.data() + token.size(), wanted);
        auto const* const last = text.data() + token.size();
        CAPTURE(token);
        REQUIRE(detail::decode_dotted_quad(text.data(), last, found) == good);
        if (good) REQUIRE(found == wanted);
#if defined(__x86_64__)
        REQUIRE(detail::decode_quad_sse(text.data(), token.size(), found) == good);
        if (good) REQUIRE(found == wanted);
#endif
    }
}

TEST_CASE("every octet is decoded, at each position", "[dotted_quad]") {
    for (auto value = 0; value < 1000; ++value) {
        auto const octet = std::to_string(value);
        for (auto const* form : {"", "0", "00"}) {
            check(form + octet + ".1.22.203");
            check("1." + (form + octet) + ".203.22");
            check("22.203." + (form + octet) + ".1");
            check("203.22.1." + (form + octet));
        }
    }
}

TEST_CASE("other tokens are not dotted quads", "[dotted_quad]") {
    for (auto const* token : {"",
                              ".",
                              "-",
                              "1",
                              "1.2",
                              "1.2.3",
                              "1.2.3.",
                              ".1.2.3",
                              "1..2.3",
                              "1.2.3.4.",
                              "1.2.3.4.5",
                              "1.2.3.4444",
                              "1111.2.3.4",
                              "::1",
                              "1.2.3.a",
                              "a.2.3.4",
                              "1.2.3.4/",
                              "255.255.255.256",
                              "255.255.255.2555",
                              "1111.1111.1111.1111",
                              "0.0.0.0",
                              "255.255.255.255",
                              "...",
                              "....",
                              "1.2:3.4",
                              "+1.2.3.4",
                              "1.2.3.-4",
                              "\x80.1.1.1",
                              "1.1.1.\xff",
                              "1.\x39\x3a.1.1"})
        check(token);
}

TEST_CASE("both ways decode alike, whatever the token", "[dotted_quad][property]") {
    auto random = testing::random_numbers{11};
    constexpr auto odd = std::string_view{"0123456789./:-a \0\xff", 18};
    for (auto i = 0; i < testing::repeats(60000); ++i) {
        auto token = std::string{};
        for (auto octet = 0; octet < 4; ++octet)
            token += (octet == 0 ? "" : ".") + std::to_string(random(random(2) == 0 ? 256 : 20));
        for (auto changes = random(3); changes != 0 && !token.empty(); --changes) {
            auto const at = static_cast<std::size_t>(random(token.size()));
            if (random(3) == 0)
                token.insert(at, 1, random.pick(odd));
            else if (random(2) == 0)
                token.erase(at, 1);
            else
                token[at] = random.pick(odd);
        }
        check(token);
    }
}

}  // namespace test_format_text_dotted_quad
