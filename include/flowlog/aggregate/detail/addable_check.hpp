// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_ADDABLE_CHECK_HPP
#define FLOWLOG_AGGREGATE_DETAIL_ADDABLE_CHECK_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog::detail {

/// The largest number of flows whose columns are checked at once.
inline constexpr std::size_t check_size = 128;

/// Whether a column can be read at once: then all its values are present and well formed.
template <record_batch Batch>
[[nodiscard]] auto reads_at_once(Batch const& flows, field_id id) -> bool {
    std::array<std::uint64_t, 2 * check_size> values;  // not set to zeros: nobody reads it
    auto const type = info(id).type;
    if (is_number(type)) return flows.numbers(id, values.data(), 1);
    if (type == field_type::time) return flows.times(id, values.data(), 1);
    if (type != field_type::address) return false;
    return flows.addresses(id, values.data(), 2, [](std::size_t, bool) {});
}

/// The number of flows, from the first on and at most `limit`, in which a field is as required.
template <record_batch Batch>
[[nodiscard]] auto count_well_formed(Batch const& flows, field_use use, std::size_t limit)
    -> std::size_t {
    return with_type(info(use.id).type, [&]<class T>(std::type_identity<T>) {
        std::size_t i = 0;
        while (i != limit) {
            auto const record = flows[i];
            if (trouble(load_field<T>(record, use.id), use.nullable)) break;
            ++i;
        }
        return i;
    });
}

/// The number of flows, from the first on, in which all fields are as required.
template <record_batch Batch>
[[nodiscard]] auto count_well_formed(Batch const& batch, std::span<field_use const> uses)
    -> std::size_t {
    for (std::size_t begin = 0; begin != batch.size();) {
        auto const flows = batch.slice(begin, std::min(batch.size() - begin, check_size));
        auto good = flows.size();
        for (auto const use : uses) {
            if (!reads_at_once(flows, use.id)) good = count_well_formed(flows, use, good);
        }
        begin += good;
        if (good != flows.size()) return begin;
    }
    return batch.size();
}

/// Finds out whether records can be added to an aggregator before any is added. Keeps the list of
/// fields that the aggregator reads.
template <class A>
class addable_check {
public:
    /// Whether it depends on these fields alone which records can be added.
    static constexpr bool by_fields = !has_offending_field_of<A>;

    explicit addable_check(A const& a) {
        if constexpr (by_fields) uses_ = flowlog::uses(a);
    }

    /// Leaves out fields that are checked elsewhere, and adds the others to that list.
    void leave_out(std::vector<field_use>& checked) {
        std::erase_if(uses_, [&](field_use use) {
            return std::ranges::any_of(checked, [&](field_use other) {
                return other.id == use.id && (use.nullable || !other.nullable);
            });
        });
        checked.insert(checked.end(), uses_.begin(), uses_.end());
    }

    /// Whether a record can be added.
    template <flow_record Record>
    [[nodiscard]] auto passes(A const& a, Record const& record) const -> bool {
        if constexpr (by_fields) {
            return std::ranges::none_of(uses_, [&](field_use use) {
                return visit_field(record, use.id, [&](auto const& value) {
                    return trouble(value, use.nullable).has_value();
                });
            });
        } else {
            return !find_offending_field(a, record);
        }
    }

    /// The number of records of a batch, from the first on, that can be added.
    template <record_batch Batch>
    [[nodiscard]] auto count(A& a, Batch const& batch) const -> std::size_t {
        static_assert(checked_batch_hooks<A, Batch>::value);
        if constexpr (counting_aggregator<A, Batch>) {
            return a.count_addable(batch);
        } else if constexpr (by_fields) {
            return count_well_formed(batch, uses_);
        } else {
            std::size_t i = 0;
            while (i != batch.size() && passes(a, batch[i])) ++i;
            return i;
        }
    }

private:
    std::vector<field_use> uses_{};
};

}  // namespace flowlog::detail

#endif
