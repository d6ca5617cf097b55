// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_SKIPDATA_APART_HPP
#define FLOWLOG_AGGREGATE_SKIPDATA_APART_HPP

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/detail/addable_check.hpp>
#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/aggregate/state_writer.hpp>
#include <flowlog/flow/empty_window.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_bounds.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog {

/// Adds flows to one aggregator and SKIPDATA lines, the windows of which AWS lost records, to
/// another. An aggregator itself, for runs with `run_options::all_lines`. NODATA lines go to
/// neither.
///
///     auto const found = flowlog::run(logs, flowlog::skipdata_apart{counts, by_interface},
///                                     {.all_lines = true});
///     found.value.flows();
///     found.value.skipdata();
template <class A, class S>
class skipdata_apart {
public:
    skipdata_apart(A flows, S skipdata)
        : flows_{std::move(flows)}, skipdata_{std::move(skipdata)}, check_{flows_} {}

    template <flow_record Record>
    void add(Record const& record) {
        static_cast<void>(try_add(record));
    }

    /// Adds a record. False, and it is not added, if it is a flow that a field keeps out.
    template <flow_record Record>
    [[nodiscard]] auto try_add(Record const& record) -> bool {
        if (!is_window(record)) return detail::try_add(flows_, record);
        if (record[field::log_status] == log_status::skipdata)
            static_cast<void>(detail::try_add(skipdata_, record));
        return true;
    }

    /// The field that keeps a flow out, if any.
    template <flow_record Record>
    [[nodiscard]] auto offending_field_of(Record const& record) const
        -> std::optional<offending_field> {
        if (is_window(record)) return std::nullopt;
        return find_offending_field(flows_, record);
    }

    /// Adds a batch, which has flows only.
    template <record_batch Batch>
    [[nodiscard]] auto add_batch(Batch const& batch) -> std::size_t {
        return detail::add_batch(flows_, batch);
    }

    /// The number of records of a batch, from the first on, that can be added.
    template <record_batch Batch>
    [[nodiscard]] auto count_addable(Batch const& batch) -> std::size_t {
        return check_.count(flows_, batch);
    }

    void merge(skipdata_apart&& other, unsigned threads = 1) {
        detail::merge(flows_, std::move(other.flows_), threads);
        detail::merge(skipdata_, std::move(other.skipdata_), threads);
    }

    /// Writes what both save.
    void save(state_writer& out) const
        requires(saved_aggregator<A> && saved_aggregator<S>)
    {
        flows_.save(out);
        skipdata_.save(out);
    }

    /// Merges what both saved.
    void load(state_reader& in)
        requires(saved_aggregator<A> && saved_aggregator<S>)
    {
        flows_.load(in);
        skipdata_.load(in);
    }

    /// The fields that either aggregator reads. Those that only SKIPDATA lines need may be missing
    /// from a log.
    [[nodiscard]] auto uses() const -> std::vector<field_use> {
        auto result = flowlog::uses(flows_);
        for (auto const use : flowlog::uses(skipdata_))
            detail::add_use(result, {use.id, true, true});
        detail::add_use(result, {field_id::log_status, true, true});
        return result;
    }

    /// The bounds of the flows that are wanted, if the aggregator of flows says.
    [[nodiscard]] auto bounds() const -> std::vector<field_bounds> {
        if constexpr (requires { flows_.bounds(); }) {
            return flows_.bounds();
        } else {
            return {};
        }
    }

    /// What flows were added to.
    [[nodiscard]] auto flows() & noexcept -> A& { return flows_; }
    [[nodiscard]] auto flows() const& noexcept -> A const& { return flows_; }
    [[nodiscard]] auto flows() && noexcept -> A&& { return std::move(flows_); }

    /// What SKIPDATA lines were added to.
    [[nodiscard]] auto skipdata() const& noexcept -> S const& { return skipdata_; }
    [[nodiscard]] auto skipdata() && noexcept -> S&& { return std::move(skipdata_); }

private:
    /// Whether a record is no flow, but a window without records.
    template <flow_record Record>
    [[nodiscard]] static auto is_window(Record const& record) -> bool {
        auto const status = record[field::log_status];
        if (status.has_value()) return *status != log_status::ok;
        return status.absent() && is_empty_window(record);
    }

    required_aggregator<A> flows_;
    required_aggregator<S> skipdata_;
    detail::addable_check<A> check_;
};

}  // namespace flowlog

#endif
