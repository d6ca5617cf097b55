// SPDX-License-Identifier: BSL-1.0
// Counters and groupings alone: flows a second that are already decoded, with few and with many
// different keys. A grouping begins empty in each round, so that its growth is in the figure.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include <benchmark/benchmark.h>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/ports.hpp>

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

/// Flows with at most so many different values of each key: source, source and destination, and
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

}  // namespace

BENCHMARK(count_ports)->Unit(benchmark::kMillisecond);
BENCHMARK(group_by_1_field)->Arg(100)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(group_by_2_fields)->Arg(100)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(group_by_3_fields)->Arg(100)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(group_by_3_names)->Arg(100)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
