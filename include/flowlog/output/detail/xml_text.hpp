// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_DETAIL_XML_TEXT_HPP
#define FLOWLOG_OUTPUT_DETAIL_XML_TEXT_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace flowlog::detail {

/// A text as text or attribute value in XML. The text must be escaped by `escaped`, so that it has
/// no controls; the two characters that XML does not allow besides become `\xNN`, too.
[[nodiscard]] inline auto xml_text(std::string_view text) -> std::string {
    auto result = std::string{};
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const three = text.substr(i, 3);
        if (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF") {
            result += three.back() == '\xBE' ? "\\xef\\xbf\\xbe" : "\\xef\\xbf\\xbf";
            i += 2;
            continue;
        }
        switch (text[i]) {
            case '&': result += "&amp;"; break;
            case '<': result += "&lt;"; break;
            case '>': result += "&gt;"; break;
            case '"': result += "&quot;"; break;
            case '\'': result += "&#39;"; break;
            default: result += text[i];
        }
    }
    return result;
}

}  // namespace flowlog::detail

#endif
