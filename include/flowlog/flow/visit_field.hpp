// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_VISIT_FIELD_HPP
#define FLOWLOG_FLOW_VISIT_FIELD_HPP

#include <type_traits>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/load_field.hpp>
#include <flowlog/flow/record.hpp>

namespace flowlog {

/// Calls `function(value)` with the `field_value` of a field known only at run time, and returns
/// what it returns. The function is instantiated for each of the ten types of fields.
///
///     auto const bad = visit_field(flow, id, [](auto const& value) { return value.malformed(); });
template <flow_record Record, class Function>
[[gnu::always_inline]] inline auto visit_field(Record const& record, field_id id,
                                               Function&& function) -> decltype(auto) {
    return with_type(info(id).type, [&]<class T>(std::type_identity<T>) -> decltype(auto) {
        return function(load_field<T>(record, id));
    });
}

}  // namespace flowlog

#endif
