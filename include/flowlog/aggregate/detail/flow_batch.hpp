// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_FLOW_BATCH_HPP
#define FLOWLOG_AGGREGATE_DETAIL_FLOW_BATCH_HPP

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog::detail {

/// A reference to a record in memory, as cheap to copy as the records of readers.
template <flow_record Record>
class record_reference {
public:
    explicit record_reference(Record const& record) noexcept : record_{&record} {}

    template <field_id Id>
    [[nodiscard]] auto operator[](field_key<Id> key) const -> field_value<field_value_type<Id>> {
        return (*record_)[key];
    }
    template <field_id Id>
    [[nodiscard]] auto operator[](raw_address_key<Id> key) const -> field_value<std::uint32_t> {
        return (*record_)[key];
    }

private:
    Record const* record_;
};

/// Records in memory as a `record_batch`, so that `add_batch` can be tried without a reader. Not
/// fast: it keeps a list of pointers.
template <flow_record Record>
class flow_batch {
public:
    using record_type = record_reference<Record>;

    explicit flow_batch(std::vector<Record const*> records) : records_{std::move(records)} {}

    [[nodiscard]] auto size() const noexcept -> std::size_t { return records_.size(); }
    [[nodiscard]] auto operator[](std::size_t i) const -> record_type {
        return record_type{*records_[i]};
    }
    [[nodiscard]] auto slice(std::size_t begin, std::size_t size) const -> flow_batch {
        auto const from = records_.begin() + static_cast<std::ptrdiff_t>(begin);
        return flow_batch{{from, from + static_cast<std::ptrdiff_t>(size)}};
    }
    [[nodiscard]] auto select(std::uint64_t which, selection_buffer&) const -> flow_batch {
        auto picked = std::vector<Record const*>{};
        for (std::size_t i = 0; which != 0; ++i, which >>= 1) {
            if ((which & 1) != 0) picked.push_back(records_[i]);
        }
        return flow_batch{std::move(picked)};
    }
    [[nodiscard]] auto numbers(field_id id, std::uint64_t* out, std::size_t step = 1) const
        -> bool {
        auto all = true;
        visit_each(id, [&](std::size_t i, auto const& value) {
            all = all && value.has_value();
            if constexpr (std::is_unsigned_v<std::remove_cvref_t<decltype(*value)>>)
                out[i * step] = std::uint64_t{*value};
        });
        return all;
    }
    [[nodiscard]] auto times(field_id id, std::uint64_t* out, std::size_t step = 1) const -> bool {
        auto all = true;
        visit_each(id, [&](std::size_t i, auto const& value) {
            all = all && value.has_value();
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(*value)>, timestamp>)
                out[i * step] = static_cast<std::uint64_t>((*value).time_since_epoch().count());
        });
        return all;
    }
    template <class Note>
    [[nodiscard]] auto addresses(field_id id, std::uint64_t* out, std::size_t step, Note note) const
        -> bool {
        auto all = true;
        visit_each(id, [&](std::size_t i, auto const& value) {
            all = all && value.has_value();
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(*value)>, address>) {
                auto const found = *value;
                out[i * step] = found.high();
                out[i * step + 1] = found.low();
                note(i, found.is_v6());
            }
        });
        return all;
    }

private:
    template <class Use>
    void visit_each(field_id id, Use use) const {
        for (std::size_t i = 0; i < records_.size(); ++i)
            visit_field(*records_[i], id, [&](auto const& value) { use(i, value); });
    }

    std::vector<Record const*> records_;
};

}  // namespace flowlog::detail

#endif
