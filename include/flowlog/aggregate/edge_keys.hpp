// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_EDGE_KEYS_HPP
#define FLOWLOG_AGGREGATE_EDGE_KEYS_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>

namespace flowlog {

/// The field that says of the other end of a flow what `id` says of one end: `dstaddr` for
/// `srcaddr`, `pkt-src-aws-service` for `pkt-dst-aws-service`. None for fields that belong to no
/// end.
[[nodiscard]] inline auto opposite_field(field_id id) -> std::optional<field_id> {
    constexpr auto ends = std::to_array<std::string_view>({"src", "dst"});
    for (std::size_t i = 0; i < ends.size(); ++i) {
        auto name = std::string{info(id).name};
        auto const at = name.find(ends[i]);
        if (at == name.npos) continue;
        name.replace(at, ends[i].size(), ends[1 - i]);
        auto const* const found = std::ranges::find(fields, name, &field_info::name);
        if (found != fields.end()) return found->id;
    }
    return std::nullopt;
}

/// The keys that make edges of flows: what a flow's edge begins at, what it ends at, and what else
/// makes it an edge of its own.
class edge_keys {
public:
    /// Takes the keys in the order in which a person names them:
    ///
    /// - one key of an end (`srcaddr/24`): edges between the values of that key at both ends
    /// - one key of both ends (`ip`, `label(ip)`): the same
    /// - one key of no end (`tag`): edges from the `srcaddr` to it
    /// - two keys: edges from the first to the second
    /// - more: there is an edge for each combination of the others, too
    ///
    /// ACCEPT and REJECT are always apart, if the log has an `action`. Throws
    /// `errc::invalid_argument` for no key, for `pair`, and for a key of both ends among others.
    explicit edge_keys(std::vector<group_key> named) {
        check(named);
        if (named.size() == 1) named = both_ends(std::move(named.front()));
        keys_ = std::move(named);
        auto const opposite = opposite_key(keys_[0]);
        alike_ = keys_[0].name == keys_[1].name || (opposite && opposite->name == keys_[1].name);
        auto const is_action = [](group_key const& key) {
            return key.kind == key_kind::field && key.field == field_id::action;
        };
        action_ = static_cast<std::size_t>(std::ranges::find_if(keys_, is_action) - keys_.begin());
        own_ = keys_.size() - 2;
        if (action_ == keys_.size()) {
            keys_.push_back(group_key::of(field_id::action));
            keys_.back().optional = true;
        }
    }

    /// All keys: where edges begin, where they end, their own, and the action.
    [[nodiscard]] auto all() const noexcept -> std::vector<group_key> const& { return keys_; }

    /// The keys of edges other than their ends, without an action that nobody named.
    [[nodiscard]] auto own_names() const -> std::vector<std::string> {
        auto result = std::vector<std::string>{};
        for (std::size_t i = 0; i < own_; ++i) result.push_back(keys_[2 + i].name);
        return result;
    }

    /// The position of the action in `all()`.
    [[nodiscard]] auto action_at() const noexcept -> std::size_t { return action_; }

    /// Whether edges begin and end at nodes of one kind, so that a value is one node at both ends.
    [[nodiscard]] auto alike() const noexcept -> bool { return alike_; }

private:
    static void check(std::vector<group_key> const& named) {
        if (named.empty()) fail("a graph needs a key for its nodes, such as srcaddr");
        for (auto const& key : named) {
            if (key.kind == key_kind::pair)
                fail("key '" + key.name +
                     "': it is both ends of a flow at once; name the key of one end, such as "
                     "srcaddr");
            if (key.other && named.size() != 1)
                fail("key '" + escaped(key.name, 80) +
                     "': it is both ends of a flow, so that it cannot be one key of several; name "
                     "the keys of both ends, such as srcaddr,dstaddr");
        }
    }

    /// The two keys of nodes that one key means.
    [[nodiscard]] static auto both_ends(group_key key) -> std::vector<group_key> {
        if (key.other) {
            auto const word = key.field == field_id::srcaddr ? "ip" : "port";
            auto end = at_field(key, word, *key.other);
            return {at_field(key, word, key.field), std::move(end)};
        }
        auto opposite = opposite_key(key);
        if (!opposite) return {group_key::of(field_id::srcaddr), std::move(key)};
        auto const is_source = info(key.field).name.find("src") != std::string_view::npos;
        if (is_source) return {std::move(key), *std::move(opposite)};
        return {*std::move(opposite), std::move(key)};
    }

    [[nodiscard]] static auto opposite_key(group_key const& key) -> std::optional<group_key> {
        switch (key.kind) {
            case key_kind::field:
            case key_kind::network:
            case key_kind::label:
            case key_kind::scope: break;
            default: return std::nullopt;
        }
        auto const field = opposite_field(key.field);
        if (!field || key.other) return std::nullopt;
        return at_field(key, info(key.field).name, *field);
    }

    /// The same key of another field, whose name replaces a word.
    [[nodiscard]] static auto at_field(group_key key, std::string_view word, field_id field)
        -> group_key {
        key.field = field;
        key.other.reset();
        if (auto const at = key.name.find(word); at != key.name.npos)
            key.name.replace(at, word.size(), info(field).name);
        return key;
    }

    [[noreturn]] static void fail(std::string const& why) {
        throw error{errc::invalid_argument, {}, why};
    }

    std::vector<group_key> keys_{};
    std::size_t own_ = 0;
    std::size_t action_ = 0;
    bool alike_ = false;
};

}  // namespace flowlog

#endif
