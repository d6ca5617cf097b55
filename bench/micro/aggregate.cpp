// SPDX-License-Identifier: BSL-1.0
// Counters and groupings alone, on flows that are already decoded, with few and with many different
// keys; and a user's counter beside the library's own, on logs in memory. A grouping begins empty
// in each round, so that the figure contains its growth.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/columns.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/memory.hpp>

#include "../generator/archives.hpp"
#include "../generator/random.hpp"
#include "made_log.hpp"

using namespace flowlog;
using namespace flowlog::measures;

namespace {

constexpr std::size_t flow_count = std::size_t{1} << 20;

/// A flow as a decoder of an archive would give it.
struct made_flow {
    std::uint32_t src, dst;
    std::uint16_t dstport;
    std::uint8_t protocol;
    std::uint64_t size;

    template <field_id Id>
    auto operator[](field_key<Id>) const noexcept -> field_value<field_value_type<Id>> {
        if constexpr (Id == field_id::srcaddr) {
            return address::v4(src);
        } else if constexpr (Id == field_id::dstaddr) {
            return address::v4(dst);
        } else if constexpr (Id == field_id::dstport) {
            return dstport;
        } else if constexpr (Id == field_id::protocol) {
            return protocol;
        } else if constexpr (Id == field_id::bytes) {
            return size;
        } else {
            return {};
        }
    }
};
static_assert(flow_record<made_flow>);

/// Flows with at most `keys` different values of each key: source, source and destination, and
/// these and the port.
auto made_flows(std::uint32_t keys) -> std::vector<made_flow> {
    auto draw = bench::random{1};
    auto flows = std::vector<made_flow>{};
    for (std::size_t i = 0; i < flow_count; ++i) {
        auto of = bench::random{draw.below(keys)};
        auto const source = of();
        auto const target = of();
        flows.push_back({static_cast<std::uint32_t>(source), static_cast<std::uint32_t>(target),
                         static_cast<std::uint16_t>(target >> 32),
                         static_cast<std::uint8_t>(source >> 63 != 0 ? 6 : 17), draw() >> 44});
    }
    return flows;
}

template <class Aggregator>
void add(benchmark::State& state, std::vector<made_flow> const& flows, Aggregator const& empty) {
    for (auto _ : state) {
        auto counted = aggregate(flows, empty);
        if constexpr (requires { counted.size(); }) {
            auto size = counted.size();
            benchmark::DoNotOptimize(size);
            state.counters["groups"] = static_cast<double>(size);
        }
        benchmark::DoNotOptimize(counted);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(flows.size()) * state.iterations());
}

template <class Aggregator>
void group(benchmark::State& state, Aggregator const& empty) {
    add(state, made_flows(static_cast<std::uint32_t>(state.range(0))), empty);
}

/// Ports and protocols as a log has them.
void count_ports(benchmark::State& state) {
    auto const log = bench::made_log(std::size_t{64} << 20);
    auto flows = std::vector<made_flow>{};
    for (auto const& row : bench::made_rows(log)) {
        auto const port = static_cast<std::uint16_t>(std::stoi(std::string{row[6]}));
        flows.push_back({0, 0, port, static_cast<std::uint8_t>(std::stoi(std::string{row[7]})), 0});
    }
    add(state, flows, port_protocol_counter{});
}

void group_by_1_field(benchmark::State& state) {
    group(state, group_by<field::srcaddr>(count, sum<field::bytes>));
}
void group_by_2_fields(benchmark::State& state) {
    group(state, group_by<field::srcaddr, field::dstaddr>(count, sum<field::bytes>));
}
void group_by_3_fields(benchmark::State& state) {
    group(state,
          group_by<field::srcaddr, field::dstaddr, field::dstport>(count, sum<field::bytes>));
}
void group_by_3_names(benchmark::State& state) {
    auto keys = std::vector<group_key>{};
    for (auto const id : {field_id::srcaddr, field_id::dstaddr, field_id::dstport})
        keys.push_back(group_key::of(id));
    group(state, group_by(keys, {measure{}, {measure_kind::sum, field_id::bytes}}));
}

/// What a user writes to count flows per port and protocol, record by record.
struct own_counter_singly {
    using fields = field_list<field_id::dstport, field_id::protocol>;

    std::vector<std::uint32_t> counts = std::vector<std::uint32_t>(3 * 65536);  // TCP, UDP, others

    void add_one(std::uint64_t port, std::uint64_t protocol) {
        auto const which = protocol == 6 ? 0U : protocol == 17 ? 1U : 2U;
        ++counts[which * 65536 + port];
    }
    void add(flow_record auto const& record) {
        add_one(*record[field::dstport], *record[field::protocol]);
    }
    void merge(own_counter_singly&& other) {
        for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
    }
};

/// The same with columns.
struct own_counter {
    using fields = own_counter_singly::fields;

    own_counter_singly all{};

    void add(flow_record auto const& record) { all.add(record); }
    template <record_batch Batch>
    auto add_batch(Batch const& batch) -> std::size_t {
        return add_columns<field::dstport, field::protocol>(
            *this, batch, [this](auto ports, auto protocols) {
                for (std::size_t i = 0; i < ports.size(); ++i) all.add_one(ports[i], protocols[i]);
            });
    }
    void merge(own_counter&& other) { all.merge(std::move(other.all)); }
};

/// Counts the flows of a log in memory.
template <class Aggregator, class MakeReader>
void count_log(benchmark::State& state, MakeReader make_reader) {
    std::uint64_t flows = 0;
    auto counter = Aggregator{};
    for (auto _ : state) {
        auto reader = make_reader();
        add_all(reader, counter);
        flows += reader.stats().records;
    }
    benchmark::DoNotOptimize(counter);
    state.SetItemsProcessed(static_cast<std::int64_t>(flows));
}

template <class Aggregator>
void count_text(benchmark::State& state) {
    static auto const log = bench::made_log(std::size_t{64} << 20);
    count_log<Aggregator>(state, [] { return text_reader{memory_source{log}}; });
}

template <class Aggregator>
void count_nfdump(benchmark::State& state) {
    static auto const archive = [] {
        auto next = bench::archive_flows{1};
        auto blocks = std::string{};
        std::uint32_t block_count = 0;
        for (auto left = flow_count; left != 0; ++block_count) {
            auto body = std::string{};
            std::uint32_t records = 0;
            for (; left != 0 && body.size() < 1'000'000; --left, ++records)
                bench::append_nfdump(body, next(), false);
            blocks += bench::nfdump_block_header(records, body.size()) + body;
        }
        return bench::nfdump_header(0, block_count) + blocks;
    }();
    count_log<Aggregator>(state, [] { return nfdump_reader{memory_source{archive}}; });
}

}  // namespace

BENCHMARK(count_text<port_protocol_counter>)->Unit(benchmark::kMillisecond);
BENCHMARK(count_text<own_counter>)->Unit(benchmark::kMillisecond);
BENCHMARK(count_text<own_counter_singly>)->Unit(benchmark::kMillisecond);
BENCHMARK(count_nfdump<port_protocol_counter>)->Unit(benchmark::kMillisecond);
BENCHMARK(count_nfdump<own_counter>)->Unit(benchmark::kMillisecond);
BENCHMARK(count_nfdump<own_counter_singly>)->Unit(benchmark::kMillisecond);
BENCHMARK(count_ports)->Unit(benchmark::kMillisecond);
BENCHMARK(group_by_1_field)->Arg(100)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(group_by_2_fields)->Arg(100)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(group_by_3_fields)->Arg(100)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(group_by_3_names)->Arg(100)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
