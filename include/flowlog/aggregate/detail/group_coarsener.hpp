// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_GROUP_COARSENER_HPP
#define FLOWLOG_AGGREGATE_DETAIL_GROUP_COARSENER_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <flowlog/aggregate/detail/group_core.hpp>
#include <flowlog/aggregate/detail/key_writer.hpp>
#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/flow/field.hpp>

namespace flowlog::detail {

/// The next shorter of some prefix lengths, the longest first; the same if it is the shortest.
[[nodiscard]] constexpr auto shorter(std::uint8_t length,
                                     std::array<std::uint8_t, 3> lengths) noexcept -> std::uint8_t {
    for (auto const next : lengths)
        if (next < length) return next;
    return length;
}

/// The key of wider networks; none if a key is no address, or its networks are the widest.
[[nodiscard]] inline auto wider_network(group_key const& key) -> std::optional<group_key> {
    auto const is_address =
        key.kind == key_kind::field && info(key.field).type == field_type::address;
    if (!is_address && key.kind != key_kind::network) return std::nullopt;
    auto result = key;
    result.kind = key_kind::network;
    result.v4_length = shorter(is_address ? 32 : key.v4_length, {24, 16, 8});
    result.v6_length = shorter(is_address ? 128 : key.v6_length, {64, 48, 32});
    if (!is_address && result == key) return std::nullopt;
    result.name = std::string{info(key.field).name} + '/' + std::to_string(result.v4_length);
    if (result.v6_length != 64) result.name += '/' + std::to_string(result.v6_length);
    return result;
}

/// Adds the groups of a grouping to one whose keys are the same or wider networks; keys at the end
/// may be left out.
class group_coarsener {
public:
    /// \pre `into` has counted nothing, and no row of `from` is pending
    group_coarsener(group_core const& from, group_core& into) noexcept : from_{from}, into_{into} {}

    void run() {
        into_.plan.distinct = from_.plan.distinct;
        into_.plan.texts = from_.plan.texts;
        auto const number_at = into_.plan.key_words;
        auto const take = [&](group_word const* key, auto width, group_word hash,
                              group_word* likely) {
            into_.merge_values(into_.table.values(key, width, hash, likely), into_.values,
                               from_.table.values(key[number_at]).data(), from_.values);
        };
        for (std::size_t row = 0; row < from_.table.size(); ++row) {
            auto* const key = into_.pending.next();
            put_key(from_.table.key(row).data(), key);
            key[number_at] = row;
            into_.pending.push(into_.table, 1);
            if (into_.pending.free_rows() == 0) into_.pending.rotate(into_.table, take);
        }
        into_.pending.flush(into_.table, take);
        into_.values.note_saturated(from_.values.saturated());
    }

private:
    void put_key(group_word const* from, group_word* to) {
        auto const states = *from++;
        auto& result = *to++;
        result = 0;
        for (std::size_t i = 0; i < into_.plan.keys.size(); ++i) {
            auto const& key = into_.plan.keys[i];
            auto const width = key_width(key);
            auto state = static_cast<key_state>(states >> (2 * i) & 3);
            if (key.kind == key_kind::network && state != key_state::absent)
                state = put_part_of_address(get_address(state, from), key, to, into_.plan.texts);
            else
                std::copy_n(from, width, to);
            result |= static_cast<group_word>(state) << (2 * i);
            from += width;
            to += width;
        }
    }

    group_core const& from_;
    group_core& into_;
};

}  // namespace flowlog::detail

#endif
