// SPDX-License-Identifier: BSL-1.0
#include "two_groupings.hpp"

#include <utility>

#include <flowlog/aggregate/all_of.hpp>
#include <flowlog/aggregate/filtered.hpp>

namespace cli {
namespace {

/// Takes flows, and keeps nothing of them: `filtered` counts them.
struct nothing_kept {
    using fields = flowlog::field_list<>;

    template <flowlog::flow_record Record>
    void add(Record const&) {}
    void merge(nothing_kept&&) {}
};

}  // namespace

auto read_twice_grouped(flowlog::input_list const& logs, picked_grouping first,
                        picked_grouping second, flowlog::filter also,
                        reading_options const& options, flowlog::malformed_handler on_malformed)
    -> two_groupings {
    using flowlog::filtered;
    auto counted =
        read_all(logs,
                 flowlog::all_of{filtered{std::move(first.wanted), std::move(first.groups)},
                                 filtered{std::move(second.wanted), std::move(second.groups)},
                                 filtered{std::move(also), nothing_kept{}}},
                 options, std::move(on_malformed));
    auto a = std::move(counted.value).get<0>();
    auto b = std::move(counted.value).get<1>();
    auto const& c = counted.value.get<2>();
    auto const in_first = a.matched();
    auto const in_second = b.matched();
    return {.first = std::move(a).inner(),
            .second = std::move(b).inner(),
            .in_first = in_first,
            .in_second = in_second,
            .counted = c.matched(),
            .done = std::move(counted.done)};
}

}  // namespace cli
