// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_DECODED_RECORD_HPP
#define FLOWLOG_AGGREGATE_DETAIL_DECODED_RECORD_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>

#include <flowlog/aggregate/concepts.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/accounting.hpp>

namespace flowlog::detail {

template <class A>
struct nullable_fields_of {
    using type = field_list<>;
};
template <declares_nullable_fields A>
struct nullable_fields_of<A> {
    using type = typename A::nullable_fields;
};

/// Several lists of fields as one, in which each field is once.
template <class... Lists>
struct joined {
    using type = field_list<>;
};
template <field_id... Ids>
struct joined<field_list<Ids...>> {
    using type = field_list<Ids...>;
};
template <field_id... Ids, field_id Next, field_id... More, class... Rest>
struct joined<field_list<Ids...>, field_list<Next, More...>, Rest...> {
    static constexpr bool known = ((Next == Ids) || ...);
    using longer = std::conditional_t<known, field_list<Ids...>, field_list<Ids..., Next>>;
    using type = typename joined<longer, field_list<More...>, Rest...>::type;
};
template <field_id... Ids, class... Rest>
struct joined<field_list<Ids...>, field_list<>, Rest...> {
    using type = typename joined<field_list<Ids...>, Rest...>::type;
};

template <field_id Id, class List>
inline constexpr bool is_in = false;
template <field_id Id, field_id... Ids>
inline constexpr bool is_in<Id, field_list<Ids...>> = ((Id == Ids) || ...);

/// Stops compilation where an aggregator reads a field that it does not declare.
template <field_id Field, class Required, class Nullable>
constexpr void require_declared() noexcept {
    static_assert(
        is_in<Field, Required> || is_in<Field, Nullable>,
        "an aggregator reads a field that it does not declare: add the Field that is named "
        "above to its fields or nullable_fields");
}

/// Why a value keeps a record out, if it does.
template <class Value>
constexpr auto trouble(Value const& value, bool nullable) noexcept -> std::optional<reason> {
    if (value.has_value()) [[likely]]
        return std::nullopt;
    if (value.malformed()) return reason::bad_value;
    return nullable ? std::nullopt : std::optional{reason::absent_value};
}

template <flow_record Record, field_id... Ids>
auto find_offending_field([[maybe_unused]] Record const& record, field_list<Ids...>,
                          [[maybe_unused]] bool nullable) noexcept
    -> std::optional<offending_field> {
    auto result = std::optional<offending_field>{};
    [[maybe_unused]] auto const good = [&]<field_id Id>(field_key<Id> key) {
        auto const why = trouble(record[key], nullable);
        if (why) result = offending_field{Id, *why};
        return !why;
    };
    static_cast<void>((good(field_key<Ids>{}) && ...));
    return result;
}

/// A record whose declared fields are decoded already. The hot loop looks at each field twice: to
/// see whether the record can be added, and in `add`. No other fields can be read.
template <class Record, class Required, class Nullable>
class decoded_record;
template <flow_record Record, field_id... Required, field_id... Nullable>
class decoded_record<Record, field_list<Required...>, field_list<Nullable...>> {
public:
    [[gnu::always_inline]] explicit decoded_record(Record const& record) noexcept {
        // one by one, so that what each is need not be kept until the last is decoded
        usable_ = (take<Required>(record) && ...) && (take_nullable<Nullable>(record) && ...);
    }

    template <field_id Id>
    [[nodiscard, gnu::always_inline]] auto operator[](field_key<Id>) const noexcept
        -> field_value<field_value_type<Id>> {
        if constexpr (((Id == Required) || ...)) {
            return std::get<position<Id, Required...>()>(required_);
        } else if constexpr (((Id == Nullable) || ...)) {
            return std::get<position<Id, Nullable...>()>(nullable_);
        } else {
            require_declared<Id, field_list<Required...>, field_list<Nullable...>>();
            return {};
        }
    }

    /// The number of an IPv4 address: `record[field::srcaddr_raw]`.
    template <field_id Id>
    [[nodiscard, gnu::always_inline]] auto operator[](raw_address_key<Id>) const noexcept
        -> field_value<std::uint32_t> {
        return raw_address((*this)[field_key<Id>{}]);
    }

    /// Whether the record can be added.
    [[nodiscard, gnu::always_inline]] auto usable() const noexcept -> bool { return usable_; }

private:
    template <field_id Id>
    [[gnu::always_inline]] auto take(Record const& record) noexcept -> bool {
        auto const value = record[field_key<Id>{}];
        if (!value.has_value()) [[unlikely]]
            return false;
        std::get<position<Id, Required...>()>(required_) = *value;
        return true;
    }

    template <field_id Id>
    [[gnu::always_inline]] auto take_nullable(Record const& record) noexcept -> bool {
        auto const value = record[field_key<Id>{}];
        std::get<position<Id, Nullable...>()>(nullable_) = value;
        return !value.malformed();
    }

    template <field_id Id, field_id... Ids>
    static constexpr auto position() -> std::size_t {
        constexpr auto ids = std::array{Ids...};
        return static_cast<std::size_t>(std::ranges::find(ids, Id) - ids.begin());
    }

    std::tuple<field_value_type<Required>...> required_{};
    std::tuple<field_value<field_value_type<Nullable>>...> nullable_{};
    bool usable_;
};

/// A record of which an aggregator can read its declared fields and no others.
template <class Record, class Required, class Nullable>
class declared_record {
public:
    [[gnu::always_inline]] explicit declared_record(Record const& record) noexcept
        : record_{record} {}

    template <field_id Id>
    [[nodiscard, gnu::always_inline]] auto operator[](field_key<Id> key) const noexcept
        -> field_value<field_value_type<Id>> {
        require_declared<Id, Required, Nullable>();
        if constexpr (is_in<Id, Required> || is_in<Id, Nullable>) {
            return record_[key];
        } else {
            return {};
        }
    }

    /// The number of an IPv4 address: `record[field::srcaddr_raw]`.
    template <field_id Id>
    [[nodiscard, gnu::always_inline]] auto operator[](raw_address_key<Id>) const noexcept
        -> field_value<std::uint32_t> {
        return raw_address((*this)[field_key<Id>{}]);
    }

private:
    Record const& record_;
};

}  // namespace flowlog::detail

#endif
