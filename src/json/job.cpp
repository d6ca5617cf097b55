// SPDX-License-Identifier: BSL-1.0
#include "job.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

namespace flowlog::detail::json {

void message_lines::clear() {
    text.clear();
    lines.clear();
    refused.clear();
    regions.resize(1);
}

void job::refuse(bad_record why) {
    why.why =
        "record " + std::to_string(record) + " at byte " + std::to_string(offset) + ": " + why.why;
    if (!messages.lines.empty() || !messages.refused.empty()) {
        rows.discard();
        messages.refused.push_back({messages.lines.size(), offset, std::move(why)});
    } else {
        rows.refuse(offset, why.what, why.field, std::move(why.why));
    }
}

void job::add_message(std::string_view message, std::string_view region) {
    while (message.ends_with('\n') || message.ends_with('\r')) message.remove_suffix(1);
    if (message.starts_with("CWL CONTROL MESSAGE")) return;
    if (message.find_first_not_of(" \t") == message.npos)
        throw bad_record{"the message is empty", std::nullopt, reason::column_count};
    auto const begin = messages.text.size();
    messages.text += message;
    std::ranges::replace(messages.text.begin() + static_cast<std::ptrdiff_t>(begin),
                         messages.text.end(), '\n', ' ');
    messages.text += '\n';
    if (messages.regions.back().text != region) messages.regions.push_back({std::string{region}});
    messages.lines.push_back({offset, static_cast<std::uint32_t>(messages.regions.size() - 1)});
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

namespace {

/// Takes `digits` digits off the front of a text.
auto take_number(std::string_view& text, std::size_t digits) -> std::optional<int> {
    if (text.size() < digits) return std::nullopt;
    int number = 0;
    for (auto const c : text.substr(0, digits)) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + (c - '0');
    }
    text.remove_prefix(digits);
    return number;
}

auto take_letter(std::string_view& text, std::string_view letters) -> bool {
    if (text.empty() || letters.find(text.front()) == letters.npos) return false;
    text.remove_prefix(1);
    return true;
}

/// The microseconds of a fraction, of which further digits are cut.
auto take_fraction(std::string_view& text) -> std::optional<int> {
    if (!take_letter(text, ".,")) return 0;
    auto const digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > 9) return std::nullopt;
    auto padded = std::array<char, 6>{'0', '0', '0', '0', '0', '0'};
    std::ranges::copy(text.substr(0, std::min<std::size_t>(digits, 6)), padded.begin());
    text.remove_prefix(digits);
    auto micros = std::string_view{padded.data(), padded.size()};
    return take_number(micros, 6);
}

/// The minutes of a zone: `Z`, ` UTC`, `+01:00`, `+0100`, or nothing.
auto take_zone(std::string_view text) -> std::optional<int> {
    if (text.empty() || text == "Z" || text == "z" || text == " UTC") return 0;
    auto const west = text.front() == '-';
    if (!take_letter(text, "+-")) return std::nullopt;
    auto const hours = take_number(text, 2);
    static_cast<void>(take_letter(text, ":"));
    auto const minutes = text.empty() ? std::optional{0} : take_number(text, 2);
    if (!hours || !minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
    auto const sum = *hours * 60 + *minutes;
    return west ? -sum : sum;
}

}  // namespace

auto parse_time(std::string_view text) -> std::optional<timestamp> {
    using namespace std::chrono;
    auto const y = take_number(text, 4);
    if (!take_letter(text, "-")) return std::nullopt;
    auto const m = take_number(text, 2);
    if (!take_letter(text, "-")) return std::nullopt;
    auto const d = take_number(text, 2);
    if (!take_letter(text, "Tt ")) return std::nullopt;
    auto const hour = take_number(text, 2);
    if (!take_letter(text, ":")) return std::nullopt;
    auto const minute = take_number(text, 2);
    if (!take_letter(text, ":")) return std::nullopt;
    auto const second = take_number(text, 2);
    auto const micros = take_fraction(text);
    auto const zone = take_zone(text);
    if (!y || !m || !d || !hour || !minute || !second || !micros || !zone) return std::nullopt;
    auto const date = year{*y} / month{static_cast<unsigned>(*m)} / day{static_cast<unsigned>(*d)};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60 || *y < 1970) return std::nullopt;
    return timestamp{sys_days{date}} + hours{*hour} + minutes{*minute - *zone} + seconds{*second} +
           microseconds{*micros};
}

}  // namespace flowlog::detail::json
