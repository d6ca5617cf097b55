// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_KEY_ORDER_HPP
#define FLOWLOG_AGGREGATE_DETAIL_KEY_ORDER_HPP

#include <algorithm>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <flowlog/aggregate/detail/group_core.hpp>
#include <flowlog/detail/radix_sort.hpp>

// The parts of all keys, each in as many bits as its values need, one after the other:
//
//     key     | state | account | state | interface | state | srcaddr …   (a word or two bits each)
//     packed  |        0 bits   |       | 7 bits    |       | 32 bits …   until 128 bits are full
//
// Two packed keys compare like the keys, unless they are equal and did not fit. Sorting millions of
// groups by them reads no rows: a radix sort orders them by their first 64 bits, and few are alike
// in these.

namespace flowlog::detail {

/// A total order of the rows of a `group_core`, by one key after the other: absent before present,
/// IPv4 before IPv6, texts by their bytes.
class key_order {
public:
    explicit key_order(group_core const& core) : core_{core} {}

    /// The numbers of all rows, in this order.
    [[nodiscard]] auto sorted() const -> std::vector<std::size_t> {
        auto const parts = packed_parts();
        auto rows = std::vector<packed>(core_.table.size());
        for (std::size_t row = 0; row < rows.size(); ++row) rows[row] = pack(parts, row);
        radix_sort(rows, [](packed const& one) { return one.high; });
        sort_ties(rows);
        auto result = std::vector<std::size_t>(rows.size());
        std::ranges::transform(rows, result.begin(), &packed::row);
        return result;
    }

    /// The order of one key of two rows, given its position.
    [[nodiscard]] auto compare(std::size_t which, std::size_t a, std::size_t b) const
        -> std::strong_ordering {
        auto at = std::size_t{1};
        for (std::size_t i = 0; i < which; ++i) at += key_width(core_.plan.keys[i]);
        auto const& key = core_.plan.keys[which];
        auto const x = core_.table.key(a);
        auto const y = core_.table.key(b);
        auto const states = std::pair{x[0] >> (2 * which) & 3, y[0] >> (2 * which) & 3};
        if (states.first != states.second) return states.first <=> states.second;
        if (holds_text(key) && states.first != 0)
            return core_.plan.texts.text(x[at]) <=> core_.plan.texts.text(y[at]);
        for (auto const end = at + key_width(key); at != end; ++at)
            if (x[at] != y[at]) return x[at] <=> y[at];
        return std::strong_ordering::equal;
    }

    /// Whether one row comes before another one.
    [[nodiscard]] auto before(std::size_t a, std::size_t b) const -> bool {
        return before(core_, a, core_, b);
    }

    /// The same for rows of two groupings with the same kinds of keys.
    [[nodiscard]] static auto before(group_core const& of_a, std::size_t a, group_core const& of_b,
                                     std::size_t b) -> bool {
        auto const* x = of_a.table.key(a).data();
        auto const* y = of_b.table.key(b).data();
        auto x_states = *x++;
        auto y_states = *y++;
        for (auto const& key : of_a.plan.keys) {
            if ((x_states & 3) != (y_states & 3)) return (x_states & 3) < (y_states & 3);
            auto const width = key_width(key);
            if (holds_text(key) && (x_states & 3) != 0) {
                auto const order = of_a.plan.texts.text(*x) <=> of_b.plan.texts.text(*y);
                if (order != 0) return order < 0;
            } else if (!std::equal(x, x + width, y)) {
                return std::lexicographical_compare(x, x + width, y, y + width);
            }
            x += width;
            y += width;
            x_states >>= 2;
            y_states >>= 2;
        }
        return false;
    }

private:
    /// The beginning of a packed key, and its row.
    struct packed {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        std::size_t row = 0;
    };

    /// A part of a key: a word of it, or its state, which is two bits of the first word.
    struct part {
        std::size_t word = 0;
        unsigned shift = 0;
        bool is_state = false;
        bool is_text = false;
        group_word smallest = 0;
        int bits = 0;  ///< that its values need
        int cut = 0;   ///< how many of them, from the lowest, do not fit
    };

    static constexpr int packed_bits = 128;

    /// Sorts each run of rows whose packed keys begin alike.
    void sort_ties(std::vector<packed>& rows) const {
        for (auto first = rows.begin(); first != rows.end();) {
            auto const last = std::find_if(first, rows.end(),
                                           [&](auto const& x) { return x.high != first->high; });
            if (last - first > 1) {
                std::ranges::sort(first, last, [&](packed const& a, packed const& b) {
                    return a.low != b.low ? a.low < b.low : before(a.row, b.row);
                });
            }
            first = last;
        }
    }

    [[nodiscard]] auto value(part const& of, group_word const* key,
                             std::vector<group_word> const& ranks) const noexcept -> group_word {
        auto const word = key[of.word] >> of.shift;
        if (of.is_state) return word & 3;
        return of.is_text && !ranks.empty() ? ranks[word] : word;
    }

    [[nodiscard]] auto all_parts() const -> std::vector<part> {
        auto result = std::vector<part>{};
        auto word = std::size_t{1};
        auto shift = 0U;
        for (auto const& key : core_.plan.keys) {
            result.push_back({.shift = shift, .is_state = true});
            for (std::size_t i = 0; i < key_width(key); ++i)
                result.push_back({.word = word++, .is_text = holds_text(key)});
            shift += 2;
        }
        return result;
    }

    struct packing {
        std::vector<part> parts{};
        int unused = 0;                   ///< bits at the end
        std::vector<group_word> ranks{};  ///< of texts, by their numbers
    };

    /// The parts that are packed.
    [[nodiscard]] auto packed_parts() const -> packing {
        auto result = packing{.ranks = ranks_of_texts()};
        auto left = packed_bits;
        auto all = all_parts();
        measure(all, result.ranks);
        for (auto& one : all) {
            if (one.bits > left) one.cut = one.bits - left;
            left -= one.bits - one.cut;
            if (one.bits != 0) result.parts.push_back(one);
            if (left == 0) break;
        }
        result.unused = left;
        return result;
    }

    /// Finds the smallest value of each part, and how many bits the others need above it. Reads the
    /// rows once: millions of them do not fit into a cache.
    void measure(std::vector<part>& parts, std::vector<group_word> const& ranks) const {
        auto largest = std::vector<group_word>(parts.size());
        for (auto& one : parts) one.smallest = ~group_word{0};
        for (std::size_t row = 0; row < core_.table.size(); ++row) {
            auto const* const key = core_.table.key(row).data();
            for (std::size_t i = 0; i < parts.size(); ++i) {
                auto const found = value(parts[i], key, ranks);
                parts[i].smallest = std::min(parts[i].smallest, found);
                largest[i] = std::max(largest[i], found);
            }
        }
        if (core_.table.size() == 0) return;
        for (std::size_t i = 0; i < parts.size(); ++i)
            parts[i].bits = static_cast<int>(std::bit_width(largest[i] - parts[i].smallest));
    }

    /// Moves a packed key to the highest of its bits.
    static void move_up(packed& key, int unused) noexcept {
        if (unused == 0 || unused == packed_bits) return;
        if (unused >= 64) {
            key.high = key.low << (unused - 64);
            key.low = 0;
        } else {
            key.high = key.high << unused | key.low >> (64 - unused);
            key.low <<= unused;
        }
    }

    [[nodiscard]] auto pack(packing const& how, std::size_t row) const -> packed {
        auto result = packed{.row = row};
        auto const* const key = core_.table.key(row).data();
        for (auto const& one : how.parts) {
            auto const bits = one.bits - one.cut;
            auto const found = (value(one, key, how.ranks) - one.smallest) >> one.cut;
            result.high = bits == 64 ? result.low : result.high << bits | result.low >> (64 - bits);
            result.low = bits == 64 ? found : result.low << bits | found;
        }
        move_up(result, how.unused);
        return result;
    }

    /// The place of each text among all of them, in the order of their bytes.
    [[nodiscard]] auto ranks_of_texts() const -> std::vector<group_word> {
        auto const& texts = core_.plan.texts;
        auto order = std::vector<std::size_t>(texts.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, {},
                          [&](auto number) -> auto const& { return texts.text(number); });
        auto result = std::vector<group_word>(order.size());
        for (std::size_t rank = 0; rank < order.size(); ++rank) result[order[rank]] = rank;
        return result;
    }

    group_core const& core_;
};

}  // namespace flowlog::detail

#endif
