// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_LOAD_FIELD_HPP
#define FLOWLOG_FLOW_LOAD_FIELD_HPP

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/record.hpp>
#include <flowlog/flow/value.hpp>

namespace flowlog {

namespace detail {

/// A function for each field of type `T`; the other entries are null.
template <class Record, class T>
inline constexpr auto field_loaders = []<std::size_t... I>(std::index_sequence<I...>) {
    using loader = field_value<T> (*)(Record const&);
    constexpr auto loader_of = []<field_id Id>(field_key<Id>) -> loader {
        if constexpr (std::same_as<field_value_type<Id>, T>) {
            return [](Record const& record) { return record[field_key<Id>{}]; };
        } else {
            return nullptr;
        }
    };
    return std::array<loader, sizeof...(I)>{loader_of(field_key<static_cast<field_id>(I)>{})...};
}(std::make_index_sequence<fields.size()>{});

}  // namespace detail

/// The value of a field known only at run time. `T` must be the type of the field's values.
///
/// A `typed_record` is asked by type, which takes one function for each of the ten types. Other
/// records are asked through a table with a function for each field, which takes far longer to
/// compile.
template <class T, flow_record Record>
[[nodiscard, gnu::always_inline]] inline auto load_field(Record const& record, field_id id) noexcept
    -> field_value<T> {
    if constexpr (typed_record<Record>) {
        return record.template get<T>(id);
    } else {
        return detail::field_loaders<Record, T>[static_cast<std::size_t>(id)](record);
    }
}

/// The value of a numeric field known only at run time, widened to 64 bits. `type` is the type of
/// the field.
template <flow_record Record>
[[nodiscard, gnu::always_inline]] inline auto load_number(Record const& record, field_id id,
                                                          field_type type) noexcept
    -> field_value<std::uint64_t> {
    if constexpr (requires { record.number(id, type); }) {
        return record.number(id, type);
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

}  // namespace flowlog

#endif
