// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_TEXTS_HPP
#define FLOWLOG_FORMAT_NFDUMP_TEXTS_HPP

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <flowlog/detail/load.hpp>

namespace flowlog::detail {

/// The texts that a record makes of numbers. Each is valid until it is made again or the record is
/// gone. A copy has texts of its own, and begins without any.
class nfdump_texts {
public:
    enum mac_number : std::size_t { src_mac, dst_mac, post_src_mac, post_dst_mac };

    nfdump_texts() noexcept {}  // leaves the bytes as they are: records are made very often
    nfdump_texts(nfdump_texts const&) noexcept {}
    auto operator=(nfdump_texts const&) noexcept -> nfdump_texts& { return *this; }

    /// A MAC address, the low 48 bits of a number: `00:0c:29:1e:35:a2`.
    [[nodiscard]] auto mac(mac_number which, std::uint64_t number) noexcept -> std::string_view {
        constexpr auto digits = std::string_view{"0123456789abcdef"};
        auto& out = macs_[which];
        for (std::size_t i = 0; i < 6; ++i) {
            auto const byte = number >> (40 - 8 * i) & 0xFF;
            out[3 * i] = digits[byte >> 4];
            out[3 * i + 1] = digits[byte & 15];
            if (i < 5) out[3 * i + 2] = ':';
        }
        return {out.data(), out.size()};
    }

    /// Ten MPLS labels, up to the last that is not 0: `16004-0-0/24001-5-1`.
    [[nodiscard]] auto mpls(char const* from, bool swapped) noexcept -> std::string_view {
        auto const label_at = [&](std::size_t i) {
            return load<std::uint32_t>(from + 4 * i, swapped);
        };
        auto count = std::size_t{10};
        while (count != 0 && label_at(count - 1) == 0) --count;
        auto out = writer{mpls_};
        for (std::size_t i = 0; i < count; ++i) {
            auto const label = label_at(i);
            out.text(i != 0 ? "/" : "").number(label >> 4);
            out.text("-").number(label >> 1 & 7).text("-").number(label & 1);
        }
        return out.written();
    }

    /// The three numbers of an access list: `0xaabbccdd/0x5/0x6`.
    [[nodiscard]] auto acl(std::size_t which, char const* from, bool swapped) noexcept
        -> std::string_view {
        auto out = writer{acls_[which]};
        for (std::size_t i = 0; i < 3; ++i) {
            out.text(i != 0 ? "/0x" : "0x").number(load<std::uint32_t>(from + 4 * i, swapped), 16);
        }
        return out.written();
    }

    /// The id of an application: the engine that knows it, and its number there, `13:453`. Engine
    /// 20 has numbers of vendors: `20:9:453`. A number of more than 8 bytes is written byte by
    /// byte. (RFC 6759)
    [[nodiscard]] auto application(std::string_view id) noexcept -> std::string_view {
        auto out = writer{application_};
        if (id.empty()) return {};
        auto const engine = static_cast<unsigned char>(id[0]);
        out.number(engine);
        id.remove_prefix(1);
        if (engine == 20 && id.size() >= 4) {
            out.text(":").number(number_of(id.substr(0, 4)));
            id.remove_prefix(4);
        }
        if (id.size() <= 8) return out.text(":").number(number_of(id)).written();
        for (auto const byte : id.substr(0, 16))
            out.text(":").number(static_cast<unsigned char>(byte));
        return out.written();
    }

private:
    /// Appends to a buffer that is large enough.
    class writer {
    public:
        explicit writer(std::span<char> out) noexcept : out_{out} {}

        auto text(std::string_view text) noexcept -> writer& {
            for (auto const c : text) out_[size_++] = c;
            return *this;
        }
        auto number(std::uint64_t number, int base = 10) noexcept -> writer& {
            auto* const begin = out_.data() + size_;
            auto const end = std::to_chars(begin, out_.data() + out_.size(), number, base).ptr;
            size_ += static_cast<std::size_t>(end - begin);
            return *this;
        }
        [[nodiscard]] auto written() const noexcept -> std::string_view {
            return {out_.data(), size_};
        }

    private:
        std::span<char> out_;
        std::size_t size_ = 0;
    };

    /// The number whose bytes are in network order.
    [[nodiscard]] static auto number_of(std::string_view bytes) noexcept -> std::uint64_t {
        auto number = std::uint64_t{0};
        for (auto const byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
        return number;
    }

    std::array<std::array<char, 17>, 4> macs_;
    std::array<char, 160> mpls_;                // 10 times 268435455-7-1/
    std::array<std::array<char, 40>, 2> acls_;  // 3 times 0xffffffff/
    std::array<char, 96> application_;          // 255 or 20:4294967295, and 16 times :255
};

}  // namespace flowlog::detail

#endif
