// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_SCAN_HPP
#define FLOWLOG_FORMAT_TEXT_SCAN_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/detail/cpu.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/format/text/scan_groups.hpp>
#include <flowlog/format/text/scan_neon.hpp>
#include <flowlog/format/text/scan_x86.hpp>

namespace flowlog::detail {

/// Finds where the lines of an index end. `columns` is the number of tokens that its lines are
/// likely to have: checking each predicted LF takes a tenth of the time of checking each delimiter.
inline void find_lines(char const* text, std::size_t columns, scan_index& index) noexcept {
    auto predicted = index.line_count * columns == index.delimiter_count;
    if (predicted) {
        auto end = std::uint32_t{0};
        for (std::size_t i = 0; i < index.line_count; ++i) {
            end += static_cast<std::uint32_t>(columns);
            index.lines[i] = end;
            predicted &= text[index.delimiters[end - 1]] == '\n';
        }
    }
    if (predicted) return;
    auto* line = index.lines;
    for (std::size_t i = 0; i < index.delimiter_count; ++i) {
        *line = static_cast<std::uint32_t>(i + 1);
        line += text[index.delimiters[i]] == '\n' ? 1 : 0;
    }
}

/// Throws that the forced level is not available, and names the levels that are.
[[noreturn]] inline void throw_no_level(cpu_choice const& choice, cpu_level best) {
    auto const unknown = choice.what == cpu_choice::fault::unknown_name;
    auto names = std::string{};
    for (auto const& known : cpu_levels) {
        if (!unknown && !has_level(best, known.level)) continue;
        names += (names.empty() ? "" : ", ") + std::string{known.name};
    }
    throw error{
        errc::invalid_argument,
        {},
        "FLOWLOG_FORCE_SCAN is '" + escaped(choice.forced, 40) +
            (unknown ? "'; the known names are " : "', which this processor lacks; it has ") +
            names};
}

/// A scanner: fills all of a `scan_index` but its lines.
using scan_function = void (*)(char const*, std::size_t, scan_index&) noexcept;

/// A scanner that keeps some of the delimiters. It keeps the right ones if the text begins with a
/// line and every line has the expected number of delimiters, and any others if not. Also fills
/// `regular`, on the assumption that the delimiters at the expected line ends are LFs. Sets
/// `irregular` for neighbouring delimiters alone.
using scan_kept_function = void (*)(char const*, std::size_t, kept_delimiters const&,
                                    scan_index&) noexcept;

/// A way to scan, and the level of instructions that it needs.
struct scanner {
    cpu_level level;
    std::string_view name;
    scan_function scan;
    scan_kept_function scan_kept = nullptr;  ///< null if it would take no less time

    /// Whether it pays to scan for some delimiters alone.
    [[nodiscard]] auto can_keep(kept_delimiters const& kept) const noexcept -> bool {
        return scan_kept != nullptr && kept.per_line() * 4 <= kept.columns() * 3;
    }
};

/// The scanners that this processor can run, the fastest first. They all produce the same index.
inline auto scanners() -> std::vector<scanner> const& {
    static auto const usable = [] {
        auto result = std::vector<scanner>{};
        auto const best = best_cpu_level();
        auto const add = [&](scanner const& one) {
            if (has_level(best, one.level)) result.push_back(one);
        };
#if defined(__x86_64__)
        add({cpu_level::avx512, "avx512", scan_avx512});
        add({cpu_level::avx2, "avx2", scan_avx2, picks_bits_fast() ? scan_kept_avx2 : nullptr});
        add({cpu_level::sse2, "sse2", scan_sse2});
#elif defined(__aarch64__)
        add({cpu_level::neon, "neon", scan_neon});
#endif
        add({cpu_level::scalar, "scalar", scan_scalar});
        return result;
    }();
    return usable;
}

/// The fastest scanner of the chosen level. Throws `errc::invalid_argument` if FLOWLOG_FORCE_SCAN
/// names a level that is unknown, or that this processor lacks.
inline auto find_scanner(cpu_choice const& choice) -> scanner const& {
    if (choice.what != cpu_choice::fault::none) throw_no_level(choice, best_cpu_level());
    return *std::ranges::find_if(
        scanners(), [&](scanner const& one) { return has_level(choice.level, one.level); });
}

/// The scanner of this program. Throws as `find_scanner` does, each time.
inline auto chosen_scanner() -> scanner const& {
    static auto const& chosen = find_scanner(cpu);
    return chosen;
}

/// The memory of a `scan_index`, which grows as needed and is reused.
class scan_buffer {
public:
    /// Indexes fewer than 2^32 bytes, and reads no byte beyond them. `columns` is the number of
    /// tokens that lines are likely to have. Invalidates the index that the last call returned.
    [[nodiscard]] auto scan(std::string_view text, std::size_t columns = 0,
                            scanner const& with = chosen_scanner()) -> scan_index {
        auto index = index_for(text);
        with.scan(text.data(), text.size(), index);
        find_lines(text.data(), columns, index);
        return index;
    }

    /// Indexes some delimiters of whole lines, without the ends of lines. `regular` says whether
    /// all lines have `kept.columns()` delimiters. Only then has the index `kept.per_line()` of
    /// them for each line.
    [[nodiscard]] auto scan_kept(std::string_view text, kept_delimiters const& kept,
                                 scanner const& with = chosen_scanner()) -> scan_index {
        auto index = index_for(text);
        auto const per_line = kept.per_line();
        if (per_line == kept.columns()) {
            with.scan(text.data(), text.size(), index);
            index.regular = index.line_count * per_line == index.delimiter_count;
        } else {
            with.scan_kept(text.data(), text.size(), kept, index);
        }
        index.regular &= !index.irregular;
        for (std::size_t line = 0; index.regular && line != index.line_count; ++line)
            index.regular = text[index.delimiters[line * per_line + per_line - 1]] == '\n';
        if (!index.regular) look_closer(text, index);
        return index;
    }

private:
    /// Counts the lines of a text that is not as predicted, and finds out whether it is irregular.
    static void look_closer(std::string_view text, scan_index& index) noexcept {
        index.line_count = static_cast<std::size_t>(std::ranges::count(text, '\n'));
        index.irregular |= text.find('\t') != text.npos || text.find('\r') != text.npos;
    }

    /// An empty index that is large enough for a text.
    [[nodiscard]] auto index_for(std::string_view text) -> scan_index {
        auto const entries = text.size() + scan_slack;
        if (lines_.size() < entries) {
            delimiters_ = std::vector<std::uint32_t>(entries + 1);
            lines_ = std::vector<std::uint32_t>(entries);
        }
        auto index = scan_index{.delimiters = delimiters_.data() + 1, .lines = lines_.data()};
        index.delimiters[-1] = ~std::uint32_t{0};
        return index;
    }

    std::vector<std::uint32_t> delimiters_;
    std::vector<std::uint32_t> lines_;
};

}  // namespace flowlog::detail

#endif
