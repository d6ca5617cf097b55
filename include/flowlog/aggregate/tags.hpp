// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_TAGS_HPP
#define FLOWLOG_AGGREGATE_TAGS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/ports.hpp>
#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/aggregate/state_writer.hpp>
#include <flowlog/format/batch.hpp>
#include <flowlog/lookup/tag_table.hpp>

namespace flowlog {

/// The number of flows of a tag.
struct tag_count {
    std::string tag;
    std::uint64_t count;

    friend auto operator==(tag_count const&, tag_count const&) -> bool = default;
};

/// The counts of ports and protocols, looked up in a table of tags.
struct tag_totals {
    std::vector<tag_count>
        tags;  ///< the tags that occurred; count descending, then tag by its bytes
    std::uint64_t untagged = 0;  ///< flows without a tag, with or without a port
    std::vector<port_protocol_count>
        unmatched;  ///< their ports; count descending, then port, then protocol
    std::vector<protocol_count>
        unmatched_without_port{};  ///< those without a port; count descending, then protocol

    friend auto operator==(tag_totals const&, tag_totals const&) -> bool = default;
};

/// Looks each port and protocol up once, and the protocols of flows without a port. The flows that
/// match nothing have the order of the counts. With `duplicates::all` a flow counts once for each
/// of its tags; otherwise all counts and `untagged` add up to the number of flows.
template <class = void>
[[nodiscard]] auto tag_counts(std::span<port_protocol_count const> counts, tag_table const& table,
                              std::span<protocol_count const> without_port = {}) -> tag_totals {
    auto result = tag_totals{};
    auto sums = std::vector<std::uint64_t>(table.tag_count());
    auto const add = [&](auto const& entry, std::span<tag_id const> found, auto& unmatched) {
        for (auto const tag : found) sums[tag] += entry.count;
        if (!found.empty()) return;
        result.untagged += entry.count;
        unmatched.push_back(entry);
    };
    for (auto const& entry : counts)
        add(entry, table.find(entry.port, entry.protocol), result.unmatched);
    for (auto const& entry : without_port)
        add(entry, table.find_portless(entry.protocol), result.unmatched_without_port);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        if (sums[i] != 0)
            result.tags.push_back({std::string{table.name(static_cast<tag_id>(i))}, sums[i]});
    }
    std::ranges::sort(result.tags, [](auto const& a, auto const& b) {
        return a.count != b.count ? a.count > b.count : a.tag < b.tag;
    });
    return result;
}

/// Counts flows per tag. An aggregator. It counts ports and protocols; the table is asked at the
/// end, once for each pair that occurred.
template <port_key Key = port_key::dstport>
class basic_tag_counter {
public:
    using fields = typename basic_port_protocol_counter<Key>::fields;

    /// The table must outlive the counter.
    explicit basic_tag_counter(tag_table const& table) noexcept : table_{&table} {}
    explicit basic_tag_counter(tag_table const&&) = delete;

    template <flow_record Record>
    void add(Record const& record) {
        ports_.add(record);
    }

    /// Adds a record. False if a field keeps it out.
    template <flow_record Record>
    auto try_add(Record const& record) -> bool {
        return ports_.try_add(record);
    }

    /// The field that keeps a record out, if any.
    template <flow_record Record>
    [[nodiscard]] auto offending_field_of(Record const& record) const
        -> std::optional<offending_field> {
        return ports_.offending_field_of(record);
    }

    /// The number of flows of a batch, from the first on, that can be added.
    template <record_batch Batch>
    [[nodiscard]] auto count_addable(Batch const& batch) const -> std::size_t {
        return ports_.count_addable(batch);
    }

    /// Adds the flows of a batch up to the first that a field keeps out; returns how many.
    template <record_batch Batch>
    [[nodiscard]] auto add_batch(Batch const& batch) -> std::size_t {
        return ports_.add_batch(batch);
    }

    void merge(basic_tag_counter&& other) { ports_.merge(std::move(other.ports_)); }

    /// Writes the counts per port and protocol.
    void save(state_writer& out) const { ports_.save(out); }

    /// Adds saved counts. They may have been counted with another table.
    void load(state_reader& in) { ports_.load(in); }

    /// The counts per tag.
    [[nodiscard]] auto totals() const -> tag_totals {
        return tag_counts(ports_.counts(), *table_, ports_.without_port());
    }

    /// The counts per port and protocol.
    [[nodiscard]] auto ports() const noexcept -> basic_port_protocol_counter<Key> const& {
        return ports_;
    }

private:
    tag_table const* table_;
    basic_port_protocol_counter<Key> ports_;
};

/// Counts flows per tag of their destination port and protocol.
using tag_counter = basic_tag_counter<>;

}  // namespace flowlog

#ifdef FLOWLOG_COMPILED

#include <flowlog/aggregate/run.hpp>

namespace flowlog {

extern template auto tag_counts<void>(std::span<port_protocol_count const>, tag_table const&,
                                      std::span<protocol_count const>) -> tag_totals;
extern template auto run(std::vector<input> const&, tag_counter const&, run_options const&)
    -> run_result<tag_counter>;

}  // namespace flowlog

#endif

#endif
