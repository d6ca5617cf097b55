// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_DETAIL_FILTER_VALUE_HPP
#define FLOWLOG_QUERY_DETAIL_FILTER_VALUE_HPP

#include <compare>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/query/filter_tree.hpp>

namespace flowlog::detail {

/// The value of a field of any type, for tests that are rare enough not to be compiled for each
/// type of field.
class filter_value {
public:
    template <flow_record Record>
    filter_value(Record const& record, field_id id) noexcept : type_{info(id).type} {
        visit_field(record, id, [this](auto const& value) { this->take(value); });
    }

    [[nodiscard]] auto state() const noexcept -> presence { return state_; }

    /// How the value compares with another one of the same type: a `field_order`. Numbers of
    /// different widths are of one type. Absent or malformed if one of the two is.
    [[nodiscard]] auto compare(filter_value const& other) const noexcept
        -> field_value<std::uint64_t> {
        if (state_ == presence::malformed || other.state_ == presence::malformed)
            return field_value<std::uint64_t>{presence::malformed};
        if (state_ == presence::absent || other.state_ == presence::absent) return {};
        auto const order = type_ == field_type::address ? address_ <=> other.address_
                           : type_ == field_type::text  ? text_ <=> other.text_
                                                        : number_ <=> other.number_;
        auto const result = order < 0    ? field_order::less
                            : order == 0 ? field_order::equal
                                         : field_order::greater;
        return static_cast<std::uint64_t>(result);
    }

    /// The value as it is printed, but a text as it is. `buffer` holds `max_printed` bytes.
    /// \pre the value is present
    [[nodiscard]] auto text(char* buffer) const noexcept -> std::string_view {
        auto const view = [&](char const* end) {
            return std::string_view{buffer, static_cast<std::size_t>(end - buffer)};
        };
        switch (type_) {
            case field_type::text: return text_;
            case field_type::address: return view(print_value(buffer, address_));
            case field_type::action: return name(static_cast<action>(number_));
            case field_type::log_status: return name(static_cast<log_status>(number_));
            case field_type::flow_direction: return name(static_cast<flow_direction>(number_));
            default: return view(print_value(buffer, number_));
        }
    }

private:
    template <class T>
    void take(field_value<T> const& value) noexcept {
        state_ = value.state();
        if (!value.has_value()) return;
        if constexpr (std::is_same_v<T, flowlog::address>) {
            address_ = *value;
        } else if constexpr (std::is_same_v<T, std::string_view>) {
            text_ = *value;
        } else {
            number_ = filter_number(*value);
        }
    }

    field_type type_;
    presence state_ = presence::absent;
    std::uint64_t number_ = 0;
    flowlog::address address_{};
    std::string_view text_{};
};

}  // namespace flowlog::detail

#endif
