// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_FLOW_HPP
#define FLOWLOG_FLOW_FLOW_HPP

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/flow/record.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/flow/visit_field.hpp>

namespace flowlog {

/// A flow that owns its values: a copy that outlives its reader, or a record that a program makes.
///
///     auto copy = flow{*it};
///     auto made = flow{};
///     made.set(field::dstport, 443);
///     made.set(field::account_id, "123456789010");
class flow {
public:
    flow() = default;

    /// Copies every field that `record` has.
    template <flow_record Record>
        requires(!std::same_as<std::remove_cvref_t<Record>, flow>)
    explicit flow(Record const& record) {
        for (auto const& f : fields)
            visit_field(record, f.id, [&](auto const& value) { store(values_, f.id, value); });
    }

    /// The value of a field; absent if it was never set. A text value is valid until this flow
    /// changes.
    template <field_id Id>
    [[nodiscard]] auto operator[](field_key<Id>) const noexcept
        -> field_value<field_value_type<Id>> {
        return get<field_value_type<Id>>(Id);
    }

    /// The number of an IPv4 address: `record[field::srcaddr_raw]`.
    template <field_id Id>
    [[nodiscard]] auto operator[](raw_address_key<Id>) const noexcept
        -> field_value<std::uint32_t> {
        return raw_address((*this)[field_key<Id>{}]);
    }

    /// The value of a field known only at run time. `T` must be the type of the field's values.
    template <class T>
    [[nodiscard]] auto get(field_id id) const noexcept -> field_value<T> {
        auto const found = lower_bound(values_, id);
        if (found == values_.end() || found->first != id) return {};
        if constexpr (std::same_as<T, std::string_view>) {
            if (auto const* text = std::get_if<std::string>(&found->second))
                return std::string_view{*text};
        } else {
            if (auto const* value = std::get_if<T>(&found->second)) return *value;
        }
        return field_value<T>{presence::malformed};
    }

    /// Sets the value of a field.
    template <field_id Id>
    void set(field_key<Id>, std::type_identity_t<field_value_type<Id>> value) {
        store(values_, Id, field_value<field_value_type<Id>>{value});
    }

    /// Removes the value of a field. (A template, as are the functions below.)
    template <class Id = field_id>
    void reset(std::type_identity_t<Id> id) noexcept {
        erase(values_, id);
    }

    friend auto operator==(flow const&, flow const&) -> bool = default;

private:
    // monostate is a malformed value
    using any_value =
        std::variant<std::monostate, std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t,
                     address, timestamp, std::string, action, log_status, flow_direction>;
    using entry = std::pair<field_id, any_value>;

    // `Values` is the type of `values_`. Because these are templates, only programs that keep flows
    // compile its assignments, which takes long.

    template <class Values>
    static void erase(Values& values, field_id id) noexcept {
        auto const found = lower_bound(values, id);
        if (found != values.end() && found->first == id) values.erase(found);
    }

    template <class Values, class T>
    static void store(Values& values, field_id id, field_value<T> value) {
        // made first: a text may be one of this flow
        auto kept = any_value{};
        if constexpr (std::same_as<T, std::string_view>) {
            if (value.has_value()) kept = std::string{*value};
        } else {
            if (value.has_value()) kept = *value;
        }
        erase(values, id);
        if (!value.absent()) values.emplace(lower_bound(values, id), id, std::move(kept));
    }

    /// The first value whose field is not before `id`.
    template <class Values>
    [[nodiscard]] static auto lower_bound(Values& values, field_id id) noexcept
        -> decltype(values.begin()) {
        return std::lower_bound(values.begin(), values.end(), id,
                                [](entry const& a, field_id b) { return a.first < b; });
    }

    std::vector<entry> values_;  // ordered by field
};

/// The sum of two numbers; the largest number, and `saturated` set to true, if they overflow.
[[nodiscard]] constexpr auto saturating_add(std::uint64_t a, std::uint64_t b,
                                            bool& saturated) noexcept -> std::uint64_t {
    auto const sum = a + b;
    if (sum >= a) return sum;
    saturated = true;
    return ~std::uint64_t{0};
}

}  // namespace flowlog

#endif
