// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_GROUP_JOIN_HPP
#define FLOWLOG_AGGREGATE_DETAIL_GROUP_JOIN_HPP

//      a: rows      partners      b: rows
//
//      0  x             2 ------>  0  w     has no partner
//      1  y          none          1  z  <-.
//      2  z             1 ------.  2  x    |
//                               '----------'

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <thread>
#include <vector>

#include <flowlog/aggregate/detail/group_core.hpp>
#include <flowlog/error.hpp>

namespace flowlog::detail {

/// Reaches what a grouping has counted, without pending rows.
class grouping_access {
public:
    template <class Grouping>
    [[nodiscard]] static auto core(Grouping const& of) -> group_core const& {
        return of.flushed();
    }

    /// The same, to be changed.
    template <class Grouping>
    [[nodiscard]] static auto changed_core(Grouping& of) -> group_core& {
        return of.core_;
    }

    /// The number of groups that have been found yet; flows that are pending may have more.
    template <class Grouping>
    [[nodiscard]] static auto found(Grouping const& of) noexcept -> std::size_t {
        return of.core_.table.size();
    }

    /// Notes that the sum of some group stopped at 2^64 - 1.
    template <class Grouping>
    static void note_saturated(Grouping& of) {
        of.core_.values.note_saturated(true);
    }
};

/// Finds for each group of a grouping the group of another one with the same key, by looking it up.
/// Neither has pending rows. Memory: five bytes for each group.
class group_join {
public:
    static constexpr auto none = std::numeric_limits<std::uint32_t>::max();

    /// Throws `errc::invalid_argument` if the keys are of different kinds.
    group_join(group_core const& a, group_core const& b, unsigned threads)
        : a_{a}, b_{b}, partners_(a.table.size(), none), has_partner_(b.table.size(), 0) {
        require_same_keys();
        number_texts();
        find_all(threads);
    }

    /// The row of b for each row of a, or `none`.
    [[nodiscard]] auto partners() const noexcept -> std::vector<std::uint32_t> const& {
        return partners_;
    }

    /// The rows of b that have no partner, in order.
    [[nodiscard]] auto rows_without_partner() const -> std::vector<std::size_t> {
        auto result = std::vector<std::size_t>{};
        for (std::size_t row = 0; row < has_partner_.size(); ++row) {
            if (has_partner_[row] == 0) result.push_back(row);
        }
        return result;
    }

private:
    static constexpr std::size_t batch_size = 64;
    static constexpr std::size_t worth_sharing = std::size_t{1} << 16;  // rows for each thread

    void require_same_keys() const {
        auto const same = [](group_key const& a, group_key const& b) {
            return a.kind == b.kind && info(a.field).type == info(b.field).type &&
                   a.v4_length == b.v4_length && a.v6_length == b.v6_length && a.span == b.span;
        };
        if (std::ranges::equal(a_.plan.keys, b_.plan.keys, same)) return;
        throw error{errc::invalid_argument,
                    {},
                    "two groupings can be compared only if they have the same kinds of keys"};
    }

    /// Finds the numbers that b has for the texts of a.
    void number_texts() {
        if (std::ranges::none_of(a_.plan.keys, holds_text)) return;
        for (std::size_t i = 0; i < a_.plan.texts.size(); ++i)
            numbers_.push_back(b_.plan.texts.find(a_.plan.texts.text(i)));
    }

    void find_all(unsigned threads) {
        auto const size = partners_.size();
        auto const shares =
            std::max<std::size_t>(1, std::min<std::size_t>(threads, size / worth_sharing));
        auto others = std::vector<std::jthread>{};
        for (std::size_t i = 1; i < shares; ++i)
            others.emplace_back(
                [this, i, shares, size] { find(size * i / shares, size * (i + 1) / shares); });
        find(0, size / shares);
    }

    /// Finds the partners of some rows. No two rows have the same partner, so that threads write to
    /// different bytes.
    void find(std::size_t begin, std::size_t end) {
        auto const entrance = group_table::entrance{b_.table};
        auto keys = std::vector<group_word>(batch_size * a_.plan.key_words);
        auto hashes = std::array<group_word, batch_size>{};
        auto known = std::array<bool, batch_size>{};
        for (; begin != end; begin += std::min(batch_size, end - begin)) {
            auto const count = std::min(batch_size, end - begin);
            auto* key = keys.data();
            for (std::size_t i = 0; i < count; ++i, key += a_.plan.key_words) {
                std::ranges::copy(a_.table.key(begin + i), key);
                known[i] = renumber_texts(key);
                hashes[i] = b_.table.hash(key);
                entrance.prefetch(hashes[i]);
            }
            key = keys.data();
            for (std::size_t i = 0; i < count; ++i, key += a_.plan.key_words) {
                auto const row = known[i] ? b_.table.number_of(key, hashes[i]) : b_.table.size();
                if (row == b_.table.size()) continue;
                partners_[begin + i] = static_cast<std::uint32_t>(row);
                has_partner_[row] = 1;
            }
        }
    }

    /// Replaces the number of each text by its number in b. False if b lacks one of the texts.
    [[nodiscard]] auto renumber_texts(group_word* key) const -> bool {
        if (numbers_.empty()) return true;
        auto states = *key;
        auto* at = key + 1;
        for (auto const& part : a_.plan.keys) {
            if ((states & 3) != 0 && holds_text(part)) {
                auto const number = numbers_[*at];
                if (!number) return false;
                *at = *number;
            }
            at += key_width(part);
            states >>= 2;
        }
        return true;
    }

    group_core const& a_;
    group_core const& b_;
    std::vector<std::uint32_t> partners_;
    std::vector<std::uint8_t> has_partner_;
    std::vector<std::optional<std::uint64_t>> numbers_{};  // of the texts of a
};

}  // namespace flowlog::detail

#endif
