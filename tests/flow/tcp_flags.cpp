// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <flowlog/flow/tcp_flags.hpp>

#include "catch.hpp"

using flowlog::tcp_flags_number;

TEST_CASE("letters are TCP flags in any order and case", "[tcp_flags]") {
    constexpr auto letters = std::string_view{"FSRPAUEC"};
    for (std::size_t bit = 0; bit < 8; ++bit)
        CHECK(tcp_flags_number(letters.substr(bit, 1)) == static_cast<std::uint8_t>(1U << bit));
    CHECK(tcp_flags_number(letters) == std::uint8_t{255});
    CHECK(tcp_flags_number("as") == std::uint8_t{18});
    CHECK(tcp_flags_number("X") == std::uint8_t{63});
    CHECK(tcp_flags_number("...AP.SF") == std::uint8_t{27});
    CHECK(tcp_flags_number("........") == std::uint8_t{0});
    CHECK(tcp_flags_number("S  A") == std::uint8_t{18});
}

TEST_CASE("names are TCP flags", "[tcp_flags]") {
    CHECK(tcp_flags_number("syn") == std::uint8_t{2});
    for (auto const* both : {"SYN+ACK", "syn-ack", "syn|ack", "ack/syn", "Syn,Ack"})
        CHECK(tcp_flags_number(both) == std::uint8_t{18});
    CHECK(tcp_flags_number("fin+syn+rst+psh+ack+urg+ece+cwr") == std::uint8_t{255});
    CHECK(tcp_flags_number("ECE") == std::uint8_t{64});  // and not the letters E, C and E
    CHECK(tcp_flags_number("EC") == std::uint8_t{192});
}

TEST_CASE("hexadecimal digits are TCP flags", "[tcp_flags]") {
    CHECK(tcp_flags_number("0xd2") == std::uint8_t{0xD2});
    CHECK(tcp_flags_number("0xF") == std::uint8_t{15});
    CHECK(tcp_flags_number("0xaB") == std::uint8_t{0xAB});
}

TEST_CASE("other texts are no TCP flags", "[tcp_flags]") {
    for (auto const* text : {"", "Z", "SQ", "18", "syn ack", "syn+", "+syn", "synack", "0x",
                             "0x100", "0xg", "s-a", "-"})
        CHECK_FALSE(tcp_flags_number(text));
}
