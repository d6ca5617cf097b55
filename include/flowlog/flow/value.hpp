// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_VALUE_HPP
#define FLOWLOG_FLOW_VALUE_HPP

#include <cstdint>

namespace flowlog {

/// What a field is in a record: `present`; `absent`, because it is `-` or the log does not have it;
/// or `malformed`, because it does not decode.
enum class presence : std::uint8_t { present, absent, malformed };

/// An optional-like value of a field that distinguishes absent from malformed. Trivially copyable
/// when `T` is. A text value points into the record that it came from.
template <class T>
class field_value {
public:
    using value_type = T;

    /// An absent value.
    constexpr field_value() noexcept = default;

    /// A present value.
    constexpr field_value(T value) noexcept : value_{value}, state_{presence::present} {}

    /// No value; `state` is `absent` or `malformed`.
    constexpr explicit field_value(presence state) noexcept : state_{state} {}

    [[nodiscard]] constexpr auto state() const noexcept -> presence { return state_; }
    [[nodiscard]] constexpr auto has_value() const noexcept -> bool {
        return state_ == presence::present;
    }
    [[nodiscard]] constexpr auto absent() const noexcept -> bool {
        return state_ == presence::absent;
    }
    [[nodiscard]] constexpr auto malformed() const noexcept -> bool {
        return state_ == presence::malformed;
    }
    constexpr explicit operator bool() const noexcept { return has_value(); }

    /// A copy of the value, or a default-constructed `T` if there is none. Because it is a copy,
    /// `auto const& port = *flow[field::dstport];` is safe.
    [[nodiscard]] constexpr auto operator*() const noexcept -> T { return value_; }

    /// A member of the value, or of a default-constructed `T` if there is none. The pointer is
    /// valid as long as this object: `flow[field::vpc_id]->size()` is safe.
    constexpr auto operator->() const noexcept -> T const* { return &value_; }

    /// The value, or `fallback` if there is none.
    [[nodiscard]] constexpr auto value_or(T fallback) const noexcept -> T {
        return has_value() ? value_ : fallback;
    }

    friend constexpr auto operator==(field_value const&, field_value const&) noexcept
        -> bool = default;

    /// Whether the value is present and equal.
    friend constexpr auto operator==(field_value const& a, T const& b) noexcept -> bool {
        return a.has_value() && a.value_ == b;
    }

private:
    T value_{};
    presence state_ = presence::absent;
};

}  // namespace flowlog

#endif
