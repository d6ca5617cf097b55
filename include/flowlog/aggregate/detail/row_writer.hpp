// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_ROW_WRITER_HPP
#define FLOWLOG_AGGREGATE_DETAIL_ROW_WRITER_HPP

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <flowlog/aggregate/detail/group_table.hpp>
#include <flowlog/aggregate/detail/key_writer.hpp>
#include <flowlog/aggregate/detail/measure_values.hpp>
#include <flowlog/aggregate/detail/pending_batches.hpp>
#include <flowlog/aggregate/detail/row_plan.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/load_field.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog::detail {

/// Writes flows as rows of words: a key, then the input of the measures. `Fields` and `Measures`
/// are as `grouping` has them.
template <class Fields, class Measures>
class row_writer;

template <field_id... Ids, class... Measures>
class row_writer<field_list<Ids...>, std::tuple<Measures...>> {
    static constexpr bool is_static = sizeof...(Measures) != 0;

public:
    explicit row_writer(row_plan& plan) noexcept : plan_{plan} {}

    /// Writes the rows of a flow and returns how many: one if both its ends are in one group, 0 if
    /// a field that is read is malformed.
    template <flow_record Record>
    [[nodiscard, gnu::always_inline]] auto put(Record const& record, group_word* row)
        -> std::size_t {
        auto bad = false;
        put_key(record, row, bad, false);
        put_inputs(record, row + plan_.key_words, bad);
        auto const twice = plan_.both_ends && put_other_end(record, row, bad);
        if (bad) [[unlikely]]
            return 0;
        return twice ? 2 : 1;
    }

    /// Writes the rows of a batch of flows column by column, `ends()` rows for each flow. False if
    /// a column cannot be read at once; then read the batch flow by flow.
    template <record_batch Batch>
    [[nodiscard]] auto put_columns(Batch const& flows, group_word* rows) -> bool {
        if (!put_keys(flows, rows, false)) return false;
        auto* at = rows + plan_.key_words;
        for (auto const& m : plan_.measures) {
            if (!put_input_column(flows, m, at)) return false;
            at += width(m);
        }
        if (!plan_.both_ends) return true;
        auto const words = plan_.words();
        if (!put_keys(flows, rows + words, true)) return false;
        for (auto word = plan_.key_words; word != words; ++word) {
            auto* input = rows + word;
            for (auto left = flows.size(); left != 0; --left, input += 2 * words)
                input[words] = *input;
        }
        return true;
    }

private:
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
                done(put_value(value, at, plan_.texts), key_width(info(Id).type));
            };
            (put(field_key<Ids>{}), ...);
        } else {
            auto writer = key_writer<Record>{record, plan_.texts, bad, other_end};
            auto const* of = plan_.keys.data();
            auto const* const end = plan_.steps.data() + plan_.steps.size();
            for (auto const* step = plan_.steps.data(); step != end; ++step)
                done(writer.put(*step, *of++, at), step->width);
        }
        *key = states;
    }

    template <class Record>
    [[gnu::always_inline]] void put_inputs(Record const& record, group_word* at, bool& bad) {
        if constexpr (is_static) {
            auto const put = [&]<class M>(M) __attribute__((always_inline)) {
                auto reader = typed_field_reader<Record, M>{record, bad};
                take_input(M::value, reader, at, plan_.distinct);
                at += width(M::value);
            };
            (put(Measures{}), ...);
        } else {
            for (auto const& m : plan_.measures) {
                if (m.kind == measure_kind::flows) {
                    *at++ = flows_in(record);
                } else if (is_plain_sum(m)) {
                    auto const value = load_number(record, m.field, info(m.field).type);
                    bad |= value.malformed();
                    *at++ = value.value_or(0);
                } else {
                    auto reader = field_reader<Record>{record, bad};
                    take_input(m, reader, at, plan_.distinct);
                    at += width(m);
                }
            }
        }
    }

    /// Writes the keys of one end of flows.
    template <record_batch Batch>
    [[nodiscard]] auto put_keys(Batch const& flows, group_word* states, bool other_end) -> bool {
        auto* at = states + 1;
        auto shift = 0U;
        if (plan_.steps.empty()) put_no_key(flows.size(), states);
        for (std::size_t key = 0; key < plan_.steps.size(); ++key, shift += 2) {
            if (!put_column(flows, key, other_end, states, at, shift)) return false;
            at += plan_.steps[key].width;
        }
        return true;
    }

    /// Writes the states of no key, so that all flows are in one group.
    void put_no_key(std::size_t flows, group_word* states) const noexcept {
        for (std::size_t i = 0; i != flows; ++i) states[i * plan_.words()] = 0;
    }

    template <record_batch Batch>
    [[nodiscard]] auto put_column(Batch const& flows, std::size_t key, bool other_end,
                                  group_word* states, group_word* at, unsigned shift) -> bool {
        using enum key_state;
        auto const& step = plan_.steps[key];
        auto const field = other_end ? step.other : step.field;
        auto const stride = plan_.words() * plan_.ends();
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
        if (step.how == key_step::way::port && needs_ports_alone(plan_.keys[key].ephemeral)) {
            for (std::size_t i = 0; i != flows.size(); ++i) note(i, present);
            return put_port_column(flows, plan_.keys[key], at);
        }
        if constexpr (requires { flows.actions(field, at, stride, note); }) {
            auto const note_action = [note](std::size_t flow, bool is_present) {
                note(flow, is_present ? present : absent);
            };
            if (step.how == key_step::way::action && flows.actions(field, at, stride, note_action))
                return true;
        }
        if (step.how == key_step::way::derived) {
            if (put_derived_column(flows, plan_.keys[key], at)) {
                for (std::size_t i = 0; i != flows.size(); ++i) note(i, present);
                return true;
            }
            if (put_address_column(flows, plan_.keys[key], field, at, note)) return true;
        }
        if (step.how == key_step::way::rare && step.type == field_type::text)
            return put_text_column(flows, field, at, note);
        auto bad = false;
        for (std::size_t i = 0; i != flows.size(); ++i) {
            auto const record = flows[i];
            auto writer = key_writer{record, plan_.texts, bad, other_end};
            note(i, writer.put(step, plan_.keys[key], at + i * stride));
        }
        return !bad;
    }

    /// Writes services, tags or spans of time, if all their fields can be read at once; they are
    /// present.
    template <record_batch Batch>
    [[nodiscard]] auto put_derived_column(Batch const& flows, group_key const& key, group_word* at)
        -> bool {
        auto const stride = plan_.words() * plan_.ends();
        if (key.kind == key_kind::bucket && key.zone == nullptr) {
            if (!flows.times(key.field, at, stride)) return false;
            floor_times(flows.size(), key.span, at, stride);
            return true;
        }
        if (key.kind != key_kind::service && key.kind != key_kind::tag) return false;
        // not set to zeros: nobody reads what is not written
        std::array<group_word, pending_batches::batch_size> ports;
        std::array<group_word, pending_batches::batch_size> protocols;
        if (!flows.numbers(field_id::dstport, ports.data(), 1)) return false;
        if (!flows.numbers(field_id::protocol, protocols.data(), 1)) return false;
        if (key.kind == key_kind::tag) {
            for (std::size_t i = 0; i != flows.size(); ++i)
                at[i * stride] = tag_word(key,
                                          key.tags->find(static_cast<std::uint16_t>(ports[i]),
                                                         static_cast<std::uint8_t>(protocols[i])),
                                          plan_.texts);
            return true;
        }
        if (!flows.numbers(field_id::srcport, at, stride)) return false;
        for (std::size_t i = 0; i != flows.size(); ++i, at += stride) {
            // without a branch, which nothing predicts
            auto const source_is_less = -static_cast<group_word>(*at < ports[i]);
            auto const smaller = ports[i] ^ ((*at ^ ports[i]) & source_is_less);
            *at = smaller << 8 | protocols[i];
        }
        return true;
    }

    /// Writes texts, of which thousands of interfaces have as many: to look them up waits for
    /// memory otherwise.
    template <record_batch Batch, class Note>
    [[nodiscard]] auto put_text_column(Batch const& flows, field_id field, group_word* at,
                                       Note note) -> bool {
        auto texts = std::array<field_value<std::string_view>, pending_batches::batch_size>{};
        for (std::size_t i = 0; i != flows.size(); ++i) {
            auto const record = flows[i];
            texts[i] = load_field<std::string_view>(record, field);
            if (texts[i].malformed()) return false;
            if (texts[i].has_value()) plan_.texts.prefetch(*texts[i]);
        }
        auto const stride = plan_.words() * plan_.ends();
        for (std::size_t i = 0; i != flows.size(); ++i, at += stride)
            note(i, put_value(texts[i], at, plan_.texts));
        return true;
    }

    /// Writes networks, classes or labels of addresses, if all addresses can be read at once.
    template <record_batch Batch, class Note>
    [[nodiscard]] auto put_address_column(Batch const& flows, group_key const& key, field_id field,
                                          group_word* at, Note note) -> bool {
        if (key.kind != key_kind::network && key.kind != key_kind::scope &&
            key.kind != key_kind::label)
            return false;
        std::array<group_word, 2 * pending_batches::batch_size> words;
        std::array<key_state, pending_batches::batch_size> states;
        auto const note_family = [&states](std::size_t flow, bool is_v6)
                                     __attribute__((always_inline)) {
                                         states[flow] = is_v6 ? key_state::v6 : key_state::present;
                                     };
        if (!flows.addresses(field, words.data(), 2, note_family)) return false;
        auto const stride = plan_.words() * plan_.ends();
        for (std::size_t i = 0; i != flows.size(); ++i, at += stride) {
            auto const value = get_address(states[i], words.data() + 2 * i);
            note(i, put_part_of_address(value, key, at, plan_.texts));
        }
        return true;
    }

    /// Rounds times down to words. Neighbours are mostly in the same span, and a division takes
    /// long.
    static void floor_times(std::size_t size, std::chrono::microseconds span, group_word* at,
                            std::size_t stride) noexcept {
        auto begin = timestamp{};
        auto end = timestamp{};
        for (std::size_t i = 0; i != size; ++i, at += stride) {
            auto const time = timestamp{std::chrono::microseconds{static_cast<std::int64_t>(*at)}};
            if (time < begin || time >= end) {
                begin = floor_to(time, span);
                end = begin <= timestamp::max() - span ? begin + span : timestamp::max();
            }
            *at = time_word(begin);
        }
    }

    [[nodiscard]] static auto needs_ports_alone(ephemeral_rule rule) noexcept -> bool {
        return rule == ephemeral_rule::min_port || rule == ephemeral_rule::known;
    }

    /// Writes the ports of one end of flows, 0 for those that are ephemeral.
    template <record_batch Batch>
    [[nodiscard]] auto put_port_column(Batch const& flows, group_key const& key, group_word* at)
        -> bool {
        auto const stride = plan_.words() * plan_.ends();
        auto others = std::array<group_word, pending_batches::batch_size>{};
        if (!flows.numbers(key.field, at, stride)) return false;
        if (!flows.numbers(other_port(key.field), others.data(), 1)) return false;
        auto const end = key.field == field_id::srcport ? flow_end::source : flow_end::destination;
        for (std::size_t i = 0; i != flows.size(); ++i, at += stride) {
            auto const port = static_cast<std::uint16_t>(*at);
            auto const other = static_cast<std::uint16_t>(others[i]);
            *at = end == flow_end::source ? without_ephemeral(key.ephemeral, end, port, other)
                                          : without_ephemeral(key.ephemeral, end, other, port);
        }
        return true;
    }

    template <record_batch Batch>
    [[nodiscard]] auto put_input_column(Batch const& flows, measure const& of, group_word* at)
        -> bool {
        auto const stride = plan_.words() * plan_.ends();
        if (is_plain_sum(of)) return flows.numbers(of.field, at, stride);
        if (of.kind == measure_kind::flows) {
            for (std::size_t i = 0; i != flows.size(); ++i) at[i * stride] = flows_in(flows[i]);
            return true;
        }
        if (of.is_time() && flows.times(of.field, at, stride)) {
            for (std::size_t i = 0; i != flows.size(); ++i, at += stride)
                *at = to_ordered(
                    timestamp{std::chrono::microseconds{static_cast<std::int64_t>(*at)}});
            return true;
        }
        auto bad = false;
        for (std::size_t i = 0; i != flows.size(); ++i) {
            auto const record = flows[i];
            auto reader = field_reader<std::remove_cvref_t<decltype(record)>>{record, bad};
            take_input(of, reader, at + i * stride, plan_.distinct);
        }
        return !bad;
    }

    /// Writes the row of a flow's other end after the row of its first; whether the two are in
    /// different groups.
    template <class Record>
    [[nodiscard, gnu::noinline]] auto put_other_end(Record const& record, group_word* first,
                                                    bool& bad) -> bool {
        auto const words = plan_.words();
        auto* const other = first + words;
        put_key(record, other, bad, true);
        for (auto i = plan_.key_words; i < words; ++i) other[i] = first[i];
        return !group_table::same(first, other, plan_.key_words);
    }

    row_plan& plan_;
};

}  // namespace flowlog::detail

#endif
