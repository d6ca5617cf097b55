// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_SELECT_HPP
#define FLOWLOG_FLOW_SELECT_HPP

#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>

#include <flowlog/flow/record.hpp>

namespace flowlog {

namespace views {

/// The adaptor that `flowlog::select` applies, for pipes: `log | views::where(…) |
/// views::select(…)`.
template <class... Keys>
[[nodiscard]] auto select(Keys... keys) {
    return std::views::transform(
        [=](flow_record auto const& record) { return std::tuple{record[keys]...}; });
}

}  // namespace views

/// A view of some fields of each flow of a range: a tuple with a `field_value` for each key, so
/// that absent and malformed values stay visible.
///
///     for (auto [from, port, bytes] : select(log, field::srcaddr, field::dstport, field::bytes))
///         std::cout << from << ' ' << port << ' ' << bytes << '\n';
///
/// A range given as an rvalue is moved into the view. Text values point into the record: they are
/// valid until the view moves on.
template <std::ranges::input_range Flows, class... Keys>
    requires std::ranges::viewable_range<Flows> &&
             flow_record<std::remove_cvref_t<std::ranges::range_reference_t<Flows>>>
[[nodiscard]] auto select(Flows&& flows, Keys... keys) {
    return std::forward<Flows>(flows) | views::select(keys...);
}

/// Gives the readers and `log` a member `select(keys…)`: `flowlog::select(*this, keys…)`.
template <class Derived>
class selectable {
public:
    /// A view of some fields of each flow; see `flowlog::select`. A temporary log is moved into it:
    ///
    ///     for (auto [from, bytes] : flowlog::open("a.log").select(field::srcaddr, field::bytes)) …
    template <class... Keys>
    [[nodiscard]] auto select(Keys... keys) & {
        return flowlog::select(static_cast<Derived&>(*this), keys...);
    }
    template <class... Keys>
    [[nodiscard]] auto select(Keys... keys) && {
        return flowlog::select(static_cast<Derived&&>(*this), keys...);
    }
};

}  // namespace flowlog

#endif
