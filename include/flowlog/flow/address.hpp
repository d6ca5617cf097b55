// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_ADDRESS_HPP
#define FLOWLOG_FLOW_ADDRESS_HPP

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include <flowlog/detail/mix.hpp>
#include <flowlog/flow/decode_address.hpp>
#include <flowlog/flow/detail/print_address.hpp>

namespace flowlog {

/// An IPv4 or IPv6 address.
///
/// Addresses are ordered by number, IPv4 before IPv6. The IPv4-mapped `::ffff:192.0.2.1` is an IPv6
/// address, and not equal to `192.0.2.1`.
class address {
public:
    /// The maximum number of characters that `print` writes.
    static constexpr std::size_t max_text = 45;

    /// `0.0.0.0`.
    constexpr address() noexcept = default;

    /// The IPv4 address of a number; the first octet is the high byte.
    [[nodiscard]] static constexpr auto v4(std::uint32_t host_order) noexcept -> address {
        return {false, 0, host_order};
    }

    /// The IPv6 address of two numbers; the first group is in the high bits of `high`.
    [[nodiscard]] static constexpr auto v6(std::uint64_t high, std::uint64_t low) noexcept
        -> address {
        return {true, high, low};
    }

    /// The IPv6 address of 16 bytes in network order.
    [[nodiscard]] static constexpr auto v6(
        std::array<std::uint8_t, 16> const& network_order) noexcept -> address {
        auto words = std::array<std::uint64_t, 2>{};
        for (std::size_t i = 0; i < 16; ++i) words[i / 8] = (words[i / 8] << 8) | network_order[i];
        return v6(words[0], words[1]);
    }

    /// The address that the whole text spells, if it is an address.
    ///
    /// IPv4 is four decimal octets without leading zeros or signs (RFC 6943 3.1.1, "strict"). IPv6
    /// is any form of RFC 4291 2.2, in either case; `::` replaces at least one group. A zone, a
    /// prefix length, brackets and blanks are not accepted. Never allocates.
    [[nodiscard]] static constexpr auto parse(std::string_view text) noexcept
        -> std::optional<address> {
        auto value = address{};
        if (!decode_address(text.data(), text.data() + text.size(), value)) {
            return std::nullopt;
        }
        return value;
    }

    [[nodiscard]] constexpr auto is_v4() const noexcept -> bool { return !v6_; }
    [[nodiscard]] constexpr auto is_v6() const noexcept -> bool { return v6_; }

    /// The number of an IPv4 address; the first octet is the high byte. \pre `is_v4()`
    [[nodiscard]] constexpr auto to_v4() const noexcept -> std::uint32_t {
        return static_cast<std::uint32_t>(low_);
    }

    /// The first 64 bits of an IPv6 address; 0 for IPv4.
    [[nodiscard]] constexpr auto high() const noexcept -> std::uint64_t { return high_; }

    /// The last 64 bits of an IPv6 address; the number of an IPv4 address.
    [[nodiscard]] constexpr auto low() const noexcept -> std::uint64_t { return low_; }

    /// The bytes in network order: all 16 for IPv6; for IPv4 the last four, after twelve zeros.
    [[nodiscard]] constexpr auto bytes() const noexcept -> std::array<std::uint8_t, 16> {
        auto network_order = std::array<std::uint8_t, 16>{};
        for (std::size_t i = 0; i < 16; ++i) {
            auto const word = i < 8 ? high_ : low_;
            network_order[i] = static_cast<std::uint8_t>(word >> (56 - 8 * (i % 8)));
        }
        return network_order;
    }

    /// Writes the address as text and returns the end of the text. The buffer must have `max_text`
    /// bytes, and all of them may be overwritten.
    ///
    /// The text is a dotted quad, or the one form of RFC 5952: lower case, `::` for the first
    /// longest sequence of two or more zero groups, and a dotted tail only for IPv4-mapped
    /// addresses (unlike `inet_ntop`, which also writes one for `::/96`).
    constexpr auto print(char* out) const noexcept -> char* {
        return v6_ ? detail::print_v6(out, high_, low_) : detail::print_v4(out, to_v4());
    }

    /// The text that `print` writes.
    [[nodiscard]] auto to_string() const -> std::string {
        auto text = std::array<char, max_text>{};
        return {text.data(), print(text.data())};
    }

    friend constexpr auto operator==(address const&, address const&) noexcept -> bool = default;
    friend constexpr auto operator<=>(address const&, address const&) noexcept
        -> std::strong_ordering = default;

private:
    constexpr address(bool v6, std::uint64_t high, std::uint64_t low) noexcept
        : v6_{v6}, high_{high}, low_{low} {}

    // in the order of comparison
    bool v6_ = false;
    std::uint64_t high_ = 0;
    std::uint64_t low_ = 0;
};

/// A hash for `boost::hash` and `std::hash`; each of its bits depends on every bit of the address.
/// It uses no secret.
[[nodiscard]] constexpr auto hash_value(address const& value) noexcept -> std::size_t {
    auto const family = value.is_v6() ? 0xA0761D6478BD642FULL : 0xE7037ED1A0B428DBULL;
    auto const low = detail::mix(value.low() ^ 0x9E3779B97F4A7C15ULL, 0xD6E8FEB86659FD93ULL);
    auto const high = detail::mix(value.high() ^ family, 0xC2B2AE3D27D4EB4FULL);
    return static_cast<std::size_t>(detail::mix(low ^ high, 0x8EBC6AF09C88C6E3ULL));
}

/// A block of addresses that share the first bits of a network address.
///
/// Blocks are ordered by network, then from the widest to the narrowest.
class cidr {
public:
    /// The maximum number of characters that `print` writes.
    static constexpr std::size_t max_text = address::max_text + 4;

    /// `0.0.0.0/0`, all of IPv4.
    constexpr cidr() noexcept = default;

    /// The block that shares the first `prefix_length` bits of an address; too large a length means
    /// all bits.
    constexpr cidr(address const& member, std::uint8_t prefix_length) noexcept {
        auto const width = width_of(member);
        prefix_length_ = prefix_length < width ? prefix_length : width;
        network_ = masked(member);
    }

    /// The block that the whole text spells: `10.0.0.0/8`, `2001:db8::/32`, or a single address
    /// such as `192.0.2.1`.
    ///
    /// An IPv4 network may leave out octets at its end, which are then zero (`10/8`, `172.16/12`).
    /// Bits of the address after the prefix are dropped (`10.1.2.3/8` is `10.0.0.0/8`). The length
    /// is decimal, without leading zeros.
    [[nodiscard]] static constexpr auto parse(std::string_view text) noexcept
        -> std::optional<cidr> {
        auto const slash = text.find('/');
        auto const network = address::parse(text.substr(0, slash));
        if (slash == text.npos) {
            return network ? std::optional{cidr{*network, width_of(*network)}} : std::nullopt;
        }
        auto const member = network ? network : parse_abbreviated(text.substr(0, slash));
        auto const bits = parse_length(text.substr(slash + 1));
        if (!member || !bits || *bits > width_of(*member)) return std::nullopt;
        return cidr{*member, *bits};
    }

    /// The first address of the block.
    [[nodiscard]] constexpr auto network() const noexcept -> address const& { return network_; }

    /// The number of bits that the addresses share: 0-32 for IPv4, 0-128 for IPv6.
    [[nodiscard]] constexpr auto prefix_length() const noexcept -> std::uint8_t {
        return prefix_length_;
    }

    /// Whether an address is in the block, and so of its family: `::ffff:10.0.0.1` is not in
    /// `10.0.0.0/8`.
    [[nodiscard]] constexpr auto contains(address const& candidate) const noexcept -> bool {
        return masked(candidate) == network_;
    }

    /// Writes `network/length`, at most `max_text` characters, and returns the end of the text.
    constexpr auto print(char* out) const noexcept -> char* {
        out = network_.print(out);
        *out++ = '/';
        return detail::print_small(out, prefix_length_);
    }

    /// The text that `print` writes.
    [[nodiscard]] auto to_string() const -> std::string {
        auto text = std::array<char, max_text>{};
        return {text.data(), print(text.data())};
    }

    friend constexpr auto operator==(cidr const&, cidr const&) noexcept -> bool = default;
    friend constexpr auto operator<=>(cidr const&, cidr const&) noexcept
        -> std::strong_ordering = default;

private:
    static constexpr auto width_of(address const& value) noexcept -> std::uint8_t {
        return value.is_v6() ? 128 : 32;
    }

    // 0-64 bits kept from the high end
    static constexpr auto kept(std::uint64_t word, unsigned bits) noexcept -> std::uint64_t {
        return bits == 0 ? 0 : word & (~std::uint64_t{0} << (64 - bits));
    }

    [[nodiscard]] constexpr auto masked(address const& value) const noexcept -> address {
        unsigned const bits = prefix_length_;
        if (value.is_v4()) {
            return address::v4(static_cast<std::uint32_t>(kept(value.low(), bits + 32)));
        }
        return address::v6(kept(value.high(), bits < 64 ? bits : 64),
                           kept(value.low(), bits < 64 ? 0 : bits - 64));
    }

    static constexpr auto parse_length(std::string_view text) noexcept
        -> std::optional<std::uint8_t> {
        if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) {
            return std::nullopt;
        }
        unsigned value = 0;
        for (auto const letter : text) {
            if (letter < '0' || letter > '9') return std::nullopt;
            value = value * 10 + static_cast<unsigned>(letter - '0');
        }
        if (value > 255) return std::nullopt;
        return static_cast<std::uint8_t>(value);
    }

    // one to three octets: the others are appended before the strict decoder reads them
    static constexpr auto parse_abbreviated(std::string_view text) noexcept
        -> std::optional<address> {
        constexpr auto rest = std::string_view{".0.0.0"};
        if (text.empty() || text.size() > 11) return std::nullopt;
        auto quad = std::array<char, 17>{};
        std::size_t size = 0;
        std::size_t dots = 0;
        for (auto const letter : text) {
            quad[size++] = letter;
            dots += letter == '.' ? 1U : 0U;
        }
        if (dots > 2) return std::nullopt;
        for (auto const letter : rest.substr(dots * 2)) quad[size++] = letter;
        std::uint32_t value = 0;
        if (!decode_v4(quad.data(), quad.data() + size, value)) return std::nullopt;
        return address::v4(value);
    }

    address network_;
    std::uint8_t prefix_length_ = 0;
};

/// Writes `to_string()`; the width of the stream applies.
template <typename Traits>
auto operator<<(std::basic_ostream<char, Traits>& out, address const& value)
    -> std::basic_ostream<char, Traits>& {
    auto text = std::array<char, address::max_text>{};
    auto const* const end = value.print(text.data());
    return out << std::basic_string_view<char, Traits>{text.data(),
                                                       static_cast<std::size_t>(end - text.data())};
}

/// Writes `to_string()`; the width of the stream applies.
template <typename Traits>
auto operator<<(std::basic_ostream<char, Traits>& out, cidr const& value)
    -> std::basic_ostream<char, Traits>& {
    auto text = std::array<char, cidr::max_text>{};
    auto const* const end = value.print(text.data());
    return out << std::basic_string_view<char, Traits>{text.data(),
                                                       static_cast<std::size_t>(end - text.data())};
}

}  // namespace flowlog

/// Hashes addresses as `flowlog::hash_value` does.
template <>
struct std::hash<flowlog::address> {
    /// Tells Boost.Unordered that it need not mix the hash.
    using is_avalanching = void;

    [[nodiscard]] constexpr auto operator()(flowlog::address const& value) const noexcept
        -> std::size_t {
        return flowlog::hash_value(value);
    }
};

#endif
