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
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/source/source.hpp>

namespace flowlog::detail::json {

/// How many bytes are readable after a piece. What they are does not matter.
inline constexpr std::size_t padding = 64;

/// Pieces that are nested deeper are refused. Real logs have a depth of at most 8.
inline constexpr std::size_t max_depth = 64;

/// A part of a log that is parsed alone.
struct piece {
    enum class kind : std::uint8_t {
        value,    ///< a line or a top-level value
        head,     ///< the members that precede an array, as an object of their own
        element,  ///< an element of an array
        damage,   ///< what cannot be divided, at the end; `text` says why
        end
    };
    piece::kind what = kind::end;
    std::string_view text{};   ///< valid until `release`; of a head or damage, until the next piece
    std::uint64_t offset = 0;  ///< of its first byte
    bool too_deep = false;     ///< nested deeper than `max_depth`
};

/// How a log is divided.
struct division {
    bool lines = false;
    std::vector<std::string_view> arrays{};  ///< keys of arrays whose elements are pieces
    std::size_t max_piece = std::size_t{64} << 20;
};

/// Divides a log into pieces. Holds the pieces since the last `release`, and a block.
class splitter {
public:
    splitter(any_source from, division how);

    [[nodiscard]] auto next() -> piece;

    /// Says that the pieces so far, without the last one, are no longer needed.
    void release() noexcept { full_.clear(); }

    [[nodiscard]] auto name() const -> std::string { return source_.name(); }
    /// How many bytes were taken from the source.
    [[nodiscard]] auto bytes() const noexcept -> std::uint64_t { return base_ + size_; }

private:
    enum class place : std::uint8_t { top, object, array, done };

    auto refill() -> bool;
    auto peek() -> int;
    auto skip_blanks() -> int;
    auto skip_mark() -> void;
    auto next_line() -> piece;
    auto next_top() -> piece;
    auto next_member() -> piece;
    auto next_element() -> piece;
    auto take_value() -> bool;
    auto take_text() -> bool;
    auto take_nested() -> bool;
    auto take_word() -> bool;
    [[nodiscard]] auto kept(piece::kind what) const -> piece;
    auto damage(std::string why) -> piece;
    [[nodiscard]] auto is_too_long() const noexcept -> bool { return at_ - keep_ > how_.max_piece; }

    any_source source_;
    division how_;
    std::unique_ptr<char[]> buffer_{};
    std::vector<std::unique_ptr<char[]>> full_{};  // buffers with earlier pieces
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
    std::size_t at_ = 0;      // the next byte
    std::size_t keep_ = 0;    // the first byte that is still needed
    std::uint64_t base_ = 0;  // the offset of the first byte of the buffer
    place place_ = place::top;
    bool begun_ = false;
    bool ended_ = false;      // the source is
    bool in_object_ = false;  // the array is in an object
    bool had_array_ = false;  // the object had an array that was divided
    bool too_deep_ = false;
    std::string text_{};  // of a head, or why there is damage
};

/// Whether a text has at most `max_depth` open brackets at any place.
[[nodiscard]] auto is_shallow(std::string_view text) -> bool;

}  // namespace flowlog::detail::json

#endif
