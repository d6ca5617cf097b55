// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_ROW_WRITER_HPP
#define FLOWLOG_AGGREGATE_DETAIL_ROW_WRITER_HPP

#include <algorithm>
#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <flowlog/aggregate/detail/group_table.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/flow/field_use.hpp>

namespace flowlog::detail {

/// Writes flows as rows of words: a key, the states of its parts first, and what is to be added to
/// the measures of its group. `Fields` and `Measures` are as `grouping` has them.
template <class Fields, class Measures>
class row_writer;

template <field_id... Ids, class... Measures>
class row_writer<field_list<Ids...>, std::tuple<Measures...>> {
    static constexpr bool is_static = sizeof...(Measures) != 0;

public:
    row_writer(std::vector<group_key> keys, std::vector<measure> measures)
        : keys_{std::move(keys)},
          measures_{std::move(measures)},
          both_ends_{std::ranges::any_of(keys_, &has_other)} {
        for (auto const& m : measures_) inputs_ += width(m.kind);
        for (auto const& part : keys_) {
            steps_.emplace_back(part);
            key_words_ += key_width(part);
        }
    }

    [[nodiscard]] auto keys() const noexcept -> std::vector<group_key> const& { return keys_; }
    [[nodiscard]] auto measures() const noexcept -> std::vector<measure> const& {
        return measures_;
    }

    /// What keys call texts by numbers.
    [[nodiscard]] auto texts() noexcept -> text_pool& { return texts_; }
    [[nodiscard]] auto texts() const noexcept -> text_pool const& { return texts_; }

    /// How many words a key has, and a row.
    [[nodiscard]] auto key_words() const noexcept -> std::size_t { return key_words_; }
    [[nodiscard]] auto words() const noexcept -> std::size_t { return key_words_ + inputs_; }

    /// How many rows a flow takes: two where both its ends count.
    [[nodiscard]] auto ends() const noexcept -> std::size_t { return both_ends_ ? 2 : 1; }

    /// What is read: nothing of it need be there in every flow.
    [[nodiscard]] auto uses() const -> std::vector<field_use> {
        auto result = std::vector<field_use>{};
        auto const add = [&](field_id id) {
            if (std::ranges::find(result, id, &field_use::id) == result.end())
                result.push_back({id, true});
        };
        for (auto const& part : keys_) {
            switch (part.kind) {
                case key_kind::service: add(field_id::srcport); [[fallthrough]];
                case key_kind::tag:
                    add(field_id::dstport);
                    add(field_id::protocol);
                    break;
                case key_kind::pair:
                    add(field_id::srcaddr);
                    add(field_id::dstaddr);
                    break;
                default: add(part.field);
            }
            if (part.other) add(*part.other);
        }
        for (auto const& m : measures_) {
            if (m.kind != measure_kind::flows) add(m.field);
            if (m.kind == measure_kind::rate) add(field_id::start);
            if (m.kind == measure_kind::rate) add(field_id::end);
        }
        return result;
    }

    /// Puts the rows of a flow: how many, one where both its ends are in one group; 0 where a field
    /// that is read is malformed.
    template <class Record>
    [[nodiscard, gnu::always_inline]] auto put(Record const& record, group_word* row)
        -> std::size_t {
        auto bad = false;
        put_key(record, row, bad, false);
        put_inputs(record, row + key_words_, bad);
        auto const twice = both_ends_ && put_other_end(record, row, bad);
        if (bad) [[unlikely]]
            return 0;
        return twice ? 2 : 1;
    }

    /// Puts the rows of flows of a run, `ends()` of each, column by column. False where a value is
    /// not as most are.
    template <class Run>
    [[nodiscard]] auto put_columns(Run const& flows, group_word* rows) -> bool {
        if (!put_keys(flows, rows, false)) return false;
        auto* at = rows + key_words_;
        for (auto const& m : measures_) {
            if (!put_input_column(flows, m, at)) return false;
            at += width(m.kind);
        }
        if (!both_ends_) return true;
        auto const width = words();
        if (!put_keys(flows, rows + width, true)) return false;
        for (auto word = key_words_, end = width; word != end; ++word) {
            auto* input = rows + word;
            for (auto left = flows.size(); left != 0; --left, input += 2 * width)
                input[width] = *input;
        }
        return true;
    }

private:
    [[nodiscard]] static auto has_other(group_key const& part) noexcept -> bool {
        return part.other.has_value();
    }

    template <class Record>
    [[gnu::always_inline]] void put_key(Record const& record, group_word* key, bool& bad,
                                        bool other_end) {
        auto states = group_word{0};
        auto* at = key + 1;
        auto shift = 0U;
        auto const done = [&](key_state state, std::size_t width) __attribute__((always_inline)) {
            states |= static_cast<group_word>(state) << shift;
            shift += 2;
            at += width;
        };
        if constexpr (is_static) {
            auto const put = [&]<field_id Id>(field_key<Id> field) __attribute__((always_inline)) {
                auto const value = record[field];
                bad |= value.malformed();
                done(put_value(value, at, texts_), key_width(info(Id).type));
            };
            (put(field_key<Ids>{}), ...);
        } else {
            auto writer = key_writer<Record>{record, texts_, bad, other_end};
            auto const* part = keys_.data();
            auto const* const end = steps_.data() + steps_.size();
            for (auto const* step = steps_.data(); step != end; ++step)
                done(writer.put(*step, *part++, at), step->width);
        }
        *key = states;
    }

    template <class Record>
    [[gnu::always_inline]] void put_inputs(Record const& record, group_word* at, bool& bad) {
        auto const take = [&](measure const& m, auto read) __attribute__((always_inline)) {
            take_input(m, read, at);
            at += width(m.kind);
        };
        auto const checked = [&bad](auto function) {
            return [&bad, function](auto const& value) {
                bad |= value.malformed();
                function(value);
            };
        };
        if constexpr (is_static) {
            auto const put = [&]<class M>(M) __attribute__((always_inline)) {
                take(M::value, [&](field_id id, auto function) {
                    if (id == M::value.field)
                        return checked(function)(record[field_key<M::value.field>{}]);
                    if (id == field_id::start) return checked(function)(record[field::start]);
                    return checked(function)(record[field::end]);
                });
            };
            (put(Measures{}), ...);
        } else {
            for (auto const& m : measures_) {
                if (m.kind == measure_kind::flows) {
                    *at++ = 1;
                } else if (m.kind == measure_kind::sum) {
                    auto const value = load_number(record, m.field, info(m.field).type);
                    bad |= value.malformed();
                    *at++ = value.value_or(0);
                } else {
                    take(m, [&](field_id id, auto function) {
                        visit_field(record, id, checked(function));
                    });
                }
            }
        }
    }

    /// Puts the keys of one end of flows.
    template <class Run>
    [[nodiscard]] auto put_keys(Run const& flows, group_word* states, bool other_end) -> bool {
        auto* at = states + 1;
        auto shift = 0U;
        for (std::size_t part = 0; part < steps_.size(); ++part, shift += 2) {
            if (!put_column(flows, part, other_end, states, at, shift)) return false;
            at += steps_[part].width;
        }
        return true;
    }

    template <class Run>
    [[nodiscard]] auto put_column(Run const& flows, std::size_t part, bool other_end,
                                  group_word* states, group_word* at, unsigned shift) -> bool {
        using enum key_state;
        auto const& step = steps_[part];
        auto const field = other_end ? step.other : step.field;
        auto const stride = words() * ends();
        auto const note = [=](std::size_t flow, key_state state) __attribute__((always_inline)) {
            auto const before = shift == 0 ? 0 : states[flow * stride];
            states[flow * stride] = before | static_cast<group_word>(state) << shift;
        };
        if (step.how == key_step::way::address) {
            return flows.addresses(
                field, at, stride,
                [note](std::size_t flow, bool is_v6)
                    __attribute__((always_inline)) { note(flow, is_v6 ? v6 : present); });
        }
        if (step.how == key_step::way::number) {
            for (std::size_t i = 0; i != flows.size(); ++i) note(i, present);
            return flows.numbers(field, at, stride);
        }
        auto bad = false;
        for (std::size_t i = 0; i != flows.size(); ++i) {
            auto const record = flows[i];
            auto writer = key_writer{record, texts_, bad, other_end};
            note(i, writer.put(step, keys_[part], at + i * stride));
        }
        return !bad;
    }

    template <class Run>
    [[nodiscard]] auto put_input_column(Run const& flows, measure const& of, group_word* at)
        -> bool {
        auto const stride = words() * ends();
        if (of.kind == measure_kind::sum) return flows.numbers(of.field, at, stride);
        if (of.kind == measure_kind::flows) {
            for (std::size_t i = 0; i != flows.size(); ++i) at[i * stride] = 1;
            return true;
        }
        auto bad = false;
        for (std::size_t i = 0; i != flows.size(); ++i) {
            take_input(
                of,
                [&, record = flows[i]](field_id id, auto function) {
                    visit_field(record, id, [&](auto const& value) {
                        bad |= value.malformed();
                        function(value);
                    });
                },
                at + i * stride);
        }
        return !bad;
    }

    /// Puts a record's other end behind its first; whether it counts, as it is in another group.
    template <class Record>
    [[nodiscard, gnu::noinline]] auto put_other_end(Record const& record, group_word* first,
                                                    bool& bad) -> bool {
        auto* const other = first + words();
        put_key(record, other, bad, true);
        for (auto i = key_words_; i < words(); ++i) other[i] = first[i];
        return !group_table::same(first, other, key_words_);
    }

    std::vector<group_key> keys_;
    std::vector<measure> measures_;
    std::vector<key_step> steps_;
    text_pool texts_;
    std::size_t key_words_ = 1;  // the states
    std::size_t inputs_ = 0;     // words of input of a flow
    bool both_ends_;
};

}  // namespace flowlog::detail

#endif
