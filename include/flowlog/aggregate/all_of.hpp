// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_ALL_OF_HPP
#define FLOWLOG_AGGREGATE_ALL_OF_HPP

#include <algorithm>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/detail/addable_check.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog {

/// Several aggregators in one pass. An aggregator itself: a record is added to all of them or to
/// none.
///
///     auto const found = flowlog::run(logs, flowlog::all_of{
///         flowlog::port_protocol_counter{},
///         flowlog::filtered{flowlog::where("action = REJECT"),
///                           flowlog::group_by<field::srcaddr>(count)}});
///     found.value.get<0>().counts();
template <class... A>
class all_of {
    static_assert(sizeof...(A) != 0, "all_of needs at least one aggregator");

public:
    explicit all_of(A... all) : all_{std::move(all)...}, checks_{make_checks(all_)} {}

    /// Adds a record. False, and it is added to none, if a field keeps it out of one.
    template <flow_record Record>
    [[gnu::always_inline]] auto try_add(Record const& record) -> bool {
        auto const known = decoded<Record>{record};
        if (!known.usable()) [[unlikely]]
            return false;
        auto const passes = [&](auto i) {
            if constexpr (is_plain<i>) {
                return true;
            } else {
                return check<i>().passes(at<i>(), record);
            }
        };
        if (!for_all(passes)) [[unlikely]]
            return false;
        for_all([&](auto i) __attribute__((always_inline)) {
            add_to(at<i>(), record, known);
            return true;
        });
        return true;
    }

    template <flow_record Record>
    void add(Record const& record) {
        static_cast<void>(try_add(record));
    }

    /// The field that keeps a record out of the first aggregator that cannot add it.
    template <flow_record Record>
    [[nodiscard]] auto offending_field_of(Record const& record) const
        -> std::optional<offending_field> {
        auto result = std::optional<offending_field>{};
        for_all([&](auto i) {
            result = find_offending_field(std::get<i>(all_), record);
            return !result.has_value();
        });
        return result;
    }

    /// Adds the records of a batch up to the first that cannot be added; returns how many. The
    /// first aggregator finds out as it adds, of the others it must be known before.
    template <record_batch Batch>
    [[nodiscard]] auto add_batch(Batch const& batch) -> std::size_t {
        auto good = batch.size();
        for_all([&](auto i) {
            if constexpr (i != 0) good = check<i>().count(at<i>(), first(batch, good));
            return good != 0;
        });
        if (good != 0) good = detail::add_batch(at<0>(), first(batch, good));
        if (good == 0) return 0;
        for_all([&](auto i) {
            if constexpr (i != 0) detail::add_batch(at<i>(), first(batch, good));
            return true;
        });
        return good;
    }

    /// The number of records of a batch, from the first on, that can be added.
    template <record_batch Batch>
    [[nodiscard]] auto count_addable(Batch const& batch) -> std::size_t {
        auto good = batch.size();
        for_all([&](auto i) {
            good = check<i>().count(at<i>(), first(batch, good));
            return good != 0;
        });
        return good;
    }

    void merge(all_of&& other, unsigned threads = 1) {
        for_all([&](auto i) {
            detail::merge(at<i>(), std::move(std::get<i>(other.all_)), threads);
            return true;
        });
    }

    /// Writes what each aggregator saves.
    void save(state_writer& out) const
        requires(saved_aggregator<A> && ...)
    {
        std::apply([&](auto const&... one) { (one.save(out), ...); }, all_);
    }

    /// Merges what was saved.
    void load(state_reader& in)
        requires(saved_aggregator<A> && ...)
    {
        std::apply([&](auto&... one) { (one.load(in), ...); }, all_);
    }

    /// The fields that any of them reads: each is needed if one aggregator needs it.
    [[nodiscard]] auto uses() const -> std::vector<field_use> {
        auto result = std::vector<field_use>{};
        for_all([&](auto i) {
            for (auto const use : flowlog::uses(std::get<i>(all_))) detail::add_use(result, use);
            return true;
        });
        return result;
    }

    /// The aggregator at a position, as it was given.
    template <std::size_t I>
    [[nodiscard]] auto get() const& noexcept -> auto const& {
        return std::get<I>(all_);
    }
    template <std::size_t I>
    [[nodiscard]] auto get() && noexcept -> auto&& {
        return std::get<I>(std::move(all_));
    }

private:
    using aggregators = std::tuple<required_aggregator<A>...>;
    using checks = std::tuple<detail::addable_check<A>...>;

    /// Whether an aggregator has fields that are known at compile time, and nothing else that could
    /// keep a record out. These fields are decoded once for all.
    template <class One>
    static constexpr bool plain =
        declares_fields<One> && !detail::has_try_add<One> && !detail::has_offending_field_of<One>;
    template <std::size_t I>
    static constexpr bool is_plain = plain<std::tuple_element_t<I, aggregators>>;

    template <class One, bool = plain<One>>
    struct plain_fields {
        using required = field_list<>;
        using nullable = field_list<>;
    };
    template <class One>
    struct plain_fields<One, true> {
        using required = typename One::fields;
        using nullable = typename detail::nullable_fields_of<One>::type;
    };
    template <flow_record Record>
    using decoded = detail::decoded_record<
        Record, typename detail::joined<field_list<>, typename plain_fields<A>::required...>::type,
        typename detail::joined<field_list<>, typename plain_fields<A>::nullable...>::type>;

    template <class One, class Record, class Known>
    [[gnu::always_inline]] static void add_to(One& one, Record const& record, Known const& known) {
        if constexpr (plain<One>) {
            one.add(detail::declared_record<Known, typename plain_fields<One>::required,
                                            typename plain_fields<One>::nullable>{known});
        } else if constexpr (trying_aggregator<One, Record> || declares_fields<One>) {
            detail::try_add(one, record);
        } else {
            one.add(record);
        }
    }

    /// Calls `function` with each position, until it returns false; whether it never did.
    template <class Function>
    [[gnu::always_inline]] static auto for_all(Function&& function) -> bool {
        return [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
            return (function(std::integral_constant<std::size_t, I>{}) && ...);
        }(std::index_sequence_for<A...>{});
    }

    /// Each field is checked for the first aggregator that reads it only.
    [[nodiscard]] static auto make_checks(aggregators const& all) -> checks {
        return std::apply(
            [](auto const&... one) {
                auto result = checks{detail::addable_check<A>{one}...};
                auto checked = std::vector<field_use>{};
                std::apply([&](auto&... check) { (check.leave_out(checked), ...); }, result);
                return result;
            },
            all);
    }

    template <record_batch Batch>
    [[nodiscard]] static auto first(Batch const& batch, std::size_t size) -> Batch {
        return size == batch.size() ? batch : batch.slice(0, size);
    }

    template <std::size_t I>
    [[nodiscard]] auto at() noexcept -> auto& {
        return std::get<I>(all_);
    }
    template <std::size_t I>
    [[nodiscard]] auto check() const noexcept -> auto const& {
        return std::get<I>(checks_);
    }

    aggregators all_;
    checks checks_;
};

}  // namespace flowlog

#endif
