// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_VIEWS_HPP
#define FLOWLOG_QUERY_VIEWS_HPP

#include <cstddef>
#include <iterator>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

#include <flowlog/flow/record.hpp>
#include <flowlog/flow/select.hpp>
#include <flowlog/format/accounting.hpp>

namespace flowlog {

namespace detail {

/// The first of some fields that is absent or malformed in a record, and which it is.
struct unusable_field {
    field_id id;
    reason why;
};

template <class Record, class... Keys>
auto find_unusable([[maybe_unused]] Record const& record, Keys... keys)
    -> std::optional<unusable_field> {
    auto result = std::optional<unusable_field>{};
    [[maybe_unused]] auto const usable = [&](auto key) {
        auto const value = record[key];
        if (value.has_value()) return true;
        result =
            unusable_field{key.id, value.malformed() ? reason::bad_value : reason::absent_value};
        return false;
    };
    static_cast<void>((usable(keys) && ...));
    return result;
}

/// Rejects the current flow of the log under a view. False if no log can be reached.
template <class Flows>
auto reject_through(Flows& flows, unusable_field const& found) -> bool {
    if constexpr (requires { flows.reject(found.id, found.why); }) {
        flows.reject(found.id, found.why);
        return true;
    } else if constexpr (requires { flows.base(); }) {
        auto&& base = flows.base();  // a reference, or a copy of a view that refers to the log
        return reject_through(base, found);
    } else {
        return false;
    }
}

/// The same through an iterator: a view that owns its log does not hand it out.
template <class Iterator>
void reject_at(Iterator const& at, unusable_field const& found) {
    if constexpr (requires { at.reject(found.id, found.why); }) {
        at.reject(found.id, found.why);
    } else if constexpr (requires { at.base(); }) {
        reject_at(at.base(), found);
    }
}

}  // namespace detail

/// The flows of a range in which some fields are present and well-formed; made by `checked`. An
/// input range: single-pass, even over a vector.
template <std::ranges::view Flows, class... Keys>
class checked_view : public std::ranges::view_interface<checked_view<Flows, Keys...>> {
public:
    explicit checked_view(Flows flows) : flows_{std::move(flows)} {}

    class iterator {
    public:
        using value_type = std::ranges::range_value_t<Flows>;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        explicit iterator(checked_view& owner)
            : owner_{&owner}, at_{std::ranges::begin(owner.flows_)} {
            pass_unusable();
        }

        auto operator*() const -> decltype(auto) { return *at_; }
        auto operator++() -> iterator& {
            ++at_;
            pass_unusable();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend auto operator==(iterator const& it, std::default_sentinel_t) -> bool {
            return it.done();
        }

    private:
        [[nodiscard]] auto done() const -> bool { return at_ == std::ranges::end(owner_->flows_); }

        void pass_unusable() {
            for (; !done(); ++at_) {
                auto const found = detail::find_unusable(*at_, Keys{}...);
                if (!found) return;
                if (!detail::reject_through(owner_->flows_, *found)) detail::reject_at(at_, *found);
            }
        }

        checked_view* owner_;
        std::ranges::iterator_t<Flows> at_;
    };

    [[nodiscard]] auto begin() -> iterator { return iterator{*this}; }
    [[nodiscard]] auto end() const noexcept -> std::default_sentinel_t { return {}; }

    /// The view that the flows come from.
    [[nodiscard]] auto base() & -> Flows& { return flows_; }

private:
    Flows flows_;
};

/// The flows of a log in which these fields are present and well-formed. Other flows are rejected:
/// the log counts them as malformed, with the reason `absent_value` or `bad_value`, and hands them
/// to `on_malformed`. So `log.stats()` adds up, and no `value_or` hides what was lost.
///
///     for (auto const& flow : flowlog::checked(log, field::srcaddr, field::bytes))
///         sum += *flow[field::bytes];
///
/// A log that lacks a field altogether has all its flows rejected; `require_fields` refuses it
/// instead. A range that cannot reject, such as a vector, is only filtered. Views compose: `select`
/// after `checked`, and `checked` after `where` rejects only wanted flows.
template <std::ranges::input_range Flows, class... Keys>
    requires std::ranges::viewable_range<Flows> &&
             flow_record<std::remove_cvref_t<std::ranges::range_reference_t<Flows>>>
[[nodiscard]] auto checked(Flows&& flows, Keys...) {
    return checked_view<std::views::all_t<Flows>, Keys...>{
        std::views::all(std::forward<Flows>(flows))};
}

namespace views {

/// The flows of a range that satisfy a predicate: a `filter`, or any function of a record.
///
///     for (auto const& flow : log | views::where(flowlog::where("dst port 443"))) …
///
///     auto const is_big = [](auto const& flow) { return flow[field::bytes].value_or(0) >
///     1'000'000; }; for (auto const& flow : log | views::where(is_big)) …
template <class Predicate>
[[nodiscard]] auto where(Predicate wanted) {
    return std::views::filter(std::move(wanted));
}

}  // namespace views

}  // namespace flowlog

#endif
