// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_FILTERED_HPP
#define FLOWLOG_AGGREGATE_FILTERED_HPP

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/detail/addable_check.hpp>
#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/aggregate/state_writer.hpp>
#include <flowlog/flow/field_bounds.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog {

/// Adds to an aggregator the flows that a predicate wants: a `filter`, or any const function of a
/// record that returns bool. An aggregator itself.
///
///     auto counts = flowlog::run(files, flowlog::filtered{flowlog::where("action = REJECT"),
///                                                         flowlog::port_protocol_counter{}});
///
/// Two things keep a record out: a malformed value that decides whether the filter wants the
/// record; and, if the record is wanted, a field that the aggregator cannot use. A function keeps
/// no record out; it is called with every record, and may be called twice with the same.
template <class Predicate, class A>
class filtered {
public:
    filtered(Predicate wanted, A a)
        : wanted_{std::move(wanted)}, inner_{std::move(a)}, check_{inner_} {}

    template <flow_record Record>
    void add(Record const& record) {
        static_cast<void>(try_add(record));
    }

    /// Adds a record if it is wanted. False if a field keeps it out.
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

    /// Deals with the flows of a batch up to the first that a field keeps out, and adds those that
    /// are wanted; returns how many flows it dealt with.
    template <record_batch Batch>
    [[nodiscard]] auto add_batch(Batch const& batch) -> std::size_t {
        if (wants_all()) {
            auto const added = detail::add_batch(inner_, batch);
            matched_ += added;
            return added;
        }
        return in_chunks(
            batch, [this](Batch const& flows) { return detail::add_each(*this, flows); },
            [this](Batch const& picked) {
                auto const added = detail::add_batch(inner_, picked);
                matched_ += added;
                return added;
            });
    }

    /// The number of flows of a batch that `add_batch` would deal with.
    template <record_batch Batch>
    [[nodiscard]] auto count_addable(Batch const& batch) -> std::size_t {
        if (wants_all()) return check_.count(inner_, batch);
        return in_chunks(
            batch,
            [this](Batch const& flows) {
                std::size_t i = 0;
                while (i != flows.size() && !offending_field_of(flows[i])) ++i;
                return i;
            },
            [this](Batch const& picked) { return check_.count(inner_, picked); });
    }

    /// The field that keeps a record out, if any.
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

    /// Where an aggregator that writes text writes it in the end.
    [[nodiscard]] auto output() const
        requires writing_aggregator<A>
    {
        return inner_.output();
    }
    void write_to(std::function<void(std::string_view)> sink)
        requires writing_aggregator<A>
    {
        inner_.write_to(std::move(sink));
    }

    /// Writes the number of records that were added, and what the aggregator saves. The filter is
    /// not saved: whoever loads must have the same.
    void save(state_writer& out) const
        requires saved_aggregator<A>
    {
        out.head(head);
        out.open().number(matched_).close_row();
        inner_.save(out);
    }

    /// Merges what was saved.
    void load(state_reader& in)
        requires saved_aggregator<A>
    {
        in.head(head);
        while (in.at_row()) {
            in.open();
            matched_ += in.number();
            in.close_row();
        }
        inner_.load(in);
    }

    /// The fields of the aggregator, and those that the filter names, which a record may lack.
    [[nodiscard]] auto uses() const -> std::vector<field_use> {
        auto result = flowlog::uses(inner_);
        if constexpr (requires { wanted_.uses(); }) {
            for (auto const& use : wanted_.uses()) detail::add_use(result, use);
        }
        return result;
    }

    /// The bounds of the fields of all flows that the filter wants, if it says.
    [[nodiscard]] auto bounds() const -> std::vector<field_bounds> {
        if constexpr (requires { wanted_.bounds(); }) {
            return wanted_.bounds();
        } else {
            return {};
        }
    }

    /// Addresses of which every flow that the filter wants has at least one, if it says.
    [[nodiscard]] auto addresses() const -> std::vector<address_choice> {
        if constexpr (requires { wanted_.addresses(); }) {
            return wanted_.addresses();
        } else {
            return {};
        }
    }

    /// The number of records that were added.
    [[nodiscard]] auto matched() const noexcept -> std::uint64_t { return matched_; }

    [[nodiscard]] auto predicate() const noexcept -> Predicate const& { return wanted_; }

    /// The aggregator, with what was added to it.
    [[nodiscard]] auto inner() & noexcept -> A& { return inner_; }
    [[nodiscard]] auto inner() const& noexcept -> A const& { return inner_; }
    [[nodiscard]] auto inner() && noexcept -> A&& { return std::move(inner_); }

private:
    static constexpr auto head = R"({"part":"filtered"})";
    static constexpr std::size_t chunk_size = 64;  // flows: a bit each in a word

    [[nodiscard]] auto wants_all() const noexcept -> bool {
        if constexpr (requires { wanted_.wants_all(); }) {
            return wanted_.wants_all();
        } else {
            return false;
        }
    }

    /// Asks the filter about the flows of a batch in chunks. `use(picked)` is given the wanted
    /// flows and returns how many of them it took; if the filter cannot answer for a chunk,
    /// `use_each(flows)` is given all its flows. Returns how many flows came before the first that
    /// was not taken.
    template <record_batch Batch, class UseEach, class Use>
    [[nodiscard]] auto in_chunks(Batch const& batch, UseEach use_each, Use use) -> std::size_t {
        for (std::size_t begin = 0; begin != batch.size();) {
            auto const flows = batch.slice(begin, std::min(batch.size() - begin, chunk_size));
            auto const wanted = test_batch(flows);
            auto const done = wanted ? use_picked(flows, *wanted, use) : use_each(flows);
            begin += done;
            if (done != flows.size()) [[unlikely]]
                return begin;
        }
        return batch.size();
    }

    template <record_batch Batch, class Use>
    [[nodiscard]] auto use_picked(Batch const& flows, std::uint64_t wanted, Use use)
        -> std::size_t {
        if (wanted == 0) return flows.size();
        auto const picked = flows.select(wanted, selected_);
        auto const used = use(picked);
        if (used == picked.size()) [[likely]]
            return flows.size();
        for (std::size_t i = 0; i < used; ++i) wanted &= wanted - 1;
        return static_cast<std::size_t>(std::countr_zero(wanted));
    }

    /// The wanted flows of a chunk as bits; nothing if each flow must be asked about.
    template <record_batch Batch>
    [[nodiscard]] auto test_batch(Batch const& flows) const -> std::optional<std::uint64_t> {
        if constexpr (requires { wanted_.test_batch(flows); }) {
            return wanted_.test_batch(flows);
        } else if constexpr (requires { wanted_.test(flows[0]); }) {
            return std::nullopt;
        } else {
            auto bits = std::uint64_t{0};
            for (std::size_t i = 0; i < flows.size(); ++i)
                bits |= std::uint64_t{static_cast<bool>(wanted_(flows[i]))} << i;
            return bits;
        }
    }

    Predicate wanted_;
    required_aggregator<A> inner_;
    detail::addable_check<A> check_;
    selection_buffer selected_;  // what batches of wanted flows refer to
    std::uint64_t matched_ = 0;
};

}  // namespace flowlog

#endif
