// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SRC_JSON_SPLITTER_HPP
#define FLOWLOG_SRC_JSON_SPLITTER_HPP

//      lines          {…}\n{…}\n                     a piece is a line
//      documents      {…}{…} {…}                     a piece is a top-level value
//                     [{…},{…}]                      … an element of a top-level array
//                     {"a":1,"records":[{…},{…}]}    … an element of an array with a known key,
//                                                    after a piece with what precedes the array

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <flowlog/source/source.hpp>

namespace flowlog::detail::json {

/// How many bytes are readable after a piece. What they are does not matter.
inline constexpr std::size_t padding = 128;

/// Pieces that are nested deeper are refused. Real logs have a depth of at most 8.
inline constexpr std::size_t max_depth = 64;

/// A part of a log that is parsed alone.
struct piece {
    enum class kind : std::uint8_t {
        value,    ///< a line or a top-level value
        head,     ///< the members that precede an array, as an object of their own
        element,  ///< an element of an array
        damage,   ///< what cannot be divided: a line, or all that is left; `text` says why
        wait,     ///< no more pieces before a call of `release`
        end
    };
    piece::kind what = kind::end;
    std::string_view text{};   ///< valid until `release`; of a head or damage, until the next piece
    std::uint64_t offset = 0;  ///< of its first byte
    bool too_deep = false;     ///< nested deeper than `max_depth`
    std::uint64_t line = 0;    ///< its number, counted from 1, if the log is divided into lines
};

/// How a log is divided.
struct division {
    bool lines = false;
    std::vector<std::string_view> arrays{};  ///< keys of arrays whose elements are pieces
    std::string_view around{};               ///< the key of an object in which the array may be
    std::size_t max_piece = std::size_t{64} << 20;
};

/// Divides a log into lines. They are given in the blocks of the source, without a copy; only lines
/// near the end of a block, or across two, are copied. A line that is too long is damage, and what
/// follows it is read.
class line_splitter {
public:
    line_splitter(any_source from, std::size_t max_line, std::uint64_t offset);

    [[nodiscard]] auto next() -> piece;

    /// Says that the lines so far are no longer needed; `all`: the last one neither.
    void release(bool all) noexcept {
        if (!all) return;
        copies_.clear();
        given_ = false;
    }

    [[nodiscard]] auto name() const -> std::string { return source_.name(); }
    /// How many bytes were taken from the source.
    [[nodiscard]] auto bytes() const noexcept -> std::uint64_t {
        return offset_ - first_ + block_.size();
    }
    /// Whether the next piece needs more of them.
    [[nodiscard]] auto needs_more() const noexcept -> bool {
        return at_ == block_.size() && carry_.empty();
    }
    /// How many lines were read, blank ones included.
    [[nodiscard]] auto lines() const noexcept -> std::uint64_t { return lines_; }

private:
    auto next_block() -> bool;
    auto take_copy(std::string_view end) -> std::string_view;
    auto given(std::string_view line) -> piece;

    any_source source_;
    std::size_t max_line_;
    std::string_view block_{};
    std::size_t at_ = 0;    // in the block
    std::uint64_t first_;   // offset of the source's first byte
    std::uint64_t offset_;  // of the block
    std::string carry_{};   // the beginning of a line whose end was not read yet
    std::uint64_t line_offset_ = 0;
    std::uint64_t lines_ = 0;  // that were read
    std::deque<std::string> copies_{};
    bool given_ = false;     // lines, since the last `release`
    bool skipping_ = false;  // the rest of a line that is too long
    bool ended_ = false;
};

/// Divides a log into top-level values, or into elements of an array. Holds the pieces since the
/// last `release`, and a block.
class value_splitter {
public:
    value_splitter(any_source from, division how);

    [[nodiscard]] auto next() -> piece;

    /// What was read of the array that the next piece is an element of; empty if it is none. Bytes
    /// of it can be passed over with `skip`, which must be whole elements and what separates them.
    [[nodiscard]] auto elements() const noexcept -> std::string_view {
        if (place_ != place::array) return {};
        return {buffer_.get() + at_, size_ - at_};
    }
    void skip(std::size_t bytes) noexcept { keep_ = at_ += bytes; }
    /// The offset of the next byte.
    [[nodiscard]] auto offset() const noexcept -> std::uint64_t { return base_ + at_; }

    /// Says that the pieces so far are no longer needed; `all`: the last one neither.
    void release(bool all) noexcept {
        if (all) has_pieces_ = false;
        if (full_.empty()) return;
        constexpr auto most = std::size_t{1} << 20;
        if (full_.back().capacity <= most) spare_ = std::move(full_.back());
        full_.clear();
    }

    [[nodiscard]] auto name() const -> std::string { return source_.name(); }
    /// How many bytes were taken from the source.
    [[nodiscard]] auto bytes() const noexcept -> std::uint64_t { return base_ + size_; }
    /// Whether the next piece needs more of them.
    [[nodiscard]] auto needs_more() const noexcept -> bool { return at_ == size_; }

private:
    enum class place : std::uint8_t { top, object, array, done };

    auto refill() -> bool;
    auto peek() -> int;
    auto take(std::string_view bytes) -> bool;
    auto skip_blanks() -> int;
    void skip_mark();
    void make_room(std::size_t more);
    void move_kept(char* to);
    auto next_top() -> piece;
    auto next_member() -> piece;
    auto next_element() -> piece;
    auto take_value() -> bool;
    auto take_text() -> bool;
    auto take_nested() -> bool;
    auto take_word() -> bool;
    [[nodiscard]] auto kept(piece::kind what) -> piece;
    auto damage(std::string why) -> piece;
    [[nodiscard]] auto is_too_long() const noexcept -> bool { return at_ - keep_ > how_.max_piece; }

    any_source source_;
    division how_;
    struct buffer {
        std::unique_ptr<char[]> bytes{};
        std::size_t capacity = 0;
        [[nodiscard]] auto get() const noexcept -> char* { return bytes.get(); }
    };
    buffer buffer_{};
    std::vector<buffer> full_{};  // buffers with earlier pieces
    buffer spare_{};              // one of them, to be used again
    std::size_t size_ = 0;
    std::size_t at_ = 0;      // the next byte
    std::size_t keep_ = 0;    // the first byte that is still needed
    std::uint64_t base_ = 0;  // the offset of the first byte of the buffer
    place place_ = place::top;
    bool begun_ = false;
    bool ended_ = false;      // the source is
    bool in_object_ = false;  // the array is in an object
    unsigned within_ = 0;     // objects around the array that are open, within the outermost one
    bool had_array_ = false;  // the object had an array that was divided
    bool too_deep_ = false;
    bool has_pieces_ = false;  // that are needed, in the buffer
    std::string text_{};       // of a head, or why there is damage
};

/// Divides a log as its division says.
class splitter {
public:
    /// `offset` is the offset of the source's first byte in the input.
    splitter(any_source from, division how, std::uint64_t offset = 0);

    [[nodiscard]] auto next() -> piece {
        return std::visit([](auto& s) { return s.next(); }, how_);
    }
    /// Says that the pieces so far are no longer needed; `all`: the last one neither.
    void release(bool all) noexcept {
        std::visit([all](auto& s) { s.release(all); }, how_);
    }
    [[nodiscard]] auto name() const -> std::string {
        return std::visit([](auto const& s) { return s.name(); }, how_);
    }
    [[nodiscard]] auto bytes() const noexcept -> std::uint64_t {
        return std::visit([](auto const& s) { return s.bytes(); }, how_);
    }
    [[nodiscard]] auto needs_more() const noexcept -> bool {
        return std::visit([](auto const& s) { return s.needs_more(); }, how_);
    }
    /// How many lines were read; none if the log is not divided into lines.
    [[nodiscard]] auto lines() const noexcept -> std::optional<std::uint64_t> {
        auto const* const in_lines = std::get_if<line_splitter>(&how_);
        return in_lines == nullptr ? std::nullopt : std::optional{in_lines->lines()};
    }
    /// Null if the log is divided into lines.
    [[nodiscard]] auto values() noexcept -> value_splitter* {
        return std::get_if<value_splitter>(&how_);
    }

private:
    std::variant<line_splitter, value_splitter> how_;
};

/// Whether a text has at most `max_depth` open brackets at any place.
[[nodiscard]] auto is_shallow(std::string_view text) -> bool;

/// Where the object or the array ends that a text begins with; `npos` if it does not.
[[nodiscard]] auto end_of_value(std::string_view text) -> std::size_t;

/// What some programs write before a text in UTF-8.
inline constexpr auto byte_order_mark = std::string_view{"\xEF\xBB\xBF"};

}  // namespace flowlog::detail::json

#endif
