// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_RECORD_SORTER_HPP
#define FLOWLOG_OUTPUT_RECORD_SORTER_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/aggregate/key_reader.hpp>
#include <flowlog/flow/column_text.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/output/record_column.hpp>

namespace flowlog {

/// A copy of a record with some of its columns that are no fields. A record, too.
class kept_record {
public:
    /// \pre `columns` has only columns that are no fields
    template <flow_record Record>
    kept_record(Record const& record, std::shared_ptr<layout const> columns)
        : flow_{record}, columns_{std::move(columns)} {
        for (auto const& name : columns_->names()) {
            if constexpr (requires { record.columns(); }) {
                auto const column = record.columns().column(std::string_view{name});
                tokens_.emplace_back(column == layout::none ? "-" : record.token(column));
            } else {
                auto const text = text_of_column(record, name);
                tokens_.emplace_back(text.has_value() ? *text : std::string_view{"-"});
            }
        }
    }

    template <field_id Id>
    [[nodiscard]] auto operator[](field_key<Id> key) const noexcept
        -> field_value<field_value_type<Id>> {
        return flow_[key];
    }
    template <class T>
    [[nodiscard]] auto get(field_id id) const noexcept -> field_value<T> {
        return flow_.get<T>(id);
    }

    /// The columns that are no fields, and the text of one of them, as records of text logs have
    /// them.
    [[nodiscard]] auto columns() const noexcept -> layout const& { return *columns_; }
    [[nodiscard]] auto token(std::size_t column) const noexcept -> std::string_view {
        return tokens_[column];
    }

private:
    flow flow_;
    std::shared_ptr<layout const> columns_;
    std::vector<std::string> tokens_{};
};

/// Keeps the records with the largest values of a key, in memory for `limit` of them. Equal records
/// keep the order in which they were added, and those without a value come last.
///
///     auto sorter = flowlog::record_sorter{group_key::of(field_id::bytes), columns, {.limit =
///     20}}; for (auto const& record : log) sorter.add(record); sorter.each([&](auto const& record)
///     { writer.write(record); });
class record_sorter {
public:
    struct options {
        std::size_t limit = 20;
        bool ascending = false;  ///< the smallest values
    };

    /// `columns` are those that will be written. Throws as `key_reader` does.
    record_sorter(group_key by, std::vector<record_column> const& columns, options how)
        : by_{std::move(by)}, how_{how} {
        auto names = std::vector<std::string>{};
        for (auto const& column : columns) {
            if (column.computed)
                computed_.emplace_back(*column.computed);
            else if (column.field)
                fields_.push_back(*column.field);
            else
                names.push_back(column.name);
        }
        opaque_ = std::make_shared<layout const>(std::move(names));
    }

    /// The fields that the key is made from.
    [[nodiscard]] auto uses() const -> std::vector<field_use> { return by_.uses(); }

    /// Adds a record. If the key or a column that will be written is malformed, adds nothing and
    /// returns the field, whether or not the record would be kept.
    template <flow_record Record>
    auto add(Record const& record) -> std::optional<field_id> {
        auto value = by_.read(record);
        if (!value) return by_.malformed_field(record);
        if (auto const bad = malformed_field(record)) return bad;
        auto const rank = ranked{std::move(*value), added_++};
        if (heap_.size() == how_.limit && (heap_.empty() || !before(rank, heap_.front().rank)))
            return std::nullopt;
        if (heap_.size() == how_.limit) {
            std::ranges::pop_heap(heap_, by_rank());
            heap_.pop_back();
        }
        heap_.push_back({rank, kept_record{record, opaque_}});
        std::ranges::push_heap(heap_, by_rank());
        return std::nullopt;
    }

    /// The number of records that were added, of which some may have been dropped.
    [[nodiscard]] auto added() const noexcept -> std::uint64_t { return added_; }

    /// Calls `use` with the records that were kept, in order.
    template <class Use>
    void each(Use use) {
        std::ranges::sort(heap_, by_rank());
        for (auto const& one : heap_) use(one.record);
        std::ranges::make_heap(heap_, by_rank());
    }

private:
    struct ranked {
        key_value value;
        std::uint64_t number;
    };
    struct entry {
        ranked rank;
        kept_record record;
    };

    [[nodiscard]] auto before(ranked const& a, ranked const& b) const noexcept -> bool {
        if (a.value.absent() != b.value.absent()) return b.value.absent();
        auto const order = a.value <=> b.value;
        if (order != 0) return how_.ascending ? order < 0 : order > 0;
        return a.number < b.number;
    }

    /// Orders a heap that has the last record at its front.
    struct rank_order {
        record_sorter const* sorter;

        auto operator()(entry const& a, entry const& b) const noexcept -> bool {
            return sorter->before(a.rank, b.rank);
        }
    };
    [[nodiscard]] auto by_rank() const noexcept -> rank_order { return {this}; }

    template <class Record>
    [[nodiscard]] auto malformed_field(Record const& record) -> std::optional<field_id> {
        for (auto const id : fields_) {
            if (visit_field(record, id, [](auto const& value) { return value.malformed(); }))
                return id;
        }
        for (auto& key : computed_) {
            if (!key.read(record)) return key.malformed_field(record);
        }
        return std::nullopt;
    }

    key_reader by_;
    options how_;
    std::vector<field_id> fields_{};
    std::vector<key_reader> computed_{};
    std::shared_ptr<layout const> opaque_;
    std::vector<entry> heap_{};
    std::uint64_t added_ = 0;
};

}  // namespace flowlog

#endif
