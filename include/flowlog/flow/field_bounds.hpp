// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_FIELD_BOUNDS_HPP
#define FLOWLOG_FLOW_FIELD_BOUNDS_HPP

#include <cstdint>
#include <utility>
#include <vector>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>

namespace flowlog {

/// The smallest and the largest value of a number or time that is wanted, both included; if `last`
/// is less than `first`, no value is. Times are in microseconds since 1970. A number of more than
/// 63 bits counts as the largest one of 63 bits.
struct field_bounds {
    field_id id;
    std::int64_t first;
    std::int64_t last;

    friend auto operator==(field_bounds const&, field_bounds const&) noexcept -> bool = default;
};

/// Fields and addresses of which every wanted flow has at least one: the flow's field is the
/// address.
struct address_choice {
    std::vector<std::pair<field_id, address>> any_of{};

    friend auto operator==(address_choice const&, address_choice const&) -> bool = default;
};

}  // namespace flowlog

#endif
