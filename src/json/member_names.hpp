// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SRC_JSON_MEMBER_NAMES_HPP
#define FLOWLOG_SRC_JSON_MEMBER_NAMES_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include <flowlog/flow/field.hpp>

namespace flowlog::detail::json {

/// What the value of a member is, by its name.
enum class member_role : std::uint8_t {
    none,  ///< nothing that is read
    field,
    source_address,       ///< `source.address`, which may be the name of a host
    destination_address,  ///< `destination.address`
    weak_address,         ///< an address if no other member has it
    forward_count,        ///< the counter of the way out, where the field is that of both ways
    icmp_type,
    icmp_code,
    event_type  ///< which tells a marker from a record
};

/// The name of a member in the terms of flow logs.
struct member_name {
    std::string text{};
    member_role role = member_role::none;
    field_id id{};         ///< of the roles `field`, `weak_address` and `forward_count`
    bool own = false;      ///< the field's own name, which counts more than others
    bool is_both = false;  ///< a counter of both directions
    bool is_ip = false;    ///< of ECS: `source.ip` or `destination.ip`
};

/// What a name means.
[[nodiscard]] auto member_called(std::string_view text) -> member_name;

/// The names of the members of a log's records. They are mostly the same ones in the same order,
/// and finding the field of a name takes longer than reading its value.
class member_names {
public:
    /// Begins a record.
    void begin() noexcept { next_ = 0; }

    /// What the name of the record's next member means. Valid until the next call.
    [[nodiscard]] auto find(std::string_view text) -> member_name const& {
        if (next_ < known_.size() && known_[next_].text == text) return known_[next_++];
        return find_elsewhere(text);
    }

    /// Names of members that are not read, at most so many.
    [[nodiscard]] auto unread(std::size_t most) const -> std::vector<std::string>;

private:
    static constexpr std::size_t max_known = 1000;

    [[nodiscard]] auto find_elsewhere(std::string_view text) -> member_name const&;

    std::vector<member_name> known_{};                                   // which stay in place
    boost::unordered_flat_map<std::string_view, std::size_t> places_{};  // of their texts
    std::size_t next_ = 0;  // where the name is that followed the last one in an earlier record
};

}  // namespace flowlog::detail::json

#endif
