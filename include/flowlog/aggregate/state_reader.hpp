// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_STATE_READER_HPP
#define FLOWLOG_AGGREGATE_STATE_READER_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/state_writer.hpp>
#include <flowlog/detail/crc32.hpp>
#include <flowlog/detail/load.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/line_blocks.hpp>
#include <flowlog/source/unpack.hpp>

namespace flowlog {

/// Reads partial results, as `state_writer` writes them. Aggregators are given one by `load`:
///
///     void load(flowlog::state_reader& in) {
///         in.head(R"({"counts":"bytes"})");
///         while (in.at_row()) {
///             in.open();
///             bytes += in.number();
///             in.close_row();
///         }
///     }
///
/// All functions throw `error` if the text is not what they are called for: `errc::truncated` or
/// `errc::corrupt`, with the line. A partial result is sound only when `finish` has returned.
class state_reader {
public:
    /// Gives whole lines, with their ends, that stay until the next call; nothing at the end.
    using source = std::function<std::string_view()>;

    state_reader(source next, std::string name) : next_{std::move(next)}, name_{std::move(name)} {}

    /// Begins the next partial result; false if there is none. Throws `errc::unknown_format` if
    /// the text is none, and `errc::unsupported` if its version is not `state_writer::version`.
    [[nodiscard]] auto begin() -> bool {
        crc_ = ~std::uint32_t{0};
        lines_ = 0;
        job_.clear();
        if (at_ == end_ && !refill()) return false;
        unchecked_ = at_;
        constexpr auto beginning = std::string_view{R"({"flowlog":"partial","version":)"};
        auto const line = rest_of_line();
        if (line.size() > 1 && beginning.starts_with(line)) fail_on_end();  // JSON may begin with {
        if (!skip(beginning))
            throw error{errc::unknown_format, where(), "is not a partial result of flowlog"};
        if (is_cut(line)) fail_on_end();
        if (auto const found = number(); found != state_writer::version)
            throw error{errc::unsupported, where(),
                        "is a partial result of version " + std::to_string(found) +
                            "; this program reads version " +
                            std::to_string(state_writer::version)};
        expect(R"(,"job":)");
        first_ = true;
        open();
        while (!at_close()) job_.emplace_back(text());
        close();
        expect("}");
        end_line();
        return true;
    }

    /// The job of the partial result that was begun.
    [[nodiscard]] auto job() const noexcept -> std::vector<std::string> const& { return job_; }

    /// The name of the input.
    [[nodiscard]] auto name() const noexcept -> std::string const& { return name_; }

    /// Reads the line that begins a part.
    [[nodiscard]] auto head() -> std::string_view {
        need_line();
        if (*at_ != '{') fail("expected the beginning of a part: {");
        auto const line = rest_of_line();
        if (is_cut(line)) fail_on_end();
        at_ += std::min(line.rfind('}') + 1, line.size());
        if (!line.ends_with('}')) fail("expected the end of the line");
        if (line.starts_with(R"({"end":)")) fail("a part is missing before the end");
        end_line();
        return line;
    }

    /// The same if it must be this line. Throws `errc::invalid_argument` with what differs.
    void head(std::string_view expected) { require_head(head(), expected); }

    /// Throws as `head` if the line that was read last is not the one expected.
    void require_head(std::string_view found, std::string_view expected) const {
        if (found == expected) return;
        auto place = where();
        --place.line;
        throw error{errc::invalid_argument, std::move(place),
                    "is of another job: " + difference(found, expected)};
    }

    /// Whether the next line is a row.
    [[nodiscard]] auto at_row() -> bool {
        need_line();
        return *at_ == '[';
    }

    void open() {
        separate();
        expect('[', "expected [");
        first_ = true;
    }
    void close() {
        expect(']', "expected ]");
        first_ = false;
    }
    /// Reads the end of a row.
    void close_row() {
        close();
        end_line();
    }

    // What comes next in an array.
    [[nodiscard]] auto at_close() const noexcept -> bool { return *at_ == ']'; }
    [[nodiscard]] auto at_text() const noexcept -> bool { return *value() == '"'; }
    [[nodiscard]] auto at_array() const noexcept -> bool { return *value() == '['; }

    /// Passes over `null`; false if something else comes next.
    [[nodiscard]] auto null() -> bool {
        if (*value() != 'n') return false;
        separate();
        expect("null");
        return true;
    }

    [[nodiscard]] auto number() -> std::uint64_t {
        constexpr std::size_t safe_digits = 19;
        separate();
        auto const* from = at_;
        auto result = std::uint64_t{0};
        auto digit = digit_of(*from);
        if (digit > 9) fail("expected a number");
        do {
            result = result * 10 + digit;
            digit = digit_of(*++from);
        } while (digit <= 9);
        if (static_cast<std::size_t>(from - at_) > safe_digits &&
            std::from_chars(at_, from, result).ec != std::errc{})
            fail("expected a number of 64 bits");
        at_ = from;
        return result;
    }

    [[nodiscard]] auto signed_number() -> std::int64_t {
        if (*value() != '-') {
            auto const found = number();
            if (found > std::numeric_limits<std::int64_t>::max()) fail("the number is too large");
            return static_cast<std::int64_t>(found);
        }
        separate();
        auto result = std::int64_t{0};
        auto const [end, why] = std::from_chars(at_, end_, result);
        if (why != std::errc{}) fail("expected a number of 64 bits");
        at_ = end;
        return result;
    }

    /// Reads a text, valid until the next one is read.
    [[nodiscard]] auto text() -> std::string_view {
        separate();
        expect('"', "expected a text");
        auto const* const begin = at_;
        at_ = plain_end(begin, end_);
        auto result = std::string_view{begin, static_cast<std::size_t>(at_ - begin)};
        if (*at_ == '\\') result = with_escapes(result);
        expect('"', "expected the end of a text");
        return result;
    }

    /// Reads the last line of a partial result, and checks that nothing before it is missing or was
    /// changed.
    void finish() {
        need_line();
        auto const lines = lines_;
        check_to(at_);
        auto const sum = ~crc_;
        if (!skip(R"({"end":)")) fail("expected a row, or the end");
        first_ = true;
        auto const expected = number();
        expect(R"(,"crc32":")");
        auto digits = std::uint32_t{0};
        auto const [end, why] = std::from_chars(at_, std::min(at_ + 8, end_), digits, 16);
        if (why != std::errc{} || end != at_ + 8) fail("expected eight digits");
        at_ = end;
        expect("\"}");
        end_line();
        unchecked_ = at_;
        if (lines != expected || sum != digits)
            throw error{errc::corrupt,
                        {name_},
                        lines != expected
                            ? "has " + std::to_string(lines) + " lines and should have " +
                                  std::to_string(expected) + ": make it again"
                            : "was changed after it was written: its checksum is wrong"};
    }

    /// The checksum of the partial result that was read last. \pre `finish` has returned
    [[nodiscard]] auto checksum() const noexcept -> std::uint32_t { return ~crc_; }

    /// Throws `errc::corrupt` with the place.
    [[noreturn]] void fail(std::string const& what) const {
        auto place = where();
        place.column = static_cast<std::uint64_t>(at_ - line_) + 1;
        throw error{errc::corrupt, std::move(place),
                    "is no sound partial result: " + what + ", found '" +
                        escaped(rest_of_line(), 40) + '\''};
    }

private:
    [[nodiscard]] auto rest_of_line() const noexcept -> std::string_view {
        return {at_, static_cast<std::size_t>(std::find(at_, end_, '\n') - at_)};
    }

    /// Whether nothing follows a line that begins here.
    [[nodiscard]] auto is_last(std::string_view line) const noexcept -> bool {
        return static_cast<std::size_t>(end_ - line.data()) <= line.size() + 1;
    }

    /// Whether a line that should end an object was cut.
    [[nodiscard]] auto is_cut(std::string_view line) const noexcept -> bool {
        return !line.ends_with('}') && !line.ends_with('\r') && is_last(line);
    }

    [[nodiscard]] static auto digit_of(char c) noexcept -> unsigned {
        return static_cast<unsigned char>(c) - unsigned{'0'};
    }

    /// Where a text that begins here ends, or has an escape, eight bytes at a time. \pre a line
    /// ends before `end`
    [[nodiscard]] static auto plain_end(char const* at, char const* end) noexcept -> char const* {
        constexpr auto ones = 0x0101010101010101ULL;
        for (; end - at >= 8; at += 8) {
            auto const bytes = detail::load_little<std::uint64_t>(at);
            auto found = std::uint64_t{0};  // the high bits of bytes; sound up to the lowest
            for (auto const c : {'"', '\\', '\n'}) {
                auto const differs = bytes ^ (ones * static_cast<unsigned char>(c));
                found |= (differs - ones) & ~differs & (ones << 7);
            }
            if (found != 0) return at + std::countr_zero(found) / 8;
        }
        while (*at != '"' && *at != '\\' && *at != '\n') ++at;
        return at;
    }

    /// Where the next value begins.
    [[nodiscard]] auto value() const noexcept -> char const* {
        return first_ || *at_ != ',' ? at_ : at_ + 1;
    }

    void separate() {
        if (!first_) expect(',', "expected a comma");
        first_ = false;
    }

    void expect(char what, char const* message) {
        if (*at_ != what) fail(message);
        ++at_;
    }
    void expect(std::string_view what) {
        if (!skip(what)) fail("expected " + std::string{what});
    }
    [[nodiscard]] auto skip(std::string_view what) noexcept -> bool {
        auto const there = std::string_view{at_, static_cast<std::size_t>(end_ - at_)};
        if (!there.starts_with(what)) return false;
        at_ += what.size();
        return true;
    }

    void end_line() {
        if (at_ == end_ || *at_ != '\n') fail("expected the end of the line");
        line_ = ++at_;
        ++lines_;
        ++all_lines_;
        first_ = true;
    }

    /// Throws if there is no further line.
    void need_line() {
        if (at_ == end_ && !refill()) fail_on_end();
    }

    [[noreturn]] void fail_on_end() const {
        throw error{errc::truncated,
                    {name_},
                    "ends before its last line: the partial result is incomplete; make it again"};
    }

    [[gnu::noinline]] auto refill() -> bool {
        check_to(end_);
        auto const block = next_();
        at_ = unchecked_ = line_ = block.data();
        end_ = at_ + block.size();
        return !block.empty();
    }

    void check_to(char const* end) {
        crc_ = detail::add_to_crc32(crc_, {unchecked_, static_cast<std::size_t>(end - unchecked_)});
        unchecked_ = end;
    }

    [[gnu::noinline]] auto with_escapes(std::string_view before) -> std::string_view {
        text_ = before;
        while (*at_ != '"' && *at_ != '\n') {
            if (*at_ != '\\') {
                text_ += *at_++;
                continue;
            }
            auto code = std::uint32_t{0};
            auto const* const digits = at_ + 2;
            if (end_ - at_ < 6 || at_[1] != 'u' ||
                std::from_chars(digits, digits + 4, code, 16).ptr != digits + 4 ||
                (code > 0x7F && (code < 0xDC80 || code > 0xDCFF)))
                fail("expected an escape such as \\u0022");
            text_ += static_cast<char>(code & 0xFF);
            at_ += 6;
        }
        return text_;
    }

    [[nodiscard]] auto where() const -> location { return {name_, all_lines_ + 1}; }

    /// The members of an object, as they are written.
    [[nodiscard]] static auto members(std::string_view object) -> std::vector<std::string_view> {
        auto result = std::vector<std::string_view>{};
        auto depth = 0;
        auto quoted = false;
        auto begin = std::size_t{1};
        for (auto i = begin; i < object.size(); ++i) {
            auto const c = object[i];
            if (c == '"' && object[i - 1] != '\\') quoted = !quoted;
            if (quoted) continue;
            if ((c == ',' || c == '}') && depth == 0) {
                result.push_back(object.substr(begin, i - begin));
                begin = i + 1;
            }
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
        }
        return result;
    }

    /// The first members in which two heads differ.
    [[nodiscard]] static auto difference(std::string_view found, std::string_view expected)
        -> std::string {
        auto const theirs = members(found);
        auto const ours = members(expected);
        for (std::size_t i = 0; i < std::min(theirs.size(), ours.size()); ++i)
            if (theirs[i] != ours[i])
                return "it has " + escaped(theirs[i], 400) + ", and not " + escaped(ours[i], 400);
        return "it has " + escaped(found, 400) + ", and not " + escaped(expected, 400);
    }

    source next_;
    std::string name_;
    std::vector<std::string> job_{};
    std::string text_{};  // what a text with escapes means
    char const* at_ = nullptr;
    char const* end_ = nullptr;
    char const* line_ = nullptr;       // where the line begins
    char const* unchecked_ = nullptr;  // what follows is not in the checksum yet
    std::uint64_t lines_ = 0;          // of this partial result
    std::uint64_t all_lines_ = 0;      // of the input
    std::uint32_t crc_ = 0;
    bool first_ = true;  // no comma comes next
};

/// Opens an input, which may be compressed, to read the partial results in it.
///
///     auto in = flowlog::open_state("first.part");
///     while (in.begin()) {
///         counter.load(in);
///         in.finish();
///     }
template <class = void>
[[nodiscard]] auto open_state(input const& from) -> state_reader {
    constexpr auto max_line = std::size_t{64} << 20;
    auto source = from.open();
    unpack(source, false);
    auto const lines = std::make_shared<line_blocks<any_source>>(std::move(source), max_line, 0);
    return {[lines, name = from.name()] {
                auto const block = lines->next();
                if (block.too_long)
                    throw error{errc::corrupt, {name}, "has a line of more than 64 MiB"};
                return block.text;
            },
            from.name()};
}

}  // namespace flowlog

#endif
