// SPDX-License-Identifier: BSL-1.0
// The cost of filters: one thread reads a text log in memory and counts the flows that a filter
// wants. `none` counts all flows. The difference to it is the cost of the filter, and of
// mispredicted branches if half of the flows pass.
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/source/memory.hpp>

using namespace flowlog;

namespace {

/// 100,000 lines of the default format: one in 40 is rejected, half go to a port below 1024.
auto made_log() -> std::string {
    auto random = std::mt19937{1};
    auto const below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    constexpr auto ports = std::to_array<std::uint32_t>({443, 443, 80, 53, 22});
    auto text = std::string{
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
        "start end action "
        "log-status\n"};
    for (auto i = 0; i < 100'000; ++i) {
        auto const port = below(2) == 0 ? ports[below(5)] : 1024 + below(64'000);
        auto const start = 1'714'521'600 + static_cast<std::uint32_t>(i) / 100;
        text += "2 123456789010 eni-0" + std::to_string(1'000'000'000 + below(2000)) +
                "a10b23c 10." + std::to_string(below(256)) + "." + std::to_string(below(256)) +
                "." + std::to_string(below(256)) + " 172.16." + std::to_string(below(16)) + "." +
                std::to_string(below(256)) + " " + std::to_string(1024 + below(64'000)) + " " +
                std::to_string(port) + (below(3) == 0 ? " 17 " : " 6 ") +
                std::to_string(1 + below(1000)) + " " + std::to_string(40 + below(1'000'000)) +
                " " + std::to_string(start) + " " + std::to_string(start + below(60)) +
                (below(40) == 0 ? " REJECT OK\n" : " ACCEPT OK\n");
    }
    return text;
}

struct counter {
    using fields = field_list<>;
    std::uint64_t count = 0;

    template <flow_record Record>
    void add(Record const&) {
        ++count;
    }
    void merge(counter&& other) { count += other.count; }
};

template <class Aggregator>
void read_all(benchmark::State& state, Aggregator const& empty) {
    static auto const text = made_log();
    std::uint64_t flows = 0;
    for (auto _ : state) {
        auto reader = text_reader{memory_source{text}};
        auto all = aggregate(reader, empty);
        benchmark::DoNotOptimize(all);
        flows = reader.stats().records;
    }
    auto const iterations = static_cast<double>(state.iterations());
    state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
    state.counters["per_flow"] =
        benchmark::Counter{static_cast<double>(flows) * iterations,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert};
}

void none(benchmark::State& state) { read_all(state, counter{}); }
BENCHMARK(none);

void lambda(benchmark::State& state) {
    auto const wanted = [](auto const& flow) {
        return flow[field::action] == action::reject && flow[field::dstport].has_value() &&
               *flow[field::dstport] < 1024;
    };
    read_all(state, filtered{wanted, counter{}});
}
BENCHMARK(lambda);

void expression(benchmark::State& state, char const* text) {
    read_all(state, filtered{where(text), counter{}});
}
BENCHMARK_CAPTURE(expression, any, "any");
BENCHMARK_CAPTURE(expression, action, "action = REJECT");
BENCHMARK_CAPTURE(expression, action_and_port, "action = REJECT and dstport < 1024");
BENCHMARK_CAPTURE(expression, action_or_port, "action = REJECT or dstport < 1024");
BENCHMARK_CAPTURE(expression, port, "dstport < 1024");
BENCHMARK_CAPTURE(expression, port_set, "dstport in (22, 80, 443, 3389)");
BENCHMARK_CAPTURE(expression, protocol_and_port, "tcp dst port 22");
BENCHMARK_CAPTURE(expression, bytes, "bytes > 10M");
BENCHMARK_CAPTURE(expression, block, "srcaddr in 192.168.0.0/16");
BENCHMARK_CAPTURE(expression, blocks,
                  "srcaddr in (192.168.0.0/16, 11/8, 172.16/12, 2001:db8::/32)");
BENCHMARK_CAPTURE(expression, host, "host 10.1.2.3");
BENCHMARK_CAPTURE(expression, time, "start >= 2024-05-01T12:00Z");
BENCHMARK_CAPTURE(expression, text, "interface-id = eni-01000000001a10b23c");
BENCHMARK_CAPTURE(expression, glob, "interface-id = *b23d");
BENCHMARK_CAPTURE(expression, duration, "duration > 10m");
BENCHMARK_CAPTURE(
    expression, many,
    "action = REJECT and dstport in (22, 3389) and not srcaddr in 10/8 and bytes > 1k");

/// The cost of reading an expression.
void compile(benchmark::State& state) {
    for (auto _ : state) {
        auto made = where(
            "action = REJECT and dstport in (22, 3389) and not srcaddr in 10/8 and bytes > 1k");
        benchmark::DoNotOptimize(made);
    }
}
BENCHMARK(compile);

}  // namespace

BENCHMARK_MAIN();
