// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_BENCH_GENERATOR_DAMAGE_HPP
#define FLOWLOG_BENCH_GENERATOR_DAMAGE_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "columns.hpp"
#include "random.hpp"

namespace bench {

/// What can happen to a line.
enum class damage : std::uint8_t {
    truncated,  ///< cut; at least one field is gone
    extra,      ///< a field too many
    non_digit,  ///< a letter, a sign or a point in a port or protocol
    range,      ///< port 65536 … 99999 or protocol 256 … 999
    random,     ///< 1 … 200 random bytes, NUL among them
    empty,      ///< no byte; a blank line rather than a malformed one
    status,     ///< an unknown log-status
    other,      ///< a letter in a number that tagging does not read
    tab,        ///< a tab between two fields: a good record all the same
    blanks,     ///< three blanks between two fields: a good record
    carriage,   ///< CR before the line feed: a good record
    quote,      ///< a quote in the first field that is text: a good record
    long_line,  ///< 300,000 bytes more in one field
    count
};

inline constexpr auto damage_names =
    std::to_array<std::string_view>({"truncated", "extra", "non-digit", "range", "random", "empty",
                                     "status", "other", "tab", "blanks", "cr", "quote", "long"});
static_assert(damage_names.size() == static_cast<std::size_t>(damage::count));

/// Reads names separated by commas. Throws std::invalid_argument.
inline auto parse_damage(std::string_view text) -> std::vector<damage> {
    auto result = std::vector<damage>{};
    while (!text.empty()) {
        auto const word = text.substr(0, text.find(','));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        auto const at = std::ranges::find(damage_names, word);
        if (at == damage_names.end()) {
            throw std::invalid_argument("no kind of damage: '" + std::string{word} + "'");
        }
        result.push_back(static_cast<damage>(at - damage_names.begin()));
    }
    if (result.empty()) throw std::invalid_argument("no kind of damage is named");
    return result;
}

/// Damages lines, in kinds taken at random. A kind that does not apply to a line (`range` where
/// there is no port, or in a NODATA line) becomes `extra`.
class damager {
public:
    damager(layout const& of, std::vector<damage> kinds, std::uint64_t seed)
        : columns_{of}, kinds_{std::move(kinds)}, draw_{seed} {}

    /// Changes a line (without its line feed) and says what was done.
    auto operator()(std::string& line) -> damage {
        auto kind = kinds_[draw_.below(static_cast<std::uint32_t>(kinds_.size()))];
        if (!apply(kind, line)) {
            kind = damage::extra;
            line += " extra";
        }
        return kind;
    }

private:
    auto apply(damage kind, std::string& line) -> bool {
        switch (kind) {
            case damage::truncated: return truncate(line);
            case damage::non_digit: return spoil_number(line, true, "8x", "-1", "4.2");
            case damage::range: return out_of_range(line);
            case damage::random: return randomize(line);
            case damage::empty: return line.clear(), true;
            case damage::status: return replace(line, column::log_status, "MAYBE");
            case damage::other: return spoil_number(line, false, "12e3", "+5", "0x1f");
            case damage::tab: return widen(line, "\t");
            case damage::blanks: return widen(line, "   ");
            case damage::carriage: return line += '\r', true;
            case damage::quote: return put_into_text(line, "\"");
            case damage::long_line: return put_into_text(line, std::string(300'000, 'x'));
            default: return false;
        }
    }

    auto truncate(std::string& line) -> bool {
        auto const last = line.rfind(' ');
        if (last == line.npos) return false;
        line.resize(1 + draw_.below(static_cast<std::uint32_t>(last)));
        return true;
    }

    auto randomize(std::string& line) -> bool {
        line.assign(1 + draw_.below(200), '\0');
        for (auto& c : line) {
            c = static_cast<char>(draw_.below(256));
            if (c == '\n') c = '\v';
        }
        if (line.find_first_not_of(" \t\r") == line.npos) line[0] = '\0';
        return true;
    }

    auto widen(std::string& line, std::string_view with) -> bool {
        auto const at = line.find(' ', draw_.below(static_cast<std::uint32_t>(line.size())));
        if (at == line.npos) return false;
        line.replace(at, 1, with);
        return true;
    }

    auto out_of_range(std::string& line) -> bool {
        if (draw_.below(3) == 0) {
            return replace(line, column::protocol, std::to_string(256 + draw_.below(744)));
        }
        return replace(line, column::dstport,
                       draw_.below(2) == 0 ? "65536" : std::to_string(65536 + draw_.below(34464)));
    }

    auto spoil_number(std::string& line, bool of_tagging, std::string_view a, std::string_view b,
                      std::string_view c) -> bool {
        auto chosen = std::vector<column>{};
        for (auto const field : columns_) {
            auto const tagging = field == column::dstport || field == column::protocol;
            if (info(field).number && tagging == of_tagging) chosen.push_back(field);
        }
        if (chosen.empty()) return false;
        auto const with = std::array{a, b, c}[draw_.below(3)];
        return replace(line, chosen[draw_.below(static_cast<std::uint32_t>(chosen.size()))], with);
    }

    auto put_into_text(std::string& line, std::string_view what) -> bool {
        auto const at = std::ranges::find_if(
            columns_, [](column c) { return info(c).of_interface && c != column::version; });
        if (at == columns_.end()) return false;
        line.insert(place(line, *at).first + 1, what);
        return true;
    }

    /// Replaces a field, unless it is absent as in a NODATA line.
    auto replace(std::string& line, column c, std::string_view with) -> bool {
        auto const [first, size] = place(line, c);
        if (first == line.npos || line.compare(first, size, "-") == 0) return false;
        line.replace(first, size, with);
        return true;
    }

    /// Where a field stands: its first byte and its size.
    auto place(std::string const& line, column c) const -> std::pair<std::size_t, std::size_t> {
        std::size_t first = 0;
        for (auto const field : columns_) {
            auto const end = std::min(line.find(' ', first), line.size());
            if (field == c) return {first, end - first};
            first = end + 1;
        }
        return {line.npos, 0};
    }

    layout columns_;
    std::vector<damage> kinds_;
    random draw_;
};

}  // namespace bench

#endif
