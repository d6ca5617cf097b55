// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_FIELD_USE_HPP
#define FLOWLOG_FLOW_FIELD_USE_HPP

#include <flowlog/flow/field.hpp>

namespace flowlog {

/// How an aggregator or a filter uses a field. A log that lacks the field is refused, unless the
/// use is `optional`. In each record the value must be well-formed; it must also be present, unless
/// the use is `nullable`.
struct field_use {
    field_id id;
    bool nullable = false;
    bool optional = false;

    friend constexpr auto operator==(field_use const&, field_use const&) noexcept -> bool = default;
};

}  // namespace flowlog

#endif
