// SPDX-License-Identifier: BSL-1.0
// Archives of nfdump made to measure.
#ifndef FLOWLOG_TESTS_FORMAT_NFDUMP_WRITER_HPP
#define FLOWLOG_TESTS_FORMAT_NFDUMP_WRITER_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nfdump_writer {

/// Numbers in a chosen byte order, one after the other.
class writer {
public:
    explicit writer(bool big) : big_{big} {}

    template <std::unsigned_integral T>
    auto put(T value) -> writer& {
        for (std::size_t i = 0; i < sizeof(T); ++i)
            bytes_ += static_cast<char>(value >> 8 * (big_ ? sizeof(T) - 1 - i : i) & 0xFF);
        return *this;
    }
    template <std::unsigned_integral... T>
    auto put(T... values) -> writer&
        requires(sizeof...(T) > 1)
    {
        (put(values), ...);
        return *this;
    }
    auto text(std::string_view characters, std::size_t size) -> writer& {
        bytes_ += characters;
        bytes_.append(size - characters.size(), '\0');
        return *this;
    }

    [[nodiscard]] auto bytes() const -> std::string const& { return bytes_; }
    [[nodiscard]] auto big() const -> bool { return big_; }

private:
    bool big_;
    std::string bytes_;
};

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

inline auto block(bool big, u16 type, u32 records, std::string const& body) -> std::string {
    return writer{big}.put(records, static_cast<u32>(body.size()), type, u16{0}).bytes() + body;
}

/// An archive of layout 2 with one block.
inline auto layout_2(bool big, u32 records, std::string const& body) -> std::string {
    auto header = writer{big};
    header.put(u16{0xA50C}, u16{2}, u32{0x01070100}, u64{0}, u8{0}, u8{0}, u16{0}, u32{1}, u64{0},
               u32{0}, u32{1});
    return header.bytes() + block(big, 3, records, body);
}

/// An archive of layout 1 with one block.
inline auto layout_1(bool big, u32 records, std::string const& body) -> std::string {
    auto header = writer{big};
    header.put(u16{0xA50C}, u16{1}, u32{2}, u32{1}).text("me", 128);
    header.put(u64{records});
    for (int i = 0; i < 14; ++i) header.put(u64{0});
    header.put(u32{1000}, u32{2000}, u16{7}, u16{8}, u32{3});
    return header.bytes() + block(big, 2, records, body);
}

using element = std::pair<u16, std::string>;

inline auto record_v3(bool big, std::vector<element> const& elements, u8 flags = 0) -> std::string {
    auto body = std::string{};
    for (auto const& [id, data] : elements)
        body += writer{big}.put(id, static_cast<u16>(data.size() + 4)).bytes() + data;
    return writer{big}
               .put(u16{11}, static_cast<u16>(body.size() + 12), static_cast<u16>(elements.size()),
                    u8{3}, u8{7}, u16{1}, flags, u8{9})
               .bytes() +
           body;
}

}  // namespace nfdump_writer

#endif
