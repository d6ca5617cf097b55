// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_GROUP_ROWS_HPP
#define FLOWLOG_AGGREGATE_DETAIL_GROUP_ROWS_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include <flowlog/aggregate/detail/group_core.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/flow/value.hpp>

namespace flowlog::detail {

/// What a field is in the key of a typed group. Texts are copied, so that a group outlives its
/// grouping.
template <field_id Id>
using typed_key =
    field_value<std::conditional_t<std::is_same_v<field_value_type<Id>, std::string_view>,
                                   std::string, field_value_type<Id>>>;

/// What a measure is in a typed group.
template <measure Of>
[[nodiscard]] constexpr auto typed_measure_of() noexcept {
    if constexpr (Of.is_real()) {
        return std::type_identity<field_value<double>>{};
    } else if constexpr (way_of(Of) == value_way::sum || way_of(Of) == value_way::distinct) {
        return std::type_identity<std::uint64_t>{};
    } else {
        return std::type_identity<field_value<field_value_type<Of.field>>>{};
    }
}
template <class Measure>
struct typed_measure {
    using type = typename decltype(typed_measure_of<Measure::value>())::type;
};

/// Reads the groups of a `group_core`: as tuples if the keys and measures are known at compile
/// time, else as cells. `Group` is the type of a group, `Values` of its measures alone.
template <class Fields, class Measures>
struct group_rows;

template <field_id... Ids, class... Measures>
struct group_rows<field_list<Ids...>, std::tuple<Measures...>> {
    using group_type = std::tuple<typed_key<Ids>..., typename typed_measure<Measures>::type...>;
    using values_type = std::tuple<typename typed_measure<Measures>::type...>;

    [[nodiscard]] static auto row(group_core const& core, std::size_t number) -> group_type {
        auto const* key = core.table.key(number).data();
        auto states = *key++;
        auto const next = [&]<field_id Id>(field_key<Id>) {
            auto value = read_key<Id>(static_cast<key_state>(states & 3), key, core.plan.texts);
            key += key_width(info(Id).type);
            states >>= 2;
            return value;
        };
        // braces: from left to right
        auto keys = std::tuple<typed_key<Ids>...>{next(field_key<Ids>{})...};
        return std::tuple_cat(std::move(keys),
                              values(core, core.table.values(number).data(), core.values));
    }

    [[nodiscard]] static auto values(group_core const&, group_word const* at,
                                     measure_values const& sets) -> values_type {
        auto const next = [&]<class M>(M) {
            auto const* const value = at;
            at += width(M::value);
            return read_measure(M{}, value, sets);
        };
        return values_type{next(Measures{})...};
    }

private:
    template <field_id Id>
    [[nodiscard]] static auto read_key(key_state state, group_word const* words,
                                       text_pool const& texts) -> typed_key<Id> {
        using type = field_value_type<Id>;
        if (state == key_state::absent) return {};
        if constexpr (std::is_same_v<type, address>) {
            return get_address(state, words);
        } else if constexpr (std::is_same_v<type, timestamp>) {
            return time_of(*words);
        } else if constexpr (std::is_same_v<type, std::string_view>) {
            return texts.text(*words);
        } else {
            return static_cast<type>(*words);
        }
    }

    template <measure Of>
    [[nodiscard]] static auto read_measure(static_measure<Of>, group_word const* value,
                                           measure_values const& sets) ->
        typename typed_measure<static_measure<Of>>::type {
        if constexpr (Of.is_real()) {
            return wrapped<double>(sets.real(Of, value));
        } else if constexpr (way_of(Of) == value_way::sum || way_of(Of) == value_way::distinct) {
            return sets.count(Of, value);
        } else if constexpr (Of.is_time()) {
            return wrapped<timestamp>(sets.time(value));
        } else {
            return wrapped<field_value_type<Of.field>>(sets.whole(Of, value));
        }
    }

    template <class T, class Found>
    [[nodiscard]] static auto wrapped(Found const& found) -> field_value<T> {
        return found ? field_value<T>{static_cast<T>(*found)} : field_value<T>{};
    }
};

}  // namespace flowlog::detail

#endif
