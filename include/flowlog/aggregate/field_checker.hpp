// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_FIELD_CHECKER_HPP
#define FLOWLOG_AGGREGATE_FIELD_CHECKER_HPP

#include <cstddef>
#include <optional>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/accounting.hpp>

namespace flowlog {

/// An aggregator that counts nothing, but refuses every record with a field that cannot be decoded.
/// Such a record is malformed: it is counted and passed to `on_malformed`. Other aggregators check
/// only the fields that they read.
///
///     auto const checked = flowlog::run(files, flowlog::field_checker{}, {.on_malformed = print});
class field_checker {
public:
    [[nodiscard]] auto uses() const -> std::vector<field_use> { return {}; }

    /// The first malformed field, in the order of the columns or of the table of fields.
    template <flow_record Record>
    [[nodiscard]] auto offending_field_of(Record const& record) const
        -> std::optional<offending_field> {
        auto const malformed = [&](field_id id) {
            return visit_field(record, id, [](auto const& value) { return value.malformed(); });
        };
        if constexpr (requires { record.columns(); }) {
            auto const& columns = record.columns();
            for (std::size_t i = 0; i < columns.size(); ++i) {
                auto const id = columns.field_at(i);
                if (id && malformed(*id)) return offending_field{*id, reason::bad_value};
            }
        } else {
            for (auto const& f : fields) {
                if (malformed(f.id)) return offending_field{f.id, reason::bad_value};
            }
        }
        return std::nullopt;
    }

    template <flow_record Record>
    void add(Record const&) {}
    void merge(field_checker&&) {}
};

}  // namespace flowlog

#endif
