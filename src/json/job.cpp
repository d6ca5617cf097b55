// SPDX-License-Identifier: BSL-1.0
#include "job.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <flowlog/format/text/written_time.hpp>

namespace flowlog::detail::json {

void message_lines::clear() {
    text.clear();
    lines.clear();
    refused.clear();
    regions.resize(1);
}

void job::refuse(bad_record why) {
    auto const place = in_lines ? std::string{} : "record " + std::to_string(record) + ' ';
    why.why = place + "at byte " + std::to_string(offset) + ": " + why.why;
    if (!messages.lines.empty() || !messages.refused.empty()) {
        rows.discard();
        messages.refused.push_back({messages.lines.size(), offset, std::move(why), line});
    } else {
        rows.refuse(offset, why.what, why.field, std::move(why.why));
    }
}

void job::pass() {
    rows.discard();
    rows.note_pass();
    ++passed;
}

void job::add_message(std::string_view message, std::string_view region) {
    if (message.starts_with("CWL CONTROL MESSAGE")) return;
    constexpr auto blanks = std::string_view{" \t\r\n"};
    auto begin = message.find_first_not_of(blanks);
    if (begin == message.npos)
        throw bad_record{"the message is empty", std::nullopt, reason::column_count};
    if (messages.regions.back().text != region) messages.regions.push_back({std::string{region}});
    while (begin != message.npos) {
        message.remove_prefix(begin);
        auto const found = message.substr(0, message.find_first_of("\r\n"));
        messages.lines.push_back({offset, static_cast<std::uint32_t>(messages.text.size()),
                                  static_cast<std::uint32_t>(messages.regions.size() - 1), line});
        messages.text.append(found) += '\n';
        message.remove_prefix(found.size());
        begin = message.find_first_not_of(blanks);
    }
}

auto decode_base64(std::string_view text) -> std::optional<std::string> {
    static constexpr auto values = [] {
        auto table = std::array<std::uint8_t, 256>{};
        table.fill(64);
        constexpr auto letters =
            std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"};
        for (std::size_t i = 0; i < 64; ++i)
            table[static_cast<unsigned char>(letters[i])] = static_cast<std::uint8_t>(i);
        table['-'] = 62;
        table['_'] = 63;
        return table;
    }();
    auto result = std::string{};
    result.reserve(text.size() / 4 * 3 + 3);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (auto const c : text) {
        if (c == '\n' || c == '\r' || c == ' ' || c == '\t' || c == '=') continue;
        auto const value = values[static_cast<unsigned char>(c)];
        if (value == 64) return std::nullopt;
        bits = bits << 6 | value;
        if (++count % 4 == 0) {
            result += static_cast<char>(bits >> 16);
            result += static_cast<char>(bits >> 8);
            result += static_cast<char>(bits);
        }
    }
    if (count % 4 == 1) return std::nullopt;
    if (count % 4 == 2) result += static_cast<char>(bits >> 4);
    if (count % 4 == 3) {
        result += static_cast<char>(bits >> 10);
        result += static_cast<char>(bits >> 2);
    }
    return result;
}

/// A time in the form of Google Cloud and of Azure, `2025-11-07T21:18:47.883105401Z`, with up to
/// nine digits of a fraction; none if it has another form, or is none.
static auto parse_usual_time(std::string_view text) -> std::optional<timestamp> {
    using namespace std::chrono;
    if (text.size() < 20 || text.size() > 30 || text[4] != '-' || text[7] != '-' ||
        text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z' ||
        text[19] != (text.size() == 20 ? 'Z' : '.'))
        return std::nullopt;
    auto bad = false;
    auto const digit = [&](std::size_t i) {
        auto const value = static_cast<unsigned>(static_cast<unsigned char>(text[i])) - '0';
        bad |= value > 9;
        return value;
    };
    auto const two = [&](std::size_t i) { return 10 * digit(i) + digit(i + 1); };
    auto const date =
        year_month_day{year{static_cast<int>(100 * two(0) + two(2))}, month{two(5)}, day{two(8)}};
    auto const seconds = 60 * (60 * two(11) + two(14)) + two(17);
    bad |= two(11) > 23 || two(14) > 59 || two(17) > 60 || text < "1970";
    auto fraction = 0U;
    for (std::size_t i = 20; i < 26; ++i)
        fraction = 10 * fraction + (i + 1 < text.size() ? digit(i) : 0);
    for (std::size_t i = 26; i + 1 < text.size(); ++i) static_cast<void>(digit(i));
    if (bad || text.size() == 21 || !date.ok()) return std::nullopt;
    return timestamp{sys_days{date}} + std::chrono::seconds{seconds} + microseconds{fraction};
}

auto parse_time(std::string_view text) -> std::optional<timestamp> {
    if (auto const time = parse_usual_time(text)) return time;
    auto folded = std::array<char, 40>{};
    if (text.size() < 5 || text.size() > folded.size() || text[4] != '-' || text < "1970")
        return std::nullopt;
    // RFC 3339 also has small letters, and ISO 8601 a comma
    std::ranges::transform(text, folded.begin(), [](char c) {
        return c == 't' ? 'T' : c == 'z' ? 'Z' : c == ',' ? '.' : c;
    });
    return written_time::parse({folded.data(), text.size()});
}

}  // namespace flowlog::detail::json
