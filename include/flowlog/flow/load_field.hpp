// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_LOAD_FIELD_HPP
#define FLOWLOG_FLOW_LOAD_FIELD_HPP

#include <array>
#include <concepts>
#include <cstddef>
#include <utility>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/value.hpp>

namespace flowlog::detail {

/// A record whose fields are tokens of a text.
template <class T>
concept record_of_tokens =
    requires(T const& record, field_id id) { record.template get<std::uint8_t>(id); };

template <class Record, class T>
using field_loader = field_value<T> (*)(Record const&);

/// How many fields have values of a type.
template <class T>
inline constexpr auto count_of_type = []<std::size_t... I>(std::index_sequence<I...>) {
    return (0U + ... + std::same_as<field_value_type<static_cast<field_id>(I)>, T>);
}(std::make_index_sequence<fields.size()>{});

/// The fields whose values have a type.
template <class T>
inline constexpr auto fields_of_type = []<std::size_t... I>(std::index_sequence<I...>) {
    auto result = std::array<field_id, count_of_type<T>>{};
    std::size_t size = 0;
    ((std::same_as<field_value_type<static_cast<field_id>(I)>, T>
          ? static_cast<void>(result[size++] = static_cast<field_id>(I))
          : static_cast<void>(0)),
     ...);
    return result;
}(std::make_index_sequence<fields.size()>{});

template <class Record, class T>
auto load_nothing(Record const&) -> field_value<T> {
    return {};
}

template <class Record, field_id Id>
auto load_known(Record const& record) -> field_value<field_value_type<Id>> {
    return record[field_key<Id>{}];
}

/// A function for each field; fields of other types have nothing.
template <class Record, class T>
inline constexpr auto field_loaders = []<std::size_t... I>(std::index_sequence<I...>) {
    auto result = std::array<field_loader<Record, T>, fields.size()>{};
    result.fill(&load_nothing<Record, T>);
    ((result[static_cast<std::size_t>(fields_of_type<T>[I])] =
          &load_known<Record, fields_of_type<T>[I]>),
     ...);
    return result;
}(std::make_index_sequence<count_of_type<T>>{});

}  // namespace flowlog::detail

namespace flowlog {

/// The value of a field that is known only at run time, but for its type, which must be `T`. Text
/// records go by the type, others by the field.
template <class T, flow_record Record>
[[gnu::always_inline]] inline auto load_field(Record const& record, field_id id) noexcept
    -> field_value<T> {
    if constexpr (detail::record_of_tokens<Record>) {
        return record.template get<T>(id);
    } else {
        return detail::field_loaders<Record, T>[static_cast<std::size_t>(id)](record);
    }
}

}  // namespace flowlog

#endif
