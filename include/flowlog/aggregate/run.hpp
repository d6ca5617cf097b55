// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_RUN_HPP
#define FLOWLOG_AGGREGATE_RUN_HPP

#include <concepts>
#include <string>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/detail/runner.hpp>
#include <flowlog/aggregate/run_result.hpp>

namespace flowlog {

/// Gives the flows of files (paths; "-" is standard input) to an aggregator, in parallel, in one
/// pass. `empty` is copied for each thread. Throws what a log's reader throws, unless `keep_going`:
/// then failures stand in `inputs`.
///
///     auto found = flowlog::run({"a.log", "b.log"}, flowlog::port_protocol_counter{});
template <class A>
    requires std::copy_constructible<A>
[[nodiscard]] auto run(std::vector<std::string> const& inputs, A const& empty,
                       run_options const& options = {}) -> run_result<required_aggregator<A>> {
    return detail::runner<A>{inputs, empty, options}.run();
}

}  // namespace flowlog

#endif
