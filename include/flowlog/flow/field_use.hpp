// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_FIELD_USE_HPP
#define FLOWLOG_FLOW_FIELD_USE_HPP

#include <flowlog/flow/field.hpp>

namespace flowlog {

/// A field that a job reads. A log that lacks the column is refused, unless `optional`. In a record
/// it must be present and well formed, or, where `nullable`, may be absent.
struct field_use {
    field_id id;
    bool nullable = false;
    bool optional = false;

    friend constexpr auto operator==(field_use const&, field_use const&) noexcept -> bool = default;
};

}  // namespace flowlog

#endif
