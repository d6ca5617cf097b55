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

constexpr auto head = R"({"part":"two groupings"})";

}  // namespace

void two_groupings::merge(two_groupings&& other, unsigned threads) {
    first.merge(std::move(other.first), threads);
    second.merge(std::move(other.second), threads);
    in_first += other.in_first;
    in_second += other.in_second;
    counted += other.counted;
}

void two_groupings::save(flowlog::state_writer& out) const {
    out.head(head);
    out.open().number(in_first).number(in_second).number(counted).close_row();
    first.save(out);
    second.save(out);
}

void two_groupings::load(flowlog::state_reader& in) {
    in.head(head);
    while (in.at_row()) {
        in.open();
        for (auto* const count : {&in_first, &in_second, &counted}) *count += in.number();
        in.close_row();
    }
    first.load(in);
    second.load(in);
}

auto count_twice_grouped(flowlog::input_list const& logs, picked_grouping first,
                         picked_grouping second, flowlog::filter also,
                         reading_options const& options, text_handler const& on_malformed)
    -> counted_logs<two_groupings> {
    using flowlog::filtered;
    if (merging().active)
        return merge_logs(logs, two_groupings{std::move(first.groups), std::move(second.groups)},
                          options, on_malformed);
    auto notes = malformed_notes{options, on_malformed};
    auto counted =
        read_all(logs,
                 flowlog::all_of{filtered{std::move(first.wanted), std::move(first.groups)},
                                 filtered{std::move(second.wanted), std::move(second.groups)},
                                 filtered{std::move(also), nothing_kept{}}},
                 options, notes.handler());
    auto a = std::move(counted.value).get<0>();
    auto b = std::move(counted.value).get<1>();
    auto const& c = counted.value.get<2>();
    auto const in_first = a.matched();
    auto const in_second = b.matched();
    counted.done.bad_lines = notes.take();
    return {{.first = std::move(a).inner(),
             .second = std::move(b).inner(),
             .in_first = in_first,
             .in_second = in_second,
             .counted = c.matched()},
            std::move(counted.done)};
}

}  // namespace cli
