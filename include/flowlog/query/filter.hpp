// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_FILTER_HPP
#define FLOWLOG_QUERY_FILTER_HPP

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/query/detail/filter_flows.hpp>
#include <flowlog/query/detail/filter_program.hpp>
#include <flowlog/query/detail/filter_run.hpp>
#include <flowlog/query/filter_tree.hpp>

namespace flowlog {

namespace detail {
struct filter_access;
}

/// Which flows are wanted: the value of an expression such as `action = REJECT and dstport < 1024`,
/// which `where` of grammar/filter.hpp reads.
///
///     auto const rejected = flowlog::where("action = REJECT and dstport in 1-1023");
///     for (auto const& flow : log | flowlog::views::where(rejected)) …
///
/// Says yes or no of any record, and decodes no more of it than it must. A test of an absent value
/// fails, whatever is asked but `is absent`; `not` makes that a match, and `!=` is `not … =`.
/// Copies share what they point to, and may be used by several threads at once.
class filter {
public:
    /// Wants every flow.
    template <class = void>
    filter() : filter{detail::filter_tree{}} {}

    /// Whether a flow is wanted. Where that hangs on a malformed value, it is not.
    template <flow_record Record>
    [[nodiscard]] auto operator()(Record const& record) const noexcept -> bool {
        return answer(record) == detail::filter_answer::yes;
    }

    /// Whether a flow is wanted; malformed where that hangs on a malformed value.
    template <flow_record Record>
    [[nodiscard, gnu::always_inline]] auto test(Record const& record) const noexcept
        -> field_value<bool> {
        auto const found = answer(record);
        if (found == detail::filter_answer::unknown) [[unlikely]]
            return field_value<bool>{presence::malformed};
        return found == detail::filter_answer::yes;
    }

    /// Which of 1 to 64 flows of a `text_batch` or `archive_batch` are wanted, a bit a flow; none
    /// where that may hang on a malformed value, and has to be asked of each flow.
    template <class Run>
    [[nodiscard]] auto test_batch(Run const& flows) const noexcept -> std::optional<std::uint64_t> {
        return detail::filter_flows{state_->program, flows}.answer();
    }

    /// The field on whose malformed value it hangs whether a flow is wanted. \pre `test(record)` is
    /// malformed
    template <flow_record Record>
    [[nodiscard]] auto malformed_field(Record const& record) const noexcept -> field_id {
        if constexpr (requires { record.visit([](auto const&) {}); }) {
            return record.visit([this](auto const& known) { return malformed_field(known); });
        } else {
            return detail::filter_run<Record>{state_->program, record}.offending_field();
        }
    }

    /// The fields that are named; all may be absent in a record, but not from a log.
    [[nodiscard]] auto uses() const -> std::vector<field_use> { return state_->uses; }

    /// The flows that both want.
    template <class = void>
    [[nodiscard]] friend auto operator&&(filter const& a, filter const& b) -> filter {
        return joined(a, b, detail::filter_step::conjunction);
    }

    /// The flows that one of the two wants.
    template <class = void>
    [[nodiscard]] friend auto operator||(filter const& a, filter const& b) -> filter {
        return joined(a, b, detail::filter_step::disjunction);
    }

    /// The flows that a filter does not want.
    template <class = void>
    [[nodiscard]] friend auto operator!(filter const& a) -> filter {
        auto tree = a.tree();
        if (tree.steps.empty()) tree.add(detail::filter_leaf{});
        tree.add(detail::filter_step::negation);
        return filter{std::move(tree)};
    }

private:
    friend struct detail::filter_access;

    template <class = void>
    explicit filter(detail::filter_tree tree)
        : state_{std::make_shared<state const>(std::move(tree))} {}

    struct state {
        template <class = void>
        explicit state(detail::filter_tree from)
            : tree{std::move(from)},
              program{detail::filter_compiler<>::compile(tree)},
              uses{detail::uses_of(tree)} {}

        detail::filter_tree tree;
        detail::filter_program program;
        std::vector<field_use> uses;
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

    [[nodiscard]] auto tree() const noexcept -> detail::filter_tree const& { return state_->tree; }

    template <class = void>
    [[nodiscard]] static auto joined(filter const& a, filter const& b, detail::filter_step how)
        -> filter {
        if (a.tree().steps.empty()) return how == detail::filter_step::conjunction ? b : a;
        if (b.tree().steps.empty()) return how == detail::filter_step::conjunction ? a : b;
        auto tree = a.tree();
        tree.add(b.tree());
        tree.add(how);
        return filter{std::move(tree)};
    }

    std::shared_ptr<state const> state_;
};

namespace detail {

/// For grammars, which make filters.
struct filter_access {
    template <class = void>
    [[nodiscard]] static auto make(filter_tree tree) -> filter {
        return filter{std::move(tree)};
    }
    [[nodiscard]] static auto tree(filter const& from) -> filter_tree const& { return from.tree(); }
};

}  // namespace detail

}  // namespace flowlog

#endif
