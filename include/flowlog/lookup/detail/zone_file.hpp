// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_LOOKUP_DETAIL_ZONE_FILE_HPP
#define FLOWLOG_LOOKUP_DETAIL_ZONE_FILE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <flowlog/lookup/detail/zone_rule.hpp>

// A zone file (RFC 8536), of which the second part is read, whose times have 64 bits:
//
//     TZif 2 | counts | times of 32 bits …      TZif 2 | counts | times | types | offsets … | \n
//     rule \n
//     `------- skipped ---------------`

namespace flowlog::detail {

/// The offsets of a time zone, and when they change.
struct zone_changes {
    struct change {
        std::int64_t at;      ///< in seconds since 1970
        std::int64_t offset;  ///< from then on, in seconds ahead of UTC
    };

    std::vector<change> changes{};
    std::int64_t first_offset = 0;    ///< before the first change
    std::optional<zone_rule> rule{};  ///< after the last change

    [[nodiscard]] auto offset(std::int64_t time) const -> std::int64_t {
        if (changes.empty() || time >= changes.back().at) {
            if (rule) return rule->offset(time);
            return changes.empty() ? first_offset : changes.back().offset;
        }
        auto const after = std::ranges::upper_bound(changes, time, {}, &change::at);
        return after == changes.begin() ? first_offset : after[-1].offset;
    }
};

/// Reads the zone files of the system.
class zone_file {
public:
    /// None if the file is damaged, older than version 2 or counts leap seconds.
    [[nodiscard]] static auto parse(std::string_view file) -> std::optional<zone_changes> {
        auto reader = zone_file{file};
        return reader.skip_first() ? reader.read() : std::nullopt;
    }

private:
    static constexpr std::size_t header_size = 44;

    explicit zone_file(std::string_view file) noexcept : rest_{file} {}

    struct counts {
        std::size_t is_utc, is_standard, leaps, times, types, letters;

        [[nodiscard]] auto size(std::size_t time) const noexcept -> std::size_t {
            return times * (time + 1) + types * 6 + letters + leaps * (time + 4) + is_standard +
                   is_utc;
        }
    };

    [[nodiscard]] static auto number(std::string_view bytes) noexcept -> std::int64_t {
        auto result = (bytes[0] & 0x80) != 0 ? ~std::uint64_t{0} : std::uint64_t{0};
        for (auto const c : bytes) result = result << 8 | static_cast<unsigned char>(c);
        return static_cast<std::int64_t>(result);
    }

    /// Reads a header of version 2 or later.
    auto read_header() -> std::optional<counts> {
        if (rest_.size() < header_size || !rest_.starts_with("TZif") || rest_[4] < '2')
            return std::nullopt;
        constexpr auto max_count = std::int64_t{1} << 20;
        std::size_t found[6] = {};
        for (std::size_t i = 0; i < 6; ++i) {
            auto const count = number(rest_.substr(20 + 4 * i, 4));
            if (count < 0 || count > max_count) return std::nullopt;
            found[i] = static_cast<std::size_t>(count);
        }
        rest_.remove_prefix(header_size);
        return counts{found[0], found[1], found[2], found[3], found[4], found[5]};
    }

    auto skip_first() -> bool {
        auto const of = read_header();
        if (!of || of->size(4) > rest_.size()) return false;
        rest_.remove_prefix(of->size(4));
        return true;
    }

    auto read() -> std::optional<zone_changes> {
        auto const of = read_header();
        if (!of || of->size(8) > rest_.size() || of->types == 0 || of->leaps != 0)
            return std::nullopt;
        auto const types = rest_.substr(of->times * 9, of->types * 6);
        auto const offset_of = [&](std::size_t type) { return number(types.substr(type * 6, 4)); };
        auto result = zone_changes{.first_offset = offset_of(0)};
        for (std::size_t i = 0; i < of->times; ++i) {
            auto const type = static_cast<unsigned char>(rest_[of->times * 8 + i]);
            if (type >= of->types) return std::nullopt;
            result.changes.push_back({number(rest_.substr(i * 8, 8)), offset_of(type)});
        }
        if (!std::ranges::is_sorted(result.changes, {}, &zone_changes::change::at))
            return std::nullopt;
        rest_.remove_prefix(of->size(8));
        return read_rule(result) ? std::optional{result} : std::nullopt;
    }

    auto read_rule(zone_changes& into) -> bool {
        if (rest_.size() < 2 || rest_.front() != '\n' || rest_.back() != '\n') return false;
        auto const text = rest_.substr(1, rest_.size() - 2);
        if (text.empty()) return true;
        into.rule = zone_rule::parse(text);
        return into.rule.has_value();
    }

    std::string_view rest_;
};

}  // namespace flowlog::detail

#endif
