// SPDX-License-Identifier: BSL-1.0
#include "member_names.hpp"

#include <algorithm>
#include <utility>

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
    auto const id = find_field(without_sum(text));
    if (!id) return result;
    result.own = layout::rank(text, *id) == 2;
    result.is_both = text == "network.bytes" || text == "network.packets";
    result.is_ip = text == "source.ip" || text == "destination.ip";
    return is(member_role::field, *id);
}

auto member_names::find_elsewhere(std::string_view text) -> member_name const& {
    auto const found = std::ranges::find(known_, text, &member_name::text);
    if (found == known_.end()) {
        auto name = member_called(text);
        if (known_.size() == max_known || text.size() > max_spelling)
            return other_ = std::move(name);
        known_.push_back(std::move(name));
        next_ = known_.size();
        return known_.back();
    }
    next_ = static_cast<std::size_t>(found - known_.begin()) + 1;
    return *found;
}

}  // namespace flowlog::detail::json
