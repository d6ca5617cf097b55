// SPDX-License-Identifier: BSL-1.0
// How many lookups per second the tables answer for the flows of a log, and how fast CSV is read.
#include "../generator/lookup.hpp"

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <flowlog/flow/address.hpp>
#include <flowlog/lookup/label_table.hpp>
#include <flowlog/lookup/tag_table.hpp>

#include "../generator/random.hpp"
#include "made_log.hpp"

using namespace flowlog;

namespace {

auto tag_rows(std::uint32_t count) -> std::string {
    auto out = std::ostringstream{};
    bench::write_lookup(out, count, 64, 1);
    return out.str();
}

/// Blocks of 10/8 with prefixes of 16 to 28 bits.
auto label_rows(std::uint32_t count) -> std::string {
    auto draw = bench::random{1};
    auto text = std::string{"cidr,label\n"};
    for (std::uint32_t i = 0; i < count; ++i) {
        auto const length = static_cast<std::uint8_t>(16 + 4 * draw.below(4));
        auto const member = address::v4(0x0A000000U | draw.below(1U << 24));
        text += cidr{member, length}.to_string() + ",team-" + std::to_string(i % 64) + '\n';
    }
    return text;
}

auto rows() -> std::vector<std::vector<std::string_view>> const& {
    static auto const log = bench::made_log(std::size_t{8} << 20);
    static auto const result = bench::made_rows(log);
    return result;
}

void done(benchmark::State& state, std::size_t items) {
    state.SetItemsProcessed(static_cast<std::int64_t>(items) * state.iterations());
}

void find_tag(benchmark::State& state) {
    auto const table =
        tag_table::parse(tag_rows(static_cast<std::uint32_t>(state.range(0))), "made");
    auto keys = std::vector<std::pair<std::uint16_t, std::uint8_t>>{};
    for (auto const& row : rows()) {
        keys.emplace_back(std::stoi(std::string{row[6]}), std::stoi(std::string{row[7]}));
    }
    for (auto _ : state) {
        for (auto const& [port, protocol] : keys) {
            auto found = table.find(port, protocol);
            benchmark::DoNotOptimize(found);
        }
    }
    done(state, keys.size());
}

void find_label(benchmark::State& state) {
    auto const table =
        label_table::parse(label_rows(static_cast<std::uint32_t>(state.range(0))), "made");
    auto keys = std::vector<address>{};
    for (auto const& row : rows()) keys.push_back(*address::parse(row[3]));
    for (auto _ : state) {
        for (auto const& key : keys) {
            auto found = table.find(key);
            benchmark::DoNotOptimize(found);
        }
    }
    done(state, keys.size());
}

template <class Table>
void load(benchmark::State& state, std::string const& text) {
    for (auto _ : state) {
        auto table = Table::parse(text, "made");
        benchmark::DoNotOptimize(table);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}

void load_tags(benchmark::State& state) {
    load<tag_table>(state, tag_rows(static_cast<std::uint32_t>(state.range(0))));
}

void load_labels(benchmark::State& state) {
    load<label_table>(state, label_rows(static_cast<std::uint32_t>(state.range(0))));
}

}  // namespace

BENCHMARK(find_tag)->Arg(10)->Arg(10'000);
BENCHMARK(find_label)->Arg(10)->Arg(10'000);
BENCHMARK(load_tags)->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK(load_labels)->Arg(10'000)->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
