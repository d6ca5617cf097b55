// SPDX-License-Identifier: BSL-1.0
#include "splitter.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace flowlog::detail::json {
namespace {

constexpr auto end_of_input = -1;

constexpr auto is_blank(int c) noexcept -> bool {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// Where the string that continues at `from` ends: after its quote, or null if that is not there.
/// `first` is the first byte of the string.
auto end_of_string(char const* first, char const* from, char const* last) noexcept -> char const* {
    for (;;) {
        auto const* const quote =
            static_cast<char const*>(std::memchr(from, '"', static_cast<std::size_t>(last - from)));
        if (quote == nullptr) return nullptr;
        auto const* before = quote;
        while (before != first && before[-1] == '\\') --before;
        if ((quote - before) % 2 == 0) return quote + 1;
        from = quote + 1;
    }
}

}  // namespace

/// How many brackets a text opens. Counts in bytes, which the compiler does 16 or more at a time.
static auto count_brackets(std::string_view text) noexcept -> std::size_t {
    constexpr auto most = std::size_t{255};
    auto result = std::size_t{0};
    while (!text.empty()) {
        auto const part = text.substr(0, most);
        auto count = std::uint8_t{0};
        for (auto const c : part)
            count = static_cast<std::uint8_t>(count + ((c | 0x20) == '{' ? 1 : 0));
        result += count;
        text.remove_prefix(part.size());
    }
    return result;
}

auto is_shallow(std::string_view text) -> bool {
    if (count_brackets(text) <= max_depth) return true;
    std::size_t depth = 0;
    auto const* const last = text.data() + text.size();
    for (auto const* at = text.data(); at < last; ++at) {
        if (*at == '"') {
            at = end_of_string(at + 1, at + 1, last);
            if (at == nullptr) return true;  // the parser says what is wrong with it
            --at;
        } else if (*at == '{' || *at == '[') {
            if (++depth > max_depth) return false;
        } else if ((*at == '}' || *at == ']') && depth != 0) {
            --depth;
        }
    }
    return true;
}

auto end_of_value(std::string_view text) -> std::size_t {
    std::size_t depth = 0;
    auto const* const last = text.data() + text.size();
    for (auto const* at = text.data(); at < last; ++at) {
        if (*at == '"') {
            at = end_of_string(at + 1, at + 1, last);
            if (at == nullptr) return text.npos;
            --at;
        } else if (*at == '{' || *at == '[') {
            ++depth;
        } else if (*at == '}' || *at == ']') {
            if (depth == 0) return text.npos;
            if (--depth == 0) return static_cast<std::size_t>(at + 1 - text.data());
        }
    }
    return text.npos;
}

// --- lines --------------------------------------------------------------------------------------

line_splitter::line_splitter(any_source from, std::size_t max_line, std::uint64_t offset)
    : source_{std::move(from)}, max_line_{max_line}, first_{offset}, offset_{offset} {}

auto line_splitter::next_block() -> bool {
    offset_ += block_.size();
    auto const block = source_.next();
    block_ = {block.data(), block.size()};
    at_ = 0;
    return !block_.empty();
}

/// The line that began before, with its last bytes.
auto line_splitter::take_copy(std::string_view end) -> std::string_view {
    auto& copy = copies_.emplace_back(std::exchange(carry_, {}));
    copy += end;
    auto const size = copy.size();
    copy.append(padding, ' ');
    return std::string_view{copy}.substr(0, size);
}

/// A line without blanks around it; `end` if there is nothing else.
auto line_splitter::given(std::string_view line) -> piece {
    auto offset = line_offset_;
    if (line.starts_with(byte_order_mark)) {
        line.remove_prefix(byte_order_mark.size());
        offset += byte_order_mark.size();
    }
    auto const begin = std::min(line.find_first_not_of(" \t\r"), line.size());
    line.remove_prefix(begin);
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    if (line.ends_with("},")) line.remove_suffix(1);  // an element of an array
    if (line.empty()) return {};
    given_ = true;
    return {piece::kind::value, line, offset + begin, false, lines_};
}

auto line_splitter::next() -> piece {
    while (!ended_) {
        if (at_ == block_.size()) {
            if (given_) return {piece::kind::wait, {}, 0, false};
            if (!next_block()) {
                ended_ = true;
                if (!carry_.empty() || skipping_) ++lines_;
                return carry_.empty() ? piece{} : given(take_copy({}));
            }
        }
        if (carry_.empty() && !skipping_) line_offset_ = offset_ + at_;
        auto const found = block_.find('\n', at_);
        auto const is_whole = found != block_.npos;
        auto const end = std::min(found, block_.size());
        auto const text = block_.substr(at_, end - at_);
        at_ = end + (is_whole ? 1 : 0);
        if (is_whole) ++lines_;
        if (std::exchange(skipping_, skipping_ && !is_whole)) continue;
        if (carry_.size() + text.size() > max_line_) {
            static_cast<void>(std::exchange(carry_, {}));
            skipping_ = !is_whole;
            return {piece::kind::damage, "a line is longer than the limit", line_offset_, false,
                    lines_ + (is_whole ? 0 : 1)};
        }
        if (!is_whole) {
            carry_ += text;
            continue;
        }
        auto const in_place = carry_.empty() && block_.size() - end >= padding;
        if (auto const line = given(in_place ? text : take_copy(text));
            line.what != piece::kind::end)
            return line;
    }
    return {};
}

// --- values -------------------------------------------------------------------------------------

value_splitter::value_splitter(any_source from, division how)
    : source_{std::move(from)}, how_{std::move(how)} {}

/// Makes the buffer have room for more bytes; or takes another one, to which what is kept is moved.
void value_splitter::make_room(std::size_t more) {
    constexpr auto usual = std::size_t{384} << 10;  // stays in the second-level cache
    auto const held = size_ - keep_;
    auto const needed = 2 * (held + more) + padding;
    auto larger = std::exchange(spare_, {});
    if (larger.capacity < needed) {
        larger.capacity = std::max(needed, usual);
        larger.bytes = std::make_unique_for_overwrite<char[]>(larger.capacity);
    }
    move_kept(larger.get());
    if (std::exchange(has_pieces_, false)) full_.push_back(std::move(buffer_));
    buffer_ = std::move(larger);
}

/// Moves what is kept to the beginning of a buffer.
void value_splitter::move_kept(char* to) {
    size_ -= keep_;
    if (size_ != 0) std::copy_n(buffer_.get() + keep_, size_, to);
    base_ += keep_;
    at_ -= keep_;
    keep_ = 0;
}

/// Reads a block to the end of the buffer.
auto value_splitter::refill() -> bool {
    if (ended_) return false;
    auto const block = source_.next();
    if (block.empty()) {
        ended_ = true;
        return false;
    }
    // after a large piece, so that no more memory is used than it took
    auto const is_behind = keep_ > (std::size_t{4} << 20) && size_ - keep_ <= keep_;
    if (is_behind && !has_pieces_) move_kept(buffer_.get());
    if (size_ + block.size() + padding > buffer_.capacity) make_room(block.size());
    std::ranges::copy(block, buffer_.get() + size_);
    size_ += block.size();
    return true;
}

auto value_splitter::peek() -> int {
    if (at_ == size_ && !refill()) return end_of_input;
    return static_cast<unsigned char>(buffer_.bytes[at_]);
}

/// Takes these bytes if they are the next ones, or as many of them as are.
auto value_splitter::take(std::string_view bytes) -> bool {
    for (auto const c : bytes) {
        if (peek() != static_cast<unsigned char>(c)) return false;
        ++at_;
    }
    return true;
}

auto value_splitter::skip_blanks() -> int {
    auto next = peek();
    while (is_blank(next)) {
        ++at_;
        next = peek();
    }
    return next;
}

/// Passes a byte order mark over.
void value_splitter::skip_mark() {
    while (size_ < 3 && refill()) {
    }
    if (std::string_view{buffer_.get(), size_}.starts_with(byte_order_mark)) at_ = 3;
    keep_ = at_;
}

auto value_splitter::next() -> piece {
    if (!std::exchange(begun_, true)) skip_mark();
    if (place_ == place::done) return {};
    for (;;) {
        auto found = piece{};
        switch (place_) {
            case place::top: found = next_top(); break;
            case place::object: found = next_member(); break;
            case place::array: found = next_element(); break;
            case place::done: return {};
        }
        if (found.what != piece::kind::end) return found;
    }
}

auto value_splitter::kept(piece::kind what) -> piece {
    has_pieces_ = true;
    return {what, {buffer_.get() + keep_, at_ - keep_}, base_ + keep_, too_deep_};
}

auto value_splitter::damage(std::string why) -> piece {
    place_ = place::done;
    text_ = std::move(why);
    return {piece::kind::damage, text_, base_ + keep_};
}

auto value_splitter::next_top() -> piece {
    auto const first = skip_blanks();
    keep_ = at_;
    if (first == end_of_input) {
        place_ = place::done;
        return {};
    }
    constexpr auto other = "expected an object or an array";
    if (first == static_cast<unsigned char>(byte_order_mark[0]))  // of a file after another one
        return take(byte_order_mark) ? piece{} : damage(other);
    if (first == 'n') {
        too_deep_ = false;
        return take("null") ? kept(piece::kind::value) : damage(other);
    }
    ++at_;
    if (first == '[') {
        place_ = place::array;
        in_object_ = false;
    } else if (first == '{') {
        place_ = place::object;
        had_array_ = false;
        within_ = 0;
        too_deep_ = false;
    } else if (first == '\\' && peek() == 'n') {
        ++at_;  // some producers write a line end as these two characters between objects
    } else if (first != ',') {
        return damage(other);
    }
    return {};
}

/// The next member of a top-level object, or its end.
auto value_splitter::next_member() -> piece {
    constexpr auto cut = "the input ends inside an object: it is still growing, or was cut";
    if (had_array_) keep_ = at_;
    auto const next = skip_blanks();
    if (next == end_of_input) return damage(cut);
    if (next == '}' || next == ',') {
        ++at_;
        if (next == ',') return {};
        if (within_ != 0) {
            --within_;
            return {};
        }
        place_ = place::top;
        return had_array_ ? piece{} : kept(piece::kind::value);
    }
    if (next != '"') return damage("expected a key or the end of an object");
    auto const key_at = at_ - keep_;
    ++at_;
    if (!take_text()) return damage(is_too_long() ? "a piece is longer than the limit" : cut);
    auto const key_size = at_ - keep_ - key_at - 2;
    if (skip_blanks() != ':') return damage(peek() == end_of_input ? cut : "expected ':'");
    ++at_;
    auto const value = skip_blanks();
    auto const key = std::string_view{buffer_.get() + keep_ + key_at + 1, key_size};
    if (value == '[' && !had_array_ && std::ranges::find(how_.arrays, key) != how_.arrays.end()) {
        text_.assign(buffer_.get() + keep_, at_ - keep_);
        text_ += "null}" + std::string(within_, '}');
        auto const offset = base_ + keep_;
        auto const size = text_.size();
        text_.append(padding, ' ');
        ++at_;
        keep_ = at_;
        place_ = place::array;
        in_object_ = had_array_ = true;
        return {piece::kind::head, std::string_view{text_}.substr(0, size), offset};
    }
    if (value == '{' && within_ == 0 && !had_array_ && !key.empty() && key == how_.around) {
        ++at_;
        ++within_;
        return {};
    }
    if (!take_value()) return damage(is_too_long() ? "a piece is longer than the limit" : cut);
    return {};
}

auto value_splitter::next_element() -> piece {
    auto const next = skip_blanks();
    keep_ = at_;
    if (next == end_of_input)
        return damage("the input ends inside an array: it is still growing, or was cut");
    if (next == ',') {
        ++at_;
        return {};
    }
    if (next == ']') {
        ++at_;
        keep_ = at_;
        place_ = in_object_ ? place::object : place::top;
        return {};
    }
    too_deep_ = false;
    if (next == '}' || next == ':') return damage("expected an element or the end of an array");
    if (!take_value()) {
        return damage(is_too_long()
                          ? "a piece is longer than the limit"
                          : "the input ends inside a record: it is still growing, or was cut");
    }
    return kept(piece::kind::element);
}

/// Passes the value over that begins at the next byte; false if the input ends inside it.
auto value_splitter::take_value() -> bool {
    auto const first = peek();
    if (first == '{' || first == '[') return take_nested();
    if (first == '"') {
        ++at_;
        return take_text();
    }
    return take_word();
}

/// Passes a number or a literal over, or what stands for one.
auto value_splitter::take_word() -> bool {
    for (;;) {
        auto const next = peek();
        if (next == end_of_input) return false;
        if (next == ',' || next == ']' || next == '}' || is_blank(next)) return true;
        ++at_;
        if (is_too_long()) return false;
    }
}

/// Passes the rest of a string over, whose first quote was.
auto value_splitter::take_text() -> bool {
    auto const begin = at_ - keep_;  // stays the same when the buffer moves
    for (;;) {
        auto const* const text = buffer_.get();
        auto const* const end = end_of_string(text + keep_ + begin, text + at_, text + size_);
        if (end != nullptr) {
            at_ = static_cast<std::size_t>(end - text);
            return true;
        }
        at_ = size_;
        if (is_too_long() || !refill()) return false;
    }
}

auto value_splitter::take_nested() -> bool {
    std::size_t depth = 0;
    for (;;) {
        if (at_ == size_ && (is_too_long() || !refill())) return false;
        auto const* const text = buffer_.get();
        for (; at_ < size_; ++at_) {
            auto const c = text[at_];
            if (c == '"') break;
            if (c == '{' || c == '[') {
                if (++depth > max_depth) too_deep_ = true;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                ++at_;
                return true;
            }
        }
        if (at_ == size_) continue;
        ++at_;
        if (!take_text()) return false;
    }
}

// ------------------------------------------------------------------------------------------------

splitter::splitter(any_source from, division how, std::uint64_t offset)
    : how_{how.lines ? decltype(how_){line_splitter{std::move(from), how.max_piece, offset}}
                     : decltype(how_){value_splitter{std::move(from), std::move(how)}}} {}

}  // namespace flowlog::detail::json
