// SPDX-License-Identifier: BSL-1.0
#include "rows.hpp"

#include <array>
#include <memory>

#include <CLI/CLI.hpp>

namespace cli {

void add_row_formats(CLI::App& app, row_format& format, std::string const& row,
                     std::string const& help_group) {
    struct choice {
        std::string name;
        flowlog::row_format format;
        std::string meaning;
    };
    auto const choices = std::to_array<choice>(
        {{"--csv", flowlog::row_format::csv, "CSV with a heading, one row per " + row},
         {"--tsv", flowlog::row_format::tsv, "The same, separated by TAB"},
         {"--json", flowlog::row_format::json, "One JSON document"},
         {"--ndjson", flowlog::row_format::ndjson,
          "One JSON object per " + row + ", on a line each"}});
    auto const given = std::make_shared<std::string>();
    for (auto const& one : choices) {
        auto const take = [&format, given, name = one.name, wanted = one.format] {
            if (!given->empty() && *given != name)
                throw CLI::ValidationError{name, "does not go with " + *given};
            *given = name;
            format = wanted;
        };
        app.add_flag_callback(one.name, take, one.meaning)->trigger_on_parse()->group(help_group);
    }
}

}  // namespace cli
