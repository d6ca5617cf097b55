// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_TAB_LINES_HPP
#define FLOWLOG_FORMAT_TEXT_TAB_LINES_HPP

#include <algorithm>
#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/format/cells.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/text/recognise.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog::detail {

/// Whether a log that begins with these bytes has its records on one line, with TABs between them,
/// as `aws logs … --query 'events[].message' --output text` prints them. Lines without a TAB, such
/// as `None` for a page without events, may precede it.
template <class = void>
auto has_records_between_tabs(std::string_view first_bytes, std::optional<layout> const& format)
    -> bool {
    auto const first_tab = first_bytes.find('\t');
    if (first_tab == first_bytes.npos) return false;
    first_bytes.remove_prefix(first_bytes.rfind('\n', first_tab) + 1);  // npos + 1 is 0
    auto const line = first_bytes.substr(0, first_bytes.find('\n'));
    auto const tab = line.find('\t');
    if (tab + 1 >= line.size()) return false;
    auto const first = words_of(line.substr(0, tab));
    if (first.size() < 2 || (format && first.size() != format->size())) return false;
    if (layout::is_header(first) || !recognise_data(first, format)) return false;
    auto const rest = line.substr(tab + 1);
    auto const second = words_of(rest.substr(0, rest.find('\t')));
    // the bytes may end within the second record
    auto const is_cut = line.size() == first_bytes.size() && rest.find('\t') == rest.npos;
    if (second.size() != first.size() && !(is_cut && second.size() < first.size())) return false;
    return !second.empty() &&
           layout::begins_as_value(second[0].front()) == layout::begins_as_value(first[0].front());
}

/// Hands out the bytes of another source with LFs in place of TABs.
class tab_lines_source {
public:
    template <std::same_as<any_source> S>  // an any_source can be made of this class, which would
                                           // make the concepts circular
    explicit tab_lines_source(S source) : source_{std::move(source)} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        auto const block = source_.next();
        lines_.assign(block.begin(), block.end());
        std::ranges::replace(lines_, '\t', '\n');
        return lines_;
    }
    [[nodiscard]] auto name() const -> std::string { return source_.name(); }

private:
    any_source source_;
    std::vector<char> lines_;
};

}  // namespace flowlog::detail

#endif
