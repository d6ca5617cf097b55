// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_GROUP_STATE_HPP
#define FLOWLOG_AGGREGATE_DETAIL_GROUP_STATE_HPP

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/detail/group_core.hpp>
#include <flowlog/aggregate/detail/group_results.hpp>
#include <flowlog/aggregate/ephemeral.hpp>
#include <flowlog/aggregate/hash_key.hpp>
#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/aggregate/state_writer.hpp>
#include <flowlog/error.hpp>

// The state of a grouping in a partial result: a head, then a row for each group, by their keys.
//
//     {"keys":["srcaddr","dstport"],"measures":["bytes","distinct(dstaddr)"],"hash_key":"9e37…"}
//     ["saturated"]                                  some sum stopped at 2^64 - 1
//     ["all",[3580,[…]]]                             over all flows, if both ends of a flow count
//     [["10.0.0.1",443],[3400,[1733…,9120…]]]        the key, and what was counted
//
// Keys: addresses and networks as text, a pair as two; texts as they are; times in microseconds
// since 1970; `null` if absent; anything else as the number that the group table has.
// Values:
//
//     a sum                  80321
//     a minimum, maximum, OR 17            null if there is none; times in microseconds since 1970
//     a rate                 [80321,first,last]
//     an average, a ratio    [dividend,divisor]
//     different values       null, a hash, [hash,hash,…], or 4096 registers as a text: 'A' to 'Z',
//                            'a' to 'z', '0' and '1' are 0 to 53
//     a percentile           null, [value,count,value,count,…], or, rounded,
//                            [[smallest,largest],value,count,…]

namespace flowlog::detail {

/// What of a key decides which flows are one group, as text.
[[nodiscard]] inline auto set_up_of(group_key const& key) -> std::string {
    auto result = key.name;
    if (key.kind == key_kind::port)
        result += " without ephemeral: rule " + std::to_string(static_cast<int>(key.ephemeral));
    if (key.zone != nullptr) result += " in " + key.zone->name();
    return result;
}

/// How the words of a key are written.
enum class key_text : std::uint8_t { number, time, address, pair, text };

[[nodiscard]] inline auto key_text_of(group_key const& key) -> key_text {
    if (holds_text(key)) return key_text::text;
    switch (key.kind) {
        case key_kind::network: return key_text::address;
        case key_kind::pair: return key_text::pair;
        case key_kind::bucket:
        case key_kind::date: return key_text::time;
        case key_kind::field: break;
        default: return key_text::number;
    }
    auto const type = info(key.field).type;
    return type == field_type::address ? key_text::address
           : type == field_type::time  ? key_text::time
                                       : key_text::number;
}

/// The line that begins the state of a grouping.
[[nodiscard]] inline auto state_head(row_plan const& plan) -> std::string {
    auto result = std::string{R"({"keys":[)"};
    auto const add = [&](std::string const& text) {
        if (result.back() != '[') result += ',';
        append_quoted(result, text);
    };
    for (auto const& key : plan.keys) add(set_up_of(key));
    result += R"(],"measures":[)";
    for (auto const& m : plan.measures) add(m.name());
    result += ']';
    auto const counts = [](measure const& m) { return m.kind == measure_kind::distinct; };
    if (std::ranges::any_of(plan.measures, counts))
        result += R"(,"hash_key":")" + plan.distinct.to_text() + '"';
    return result + '}';
}

/// The letters of registers.
inline constexpr auto register_letters =
    std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01"};

/// Writes the state of a grouping, which has no pending rows.
class group_saver {
public:
    group_saver(group_core const& core, state_writer& out) : core_{core}, out_{out} {
        for (auto const& key : core.plan.keys) texts_.push_back(key_text_of(key));
    }

    void run() {
        out_.head(state_head(core_.plan));
        if (core_.values.saturated()) out_.open().text("saturated").close_row();
        if (core_.plan.both_ends) {
            out_.open().text("all");
            put_values(core_.all.data());
            out_.close_row();
        }
        constexpr std::size_t ahead = 16;
        auto const order = group_results{core_}.by_key();
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (i + ahead < order.size()) core_.table.prefetch(order[i + ahead]);
            out_.open();
            put_key(core_.table.key(order[i]).data());
            put_values(core_.table.values(order[i]).data());
            out_.close_row();
        }
    }

private:
    void put_key(group_word const* at) {
        out_.open();
        auto states = *at++;
        for (std::size_t i = 0; i < texts_.size(); ++i) {
            auto const state = static_cast<key_state>(states & 3);
            state == key_state::absent ? void(out_.null()) : put(texts_[i], state, at);
            at += key_width(core_.plan.keys[i]);
            states >>= 2;
        }
        out_.close();
    }

    void put(key_text how, key_state state, group_word const* at) {
        switch (how) {
            case key_text::number: out_.number(*at); break;
            case key_text::time: out_.number(time_of(*at).time_since_epoch().count()); break;
            case key_text::address: put_address(state, at); break;
            case key_text::pair:
                put_address(state == key_state::v6 ? state : key_state::present, at);
                put_address(state == key_state::present ? state : key_state::v6, at + 2);
                break;
            case key_text::text: out_.text(core_.plan.texts.text(*at)); break;
        }
    }

    void put_address(key_state state, group_word const* at) {
        auto text = std::array<char, address::max_text>{};
        auto const* const end = get_address(state, at).print(text.data());
        out_.plain_text({text.data(), static_cast<std::size_t>(end - text.data())});
    }

    void put_values(group_word const* at) {
        out_.open();
        for (std::size_t i = 0; i < core_.ways.size(); ++i) {
            put_value(core_.ways[i], core_.plan.measures[i], at);
            at += width(core_.ways[i]);
        }
        out_.close();
    }

    void put_value(value_way way, measure const& of, group_word const* at) {
        switch (way) {
            case value_way::sum: out_.number(*at); break;
            case value_way::min:
            case value_way::max: put_ordered(*at, of.is_time()); break;
            case value_way::wide_min:
            case value_way::wide_max: put_if(at[1] != 0, *at); break;
            case value_way::bits: put_if(*at != 0, *at & (some_bits - 1)); break;
            case value_way::distinct: put_distinct(*at); break;
            case value_way::percentile: put_counts(at); break;
            case value_way::two_sums: out_.open().number(at[0]).number(at[1]).close(); break;
            case value_way::rate:
                out_.open().number(at[0]);
                put_ordered(at[1], true);
                put_ordered(at[2], true);
                out_.close();
                break;
        }
    }

    void put_if(bool there, group_word value) { there ? out_.number(value) : out_.null(); }

    void put_ordered(group_word value, bool is_time) {
        if (value == nothing_smaller || value == nothing_larger)
            out_.null();
        else if (is_time)
            out_.number(ordered_time(value).time_since_epoch().count());
        else
            out_.number(value - 1);
    }

    void put_distinct(group_word value) {
        auto const* const set = core_.values.set(value);
        if (set == nullptr) return put_if(value != 0, value);
        if (!set->exact()) return put_registers(*set);
        out_.open();
        for (auto const hash : set->hashes()) out_.number(hash);
        out_.close();
    }

    void put_registers(distinct_counter const& set) {
        auto text = std::string{};
        for (auto const rank : set.registers()) text += register_letters[rank];
        out_.plain_text(text);
    }

    void put_counts(group_word const* at) {
        auto const* const counts = core_.values.counts(*at);
        if (counts == nullptr && *at == 0) {
            out_.null();
            return;
        }
        out_.open();
        if (counts == nullptr) {
            out_.number(at[1]).number(at[0] >> 1);
        } else {
            if (!counts->exact())
                out_.open().number(counts->smallest()).number(counts->largest()).close();
            for (auto const& [value, count] : counts->all()) out_.number(value).number(count);
        }
        out_.close();
    }

    group_core const& core_;
    state_writer& out_;
    std::vector<key_text> texts_;
};

/// Reads the state of a grouping, and merges it into another. Rows wait in the pending batches, as
/// flows do; the sets of those that wait are kept here.
class group_loader {
public:
    group_loader(group_core& into, state_reader& in) : into_{into}, in_{in} {
        for (auto const& key : into.plan.keys) texts_.push_back(key_text_of(key));
    }

    void run() {
        take_head();
        into_.flush();
        while (in_.at_row()) {
            in_.open();
            in_.at_text() ? take_special() : take_group();
            in_.close_row();
        }
        flush();
    }

private:
    static constexpr std::size_t max_kept = 4096;

    /// A grouping that has counted nothing yet takes over the hash key.
    void take_head() {
        constexpr auto before = std::string_view{R"(,"hash_key":")"};
        auto const found = in_.head();
        auto const at = found.find(before);
        auto const key = at == found.npos
                             ? std::nullopt
                             : hash_key::from_text(found.substr(at + before.size(), 32));
        if (key && into_.table.size() == 0 && into_.pending.empty()) into_.plan.distinct = *key;
        in_.require_head(found, state_head(into_.plan));
    }

    /// Adds a pending row to its group.
    [[nodiscard]] auto merge() {
        return [this](group_word const* key, auto width, group_word hash, group_word* likely) {
            into_.merge_values(into_.table.values(key, width, hash, likely), into_.values,
                               key + width, sets_);
        };
    }

    void take_group() {
        auto* const row = into_.pending.next();
        take_key(row);
        take_values(row + into_.plan.key_words);
        into_.pending.push(into_.table, 1);
        if (into_.pending.free_rows() == 0) into_.pending.rotate(into_.table, merge());
        if (sets_.kept() > max_kept) flush();
    }

    void take_special() {
        auto const what = in_.text();
        if (what == "saturated") return into_.values.note_saturated(true);
        if (what != "all" || !into_.plan.both_ends) in_.fail("expected a group");
        auto values = into_.all;
        take_values(values.data());
        into_.merge_values(into_.all.data(), into_.values, values.data(), sets_);
    }

    void flush() {
        into_.pending.flush(into_.table, merge());
        sets_ = {};
    }

    void take_key(group_word* at) {
        auto& states = *at++;
        states = 0;
        in_.open();
        for (std::size_t i = 0; i < texts_.size(); ++i) {
            auto const& key = into_.plan.keys[i];
            auto const state = in_.null() ? absent(key, at) : take(texts_[i], at);
            states |= static_cast<group_word>(state) << (2 * i);
            at += key_width(key);
        }
        in_.close();
    }

    [[nodiscard]] static auto absent(group_key const& key, group_word* at) -> key_state {
        std::fill_n(at, key_width(key), group_word{0});
        return key_state::absent;
    }

    [[nodiscard]] auto take(key_text how, group_word* at) -> key_state {
        switch (how) {
            case key_text::number: *at = in_.number(); return key_state::present;
            case key_text::time:
                *at = time_word(timestamp{std::chrono::microseconds{in_.signed_number()}});
                return key_state::present;
            case key_text::address: return take_address(at);
            case key_text::text:
                *at = into_.plan.texts.number(in_.text());
                return key_state::present;
            case key_text::pair: break;
        }
        auto const first = take_address(at);
        auto const second = take_address(at + 2);
        return first == second ? first : key_state::mixed;
    }

    [[nodiscard]] auto take_address(group_word* at) -> key_state {
        auto const text = in_.text();
        auto value = address{};
        if (!decode_address(text.data(), text.data() + text.size(), value))
            in_.fail("expected an address");
        return put(value, at);
    }

    void take_values(group_word* at) {
        in_.open();
        for (std::size_t i = 0; i < into_.ways.size(); ++i) {
            take_value(into_.ways[i], into_.plan.measures[i], at);
            at += width(into_.ways[i]);
        }
        in_.close();
    }

    void take_value(value_way way, measure const& of, group_word* at) {
        switch (way) {
            case value_way::sum: *at = in_.number(); break;
            case value_way::min: *at = ordered(of.is_time(), nothing_smaller); break;
            case value_way::max: *at = ordered(of.is_time(), nothing_larger); break;
            case value_way::wide_min: take_wide(at, nothing_smaller); break;
            case value_way::wide_max: take_wide(at, nothing_larger); break;
            case value_way::bits:
                *at = in_.null() ? 0 : some_bits | (in_.number() & (some_bits - 1));
                break;
            case value_way::distinct: *at = distinct(); break;
            case value_way::percentile: take_counts(at); break;
            case value_way::two_sums:
                in_.open();
                at[0] = in_.number();
                at[1] = in_.number();
                in_.close();
                break;
            case value_way::rate:
                in_.open();
                at[0] = in_.number();
                at[1] = ordered(true, nothing_smaller);
                at[2] = ordered(true, nothing_larger);
                in_.close();
                break;
        }
    }

    [[nodiscard]] auto ordered(bool is_time, group_word nothing) -> group_word {
        if (in_.null()) return nothing;
        if (is_time) return to_ordered(timestamp{std::chrono::microseconds{in_.signed_number()}});
        return in_.number() + 1;
    }

    void take_wide(group_word* at, group_word nothing) {
        at[1] = in_.null() ? 0 : 1;
        at[0] = at[1] == 0 ? nothing : in_.number();
    }

    [[nodiscard]] auto distinct() -> group_word {
        if (in_.null()) return 0;
        auto set = distinct_counter{};
        if (in_.at_text()) {
            set.merge(registers());
            return sets_.keep(std::move(set));
        }
        if (!in_.at_array()) return hash();
        in_.open();
        while (!in_.at_close()) set.add(hash());
        in_.close();
        return sets_.keep(std::move(set));
    }

    [[nodiscard]] auto hash() -> group_word {
        auto const found = in_.number();
        if (found % 2 == 0) in_.fail("expected the hash of a value, which is odd");
        return found;
    }

    [[nodiscard]] auto registers() -> std::span<unsigned char const> {
        auto const text = in_.text();
        if (text.size() != registers_.size()) in_.fail("expected 4096 registers");
        for (std::size_t i = 0; i < text.size(); ++i) {
            auto const rank = register_letters.find(text[i]);
            if (rank == register_letters.npos) in_.fail("expected the letter of a register");
            registers_[i] = static_cast<unsigned char>(rank);
        }
        return registers_;
    }

    void take_counts(group_word* at) {
        at[0] = at[1] = 0;
        if (in_.null()) return;
        auto pairs = std::vector<value_counts::counted>{};
        auto smallest = group_word{0};
        auto largest = group_word{0};
        in_.open();
        auto const rounded = in_.at_array();
        if (rounded) {
            in_.open();
            smallest = in_.number();
            largest = in_.number();
            in_.close();
        }
        while (!in_.at_close()) {
            auto const value = in_.number();
            pairs.push_back({value, in_.number()});
        }
        in_.close();
        if (pairs.size() == 1 && !rounded) {
            at[0] = pairs.front().count << 1 | 1;
            at[1] = pairs.front().value;
            return;
        }
        auto counts = value_counts{};
        if (rounded) counts.add_rounded(smallest, largest, pairs);
        for (auto const& [value, count] : pairs)
            if (!rounded) counts.add(value, count);
        at[0] = sets_.keep(std::move(counts));
    }

    group_core& into_;
    state_reader& in_;
    measure_values sets_{};  // of rows that are pending
    std::array<unsigned char, distinct_counter::registers_size> registers_{};
    std::vector<key_text> texts_;
};

/// Writes the state of a grouping, which has no pending rows.
template <class = void>
void save_groups(group_core const& core, state_writer& out) {
    group_saver{core, out}.run();
}

/// Reads the state of a grouping, and merges it into another.
template <class = void>
void load_groups(group_core& into, state_reader& in) {
    group_loader{into, in}.run();
}

}  // namespace flowlog::detail

#endif
