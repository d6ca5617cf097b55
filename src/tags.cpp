// SPDX-License-Identifier: BSL-1.0
#include <flowlog/aggregate/tags.hpp>

namespace flowlog {

template auto tag_counts<void>(std::span<port_protocol_count const>, tag_table const&,
                               std::span<protocol_count const>) -> tag_totals;
template auto run(std::vector<input> const&, tag_counter const&, run_options const&)
    -> run_result<tag_counter>;

}  // namespace flowlog
