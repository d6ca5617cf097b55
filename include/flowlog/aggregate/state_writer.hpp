// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_STATE_WRITER_HPP
#define FLOWLOG_AGGREGATE_STATE_WRITER_HPP

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/detail/crc32.hpp>
#include <flowlog/escape.hpp>

// A partial result: what an aggregator has counted of some of the logs, as lines of JSON.
//
//     {"flowlog":"partial","version":1,"job":["top","--by","srcaddr"]}     what it is a part of
//     {"keys":["srcaddr"],"measures":["flows","bytes"]}                    a head: a part begins
//     [["10.0.0.1"],[12,3400]]                                             rows: what was counted
//     [["10.0.0.9"],[3,180]]
//     {"end":4,"crc32":"1c291ca3"}                                         the lines before this
//     one
//
// Lines in braces say what is counted, and are the same in all partial results of a job. Lines in
// brackets are what was counted, and each counts once: rows may be shared out among several partial
// results with the same heads, and partial results may follow each other in one file.

namespace flowlog {

namespace detail {

/// Appends a text as a JSON string, of which equal texts have equal bytes. No byte is lost: one
/// that is not UTF-8 becomes \udc80 to \udcff, as Python's `surrogateescape` has it. Brackets are
/// escaped, so that a row can be cut at its first `],[`.
inline void append_quoted(std::string& out, std::string_view text) {
    constexpr auto digits = std::string_view{"0123456789abcdef"};
    auto const escape = [&](std::string_view high, unsigned char low) {
        out.append("\\u").append(high);
        out += digits[low >> 4];
        out += digits[low & 15];
    };
    out += '"';
    while (!text.empty()) {
        std::uint32_t point = 0;
        auto const size = utf8_at(text, point);
        if (size == 0) {
            escape("dc", static_cast<unsigned char>(text.front()));
        } else if (point < 0x20 || point == 0x7F || point == '"' || point == '\\' || point == '[' ||
                   point == ']') {
            escape("00", static_cast<unsigned char>(point));
        } else {
            out += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    out += '"';
}

}  // namespace detail

/// Writes a partial result, line by line. Aggregators are given one by `save`:
///
///     void save(flowlog::state_writer& out) const {
///         out.head(R"({"counts":"bytes"})");
///         out.open().number(bytes).close_row();
///     }
class state_writer {
public:
    using sink = std::function<void(std::string_view)>;

    /// The version of the format.
    static constexpr std::uint64_t version = 1;

    /// Begins a partial result of a job: the words that all its partial results have in common.
    explicit state_writer(sink out, std::vector<std::string> const& job = {})
        : out_{std::move(out)} {
        line_ = R"({"flowlog":"partial","version":)" + std::to_string(version) + R"(,"job":)";
        open();
        for (auto const& word : job) text(word);
        close();
        line_ += '}';
        end_line();
    }
    state_writer(state_writer const&) = delete;
    auto operator=(state_writer const&) -> state_writer& = delete;
    ~state_writer() = default;

    /// Begins a part with a line that says what is in it: a JSON object without line ends. What
    /// `state_reader::head` is given must be the same.
    void head(std::string_view object) {
        line_ += object;
        end_line();
    }

    /// Begins an array: a row, or an array in it.
    auto open() -> state_writer& {
        separate();
        line_ += '[';
        first_ = true;
        return *this;
    }
    /// Ends an array in a row.
    auto close() -> state_writer& {
        line_ += ']';
        first_ = false;
        return *this;
    }
    /// Ends a row.
    void close_row() {
        close();
        end_line();
    }

    auto number(std::integral auto value) -> state_writer& {
        separate();
        auto digits = std::array<char, 24>{};
        line_.append(digits.data(),
                     std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
        return *this;
    }
    auto text(std::string_view value) -> state_writer& {
        separate();
        detail::append_quoted(line_, value);
        return *this;
    }
    /// A text that needs no escapes.
    auto plain_text(std::string_view value) -> state_writer& {
        separate();
        line_ += '"';
        line_ += value;
        line_ += '"';
        return *this;
    }
    auto null() -> state_writer& {
        separate();
        line_ += "null";
        return *this;
    }

    /// Writes the last line, and hands all on. Without this line, readers take the partial result
    /// for a truncated one.
    void finish() {
        auto const lines = lines_;
        flush();
        auto digits = std::array<char, 8>{};
        auto sum = ~crc_;
        for (auto i = digits.size(); i-- > 0; sum >>= 4) digits[i] = "0123456789abcdef"[sum & 15];
        line_ = R"({"end":)" + std::to_string(lines) + R"(,"crc32":")";
        line_.append(digits.data(), digits.size()).append("\"}\n");
        out_(line_);
        line_.clear();
    }

private:
    static constexpr std::size_t block_size = std::size_t{128} << 10;

    void separate() {
        if (!first_) line_ += ',';
        first_ = false;
    }

    void end_line() {
        line_ += '\n';
        ++lines_;
        first_ = true;
        if (line_.size() >= block_size) flush();
    }

    void flush() {
        crc_ = detail::add_to_crc32(crc_, line_);
        out_(line_);
        line_.clear();
    }

    sink out_;
    std::string line_;  // the lines that were not handed on yet
    std::uint64_t lines_ = 0;
    std::uint32_t crc_ = ~std::uint32_t{0};
    bool first_ = true;  // no comma comes next
};

}  // namespace flowlog

#endif
