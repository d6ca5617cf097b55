// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DIGEST_LINE_HPP
#define FLOWLOG_AGGREGATE_DIGEST_LINE_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <flowlog/aggregate/group_view.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/flow/record.hpp>
#include <flowlog/flow/value.hpp>

namespace flowlog {

class digest;

/// A line of a `digest`: a record, as the lines of a log are. Valid during the call that is given
/// it.
class digest_line {
public:
    /// The value of a field; absent if it is neither a key nor counted.
    template <field_id Id>
    [[nodiscard]] auto operator[](field_key<Id>) const -> field_value<field_value_type<Id>> {
        return get<field_value_type<Id>>(Id);
    }

    /// The number of an IPv4 address: `line[field::srcaddr_raw]`.
    template <field_id Id>
    [[nodiscard]] auto operator[](raw_address_key<Id>) const -> field_value<std::uint32_t> {
        return raw_address((*this)[field_key<Id>{}]);
    }

    /// The value of a field known only at run time. `T` must be the type of the field's values.
    template <class T>
    [[nodiscard]] auto get(field_id id) const -> field_value<T> {
        if constexpr (std::is_same_v<T, log_status>) {
            return id == field_id::log_status ? field_value{log_status::ok} : field_value<T>{};
        } else {
            if constexpr (std::is_same_v<T, std::uint8_t>) {
                if (id == field_id::version) return common_->version;
            }
            auto const slot = common_->slots[static_cast<std::size_t>(id)];
            if (slot == no_slot) return {};
            return slot < first_measure ? view_->key<T>(slot) : value<T>(slot - first_measure);
        }
    }

private:
    friend class digest;

    // The measures, in the order in which a digest has them.
    enum measure_place : std::size_t { packets, bytes, start, end, tcp_flags };
    static constexpr std::uint8_t no_slot = 255;
    static constexpr std::uint8_t first_measure = 32;  // more than the last key

    /// Where the value of each field is: a key, a measure, or nowhere.
    using slots = std::array<std::uint8_t, fields.size()>;

    /// The first start and the last end.
    struct time_bounds {
        field_value<timestamp> start{};
        field_value<timestamp> end{};
    };

    /// What all lines have in common.
    struct common_values {
        digest_line::slots slots{};
        std::array<bool, 2> counted{};  ///< whether some flow has packets, and bytes
        std::uint8_t version = 2;
        bool global_bounds = false;
        time_bounds bounds{};  ///< of all lines, if `global_bounds`
    };

    digest_line(common_values const& common, group_view const& view) noexcept
        : common_{&common}, view_{&view} {}

    template <class T>
    [[nodiscard]] auto value(std::size_t place) const -> field_value<T> {
        if constexpr (std::is_same_v<T, timestamp>) {
            if (!common_->global_bounds) return view_->value<T>(place);
            return place == start ? common_->bounds.start : common_->bounds.end;
        } else if constexpr (std::is_unsigned_v<T>) {
            if (place <= bytes && !common_->counted[place]) return {};
            return view_->value<T>(place);
        } else {
            return {};
        }
    }

    common_values const* common_;
    group_view const* view_;
};

}  // namespace flowlog

#endif
