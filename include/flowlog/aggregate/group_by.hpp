// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_GROUP_BY_HPP
#define FLOWLOG_AGGREGATE_GROUP_BY_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <ranges>
#include <span>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/detail/group_table.hpp>
#include <flowlog/aggregate/detail/row_writer.hpp>
#include <flowlog/aggregate/detail/waiting_rows.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/aggregate/measure.hpp>

namespace flowlog {

/// A group: the cells of its key, and those of its measures.
struct group {
    std::vector<group_cell> key;
    std::vector<group_cell> values;

    friend auto operator==(group const&, group const&) -> bool = default;
};

/// The largest groups, and what is left out.
struct ranking {
    std::vector<group> groups;      ///< the largest first
    std::size_t left_out = 0;       ///< how many groups are not among them
    std::vector<group_cell> rest;   ///< the measures over those, as if they were one group
    std::vector<group_cell> total;  ///< the measures over all groups
    bool saturated = false;         ///< some sum here stuck at 2^64 - 1
    bool estimated = false;         ///< some count of different values here is an estimate
};

/// Groups flows by a key and computes measures for each group. An aggregator: memory is bounded by
/// the number of groups. Made by `group_by`. `Fields` and `Measures` are lists known at compile
/// time, or empty where the key is known at run time only; all else is the same.
template <class Fields, class Measures>
class grouping;

template <field_id... Ids, class... Measures>
class grouping<field_list<Ids...>, std::tuple<Measures...>> {
public:
    grouping(std::vector<group_key> keys, std::vector<measure> measures)
        : rows_{std::move(keys), std::move(measures)},
          table_{rows_.key_words(), detail::measure_values::empty(rows_.measures())},
          all_{detail::measure_values::empty(rows_.measures())},
          waiting_{rows_.words()} {
        if (this->keys().empty() || this->measures().empty() || this->keys().size() > max_keys)
            throw error{errc::invalid_argument,
                        {},
                        "a grouping takes 1 to 32 keys and at least one measure"};
        for (auto const& m : this->measures()) {
            if (!m.possible())
                throw error{errc::invalid_argument, {}, m.name() + " cannot be computed"};
            only_sums_ &= m.kind == measure_kind::flows || m.kind == measure_kind::sum;
        }
    }

    /// What is read: nothing of it need be there in every flow.
    [[nodiscard]] auto uses() const -> std::vector<field_use> { return rows_.uses(); }

    /// Adds a record; false, and nothing is added, where a field that is read is malformed.
    template <flow_record Record>
    [[nodiscard]] auto try_add(Record const& record) -> bool {
        auto* const row = waiting_.next();
        auto const count = rows_.put(record, row);
        if (count == 0) [[unlikely]]
            return false;
        waiting_.push(table_, count);
        if (both_ends())
            with_update([&](auto update) { update(all_.data(), row + rows_.key_words()); });
        if (waiting_.room() < 2) turn();
        return true;
    }

    template <flow_record Record>
    void add(Record const& record) {
        static_cast<void>(try_add(record));
    }

    /// Adds flows of a `text_batch` or `archive_batch`, up to one in which a field that is read is
    /// malformed; how many.
    template <class Run>
    [[nodiscard]] auto add_batch(Run const& run) -> std::size_t {
        return detail::add_in_parts(
            *this, run, [this] { return waiting_.room() / rows_.ends(); },
            [this](Run const& flows) { return add_columns(flows); });
    }

    /// With several threads where there are many groups of numbers and addresses.
    void merge(grouping&& other, unsigned threads = 1) {
        settle();
        other.settle();
        if (table_.size() == 0) {
            *this = std::move(other);
            return;
        }
        auto const size = other.table_.size();
        if (threads > 1 && size >= worth_sharing && rows_are_all()) {
            merge_rows(other, threads);
        } else {
            merge_rows(other, std::views::iota(std::size_t{0}, size));
        }
        merge_values(all_.data(), values_, other.all_.data(), other.values_);
        values_.note_saturated(other.values_.saturated());
    }

    /// How many groups there are.
    [[nodiscard]] auto size() -> std::size_t {
        settle();
        return table_.size();
    }

    /// The `limit` groups with the largest values of a measure (by position), equal ones in the
    /// order of their keys.
    [[nodiscard]] auto top(std::size_t limit, std::size_t by = 0) -> std::vector<group> {
        return described(ranked(limit, by), limit);
    }

    /// The same, with what it leaves out. Where both ends of a flow count, the rest is the sum over
    /// its groups, and the total has each flow once.
    [[nodiscard]] auto rank(std::size_t limit, std::size_t by = 0) -> ranking {
        auto const order = ranked(limit, by);
        auto result = ranking{};
        result.groups = described(order, limit);
        auto const shown = result.groups.size();
        result.left_out = order.size() - shown;
        auto sums = detail::measure_values{};
        auto rest = detail::measure_values::empty(measures());
        for (auto i = shown; i < order.size(); ++i) accumulate(rest.data(), order[i].second, sums);
        result.rest = cells(rest.data(), sums);
        for (std::size_t i = 0; i < shown; ++i) accumulate(rest.data(), order[i].second, sums);
        result.total = both_ends() ? cells(all_.data(), values_) : cells(rest.data(), sums);
        result.saturated = saturated() || sums.saturated();
        result.estimated = estimated() || sums.estimated();
        return result;
    }

    /// All groups in the order of their keys.
    [[nodiscard]] auto groups() -> std::vector<group> {
        settle();
        auto rows = std::vector<std::size_t>(table_.size());
        std::iota(rows.begin(), rows.end(), std::size_t{0});
        std::ranges::sort(rows, [this](auto a, auto b) { return key_before(a, b); });
        auto result = std::vector<group>{};
        for (auto const r : rows) result.push_back(row(r));
        return result;
    }

    /// The measures over all flows. Distinct values of several groups count once.
    [[nodiscard]] auto totals() -> std::vector<group_cell> {
        settle();
        if (both_ends()) return cells(all_.data(), values_);
        auto sums = detail::measure_values{};
        auto all = detail::measure_values::empty(measures());
        for (std::size_t row = 0; row < table_.size(); ++row) accumulate(all.data(), row, sums);
        return cells(all.data(), sums);
    }

    [[nodiscard]] auto keys() const noexcept -> std::vector<group_key> const& {
        return rows_.keys();
    }
    [[nodiscard]] auto measures() const noexcept -> std::vector<measure> const& {
        return rows_.measures();
    }

    /// Whether some group's sum stuck at 2^64 - 1.
    [[nodiscard]] auto saturated() const noexcept -> bool { return values_.saturated(); }

    /// Whether some group's count of different values is an estimate.
    [[nodiscard]] auto estimated() const noexcept -> bool { return values_.estimated(); }

private:
    static constexpr std::size_t max_keys = 32;  // two bits of state each in one word
    static constexpr std::size_t worth_sharing = std::size_t{1} << 16;  // groups

    [[nodiscard]] auto both_ends() const noexcept -> bool { return rows_.ends() == 2; }

    /// Adds flows for which there is room in the batch, or none.
    template <class Run>
    [[nodiscard]] auto add_columns(Run const& flows) -> bool {
        if (!rows_.put_columns(flows, waiting_.next())) return false;
        waiting_.push(table_, both_ends() ? join_ends(flows.size()) : flows.size());
        if (waiting_.room() < 2) turn();
        return true;
    }

    /// Of the next rows, two of each flow, leaves but one where both are the same; how many it
    /// leaves.
    [[nodiscard]] auto join_ends(std::size_t flows) -> std::size_t {
        auto const words = rows_.words();
        auto* const all = all_.data();
        std::size_t same = 0;
        with_update([&](auto update) {
            detail::with_width(rows_.key_words(), [&](auto width) {
                auto const* row = waiting_.next();
                for (std::size_t i = 0; i != flows; ++i, row += 2 * words) {
                    update(all, row + width);
                    if (detail::group_table::same(row, row + words, width)) ++same;
                }
            });
        });
        if (same != 0) [[unlikely]]
            drop_same_ends(flows);
        return 2 * flows - same;
    }

    void drop_same_ends(std::size_t flows) {
        auto const words = rows_.words();
        auto const* from = waiting_.next();
        auto* to = waiting_.next();
        for (std::size_t i = 0; i != flows; ++i, from += 2 * words) {
            auto const same = detail::group_table::same(from, from + words, rows_.key_words());
            auto const kept = same ? words : 2 * words;
            if (to != from) std::copy_n(from, kept, to);
            to += kept;
        }
    }

    /// Whether keys and values are all in the rows: no texts, no sets.
    [[nodiscard]] auto rows_are_all() const noexcept -> bool {
        return std::ranges::none_of(keys(), detail::holds_text) &&
               std::ranges::find(measures(), measure_kind::distinct, &measure::kind) ==
                   measures().end();
    }

    /// Has rows of another grouping, by their numbers, wait for `take`, which is as
    /// `waiting_rows::turn` says; the number stands behind the key. None waits before or after it.
    template <class Numbers, class Take>
    void take_rows(detail::waiting_rows& waiting, grouping const& other, Numbers const& numbers,
                   Take take) {
        for (auto const number : numbers) {
            auto* const key = waiting.next();
            *std::ranges::copy(other.table_.key(number), key).out = number;
            renumber_texts(key, other.rows_.texts());
            waiting.push(table_, 1);
            if (waiting.room() == 0) waiting.turn(table_, take);
        }
        waiting.settle(table_, take);
    }

    /// Merges rows of another grouping by their numbers.
    template <class Numbers>
    void merge_rows(grouping const& other, Numbers const& numbers) {
        take_rows(waiting_, other, numbers,
                  [&](detail::group_word const* key, auto width, detail::group_word hash,
                      detail::group_word* likely) {
                      merge_values(table_.values(key, width, hash, likely), values_, other, key);
                  });
    }

    /// Of the rows of another grouping those that one thread merges.
    struct merge_share {
        std::size_t begin;
        std::size_t end;
        detail::waiting_rows waiting;
        detail::measure_values sums{};
        std::vector<std::size_t> missing{};  // those that have no group here
        std::size_t row = 0;                 // the first of those that they get
    };

    /// Merges all rows of another grouping that holds no texts and no sets, each of which is met
    /// once: with several threads first those that have a group here, then the rest.
    void merge_rows(grouping const& other, unsigned threads) {
        auto shares = std::vector<merge_share>{};
        auto const size = other.table_.size();
        for (std::size_t i = 0; i < threads; ++i) {
            shares.push_back({size * i / threads, size * (i + 1) / threads, waiting_});
            shares.back().missing.reserve(shares.back().end - shares.back().begin);
        }
        in_parallel(shares, [&](merge_share& mine) { merge_known(other, mine); });
        for (auto& one : shares) one.row = table_.extend(one.missing.size());
        in_parallel(shares, [&](merge_share const& mine) { copy_missing(other, mine); });
        for (auto const& one : shares) values_.note_saturated(one.sums.saturated());
    }

    /// Calls `work` for each share, in a thread of its own.
    template <class Work>
    static void in_parallel(std::vector<merge_share>& shares, Work work) {
        auto others = std::vector<std::jthread>{};
        for (std::size_t i = 1; i < shares.size(); ++i)
            others.emplace_back([&, i] { work(shares[i]); });
        work(shares.front());
    }

    /// Merges the rows of a share that have a group here, and notes the others.
    void merge_known(grouping const& other, merge_share& mine) {
        take_rows(mine.waiting, other, std::views::iota(mine.begin, mine.end),
                  [&](detail::group_word const* key, auto width, detail::group_word hash,
                      detail::group_word* likely) {
                      if (auto* const value = table_.find(key, width, hash, likely)) {
                          merge_values(value, mine.sums, other, key);
                      } else {
                          mine.missing.push_back(key[rows_.key_words()]);
                      }
                  });
    }

    /// Copies the rows of a share that have no group here, and links them. Not by `take_rows`,
    /// which looks at slots that other threads link.
    void copy_missing(grouping const& other, merge_share const& mine) {
        constexpr std::size_t batch = detail::waiting_rows::batch;
        auto const entrance = detail::group_table::entrance{table_};
        auto hashes = std::array<detail::group_word, batch>{};
        auto row = mine.row;
        for (auto left = std::span{mine.missing}; !left.empty();) {
            auto const some = left.first(std::min(batch, left.size()));
            for (std::size_t i = 0; i < some.size(); ++i) {
                hashes[i] = table_.hash(other.table_.key(some[i]).data());
                entrance.prefetch(hashes[i]);
            }
            for (std::size_t i = 0; i < some.size(); ++i, ++row) {
                auto* const values =
                    std::ranges::copy(other.table_.key(some[i]), table_.row(row)).out;
                std::ranges::copy(other.table_.values(some[i]), values);
                table_.link(row, hashes[i]);
            }
            left = left.subspan(some.size());
        }
    }

    /// Merges the measures of another grouping's row, whose number stands behind its key.
    void merge_values(detail::group_word* value, detail::measure_values& sets,
                      grouping const& other, detail::group_word const* key) {
        merge_values(value, sets, other.table_.values(key[rows_.key_words()]).data(),
                     other.values_);
    }

    /// Calls `use` with what adds a record's input to the measures of a row: the quick way where
    /// they are all sums, the quickest where they are one. With the one loop of
    /// `waiting_rows::push`: 133 instead of 151 million instructions for 400,000 flows of nfdump.
    template <class Use>
    void with_update(Use use) {
        if (only_sums_ && all_.size() == 1) {
            use([this](detail::group_word* value, detail::group_word const* input)
                    __attribute__((always_inline)) { values_.add(*value, *input); });
        } else {
            use([this, sums = only_sums_ ? all_.size() : 0](detail::group_word* value,
                                                            detail::group_word const* input)
                    __attribute__((always_inline)) {
                        for (std::size_t i = 0; i != sums; ++i) values_.add(value[i], input[i]);
                        if (sums == 0) update_each(value, input);
                    });
        }
    }

    void update_each(detail::group_word* value, detail::group_word const* input) {
        for (auto const& m : measures()) {
            values_.update(m.kind, value, input);
            value += detail::width(m.kind);
            input += detail::width(m.kind);
        }
    }

    /// Calls `use` with what adds a row to the measures of its group.
    template <class Use>
    void with_adding(Use use) {
        with_update([&](auto update) {
            use([this, update](detail::group_word const* key, auto width, detail::group_word hash,
                               detail::group_word* likely) __attribute__((always_inline)) {
                update(table_.values(key, width, hash, likely), key + width);
            });
        });
    }

    /// Begins a new batch of waiting rows.
    [[gnu::noinline]] void turn() {
        with_adding([this](auto add) { waiting_.turn(table_, add); });
    }

    /// Adds all waiting rows to their groups.
    void settle() {
        with_adding([this](auto add) { waiting_.settle(table_, add); });
    }

    using rank_of_row = std::pair<detail::group_word, std::size_t>;

    /// The rows, the largest `limit` first and in their order.
    [[nodiscard]] auto ranked(std::size_t limit, std::size_t by) -> std::vector<rank_of_row> {
        settle();
        auto offset = std::size_t{0};
        for (std::size_t i = 0; i < by; ++i) offset += detail::width(measures()[i].kind);
        auto ranks = std::vector<rank_of_row>(table_.size());
        for (std::size_t row = 0; row < ranks.size(); ++row)
            ranks[row] = {values_.rank(measures()[by], table_.values(row).data() + offset), row};
        auto const before = [this](auto const& a, auto const& b) {
            return a.first != b.first ? a.first > b.first : key_before(a.second, b.second);
        };
        auto const end = ranks.begin() + static_cast<std::ptrdiff_t>(std::min(limit, ranks.size()));
        std::ranges::partial_sort(ranks, end, before);
        return ranks;
    }

    [[nodiscard]] auto described(std::vector<rank_of_row> const& order, std::size_t limit) const
        -> std::vector<group> {
        auto result = std::vector<group>{};
        for (std::size_t i = 0; i < std::min(limit, order.size()); ++i)
            result.push_back(row(order[i].second));
        return result;
    }

    /// Adds the measures of a row to some, whose sets stand in `sums`.
    void accumulate(detail::group_word* value, std::size_t row, detail::measure_values& sums) {
        merge_values(value, sums, table_.values(row).data(), values_);
    }

    /// Adds measures to some; the sets of each stand in its `measure_values`.
    void merge_values(detail::group_word* value, detail::measure_values& sets,
                      detail::group_word const* from, detail::measure_values const& from_sets) {
        for (auto const& m : measures()) {
            sets.merge(m.kind, value, from, from_sets);
            value += detail::width(m.kind);
            from += detail::width(m.kind);
        }
    }

    /// Puts this grouping's numbers for those of `texts` into a key.
    void renumber_texts(detail::group_word* key, detail::text_pool const& texts) {
        auto states = *key;
        auto* at = key + 1;
        for (auto const& part : keys()) {
            if ((states & 3) != 0 && detail::holds_text(part))
                *at = rows_.texts().number(texts.text(*at));
            at += detail::key_width(part);
            states >>= 2;
        }
    }

    /// A total order of keys: part by part, absent before present, IPv4 before IPv6, texts by their
    /// bytes.
    [[nodiscard]] auto key_before(std::size_t a, std::size_t b) const -> bool {
        auto const* x = table_.key(a).data();
        auto const* y = table_.key(b).data();
        auto x_states = *x++;
        auto y_states = *y++;
        for (auto const& part : keys()) {
            if ((x_states & 3) != (y_states & 3)) return (x_states & 3) < (y_states & 3);
            auto const width = detail::key_width(part);
            if (!std::equal(x, x + width, y)) {
                if (detail::holds_text(part))
                    return rows_.texts().text(*x) < rows_.texts().text(*y);
                return std::lexicographical_compare(x, x + width, y, y + width);
            }
            x += width;
            y += width;
            x_states >>= 2;
            y_states >>= 2;
        }
        return false;
    }

    [[nodiscard]] auto row(std::size_t number) const -> group {
        auto result = group{};
        auto const* at = table_.key(number).data();
        auto states = *at++;
        for (auto const& part : keys()) {
            result.key.push_back(detail::get_part(part, static_cast<detail::key_state>(states & 3),
                                                  at, rows_.texts()));
            at += detail::key_width(part);
            states >>= 2;
        }
        result.values = cells(table_.values(number).data(), values_);
        return result;
    }

    [[nodiscard]] auto cells(detail::group_word const* value,
                             detail::measure_values const& values) const
        -> std::vector<group_cell> {
        auto result = std::vector<group_cell>{};
        for (auto const& m : measures()) {
            result.push_back(values.cell(m, value));
            value += detail::width(m.kind);
        }
        return result;
    }

    detail::row_writer<field_list<Ids...>, std::tuple<Measures...>> rows_;
    detail::group_table table_;
    detail::measure_values values_;
    std::vector<detail::group_word> all_;  // the measures over all flows, where both ends count
    bool only_sums_ = true;                // no measure but flows and sums
    detail::waiting_rows waiting_;
};

/// A grouping whose key and measures are known at run time.
using dynamic_grouping = grouping<field_list<>, std::tuple<>>;

/// Groups by fields and computes measures that are known at compile time.
///
///     using namespace flowlog::measures;
///     auto const talkers = flowlog::group_by<field::srcaddr>(count, sum<field::bytes>);
///     auto found = flowlog::run({"vpc.log"}, talkers);
///     for (auto const& group : found.value.top(20, 1)) …
template <auto... Keys, class... Measures>
    requires(sizeof...(Keys) != 0 && sizeof...(Measures) != 0)
[[nodiscard]] auto group_by(Measures...) {
    return grouping<field_list<Keys.id...>, std::tuple<Measures...>>{{group_key::of(Keys.id)...},
                                                                     {Measures::value...}};
}

/// Groups by keys and computes measures that are known at run time.
[[nodiscard]] inline auto group_by(std::vector<group_key> keys, std::vector<measure> measures)
    -> dynamic_grouping {
    return {std::move(keys), std::move(measures)};
}

}  // namespace flowlog

#ifdef FLOWLOG_COMPILED

#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/query/filter.hpp>

namespace flowlog {

extern template auto run(std::vector<input> const&, dynamic_grouping const&, run_options const&)
    -> run_result<dynamic_grouping>;
extern template auto run(std::vector<input> const&, filtered<filter, dynamic_grouping> const&,
                         run_options const&) -> run_result<filtered<filter, dynamic_grouping>>;

}  // namespace flowlog

#endif

#endif
