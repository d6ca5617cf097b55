// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_CONNECTIONS_HPP
#define FLOWLOG_AGGREGATE_CONNECTIONS_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include <flowlog/aggregate/detail/keyed_hash.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/aggregate/group_view.hpp>
#include <flowlog/aggregate/hash_key.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/value.hpp>

// Both directions of a conversation become one connection:
//
//     10.0.0.1:40000 ──► 10.0.0.9:443   3 packets, SYN          connection: 10.0.0.1:40000 began
//     10.0.0.1:40000 ◄── 10.0.0.9:443   5 packets, SYN and ACK  it; 3 packets sent, 5 received

namespace flowlog {

/// An address and a port.
struct endpoint {
    flowlog::address address{};
    std::uint16_t port = 0;

    friend constexpr auto operator<=>(endpoint const&, endpoint const&) noexcept = default;
};

/// The flows of a connection in one direction.
struct connection_side {
    std::uint64_t flows = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    field_value<std::uint8_t> tcp_flags{};  ///< all flags that were seen
    field_value<timestamp> first{};         ///< the first start
    field_value<timestamp> last{};          ///< the last end

    friend constexpr auto operator==(connection_side const&, connection_side const&) noexcept
        -> bool = default;
};

/// How it was found out who began a connection.
enum class began_by : std::uint8_t {
    syn,   ///< one side sent SYN and never ACK
    time,  ///< the flows of one side start earlier
    port   ///< neither says: the lower port is the server's
};

/// A conversation of two endpoints.
struct connection {
    endpoint client{};  ///< whoever began it
    endpoint server{};
    std::uint8_t protocol = 0;
    began_by sign = began_by::port;  ///< how the client was found
    connection_side sent{};          ///< from the client to the server
    connection_side received{};      ///< from the server to the client
    bool accepted = false;           ///< some flow was accepted
    bool rejected = false;           ///< some flow was rejected
    bool saturated = false;          ///< some sum reached 2^64 - 1, and may have stopped there

    /// Whether there are flows in both directions.
    [[nodiscard]] constexpr auto answered() const noexcept -> bool {
        return sent.flows != 0 && received.flows != 0;
    }
    /// The first start of both directions.
    [[nodiscard]] constexpr auto first() const noexcept -> field_value<timestamp> {
        if (!sent.first || !received.first) return sent.first ? sent.first : received.first;
        return std::min(*sent.first, *received.first);
    }
    /// The last end of both directions.
    [[nodiscard]] constexpr auto last() const noexcept -> field_value<timestamp> {
        if (!sent.last || !received.last) return sent.last ? sent.last : received.last;
        return std::max(*sent.last, *received.last);
    }
    /// The time from the first start to the last end, if both are known; not below 0.
    [[nodiscard]] constexpr auto duration() const noexcept
        -> std::optional<std::chrono::microseconds> {
        if (!first() || !last()) return std::nullopt;
        return std::max(*last() - *first(), std::chrono::microseconds{0});
    }
};

/// All connections of some logs.
struct connection_list {
    std::vector<connection> connections{};  ///< ordered by client, server and protocol
    /// The flows without address, port or protocol, which belong to no connection.
    std::uint64_t unjoined = 0;
};

namespace detail {

/// Joins the two directions of conversations, which are groups of a `connection_grouping`.
class connection_joiner {
public:
    void add(group_view const& view) {
        auto const source = view.key<address>(0);
        auto const destination = view.key<address>(1);
        auto const protocol = view.key<std::uint8_t>(4);
        auto const has_ports = view.key<std::uint16_t>(2) && view.key<std::uint16_t>(3);
        auto const portless = protocol && is_icmp(*protocol);
        if (!source || !destination || !protocol || (!has_ports && !portless)) {
            unjoined_ += *view.value<std::uint64_t>(0);
            return;
        }
        auto const port = [&](std::size_t which) {
            return portless ? std::uint16_t{0} : *view.key<std::uint16_t>(which);
        };
        auto const from = endpoint{*source, port(2)};
        auto const to = endpoint{*destination, port(3)};
        add(at({std::min(from, to), std::max(from, to), *protocol}), from <= to, view);
    }

    [[nodiscard]] auto finish() -> connection_list {
        for (auto& one : all_) orient(one);
        return {in_order(), unjoined_};
    }

private:
    /// All connections by client, server and protocol.
    [[nodiscard]] auto in_order() const -> std::vector<connection> {
        auto order = std::vector<std::size_t>(all_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, {}, [this](auto place) {
            return std::tie(all_[place].client, all_[place].server, all_[place].protocol);
        });
        auto result = std::vector<connection>{};
        result.reserve(order.size());
        for (auto const place : order) result.push_back(all_[place]);
        return result;
    }

    struct ends {
        endpoint low;
        endpoint high;
        std::uint8_t protocol;

        friend auto operator==(ends const&, ends const&) noexcept -> bool = default;
    };
    struct ends_hash {
        using is_avalanching = std::true_type;
        auto operator()(ends const& of) const noexcept -> std::size_t {
            auto const ports =
                std::uint64_t{of.low.port} << 32 | std::uint64_t{of.high.port} << 16 | of.protocol;
            std::uint64_t const words[] = {of.low.address.high(), of.low.address.low(),
                                           of.high.address.high(), of.high.address.low(), ports};
            return finish_hash(hash_words(words, std::size(words), hash_key::of_process()));
        }
    };

    /// ICMP has no ports; what some exporters have in their place is different in an answer.
    [[nodiscard]] static auto is_icmp(std::uint8_t protocol) noexcept -> bool {
        constexpr std::uint8_t icmp = 1;
        constexpr std::uint8_t icmp_v6 = 58;
        return protocol == icmp || protocol == icmp_v6;
    }

    /// The connection between two endpoints; until `orient`, the client is the lower one.
    auto at(ends const& of) -> connection& {
        auto const [found, is_new] = places_.try_emplace(of, all_.size());
        if (is_new) all_.push_back({.client = of.low, .server = of.high, .protocol = of.protocol});
        return all_[found->second];
    }

    static void add(connection& to, bool upwards, group_view const& view) {
        auto& side = upwards ? to.sent : to.received;
        auto const sum = [&](std::uint64_t& value, std::size_t which) {
            value = saturating_add(value, *view.value<std::uint64_t>(which), to.saturated);
        };
        sum(side.flows, 0);
        sum(side.packets, 1);
        sum(side.bytes, 2);
        to.saturated = to.saturated || view.saturated();
        if (auto const flags = view.value<std::uint8_t>(3))
            side.tcp_flags = static_cast<std::uint8_t>(*side.tcp_flags | *flags);
        if (auto const first = view.value<timestamp>(4);
            first && (!side.first || *first < *side.first))
            side.first = first;
        if (auto const last = view.value<timestamp>(5); last && (!side.last || *last > *side.last))
            side.last = last;
        auto const action = view.key<flowlog::action>(5);
        to.accepted = to.accepted || action == flowlog::action::accept;
        to.rejected = to.rejected || action == flowlog::action::reject;
    }

    [[nodiscard]] static auto only_syn(connection_side const& side) noexcept -> bool {
        constexpr std::uint8_t syn = 2;
        constexpr std::uint8_t ack = 16;
        return (*side.tcp_flags & (syn | ack)) == syn;
    }

    /// Makes whoever began the connection its client.
    static void orient(connection& one) {
        auto const& [low, high] =
            std::pair<connection_side const&, connection_side const&>{one.sent, one.received};
        auto low_began = one.client.port >= one.server.port;
        if (only_syn(low) != only_syn(high)) {
            one.sign = began_by::syn;
            low_began = only_syn(low);
        } else if (low.first && high.first && low.first != high.first) {
            one.sign = began_by::time;
            low_began = *low.first < *high.first;
        }
        if (low_began) return;
        std::swap(one.client, one.server);
        std::swap(one.sent, one.received);
    }

    boost::unordered_flat_map<ends, std::size_t, ends_hash> places_;
    std::vector<connection> all_;
    std::uint64_t unjoined_ = 0;
};

}  // namespace detail

/// The grouping from which connections are found: flows by addresses, ports, protocol and action.
///
///     auto const found = flowlog::run(logs, flowlog::connection_grouping());
///     for (auto const& one : flowlog::find_connections(found.value).connections) …
[[nodiscard]] inline auto connection_grouping() -> dynamic_grouping {
    using enum field_id;
    auto keys = std::vector<group_key>{};
    for (auto const id : {srcaddr, dstaddr, srcport, dstport, protocol, action})
        keys.push_back(group_key::of(id));
    keys.back().optional = true;
    return group_by(std::move(keys), {{},
                                      {measure_kind::sum, packets, true},
                                      {measure_kind::sum, bytes, true},
                                      {measure_kind::bit_or, tcp_flags, true},
                                      {measure_kind::min, start, true},
                                      {measure_kind::max, end, true}});
}

/// The connections of the flows of a `connection_grouping`: both directions of each conversation
/// are joined. Of ICMP, whose flows have no ports, two addresses have one connection.
///
/// The client is the side that sent SYN and never ACK; if there is none, the side whose flows start
/// earlier; if that is not known either, as it is if there are flows in one direction only, the
/// side with the higher port, or the lower address.
[[nodiscard]] inline auto find_connections(dynamic_grouping const& flows) -> connection_list {
    auto joiner = detail::connection_joiner{};
    flows.visit_unordered([&](group_view const& view) { joiner.add(view); });
    return joiner.finish();
}

}  // namespace flowlog

#endif
