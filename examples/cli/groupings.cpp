// SPDX-License-Identifier: BSL-1.0
#include "groupings.hpp"

namespace cli {

auto count_groupings(flowlog::input_list const& logs, picked_groupings const& empty,
                     reading_options const& options, text_handler const& on_malformed)
    -> counted_logs<picked_groupings> {
    return count_logs(logs, empty, options, on_malformed);
}

}  // namespace cli
