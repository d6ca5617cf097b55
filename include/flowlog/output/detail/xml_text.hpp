// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_DETAIL_XML_TEXT_HPP
#define FLOWLOG_OUTPUT_DETAIL_XML_TEXT_HPP

#include <string>
#include <string_view>

namespace flowlog::detail {

/// A text as text or attribute value in XML. The text must be escaped by `escaped`, so that it has
/// none of the characters that XML does not allow.
[[nodiscard]] inline auto xml_text(std::string_view text) -> std::string {
    auto result = std::string{};
    for (auto const c : text) {
        switch (c) {
            case '&': result += "&amp;"; break;
            case '<': result += "&lt;"; break;
            case '>': result += "&gt;"; break;
            case '"': result += "&quot;"; break;
            case '\'': result += "&#39;"; break;
            default: result += c;
        }
    }
    return result;
}

}  // namespace flowlog::detail

#endif
