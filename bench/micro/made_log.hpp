// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_BENCH_MICRO_MADE_LOG_HPP
#define FLOWLOG_BENCH_MICRO_MADE_LOG_HPP

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../generator/columns.hpp"
#include "../generator/writer.hpp"

namespace bench {

/// A log of the default format in memory, as `flowlog_generate` writes it: whole lines, at most so
/// many bytes.
inline auto made_log(std::size_t bytes) -> std::string {
    auto const columns = named_layout("v2", 1);
    auto const log = std::make_unique<log_writer>(columns, traffic{});
    auto text = header(columns) + '\n';
    auto line = std::string(log->longest(), '\0');
    text.reserve(bytes);
    for (;;) {
        auto const size = static_cast<std::size_t>(log->line(line.data()) - line.data());
        if (text.size() + size > bytes) return text;
        text.append(line, 0, size);
    }
}

/// The lines of flows in a log of `made_log`, cut at the blanks.
inline auto made_rows(std::string_view log) -> std::vector<std::vector<std::string_view>> {
    auto rows = std::vector<std::vector<std::string_view>>{};
    log.remove_prefix(log.find('\n') + 1);
    while (!log.empty()) {
        auto line = log.substr(0, log.find('\n'));
        log.remove_prefix(line.size() + 1);
        if (!line.ends_with(" OK")) continue;
        auto& row = rows.emplace_back();
        for (;;) {
            row.push_back(line.substr(0, line.find(' ')));
            if (row.back().size() == line.size()) break;
            line.remove_prefix(row.back().size() + 1);
        }
    }
    return rows;
}

}  // namespace bench

#endif
