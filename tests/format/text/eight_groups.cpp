// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <flowlog/format/text/decode.hpp>
#include <flowlog/format/text/eight_groups.hpp>

#include "catch.hpp"
#include "reading.hpp"
#include "repeats.hpp"

namespace test_format_text_eight_groups {

using namespace std::string_literals;
using namespace std::string_view_literals;
namespace detail = flowlog::detail;

/// Decodes the token before other text, as in logs.
static void check(std::string const& token) {
    for (auto const behind : {' ', ':', 'a', '\0'}) {
        auto const text = token + std::string(detail::token_padding, behind);
        auto const* const first = text.data();
        auto const* const last = first + token.size();
        auto wanted = std::array<std::uint64_t, 2>{};
        auto found = std::array<std::uint64_t, 2>{};
        CAPTURE(token, behind);
        auto const good = flowlog::decode_v6(first, last, wanted[0], wanted[1]);
        REQUIRE(detail::decode_hex_groups(first, last, found[0], found[1]) == good);
        if (good) REQUIRE(found == wanted);
#if defined(__x86_64__)
        auto const whole = token.find("::") == token.npos && token.find('.') == token.npos;
        REQUIRE(detail::decode_eight_groups_sse(first, token.size(), found[0], found[1]) ==
                (good && whole));
        if (good && whole) REQUIRE(found == wanted);
#endif
    }
}

TEST_CASE("groups of any size are decoded, at each position", "[eight_groups]") {
    auto random = testing::random_numbers{13};
    for (auto i = 0; i < testing::repeats(20'000); ++i) {
        auto token = ""s;
        auto const groups = random(6) == 0 ? random(12) : 8;
        for (std::uint64_t k = 0; k < groups; ++k) {
            if (k != 0) token += ':';
            for (auto digits = random(50) == 0 ? random(7) : 1 + random(4); digits != 0; --digits)
                token += random.pick("0123456789abcdefABCDEF"sv);
        }
        if (random(4) == 0 && !token.empty())
            token[random(token.size())] = random.pick(":.gG/@`0 -x"sv);
        check(token);
    }
}

TEST_CASE("every byte is a hex digit or is not", "[eight_groups]") {
    for (auto byte = 0; byte < 256; ++byte) {
        for (std::size_t at = 0; at < 39; ++at) {
            auto token = "2600:1f18:04a3:6900:10bc:2b79:3752:4151"s;
            token[at] = static_cast<char>(byte);
            check(token);
        }
    }
}

TEST_CASE("other forms are decoded too", "[eight_groups]") {
    for (auto const* token :
         {"", "-", ":", "::", "::1", "1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7",
          "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", "1:2:3:4:5:6:7:8:9", "::ffff:192.0.2.1",
          "1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:7:192.0.2.1", "2001:db8::8:800:200c:417a",
          "12345:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8%eth0",
          "0000:0000:0000:0000:0000:ffff:192.168.100.228"})
        check(token);
}

}  // namespace test_format_text_eight_groups
