// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_FILTERED_HPP
#define FLOWLOG_AGGREGATE_FILTERED_HPP

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog {

/// Adds to an aggregator the flows that a predicate wants: a `filter`, or any function of a record.
///
///     auto counts = flowlog::run(files, flowlog::filtered{flowlog::where("action = REJECT"),
///                                                         flowlog::port_protocol_counter{}});
///
/// What keeps a record out is, first, a malformed value on which it hangs whether the filter wants
/// it; then, should it be wanted, a field that the aggregator cannot use. A function has no say in
/// that: it is called with every record.
template <class Predicate, aggregator A>
class filtered {
public:
    filtered(Predicate wanted, A a) : wanted_{std::move(wanted)}, inner_{std::move(a)} {}

    /// Adds a record that is fit and wanted.
    template <flow_record Record>
    void add(Record const& record) {
        try_add(record);
    }

    /// Adds a record if it is wanted; false where it is unfit.
    template <flow_record Record>
    auto try_add(Record const& record) -> bool {
        if constexpr (requires { wanted_.test(record); }) {
            auto const wanted = wanted_.test(record);
            if (!wanted.has_value()) [[unlikely]]
                return false;
            if (!*wanted) return true;
        } else {
            if (!wanted_(record)) return true;
        }
        if (!detail::try_add(inner_, record)) [[unlikely]]
            return false;
        ++matched_;
        return true;
    }

    /// Adds those flows of a `text_batch` or `archive_batch` that are wanted, up to one that is
    /// unfit; how many flows were dealt with.
    template <class Run>
    [[nodiscard]] auto add_batch(Run const& run) -> std::size_t {
        for (std::size_t flow = 0; flow != run.size();) {
            auto const some = run.slice(flow, std::min<std::size_t>(run.size() - flow, 64));
            auto const done = add_some(some);
            flow += done;
            if (done != some.size()) [[unlikely]]
                return flow;
        }
        return run.size();
    }

    /// Why `try_add` returned false.
    template <flow_record Record>
    [[nodiscard]] auto offending_field_of(Record const& record) const
        -> std::optional<offending_field> {
        if constexpr (requires { wanted_.test(record); }) {
            auto const wanted = wanted_.test(record);
            if (!wanted.has_value())
                return offending_field{wanted_.malformed_field(record), reason::bad_value};
            if (!*wanted) return std::nullopt;
        } else {
            if (!wanted_(record)) return std::nullopt;
        }
        return find_offending_field(inner_, record);
    }

    void merge(filtered&& other, unsigned threads = 1) {
        detail::merge(inner_, std::move(other.inner_), threads);
        matched_ += other.matched_;
    }

    /// The fields that the filter names, which may be absent, and those of the aggregator.
    [[nodiscard]] auto uses() const -> std::vector<field_use> {
        auto result = flowlog::uses(inner_);
        if constexpr (requires { wanted_.uses(); }) {
            for (auto const& use : wanted_.uses()) {
                if (std::ranges::find(result, use.id, &field_use::id) == result.end())
                    result.push_back(use);
            }
        }
        return result;
    }

    /// How many records were added.
    [[nodiscard]] auto matched() const noexcept -> std::uint64_t { return matched_; }

    [[nodiscard]] auto predicate() const noexcept -> Predicate const& { return wanted_; }

    /// The aggregator, with what was added to it.
    [[nodiscard]] auto inner() const& noexcept -> A const& { return inner_; }
    [[nodiscard]] auto inner() && noexcept -> A&& { return std::move(inner_); }

private:
    template <class Run>
    [[nodiscard]] auto add_some(Run const& flows) -> std::size_t {
        auto const wanted = test_batch(flows);
        if (!wanted) return detail::add_each(*this, flows);
        if (*wanted == 0) return flows.size();
        auto const picked = flows.select(*wanted, selected_);
        auto const added = detail::add_batch(inner_, picked);
        matched_ += added;
        if (added == picked.size()) [[likely]]
            return flows.size();
        auto rest = *wanted;
        for (std::size_t i = 0; i < added; ++i) rest &= rest - 1;
        return static_cast<std::size_t>(std::countr_zero(rest));
    }

    template <class Run>
    [[nodiscard]] auto test_batch(Run const& flows) const -> std::optional<std::uint64_t> {
        if constexpr (requires { wanted_.test_batch(flows); }) {
            return wanted_.test_batch(flows);
        } else {
            return std::nullopt;
        }
    }

    Predicate wanted_;
    A inner_;
    selection_buffer selected_;  // what batches of wanted flows refer to
    std::uint64_t matched_ = 0;
};

}  // namespace flowlog

#endif
