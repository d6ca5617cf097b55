// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_EACH_OF_HPP
#define FLOWLOG_AGGREGATE_EACH_OF_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/detail/addable_check.hpp>
#include <flowlog/aggregate/detail/column_cache.hpp>
#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/aggregate/state_writer.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog {

/// What becomes of a log that lacks a field that an aggregator reads.
enum class lacking_logs : std::uint8_t {
    refused,  ///< an error, unless the use of the field is `optional`
    allowed   ///< the field is absent in all its records
};

/// Several aggregators of one type in one pass, as many as are wanted at run time. An aggregator
/// itself: a record is added to all of them, or to none if a field that any of them reads keeps it
/// out, even if a filter of that one does not want the record.
///
///     using part = flowlog::filtered<flowlog::filter, flowlog::dynamic_grouping>;
///     auto questions = std::vector<part>{…};
///     auto const found = flowlog::run(logs, flowlog::each_of{std::move(questions)});
///     for (auto const& one : found.value.all()) one.inner().rank(10);
template <class A>
class each_of {
public:
    explicit each_of(std::vector<A> all, lacking_logs lacking = lacking_logs::refused)
        : all_{std::move(all)} {
        for (auto const& one : all_) {
            for (auto use : flowlog::uses(one)) {
                use.optional = use.optional || lacking == lacking_logs::allowed;
                detail::add_use(uses_, use);
            }
        }
    }

    template <flow_record Record>
    void add(Record const& record) {
        for (auto& one : all_) detail::try_add(one, record);
    }

    /// Adds a record. False, and it is added to none, if a field keeps it out.
    template <flow_record Record>
    [[nodiscard]] auto try_add(Record const& record) -> bool {
        if (offending_field_of(record)) [[unlikely]]
            return false;
        add(record);
        return true;
    }

    /// The first field that keeps a record out.
    template <flow_record Record>
    [[nodiscard]] auto offending_field_of(Record const& record) const
        -> std::optional<offending_field> {
        for (auto const use : uses_) {
            auto const why = visit_field(record, use.id, [&](auto const& value) {
                return detail::trouble(value, use.nullable);
            });
            if (why) return offending_field{use.id, *why};
        }
        return std::nullopt;
    }

    /// Adds the records of a batch up to the first that a field keeps out; returns how many. A
    /// column that several of them read is decoded once.
    template <record_batch Batch>
    [[nodiscard]] auto add_batch(Batch const& batch) -> std::size_t {
        for (std::size_t begin = 0; begin != batch.size();) {
            auto const flows =
                batch.slice(begin, std::min(batch.size() - begin, detail::check_size));
            auto const added = add_few(flows);
            begin += added;
            if (added != flows.size()) return begin;
        }
        return batch.size();
    }

    /// The number of records of a batch, from the first on, that can be added.
    template <record_batch Batch>
    [[nodiscard]] auto count_addable(Batch const& batch) -> std::size_t {
        return detail::count_well_formed(batch, uses_);
    }

    /// Throws `errc::invalid_argument` if the other one has not as many aggregators.
    void merge(each_of&& other, unsigned threads = 1) {
        if (other.all_.size() != all_.size())
            throw error{errc::invalid_argument, {}, "these are not the same aggregators"};
        for (std::size_t i = 0; i < all_.size(); ++i)
            detail::merge(all_[i], std::move(other.all_[i]), threads);
    }

    /// Writes what each of them saves.
    void save(state_writer& out) const
        requires saved_aggregator<A>
    {
        out.head(head());
        for (auto const& one : all_) one.save(out);
    }

    /// Merges what as many aggregators saved.
    void load(state_reader& in)
        requires saved_aggregator<A>
    {
        in.head(head());
        for (auto& one : all_) one.load(in);
    }

    /// The fields that any of them reads.
    [[nodiscard]] auto uses() const -> std::vector<field_use> { return uses_; }

    /// The aggregators, as they were given. They may be changed, but not what they read.
    [[nodiscard]] auto all() const& noexcept -> std::vector<A> const& { return all_; }
    [[nodiscard]] auto all() & noexcept -> std::vector<A>& { return all_; }
    [[nodiscard]] auto all() && noexcept -> std::vector<A>&& { return std::move(all_); }

private:
    [[nodiscard]] auto head() const -> std::string {
        return R"({"part":"each of","size":)" + std::to_string(all_.size()) + '}';
    }

    /// Adds at most `check_size` records.
    template <record_batch Batch>
    [[nodiscard]] auto add_few(Batch const& batch) -> std::size_t {
        cache_.clear();
        auto const flows = detail::cached_batch<Batch>{batch, cache_};
        auto good = batch.size();
        for (auto const use : uses_) {
            auto const is_checked =
                use.nullable || info(use.id).type != field_type::action;  // which may be absent
            if (!is_checked || !flows.reads(use.id))
                good = detail::count_well_formed(batch, use, good);
        }
        if (good == 0) return 0;
        auto const known = flows.slice(0, good);
        for (auto& one : all_) static_cast<void>(detail::add_batch(one, known));
        return good;
    }

    std::vector<A> all_;
    std::vector<field_use> uses_{};
    detail::column_cache cache_{};
};

}  // namespace flowlog

#endif
