// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_VISIT_FIELD_HPP
#define FLOWLOG_FLOW_VISIT_FIELD_HPP

#include <cstdint>
#include <string_view>
#include <type_traits>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/load_field.hpp>

namespace flowlog {

/// Calls `function(type_identity<T>{})` with the C++ type of a field's values.
template <class Function>
[[gnu::always_inline]] inline auto with_type(field_type type, Function&& function)
    -> decltype(auto) {
    switch (type) {
        case field_type::u8: return function(std::type_identity<std::uint8_t>{});
        case field_type::u16: return function(std::type_identity<std::uint16_t>{});
        case field_type::u32: return function(std::type_identity<std::uint32_t>{});
        case field_type::u64: return function(std::type_identity<std::uint64_t>{});
        case field_type::address: return function(std::type_identity<address>{});
        case field_type::time: return function(std::type_identity<timestamp>{});
        case field_type::action: return function(std::type_identity<action>{});
        case field_type::log_status: return function(std::type_identity<log_status>{});
        case field_type::flow_direction: return function(std::type_identity<flow_direction>{});
        case field_type::text: break;
    }
    return function(std::type_identity<std::string_view>{});
}

/// The value of a field that is a number of type `type`. Of text records all widths are read by one
/// piece of code.
template <flow_record Record>
[[gnu::always_inline]] inline auto load_number(Record const& record, field_id id,
                                               field_type type) noexcept
    -> field_value<std::uint64_t> {
    if constexpr (detail::record_of_tokens<Record>) {
        auto const value = load_field<std::uint64_t>(record, id);
        if (*value > max_number(type)) [[unlikely]]
            return field_value<std::uint64_t>{presence::malformed};
        return value;
    } else {
        auto const widened = [](auto const& value) {
            return value ? field_value<std::uint64_t>{*value}
                         : field_value<std::uint64_t>{value.state()};
        };
        switch (type) {
            case field_type::u8: return widened(load_field<std::uint8_t>(record, id));
            case field_type::u16: return widened(load_field<std::uint16_t>(record, id));
            case field_type::u32: return widened(load_field<std::uint32_t>(record, id));
            default: return load_field<std::uint64_t>(record, id);
        }
    }
}

/// Calls `function(value)` with the `field_value` of a field known only at run time.
template <flow_record Record, class Function>
[[gnu::always_inline]] inline auto visit_field(Record const& record, field_id id,
                                               Function&& function) -> decltype(auto) {
    return with_type(info(id).type, [&]<class T>(std::type_identity<T>) -> decltype(auto) {
        return function(load_field<T>(record, id));
    });
}

}  // namespace flowlog

#endif
