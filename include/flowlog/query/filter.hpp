// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_FILTER_HPP
#define FLOWLOG_QUERY_FILTER_HPP

#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include <flowlog/flow/field_bounds.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/query/detail/filter_bounds.hpp>
#include <flowlog/query/detail/filter_flows.hpp>
#include <flowlog/query/detail/filter_program.hpp>
#include <flowlog/query/detail/filter_run.hpp>
#include <flowlog/query/filter_tree.hpp>

namespace flowlog {

/// A predicate over flows, made from an expression such as `action = REJECT and dstport < 1024`.
///
/// `where`, in grammar/filter.hpp, reads the expression. That header and that name are all that a
/// program needs in order to filter. This header does not include it, because the grammar takes
/// seconds to compile.
///
///     #include <flowlog/grammar/filter.hpp>
///
///     auto const rejected = flowlog::where("action = REJECT and dstport in 1-1023");
///     for (auto const& flow : flowlog::open("vpc.log") | rejected) …
///     auto const counted = flowlog::run(files, flowlog::filtered{rejected, aggregator});
///     if (rejected(flow)) …
///
/// A filter works on records of any type, and decodes no more fields than it needs. A test of an
/// absent value is false, unless it is `is absent`; `not` makes it true, and `!=` means `not … =`.
/// Copies share their state and may be used by several threads at once.
class filter {
public:
    /// Wants every flow.
    template <class = void>
    filter() : filter{filter_tree{}} {}

    /// Wants the flows for which the expression is true. \pre each connective of the tree has its
    /// operands before it
    template <class = void>
    explicit filter(filter_tree tree) : state_{std::make_shared<state const>(std::move(tree))} {}

    /// Whether a flow is wanted. False if the answer depends on a malformed value.
    template <flow_record Record>
    [[nodiscard]] auto operator()(Record const& record) const noexcept -> bool {
        return answer(record) == detail::filter_answer::yes;
    }

    /// Whether a flow is wanted. Malformed if the answer depends on a malformed value.
    template <flow_record Record>
    [[nodiscard, gnu::always_inline]] auto test(Record const& record) const noexcept
        -> field_value<bool> {
        auto const found = answer(record);
        if (found == detail::filter_answer::unknown) [[unlikely]]
            return field_value<bool>{presence::malformed};
        return found == detail::filter_answer::yes;
    }

    /// Which flows of a batch of 1 to 64 are wanted: bit i is for flow i. None if the answer may
    /// depend on a malformed value; then `test` has to be called for each flow.
    template <class Batch>
    [[nodiscard]] auto test_batch(Batch const& flows) const noexcept
        -> std::optional<std::uint64_t> {
        return detail::filter_flows{state_->program, flows}.answer();
    }

    /// The field whose malformed value the answer depends on. \pre `test(record)` is malformed
    template <flow_record Record>
    [[nodiscard]] auto malformed_field(Record const& record) const noexcept -> field_id {
        if constexpr (requires { record.visit([](auto const&) {}); }) {
            return record.visit([this](auto const& known) { return malformed_field(known); });
        } else {
            return detail::filter_run<Record>{state_->program, record}.offending_field();
        }
    }

    /// The fields that the expression names. A record may lack them, but a log must have them.
    [[nodiscard]] auto uses() const -> std::vector<field_use> { return state_->uses; }

    /// Whether every flow is wanted, because there is no condition.
    [[nodiscard]] auto wants_all() const noexcept -> bool { return state_->program.nodes.empty(); }

    /// Bounds of numbers and times: a flow with a value outside of them is not wanted, nor is one
    /// without a value. There may be narrower bounds, and fields without any.
    template <class = void>
    [[nodiscard]] auto bounds() const -> std::vector<field_bounds> {
        return state_->bounded ? detail::bounds_of(state_->tree) : std::vector<field_bounds>{};
    }

    /// Addresses of which every flow that is wanted has at least one, for each choice. There may be
    /// more such choices; ranges of addresses are none.
    template <class = void>
    [[nodiscard]] auto addresses() const -> std::vector<address_choice> {
        return state_->bounded ? detail::choices_of(state_->tree) : std::vector<address_choice>{};
    }

    /// Wants the same flows, but has no `bounds()` and no `addresses()`, so that a reader that
    /// could pass over others reads all lines. A filter that is made of this one has them again.
    template <class = void>
    [[nodiscard]] auto without_bounds() const -> filter {
        auto result = *this;
        result.state_ = std::make_shared<state const>(tree(), false);
        return result;
    }

    /// The expression.
    [[nodiscard]] auto tree() const noexcept -> filter_tree const& { return state_->tree; }

    /// Wants the flows that both filters want.
    template <class = void>
    [[nodiscard]] friend auto operator&&(filter const& a, filter const& b) -> filter {
        return joined(a, b, filter_step::conjunction);
    }

    /// Wants the flows that at least one of the filters wants.
    template <class = void>
    [[nodiscard]] friend auto operator||(filter const& a, filter const& b) -> filter {
        return joined(a, b, filter_step::disjunction);
    }

    /// Wants the flows that the filter does not want, except that letters of TCP flags mean none of
    /// these, as after `not`: the opposite of `flags SA` does not want a flow with S alone.
    template <class = void>
    [[nodiscard]] friend auto operator!(filter const& a) -> filter {
        auto tree = a.tree();
        if (tree.steps.empty()) tree.add(filter_leaf{});
        tree.add(filter_step::negation);
        return filter{std::move(tree)};
    }

    /// The wanted flows of a range, as a view: `log | flowlog::where("dst port 443")`.
    template <std::ranges::viewable_range Range>
    [[nodiscard]] friend auto operator|(Range&& range, filter wanted) {
        return std::forward<Range>(range) | std::views::filter(std::move(wanted));
    }

private:
    struct state {
        template <class = void>
        explicit state(filter_tree from, bool is_bounded = true)
            : tree{std::move(from)},
              program{detail::filter_compiler<>::compile(tree)},
              uses{detail::uses_of(tree)},
              bounded{is_bounded} {}

        filter_tree tree;
        detail::filter_program program;
        std::vector<field_use> uses;
        bool bounded;
    };

    template <flow_record Record>
    [[nodiscard, gnu::always_inline]] auto answer(Record const& record) const noexcept
        -> detail::filter_answer {
        if constexpr (requires { record.visit([](auto const&) {}); }) {
            return record.visit([this](auto const& known) { return this->answer(known); });
        } else {
            return detail::filter_run<Record>{state_->program, record}.answer();
        }
    }

    template <class = void>
    [[nodiscard]] static auto joined(filter const& a, filter const& b, filter_step how) -> filter {
        if (a.tree().steps.empty()) return how == filter_step::conjunction ? b : a;
        if (b.tree().steps.empty()) return how == filter_step::conjunction ? a : b;
        auto tree = a.tree();
        tree.add(b.tree());
        tree.add(how);
        return filter{std::move(tree)};
    }

    std::shared_ptr<state const> state_;
};

/// Lets a reader pass over what holds no flow that a filter wants, if it knows of such things:
/// row groups of Parquet, blocks of nfdump.
template <class Reader>
void restrict(Reader& reader, filter const& wanted) {
    if constexpr (requires { reader.restrict(wanted.bounds()); }) reader.restrict(wanted.bounds());
    if constexpr (requires { reader.restrict(wanted.addresses()); })
        reader.restrict(wanted.addresses());
}

}  // namespace flowlog

#endif
