// SPDX-License-Identifier: BSL-1.0
#include "rows.hpp"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "options.hpp"

namespace cli {

void add_row_formats(CLI::App& app, row_format& format) {
    constexpr auto choices = std::to_array<std::pair<char const*, flowlog::row_format>>(
        {{"--csv", flowlog::row_format::csv},
         {"--tsv", flowlog::row_format::tsv},
         {"--json", flowlog::row_format::json},
         {"--ndjson", flowlog::row_format::ndjson}});
    auto const given = std::make_shared<std::string>();
    for (auto const& [name, wanted] : choices) {
        add_flag_function(app, name, [&format, given, name, wanted] {
            if (!given->empty() && *given != name)
                throw CLI::ValidationError{name, "does not go with " + *given};
            *given = name;
            format = wanted;
        });
    }
}

}  // namespace cli
