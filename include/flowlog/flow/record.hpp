// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_RECORD_HPP
#define FLOWLOG_FLOW_RECORD_HPP

#include <concepts>
#include <cstdint>
#include <string_view>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/value.hpp>

namespace flowlog {

/// A type that gives a field's value for the field's key: `record[field::dstport]`. Models are a
/// line of a text log, a record of an archive, and `flow`.
template <class T>
concept flow_record = requires(T const& record) {
    { record[field::srcaddr] } -> std::same_as<field_value<address>>;
    { record[field::dstport] } -> std::same_as<field_value<std::uint16_t>>;
    { record[field::bytes] } -> std::same_as<field_value<std::uint64_t>>;
    { record[field::start] } -> std::same_as<field_value<timestamp>>;
    { record[field::action] } -> std::same_as<field_value<action>>;
    { record[field::account_id] } -> std::same_as<field_value<std::string_view>>;
};

/// A record that also gives the value of a field known only at run time: `record.get<T>(id)`, in
/// which `T` is the type of the field's values. All records of the library are such. It is optional
/// for a record of your own, and spares the compiler a function for each field: see `load_field`.
template <class T>
concept typed_record = flow_record<T> && requires(T const& record, field_id id) {
    { record.template get<address>(id) } -> std::same_as<field_value<address>>;
    { record.template get<std::uint8_t>(id) } -> std::same_as<field_value<std::uint8_t>>;
    { record.template get<std::uint64_t>(id) } -> std::same_as<field_value<std::uint64_t>>;
    { record.template get<timestamp>(id) } -> std::same_as<field_value<timestamp>>;
    { record.template get<std::string_view>(id) } -> std::same_as<field_value<std::string_view>>;
};

}  // namespace flowlog

#endif
