// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_X3_RECORDS_HPP
#define FLOWLOG_GRAMMAR_X3_RECORDS_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/spirit/home/x3.hpp>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/select.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/reader.hpp>
#include <flowlog/source/line_blocks.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog::grammar {

namespace x3 = boost::spirit::x3;

/// How `x3_records` reads.
struct x3_options {
    /// Longer lines are malformed; bounds the memory. 64 bytes to 1 GiB.
    std::size_t max_line = std::size_t{1} << 20;
    /// Called for every line that the grammar does not match.
    malformed_handler on_malformed{};
};

/// Reads a log whose lines a grammar describes: an input range of `Record`, one for each line that
/// the grammar matches as a whole, without its LF or CRLF. Skips lines of blanks. Made by
/// `x3_records`.
template <std::default_initializable Record, class Parser, byte_source Source>
class x3_reader : public selectable<x3_reader<Record, Parser, Source>> {
public:
    using record_type = Record;

    x3_reader(Source source, Parser parser, x3_options options)
        : parser_{std::move(parser)},
          on_malformed_{std::move(options.on_malformed)},
          blocks_{std::move(source),
                  std::clamp<std::size_t>(options.max_line, 64, std::size_t{1} << 30), 0} {}

    /// Moves to the first record, or to the next one if the reader has begun.
    [[nodiscard]] auto begin() -> record_iterator<x3_reader> { return ++record_iterator{*this}; }
    [[nodiscard]] auto end() const noexcept -> std::default_sentinel_t { return {}; }

    /// What became of the lines so far.
    [[nodiscard]] auto stats() const noexcept -> statistics {
        auto result = stats_;
        result.bytes = blocks_.bytes();
        return result;
    }

    /// The name of the input.
    [[nodiscard]] auto name() const -> std::string { return blocks_.name(); }

    /// Takes the current record back: it counts as malformed, and goes to `on_malformed`.
    void reject(field_id offending_field, reason why) {
        --stats_.records;
        report(why, 0, offending_field);
    }

private:
    friend record_iterator<x3_reader>;
    [[nodiscard]] auto current() const noexcept -> Record const& { return record_; }

    auto advance() -> bool {
        while (next_line()) {
            if (line_.find_first_not_of(" \t") == line_.npos) {
                ++stats_.blank;
                continue;
            }
            auto column = std::size_t{0};
            if (parse(column)) {
                ++stats_.records;
                return true;
            }
            report(reason::bad_value, column, std::nullopt);
        }
        return false;
    }

    /// Moves to the next line; false at the end of the input.
    auto next_line() -> bool {
        while (rest_.empty()) {
            auto const block = blocks_.next();
            rest_ = block.text;
            rest_offset_ = block.offset;
            if (block.too_long) {
                line_ = std::exchange(rest_, {});
                line_offset_ = block.offset;
                report(reason::too_long, 0, std::nullopt);
            } else if (rest_.empty()) {
                return false;
            }
        }
        auto const size = rest_.find('\n') + 1;
        line_ = rest_.substr(0, size - 1);
        line_ = line_.substr(0, line_.find_last_not_of('\r') + 1);
        line_offset_ = rest_offset_;
        rest_.remove_prefix(size);
        rest_offset_ += size;
        return true;
    }

    /// Whether the grammar matches the line. Sets `column` to where it stopped, if that is known.
    auto parse(std::size_t& column) -> bool {
        record_ = Record{};
        auto const* at = line_.data();
        auto const* const end = at + line_.size();
        auto const position = [&] { return static_cast<std::size_t>(at - line_.data()) + 1; };
        try {
            if (!x3::parse(at, end, parser_, record_)) return false;
            column = position();
            return at == end;
        } catch (x3::expectation_failure<char const*> const& failure) {
            at = failure.where();
            column = position();
            return false;
        }
    }

    void report(reason why, std::size_t column, std::optional<field_id> offending_field) {
        ++stats_.malformed;
        if (!on_malformed_) return;
        on_malformed_({.source = name(),
                       .line = stats_.lines(),
                       .offset = line_offset_,
                       .column = column,
                       .field = offending_field,
                       .reason = why,
                       .text = line_});
    }

    Parser parser_;
    malformed_handler on_malformed_;
    flowlog::line_blocks<Source> blocks_;
    std::string_view rest_;  // lines of the block that were not read
    std::uint64_t rest_offset_ = 0;
    std::string_view line_;
    std::uint64_t line_offset_ = 0;
    Record record_{};
    statistics stats_;
};

/// Reads a log line by line with an X3 parser whose attribute is a `Record`, a new one for each
/// line. If a line lacks what the parser expects with `>`, the malformed line has the column of
/// what is there instead. Text views in a record are valid until the next record.
///
///     for (auto const& entry : x3_records<drop>(file_source{"fw.log"}, grammar)) …
template <std::default_initializable Record, byte_source Source, class Parser>
[[nodiscard]] auto x3_records(Source source, Parser parser, x3_options options = {}) {
    return x3_reader<Record, Parser, Source>{std::move(source), std::move(parser),
                                             std::move(options)};
}

}  // namespace flowlog::grammar

#endif
