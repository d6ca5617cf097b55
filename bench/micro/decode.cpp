// SPDX-License-Identifier: BSL-1.0
// The decoders alone, over the tokens of one column of a log: bytes of tokens and tokens a second.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include <flowlog/format/text/decode.hpp>

#include "made_log.hpp"

using namespace flowlog;

namespace {

constexpr auto any = [](std::string_view) { return true; };

/// The tokens of a column, in their log: the decoders may read beyond a token's end.
template <class Wanted>
auto tokens(std::size_t column, Wanted wanted) -> std::vector<std::string_view> {
    static auto const log = bench::made_log(std::size_t{8} << 20);
    static auto const padded = log + std::string(detail::token_padding, ' ');
    static auto const rows = bench::made_rows({padded.data(), log.size()});
    auto result = std::vector<std::string_view>{};
    for (auto const& row : rows) {
        if (wanted(row[column])) result.push_back(row[column]);
    }
    return result;
}

template <class T>
void decode(benchmark::State& state, std::vector<std::string_view> const& all) {
    std::size_t bytes = 0;
    std::size_t good = 0;
    for (auto const token : all) bytes += token.size();
    for (auto _ : state) {
        for (auto const token : all) {
            auto value = detail::decode<T>(token.data(), token.data() + token.size());
            benchmark::DoNotOptimize(value);
            good += value.has_value() ? 1U : 0U;
        }
    }
    auto const rounds = static_cast<std::size_t>(state.iterations());
    if (good != all.size() * rounds) state.SkipWithError("not all tokens were good");
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes * rounds));
    state.SetItemsProcessed(static_cast<std::int64_t>(good));
}

auto is_v6(std::string_view token) -> bool { return token.find(':') != token.npos; }
auto is_v4(std::string_view token) -> bool { return !is_v6(token); }

void ports(benchmark::State& state) { decode<std::uint16_t>(state, tokens(6, any)); }
void protocols(benchmark::State& state) { decode<std::uint8_t>(state, tokens(7, any)); }
void packets(benchmark::State& state) { decode<std::uint64_t>(state, tokens(8, any)); }
void bytes(benchmark::State& state) { decode<std::uint64_t>(state, tokens(9, any)); }
void timestamps(benchmark::State& state) { decode<timestamp>(state, tokens(10, any)); }
void addresses(benchmark::State& state) { decode<address>(state, tokens(3, any)); }
void addresses_v4(benchmark::State& state) { decode<address>(state, tokens(3, is_v4)); }
void addresses_v6(benchmark::State& state) { decode<address>(state, tokens(3, is_v6)); }
void actions(benchmark::State& state) { decode<action>(state, tokens(12, any)); }
void statuses(benchmark::State& state) { decode<log_status>(state, tokens(13, any)); }
void texts(benchmark::State& state) { decode<std::string_view>(state, tokens(2, any)); }

}  // namespace

BENCHMARK(ports);
BENCHMARK(protocols);
BENCHMARK(packets);
BENCHMARK(bytes);
BENCHMARK(timestamps);
BENCHMARK(addresses);
BENCHMARK(addresses_v4);
BENCHMARK(addresses_v6);
BENCHMARK(actions);
BENCHMARK(statuses);
BENCHMARK(texts);

BENCHMARK_MAIN();
