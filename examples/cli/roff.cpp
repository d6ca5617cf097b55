// SPDX-License-Identifier: BSL-1.0
#include "roff.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace cli {
namespace {

/// What has a meaning in roff, or is drawn as something else, and how to write it.
constexpr auto special =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"\\", "\\e"},
                                                                  {"-", "\\-"},
                                                                  {"'", "\\(aq"},
                                                                  {"`", "\\(ga"},
                                                                  {"^", "\\(ha"},
                                                                  {"~", "\\(ti"},
                                                                  {"\"", "\\(dq"},
                                                                  {"\xE2\x80\xA6", "..."}});

/// The text of a link, `[text](address)`, at the beginning; its length is added to `at`.
auto link_text(std::string_view rest, std::size_t& at) -> std::string_view {
    auto const middle = rest.find("](");
    auto const end = rest.find(')', middle);
    if (!rest.starts_with('[') || middle == rest.npos || end == rest.npos ||
        rest.substr(0, middle).find(' ') != rest.npos)
        return {};
    at += end + 1;
    return rest.substr(1, middle - 1);
}

/// Markdown with the addresses of links left out.
auto without_links(std::string_view markdown) -> std::string {
    auto result = std::string{};
    auto code = false;
    for (std::size_t at = 0; at < markdown.size();) {
        code = code != (markdown[at] == '`');
        auto const text = code ? std::string_view{} : link_text(markdown.substr(at), at);
        if (text.empty())
            result += markdown[at++];
        else
            result += text;
    }
    return result;
}

/// Code between backticks in bold.
auto marked(std::string_view markdown) -> std::string {
    auto result = std::string{};
    auto code = false;
    for (auto rest = markdown; !rest.empty(); code = !code) {
        auto const part = rest.substr(0, rest.find('`'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        if (!part.empty()) result += code ? roff_bold(part) : roff_text(part);
    }
    return result;
}

}  // namespace

auto roff_text(std::string_view text) -> std::string {
    auto result = std::string{};
    while (!text.empty()) {
        auto const known = std::ranges::find_if(
            special, [&](auto const& one) { return text.starts_with(one.first); });
        if (known == special.end()) {
            result += text.front();
            text.remove_prefix(1);
        } else {
            result += known->second;
            text.remove_prefix(known->first.size());
        }
    }
    return result.starts_with('.') ? "\\&" + result : result;
}

auto roff_bold(std::string_view text) -> std::string { return "\\fB" + roff_text(text) + "\\fR"; }

auto roff_italic(std::string_view text) -> std::string { return "\\fI" + roff_text(text) + "\\fR"; }

auto roff_paragraph(std::string_view markdown) -> std::string {
    constexpr std::size_t width = 78;
    auto text = marked(without_links(markdown));
    std::ranges::replace(text, '\n', ' ');
    auto result = std::string{};
    auto line = std::string{};
    auto const finish_line = [&] {
        if (!line.empty()) result += (line.starts_with('.') ? "\\&" : "") + line + '\n';
        line.clear();
    };
    for (auto rest = std::string_view{text}; !rest.empty();) {
        auto const word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        if (word.empty()) continue;
        if (line.size() + 1 + word.size() > width) finish_line();
        if (!line.empty()) line += ' ';
        line += word;
    }
    finish_line();
    return result;
}

auto roff_block(std::string_view text) -> std::string {
    while (text.ends_with('\n')) text.remove_suffix(1);
    if (!text.starts_with(' ') && text.find("\n ") == text.npos) return roff_paragraph(text);
    auto result = std::string{".nf\n"};
    while (!text.empty()) {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        result += line.empty() ? "\\&" : roff_text(line);
        result += '\n';
    }
    return result + ".fi\n";
}

}  // namespace cli
