// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_ROFF_HPP
#define FLOWLOG_CLI_ROFF_HPP

#include <string>
#include <string_view>

// Text for manual pages, as groff and mandoc read it.

namespace cli {

/// Text that means itself.
auto roff_text(std::string_view text) -> std::string;

auto roff_bold(std::string_view text) -> std::string;
auto roff_italic(std::string_view text) -> std::string;

/// A paragraph of Markdown, on lines of up to 78 bytes: code is bold, and of links the text is
/// left.
auto roff_paragraph(std::string_view markdown) -> std::string;

/// A block of a help text: its lines as they are if some are indented, else a paragraph.
auto roff_block(std::string_view text) -> std::string;

}  // namespace cli

#endif
