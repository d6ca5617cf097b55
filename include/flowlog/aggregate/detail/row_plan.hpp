// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_ROW_PLAN_HPP
#define FLOWLOG_AGGREGATE_DETAIL_ROW_PLAN_HPP

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/detail/key_writer.hpp>
#include <flowlog/aggregate/detail/measure_values.hpp>
#include <flowlog/aggregate/detail/text_pool.hpp>
#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/aggregate/hash_key.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/flow/field_use.hpp>

namespace flowlog::detail {

/// How flows become rows: the keys and measures of a grouping, with all that is worked out once.
struct row_plan {
    row_plan(std::vector<group_key> of_keys, std::vector<measure> of_measures)
        : keys{std::move(of_keys)}, measures{std::move(of_measures)} {
        for (auto const& key : keys) {
            steps.emplace_back(key);
            key_words += key_width(key);
            both_ends = both_ends || key.other.has_value();
        }
        for (auto const& m : measures) input_words += width(m);
    }

    /// The number of words of a row.
    [[nodiscard]] auto words() const noexcept -> std::size_t { return key_words + input_words; }

    /// The number of rows of a flow: two if both its ends count.
    [[nodiscard]] auto ends() const noexcept -> std::size_t { return both_ends ? 2 : 1; }

    /// The fields that are read. A flow may lack any of them.
    [[nodiscard]] auto uses() const -> std::vector<field_use> {
        auto result = std::vector<field_use>{};
        for (auto const& key : keys) {
            auto const add = [&](field_id id) { add_use(result, {id, true, key.optional}); };
            switch (key.kind) {
                case key_kind::service: add(field_id::srcport); [[fallthrough]];
                case key_kind::tag:
                    add(field_id::dstport);
                    add(field_id::protocol);
                    break;
                case key_kind::pair:
                    add(key.field);
                    add(other_address(key.field));
                    break;
                case key_kind::port: add_port(result, key); break;
                case key_kind::column: break;
                case key_kind::duration:
                    add(field_id::start);
                    add(field_id::end);
                    break;
                default: add(key.field);
            }
            if (key.other) add(*key.other);
        }
        for (auto const& m : measures) {
            auto const add = [&](field_id id) { add_use(result, {id, true, m.optional}); };
            auto const is_ratio = m.kind == measure_kind::ratio;
            auto const of_duration =
                m.of == measured::duration || (is_ratio && m.over == measured::duration);
            if (m.kind == measure_kind::flows) continue;
            if (m.of == measured::field) add(m.field);
            if (is_ratio && m.over == measured::field) add(m.divisor);
            if (m.kind != measure_kind::rate && !of_duration) continue;
            add(field_id::start);
            add(field_id::end);
        }
        return result;
    }

    std::vector<group_key> keys;
    std::vector<measure> measures;
    std::vector<key_step> steps{};
    text_pool texts{};                           ///< the texts that keys hold as numbers
    hash_key distinct = hash_key::of_process();  ///< of the hashes of different values
    std::size_t key_words = 1;                   ///< the states, and the words of each key
    std::size_t input_words = 0;
    bool both_ends = false;

private:
    /// Both ports, and the fields by which the ephemeral one is found.
    static void add_port(std::vector<field_use>& uses, group_key const& key) {
        add_use(uses, {key.field, true, key.optional});
        add_use(uses, {other_port(key.field), true, true});
        if (key.ephemeral == ephemeral_rule::syn) add_use(uses, {field_id::tcp_flags, true, true});
        if (key.ephemeral != ephemeral_rule::direction) return;
        add_use(uses, {field_id::flow_direction, true, true});
        add_use(uses, {field_id::biflow_direction, true, true});
    }
};

}  // namespace flowlog::detail

#endif
