// SPDX-License-Identifier: BSL-1.0
#include "member_names.hpp"

#include <flowlog/flow/field_names.hpp>
#include <flowlog/format/layout.hpp>

namespace flowlog::detail::json {

auto member_called(std::string_view text) -> member_name {
    auto result = member_name{.text = std::string{text}};
    auto const is = [&](member_role role, field_id id = {}) {
        result.role = role;
        result.id = id;
        return result;
    };
    if (text == "source.address") return is(member_role::source_address);
    if (text == "destination.address") return is(member_role::destination_address);
    if (text == "source" || text == "src") return is(member_role::weak_address, field_id::srcaddr);
    if (text == "destination" || text == "dst" || text == "dest")
        return is(member_role::weak_address, field_id::dstaddr);
    if (text == "bytes_out") return is(member_role::forward_count, field_id::bytes);
    if (text == "packets_out") return is(member_role::forward_count, field_id::packets);
    if (text == "icmp_type") return is(member_role::icmp_type);
    if (text == "icmp_code") return is(member_role::icmp_code);
    if (text == "event_type") return is(member_role::event_type);
    auto const id = find_field(without_sum(text));
    if (!id) return result;
    result.own = layout::rank(text, *id) == 2;
    result.is_both = text == "network.bytes" || text == "network.packets";
    result.is_ip = text == "source.ip" || text == "destination.ip";
    return is(member_role::field, *id);
}

auto member_names::unread(std::size_t most) const -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const& name : known_)
        if (name.role == member_role::none && result.size() < most) result.push_back(name.text);
    return result;
}

auto member_names::find_elsewhere(std::string_view text) -> member_name const& {
    static auto const unreadable = member_name{};
    if (text.size() > max_spelling) return unreadable;
    if (auto const found = places_.find(text); found != places_.end()) {
        next_ = found->second + 1;
        return known_[found->second];
    }
    if (known_.size() == max_known) {  // other names may be the usual ones now
        places_.clear();
        known_.clear();
    }
    known_.reserve(max_known);
    auto const& added = known_.emplace_back(member_called(text));
    places_.emplace(added.text, known_.size() - 1);
    next_ = known_.size();
    return added;
}

}  // namespace flowlog::detail::json
