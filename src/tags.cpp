// SPDX-License-Identifier: BSL-1.0
#include <flowlog/aggregate/tags.hpp>

namespace flowlog {

template auto run(std::vector<input> const&, tag_counter const&, run_options const&)
    -> run_result<tag_counter>;

}  // namespace flowlog
