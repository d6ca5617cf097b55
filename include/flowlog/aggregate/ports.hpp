// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_PORTS_HPP
#define FLOWLOG_AGGREGATE_PORTS_HPP

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <map>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/detail/radix_sort.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog {

/// Which port of a flow is counted.
enum class port_key : std::uint8_t {
    dstport,  ///< the destination port: of an answer, the ephemeral one
    srcport,  ///< the source port
    service   ///< the smaller of the two, which is the server's more often than not
};

/// How often a port and protocol occurred.
struct port_protocol_count {
    std::uint16_t port;
    std::uint8_t protocol;
    std::uint64_t count;

    friend auto operator==(port_protocol_count const&, port_protocol_count const&)
        -> bool = default;
};

/// Orders counts for output: the largest first, equal ones by port, then protocol.
[[nodiscard]] constexpr auto output_before(port_protocol_count const& a,
                                           port_protocol_count const& b) noexcept -> bool {
    if (a.count != b.count) return a.count > b.count;
    if (a.port != b.port) return a.port < b.port;
    return a.protocol < b.protocol;
}

namespace detail {

/// A count for each port, modulo 2^16, so that those of TCP and UDP together stay in the
/// second-level cache. From calloc, as such memory costs nothing before it is touched.
class port_counts {
public:
    static constexpr std::size_t size = 65536;
    static constexpr std::size_t stretch = 64;  // measured: to find three ports 5 us, one by one 49

    port_counts() = default;
    [[nodiscard]] static auto make() -> port_counts {
        auto result = port_counts{};
        result.counts_.reset(static_cast<std::uint16_t*>(std::calloc(size, sizeof(std::uint16_t))));
        if (!result) throw std::bad_alloc{};
        return result;
    }
    port_counts(port_counts const& other) {
        if (!other) return;
        *this = make();
        std::copy_n(other.counts_.get(), size, counts_.get());
    }
    port_counts(port_counts&&) noexcept = default;
    auto operator=(port_counts other) noexcept -> port_counts& {
        counts_.swap(other.counts_);
        return *this;
    }
    ~port_counts() = default;

    explicit operator bool() const noexcept { return counts_ != nullptr; }

    /// Whether all counts of the `stretch` ports from `first` on are 0.
    [[nodiscard]] auto none(std::size_t first) const noexcept -> bool {
        std::uint16_t bits = 0;
        for (std::size_t i = 0; i < stretch; ++i)
            bits = static_cast<std::uint16_t>(bits | counts_[first + i]);
        return bits == 0;
    }

    auto operator[](std::size_t port) noexcept -> std::uint16_t& { return counts_[port]; }
    auto operator[](std::size_t port) const noexcept -> std::uint16_t { return counts_[port]; }

private:
    struct release {
        void operator()(std::uint16_t* counts) const noexcept { std::free(counts); }
    };
    std::unique_ptr<std::uint16_t[], release> counts_;
};

}  // namespace detail

/// Counts flows per port and protocol. An aggregator; takes 128 KiB of address space for each
/// protocol that occurs, and as much memory as its ports touch. Not for several threads: give each
/// its own, and `merge`.
template <port_key Key = port_key::dstport>
class basic_port_protocol_counter {
public:
    using fields =
        std::conditional_t<Key == port_key::service,
                           field_list<field_id::srcport, field_id::dstport, field_id::protocol>,
                           std::conditional_t<Key == port_key::srcport,
                                              field_list<field_id::srcport, field_id::protocol>,
                                              field_list<field_id::dstport, field_id::protocol>>>;

    template <flow_record Record>
    [[gnu::always_inline]] void add(Record const& record) {
        add(port(record), *record[field::protocol]);
    }

    /// Adds flows of a `text_batch` or `archive_batch`, up to one that has no port or protocol; how
    /// many.
    template <class Run>
    [[nodiscard]] auto add_batch(Run const& run) -> std::size_t {
        return detail::add_in_parts(
            *this, run, [] { return batch; },
            [this](Run const& flows) { return add_columns(flows); });
    }

    /// Adds one flow.
    [[gnu::always_inline]] void add(std::uint16_t port, std::uint8_t protocol) {
        auto& counts = counts_[protocol];
        if (!counts) [[unlikely]]
            counts = detail::port_counts::make();
        if (++counts[port] == 0) [[unlikely]]
            ++overflows_[{port, protocol}];
    }

    void merge(basic_port_protocol_counter&& other) {
        for (std::size_t protocol = 0; protocol < counts_.size(); ++protocol) {
            if (!other.counts_[protocol]) continue;
            if (!counts_[protocol]) {
                counts_[protocol] = std::move(other.counts_[protocol]);
                continue;
            }
            merge(static_cast<std::uint8_t>(protocol), other.counts_[protocol]);
        }
        for (auto const& [which, count] : other.overflows_) overflows_[which] += count;
    }

    /// Calls `visit(port, protocol, count)` for each that occurred, ascending by port, then
    /// protocol.
    template <class Visit>
    void for_each(Visit visit) const {
        auto const all = protocols();
        auto some = std::vector<std::uint8_t>{};
        auto overflow = overflows_.begin();  // in the same order
        for (std::size_t first = 0; first < ports; first += stretch) {
            auto const last = key{static_cast<std::uint16_t>(first + stretch - 1), 0xFF};
            auto const overflown = overflow != overflows_.end() && overflow->first <= last;
            some.clear();
            std::ranges::copy_if(all, std::back_inserter(some), [&](std::uint8_t protocol) {
                return overflown || !counts_[protocol].none(first);
            });
            if (some.empty()) continue;
            for (auto port = first; port < first + stretch; ++port) {
                for (auto const protocol : some) {
                    auto const which = key{static_cast<std::uint16_t>(port), protocol};
                    auto count = std::uint64_t{counts_[protocol][port]};
                    if (overflow != overflows_.end() && overflow->first == which)
                        count += overflow++->second << 16;
                    if (count != 0) visit(which.first, which.second, count);
                }
            }
        }
    }

    /// The counts in the order of output: count descending, then port, then protocol.
    [[nodiscard]] auto counts() const -> std::vector<port_protocol_count> {
        std::size_t size = 0;
        for_each([&](auto, auto, auto) { ++size; });
        auto result = std::vector<port_protocol_count>{};
        result.reserve(size);
        for_each([&](auto port, auto protocol, auto count) {
            result.push_back({port, protocol, count});
        });
        // 98,000 counts take 1.5 ms in all like this, with std::sort by output_before 8.8 ms
        detail::radix_sort(result, [](auto const& entry) { return ~entry.count; });
        return result;
    }

    /// The number of flows counted.
    [[nodiscard]] auto total() const -> std::uint64_t {
        std::uint64_t sum = 0;
        for_each([&](auto, auto, auto count) { sum += count; });
        return sum;
    }

private:
    static constexpr std::size_t batch = 128;  // flows at a time
    static constexpr std::size_t ports = detail::port_counts::size;
    static constexpr std::size_t stretch = detail::port_counts::stretch;
    using key = std::pair<std::uint16_t, std::uint8_t>;  // port and protocol

    /// Those that occurred, ascending.
    [[nodiscard]] auto protocols() const -> std::vector<std::uint8_t> {
        auto result = std::vector<std::uint8_t>{};
        for (std::size_t protocol = 0; protocol < counts_.size(); ++protocol) {
            if (counts_[protocol]) result.push_back(static_cast<std::uint8_t>(protocol));
        }
        return result;
    }

    /// Adds all flows, of which there are no more than `batch`, or none.
    template <class Run>
    [[nodiscard]] auto add_columns(Run const& flows) -> bool {
        constexpr auto first = Key == port_key::srcport ? field_id::srcport : field_id::dstport;
        std::array<std::uint64_t, batch> port;  // not set to zeros: written before it is read
        std::array<std::uint64_t, batch> protocol;
        if (!flows.numbers(first, port.data()) ||
            !flows.numbers(field_id::protocol, protocol.data()))
            return false;
        if constexpr (Key == port_key::service) {
            std::array<std::uint64_t, batch> source;
            if (!flows.numbers(field_id::srcport, source.data())) return false;
            for (std::size_t i = 0; i < flows.size(); ++i) port[i] = std::min(port[i], source[i]);
        }
        for (std::size_t i = 0; i < flows.size(); ++i)
            add(static_cast<std::uint16_t>(port[i]), static_cast<std::uint8_t>(protocol[i]));
        return true;
    }

    template <flow_record Record>
    [[gnu::always_inline]] static auto port(Record const& record) -> std::uint16_t {
        if constexpr (Key == port_key::dstport) {
            return *record[field::dstport];
        } else if constexpr (Key == port_key::srcport) {
            return *record[field::srcport];
        } else {
            return std::min(*record[field::srcport], *record[field::dstport]);
        }
    }

    void merge(std::uint8_t protocol, detail::port_counts const& other) {
        auto& mine = counts_[protocol];
        for (std::size_t port = 0; port < ports; ++port) {
            if (other[port] == 0) continue;
            auto const sum = static_cast<std::uint16_t>(mine[port] + other[port]);
            if (sum < other[port]) ++overflows_[{static_cast<std::uint16_t>(port), protocol}];
            mine[port] = sum;
        }
    }

    std::array<detail::port_counts, 256> counts_;
    std::map<key, std::uint64_t> overflows_;  // how often a count passed 2^16
};

/// Counts flows per destination port and protocol.
using port_protocol_counter = basic_port_protocol_counter<>;

}  // namespace flowlog

#ifdef FLOWLOG_COMPILED

#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/query/filter.hpp>

namespace flowlog {

extern template auto run(std::vector<input> const&,
                         basic_port_protocol_counter<port_key::dstport> const&, run_options const&)
    -> run_result<basic_port_protocol_counter<port_key::dstport>>;
extern template auto run(std::vector<input> const&,
                         basic_port_protocol_counter<port_key::srcport> const&, run_options const&)
    -> run_result<basic_port_protocol_counter<port_key::srcport>>;
extern template auto run(std::vector<input> const&,
                         basic_port_protocol_counter<port_key::service> const&, run_options const&)
    -> run_result<basic_port_protocol_counter<port_key::service>>;
extern template auto run(std::vector<input> const&,
                         filtered<filter, basic_port_protocol_counter<port_key::dstport>> const&,
                         run_options const&)
    -> run_result<filtered<filter, basic_port_protocol_counter<port_key::dstport>>>;
extern template auto run(std::vector<input> const&,
                         filtered<filter, basic_port_protocol_counter<port_key::srcport>> const&,
                         run_options const&)
    -> run_result<filtered<filter, basic_port_protocol_counter<port_key::srcport>>>;
extern template auto run(std::vector<input> const&,
                         filtered<filter, basic_port_protocol_counter<port_key::service>> const&,
                         run_options const&)
    -> run_result<filtered<filter, basic_port_protocol_counter<port_key::service>>>;

}  // namespace flowlog

#endif

#endif
