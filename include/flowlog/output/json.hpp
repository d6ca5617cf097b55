// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_JSON_HPP
#define FLOWLOG_OUTPUT_JSON_HPP

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <flowlog/escape.hpp>

namespace flowlog {

/// Appends JSON (RFC 8259) to a string, value by value and without whitespace, so that a document
/// of millions of rows is never a tree in memory. The string belongs to the caller, who may empty
/// it between two values. Bytes that are not UTF-8 become U+FFFD.
///
///     auto text = std::string{};
///     auto json = flowlog::json_writer{text};
///     json.begin_object().member("tag", tag).member("count", 3U).end_object();
class json_writer {
public:
    explicit json_writer(std::string& out) noexcept : out_{&out} {}

    auto begin_object() -> json_writer& { return open('{'); }
    auto end_object() -> json_writer& { return close('}'); }
    auto begin_array() -> json_writer& { return open('['); }
    auto end_array() -> json_writer& { return close(']'); }

    /// Writes the name of the next value, in an object.
    auto key(std::string_view name) -> json_writer& {
        separate();
        quote(name);
        *out_ += ':';
        after_key_ = true;
        return *this;
    }

    auto value(std::string_view text) -> json_writer& {
        separate();
        quote(text);
        return *this;
    }
    auto value(char const* text) -> json_writer& { return value(std::string_view{text}); }

    auto value(std::same_as<bool> auto truth) -> json_writer& {
        return raw(truth ? "true" : "false");
    }

    /// Writes all digits of a 64-bit number, of which some readers keep only 53 bits.
    template <std::integral Number>
        requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
    auto value(Number number) -> json_writer& {
        auto digits = std::array<char, 24>{};
        auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        return raw({digits.data(), end});
    }

    /// Writes a number as the shortest text that gives it back; infinities and NaN as `null`.
    auto value(double number) -> json_writer& {
        if (!std::isfinite(number)) return null();
        auto digits = std::array<char, 32>{};
        auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        return raw({digits.data(), end});
    }

    /// Writes a number that is given as its text, which may have any number of digits.
    auto number(std::string_view text) -> json_writer& { return raw(text); }

    auto null() -> json_writer& { return raw("null"); }

    /// Writes a name and its value, in an object.
    template <class Value>
    auto member(std::string_view name, Value const& what) -> json_writer& {
        return key(name).value(what);
    }

private:
    void separate() {
        if (after_key_) {
            after_key_ = false;
        } else if (!begun_.empty()) {
            if (begun_.back() != 0) *out_ += ',';
            begun_.back() = 1;
        }
    }

    auto open(char bracket) -> json_writer& {
        separate();
        begun_ += '\0';
        *out_ += bracket;
        return *this;
    }

    auto close(char bracket) -> json_writer& {
        begun_.pop_back();
        *out_ += bracket;
        return *this;
    }

    auto raw(std::string_view text) -> json_writer& {
        separate();
        *out_ += text;
        return *this;
    }

    void quote(std::string_view text) {
        *out_ += '"';
        while (!text.empty()) {
            std::uint32_t point = 0;
            auto const size = detail::utf8_at(text, point);
            if (size == 0) {
                *out_ += "\xEF\xBF\xBD";
            } else if (point < 0x20 || point == '"' || point == '\\' || point == 0x7F) {
                escape(static_cast<char>(point));
            } else {
                *out_ += text.substr(0, size);
            }
            text.remove_prefix(size == 0 ? 1 : size);
        }
        *out_ += '"';
    }

    void escape(char c) {
        constexpr auto letters = std::string_view{"\"\"\\\\\bb\ff\nn\rr\tt"};
        *out_ += '\\';
        for (std::size_t i = 0; i < letters.size(); i += 2) {
            if (letters[i] != c) continue;
            *out_ += letters[i + 1];
            return;
        }
        constexpr auto digits = std::string_view{"0123456789abcdef"};
        auto const byte = static_cast<unsigned char>(c);
        *out_ += "u00";
        *out_ += digits[byte >> 4];
        *out_ += digits[byte & 15];
    }

    std::string* out_;
    std::string begun_;  // for each open bracket, whether it contains a value yet
    bool after_key_ = false;
};

}  // namespace flowlog

#endif
