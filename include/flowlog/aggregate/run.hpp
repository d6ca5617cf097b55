// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_RUN_HPP
#define FLOWLOG_AGGREGATE_RUN_HPP

#include <concepts>
#include <ranges>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/detail/runner.hpp>
#include <flowlog/aggregate/run_result.hpp>
#include <flowlog/source/input.hpp>

namespace flowlog {

/// Gives the flows of inputs to an aggregator, in parallel, in one pass. An input is a path ("-" is
/// standard input), bytes in memory, or an object in a store. `empty` is copied for each thread.
/// Throws what a log's reader throws, unless `keep_going`: then the failures are in `inputs` of the
/// result.
///
///     auto found = flowlog::run({"a.log", "b.log"}, flowlog::port_protocol_counter{});
///     auto found = flowlog::run(flowlog::expand_inputs(words).files, counter);
template <aggregator A>
    requires std::copy_constructible<A>
[[nodiscard]] auto run(std::vector<input> const& inputs, A const& empty,
                       run_options const& options = {}) -> run_result<A> {
    return detail::runner<A>{inputs, empty, options}.run();
}

/// The same for any range of what an input is made of, such as a vector of paths.
template <std::ranges::input_range Inputs, aggregator A>
    requires std::copy_constructible<A> && (!std::same_as<Inputs, std::vector<input>>) &&
             std::convertible_to<std::ranges::range_reference_t<Inputs const>, input>
[[nodiscard]] auto run(Inputs const& inputs, A const& empty, run_options const& options = {})
    -> run_result<A> {
    return run(std::vector<input>(std::ranges::begin(inputs), std::ranges::end(inputs)), empty,
               options);
}

}  // namespace flowlog

#endif
