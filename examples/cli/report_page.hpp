// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_REPORT_PAGE_HPP
#define FLOWLOG_CLI_REPORT_PAGE_HPP

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <flowlog/output/report.hpp>

#include "inquiry.hpp"

namespace cli {

/// The questions whose answers a page draws.
struct drawn_questions {
    std::optional<std::size_t> over_time{};
    std::vector<std::size_t> links{};
};

/// A page of tables: with a title, the figures at its top, the accounting and the drawings.
/// `formats` are what the logs are, `words` the words by which they were called.
auto page_of(inquiry const& asked, drawn_questions const& drawn,
             std::vector<flowlog::report_table> tables, std::vector<std::string> const& formats,
             std::vector<std::string> words) -> flowlog::report;

}  // namespace cli

#endif
