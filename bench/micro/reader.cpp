// SPDX-License-Identifier: BSL-1.0
// The reader of text logs, from memory, on one thread: bytes of log and flows a second, by how many
// fields are asked for, and how.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/memory.hpp>

#include "../contenders/field_sums.hpp"
#include "made_log.hpp"

using namespace flowlog;

namespace {

auto text() -> std::string const& {
    static auto const made = bench::made_log(std::size_t{64} << 20);
    return made;
}

/// `read(source)` reads a log to its end and returns its accounting.
template <class Read>
void read_all(benchmark::State& state, Read read) {
    std::uint64_t flows = 0;
    for (auto _ : state) flows += read(memory_source{text()}).records;
    if (flows == 0) state.SkipWithError("nothing was read");
    state.SetItemsProcessed(static_cast<std::int64_t>(flows));
    state.SetBytesProcessed(static_cast<std::int64_t>(text().size()) * state.iterations());
}

/// Reads two fields.
struct two_fields {
    std::uint64_t sum = 0;

    template <class Record>
    [[gnu::always_inline]] void add(Record const& record) noexcept {
        sum += std::uint64_t{*record[field::dstport]} + *record[field::protocol];
    }
};

template <class Sums>
void range_for(benchmark::State& state) {
    read_all(state, [](memory_source source) {
        auto reader = text_reader{std::move(source)};
        auto sums = Sums{};
        for (auto const& flow : reader) sums.add(flow);
        benchmark::DoNotOptimize(sums);
        return reader.stats();
    });
}

template <class Sums, field_id... Wanted>
void each(benchmark::State& state) {
    read_all(state, [](memory_source source) {
        auto reader = text_reader{std::move(source)};
        auto sums = Sums{};
        auto const use = [&sums](auto const& flow) __attribute__((always_inline)) {
            sums.add(flow);
            return true;
        };
        auto const use_batch = [&use](auto const& run) {
            for (std::size_t line = 0; line < run.size(); ++line) use(run[line]);
            return run.size();
        };
        reader.each(use, use_batch, [](auto const&) { return offending_field{}; },
                    {field_use{Wanted}...});
        benchmark::DoNotOptimize(sums);
        return reader.stats();
    });
}

/// Over a log of any format: a switch per field.
template <class Sums>
void range_for_any(benchmark::State& state) {
    read_all(state, [](memory_source source) {
        auto log = open(any_source{std::move(source)});
        auto sums = Sums{};
        for (auto const& flow : log) sums.add(flow);
        benchmark::DoNotOptimize(sums);
        return log.stats();
    });
}

void range_for_2_fields(benchmark::State& state) { range_for<two_fields>(state); }
void range_for_14_fields(benchmark::State& state) { range_for<bench::field_sums>(state); }
void each_2_fields(benchmark::State& state) { each<two_fields>(state); }
void each_14_fields(benchmark::State& state) { each<bench::field_sums>(state); }
void any_log_2_fields(benchmark::State& state) { range_for_any<two_fields>(state); }
void any_log_14_fields(benchmark::State& state) { range_for_any<bench::field_sums>(state); }

}  // namespace

BENCHMARK(range_for_2_fields)->Unit(benchmark::kMillisecond);
BENCHMARK(range_for_14_fields)->Unit(benchmark::kMillisecond);
BENCHMARK(each_2_fields)->Unit(benchmark::kMillisecond);
BENCHMARK(each_14_fields)->Unit(benchmark::kMillisecond);
BENCHMARK(any_log_2_fields)->Unit(benchmark::kMillisecond);
BENCHMARK(any_log_14_fields)->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
