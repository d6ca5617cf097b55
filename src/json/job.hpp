// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SRC_JSON_JOB_HPP
#define FLOWLOG_SRC_JSON_JOB_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/format/layout.hpp>
#include <flowlog/format/open_options.hpp>

#include "kinds.hpp"
#include "member_names.hpp"
#include "rows.hpp"
#include "splitter.hpp"

namespace flowlog::detail::json {

/// Why a record is no flow. Thrown by what reads a record, and caught for each record.
struct bad_record {
    std::string why;
    std::optional<field_id> field{};
    reason what = reason::bad_value;
};

/// Lines of text out of messages, which a text reader turns into rows.
struct message_lines {
    struct line {
        std::uint64_t offset;
        std::uint32_t begin;     // in `text`
        std::uint32_t region;    // a place in `regions`
        std::uint64_t line = 0;  // of the log; 0: it has no lines
    };
    struct refusal {
        std::size_t before;  // how many lines precede it
        std::uint64_t offset;
        bad_record why;
        std::uint64_t line = 0;
    };
    std::string text{};
    std::vector<line> lines{};
    std::vector<refusal> refused{};
    std::vector<repeated_text> regions{repeated_text{}};

    void clear();
    /// A line, counted from 0, without its end.
    [[nodiscard]] auto operator[](std::size_t number) const -> std::string_view {
        auto const begin = lines[number].begin;
        auto const end = number + 1 == lines.size() ? text.size() : lines[number + 1].begin;
        return std::string_view{text}.substr(begin, end - 1 - begin);
    }
};

/// The tuples of an Azure record, which become rows batch by batch.
struct tuple_array {
    std::string_view rest{};       // of the text of the array, with its brackets
    char const* record = nullptr;  // its first byte
    std::shared_ptr<repeated_text> rule{};
    std::shared_ptr<repeated_text> acl{};
    std::shared_ptr<repeated_text> mac{};
    std::shared_ptr<repeated_text> resource{};
    unsigned version = 4;      // 4: VNet; 1, 2: NSG
    std::uint64_t offset = 0;  // of the record

    [[nodiscard]] auto offset_of(char const* at) const noexcept -> std::uint64_t {
        return offset + static_cast<std::uint64_t>(at - record);
    }
};

/// What a level of a log says before its records.
struct head_members {
    bool control = false;  // a message that is no data
    repeated_text interface{};
    unsigned depth = 0;  // of records within records
};

/// What the pieces of a log become.
struct job {
    row_buffer rows{};
    member_names names{};  // of records whose members are named after fields
    message_lines messages{};
    std::deque<tuple_array> tuples{};
    std::vector<std::string> nested{};  // logs that a piece holds, decoded
    head_members* head = nullptr;       // of the level that is read
    two_way how = two_way::split;
    std::uint64_t offset = 0;    // of the record
    std::uint64_t line = 0;      // of the record; 0: the log has no lines
    char const* text = nullptr;  // of the record
    std::uint64_t record = 0;    // its number
    std::uint64_t passed = 0;    // entries of other logs
    bool in_lines = false;       // each line of the log is a record, so that its number is known

    void refuse(bad_record why);
    /// Passes over an entry of another log.
    void pass();
    /// Adds the lines of a message, of which there is mostly one.
    void add_message(std::string_view message, std::string_view region);
};

/// Turns pieces into rows, with simdjson.
class parser {
public:
    parser();
    ~parser();
    parser(parser const&) = delete;
    auto operator=(parser const&) -> parser& = delete;

    /// Reads a piece. What is wrong with it becomes refused rows.
    void parse(log_kind kind, piece const& from, job& to);

private:
    /// Reads the values of a piece, of which there is mostly one. What is wrong with one costs no
    /// other.
    void parse_values(log_kind kind, piece const& from, job& to);

    struct state;
    std::unique_ptr<state> state_;
};

/// Takes the next events of a CloudWatch log off their array, if they are read and have no escapes
/// and nothing unusual, until the text of the messages has `max_text` bytes; how many there were.
auto take_events(value_splitter& from, std::optional<std::uint64_t> offset, job& to,
                 std::size_t max_text) -> std::size_t;

/// Turns tuples into rows until there are `max_rows`.
void take_tuples(job& to, std::size_t max_rows);

/// The bytes of a base64 text; none if it is not one.
[[nodiscard]] auto decode_base64(std::string_view text) -> std::optional<std::string>;

/// A time as RFC 3339 writes it, with up to nine digits of a fraction; also with a blank for the T,
/// with ` UTC`, or without a zone.
[[nodiscard]] auto parse_time(std::string_view text) -> std::optional<timestamp>;

}  // namespace flowlog::detail::json

#endif
