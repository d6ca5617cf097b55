// SPDX-License-Identifier: BSL-1.0
#include <flowlog/aggregate/coarsen.hpp>
#include <flowlog/aggregate/detail/grouping_part.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/roll_up.hpp>

namespace flowlog {

template void detail::save_groups<void>(detail::group_core const&, state_writer&);
template void detail::load_groups<void>(detail::group_core&, state_reader&);
template auto coarsen<void>(dynamic_grouping&) -> bool;
template class detail::part_planner<detail::grouping_parts>;
template void roll_up<void>(dynamic_grouping const&, filter const&, dynamic_grouping&);
template auto run(std::vector<input> const&, dynamic_grouping const&, run_options const&)
    -> run_result<dynamic_grouping>;
template auto run(std::vector<input> const&, filtered<filter, dynamic_grouping> const&,
                  run_options const&) -> run_result<filtered<filter, dynamic_grouping>>;

}  // namespace flowlog
