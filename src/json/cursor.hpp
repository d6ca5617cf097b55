// SPDX-License-Identifier: BSL-1.0
// A faster way through records that are written as machines write them: without blanks, escapes and
// fractions. It goes from one structural character to the next, whose offsets simdjson has found:
//
//     {"bytes_sent":"38144","connection":{"dest_port":443,…
//     ^^           ^^      ^^           ^^^          ^^  ^
//
// so that the end of a text is the byte before the next one, and nothing is copied. Whatever is
// unusual is thrown as such, and the record is read in the other way.
#ifndef FLOWLOG_SRC_JSON_CURSOR_HPP
#define FLOWLOG_SRC_JSON_CURSOR_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include <simdjson.h>

#include <flowlog/format/text/decode.hpp>

#include "job.hpp"

namespace flowlog::detail::json {

struct unusual {};

[[noreturn, gnu::cold, gnu::noinline]] inline void fail() { throw unusual{}; }

/// A place in a record.
class cursor {
public:
    cursor(char const* text, std::uint32_t const* first, std::uint32_t const* last) noexcept
        : text_{text}, at_{first}, last_{last} {}

    /// The next structural character.
    [[nodiscard]] auto next() const -> char {
        if (at_ == last_) fail();
        return text_[*at_];
    }
    [[nodiscard]] auto is_at_end() const noexcept -> bool { return at_ == last_; }

    void take(char c) {
        if (next() != c) fail();
        ++at_;
    }

    /// Takes a text.
    auto take_text() -> std::string_view {
        take('"');
        auto const* const begin = text_ + at_[-1] + 1;
        auto const* const end = text_ + *at_ - 1;  // after the last one is the end of the record
        if (end < begin || *end != '"') fail();
        return {begin, static_cast<std::size_t>(end - begin)};
    }

    /// Takes a number or a literal.
    auto take_word() -> std::string_view {
        static_cast<void>(next());
        auto const* const begin = text_ + *at_++;
        return {begin, static_cast<std::size_t>(text_ + *at_ - begin)};
    }

    /// Passes the next value over.
    void skip() {
        auto const first = next();
        if (first == '{' || first == '[') return skip_nested();
        if (first == '}' || first == ']') fail();
        ++at_;
    }

    /// Calls `use(key)`, which may take the value, for each member of the next value, an object.
    template <class Use>
    void each_member(Use use) {
        take('{');
        if (next() == '}') {
            ++at_;
            return;
        }
        for (;;) {
            auto const key = take_text();
            take(':');
            auto const* const value = at_;
            use(key);
            if (at_ == value) skip();
            auto const c = next();
            ++at_;
            if (c == '}') return;
            if (c != ',') fail();
        }
    }

private:
    void skip_nested() {
        static constexpr auto changes = [] {
            auto result = std::array<std::int8_t, 256>{};
            result['{'] = result['['] = 1;
            result['}'] = result[']'] = -1;
            return result;
        }();
        auto depth = 0U;
        auto const* at = at_;
        do {
            if (at == last_) fail();
            auto const c = static_cast<unsigned char>(text_[*at++]);
            depth += static_cast<unsigned>(int{changes[c]});
        } while (depth - 1 < max_depth - 8);  // there are levels around it
        if (depth != 0) fail();
        at_ = at;
    }

    char const* text_;
    std::uint32_t const* at_;
    std::uint32_t const* last_;
};

// What the functions of value.hpp are for values of simdjson.

inline auto is_text(cursor const& v) -> bool { return v.next() == '"'; }

inline auto take_null(cursor& v) -> bool {
    if (v.next() != 'n') return false;
    if (v.take_word() != "null") fail();
    return true;
}

inline auto text_of(std::string_view, cursor& v, std::optional<field_id> = {})
    -> std::optional<std::string_view> {
    if (take_null(v)) return std::nullopt;
    auto const text = v.take_text();
    if (text.empty() || text == "-") return std::nullopt;
    return text;
}

inline auto number_of(std::string_view name, cursor& v, std::uint64_t max,
                      std::optional<field_id> = {}) -> std::optional<std::uint64_t> {
    auto digits = std::optional<std::string_view>{};
    if (is_text(v)) {
        digits = text_of(name, v);
    } else if (!take_null(v)) {
        digits = v.take_word();
    }
    if (!digits) return std::nullopt;
    auto const number = decode<std::uint64_t>(digits->data(), digits->data() + digits->size());
    if (!number.has_value() || *number > max) fail();
    return *number;
}

inline auto time_of(std::string_view name, cursor& v, std::optional<field_id> id)
    -> std::optional<timestamp> {
    auto const text = text_of(name, v, id);
    if (!text) return std::nullopt;
    auto const time = parse_time(*text);
    if (!time) fail();
    return time;
}

template <class Use>
void each_member_of(std::string_view, cursor& v, Use use) {
    if (take_null(v)) return;
    v.each_member([&](std::string_view key) { use(key, v); });
}

/// Finds the structural characters of records.
class record_index {
public:
    /// A cursor at the beginning of a record; none if it is no JSON, or has escapes. `padding`
    /// bytes are readable after it.
    [[nodiscard]] auto find(std::string_view text) -> std::optional<cursor> {
        if (std::memchr(text.data(), '\\', text.size()) != nullptr) return std::nullopt;
        if (text.size() > capacity_ && !grow(text.size())) return std::nullopt;
        auto const* const bytes = reinterpret_cast<std::uint8_t const*>(text.data());
        if (parser_->stage1(bytes, text.size(), simdjson::stage1_mode::regular) !=
            simdjson::SUCCESS)
            return std::nullopt;
        auto const* const first = parser_->structural_indexes.get();
        return cursor{text.data(), first, first + parser_->n_structural_indexes};
    }

private:
    auto grow(std::size_t size) -> bool {
        constexpr auto least = std::size_t{64} << 10;
        capacity_ = size < least ? least : 2 * size;
        auto const failed = simdjson::get_active_implementation()->create_dom_parser_implementation(
            capacity_, max_depth, parser_);
        if (failed != simdjson::SUCCESS) capacity_ = 0;
        return failed == simdjson::SUCCESS;
    }

    std::unique_ptr<simdjson::internal::dom_parser_implementation> parser_{};
    std::size_t capacity_ = 0;
};

}  // namespace flowlog::detail::json

#endif
