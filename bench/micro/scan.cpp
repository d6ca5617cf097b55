// SPDX-License-Identifier: BSL-1.0
// Stage 1 alone: how many bytes a second each scanner that this processor can run indexes, in
// windows as the reader takes them, from the second-level cache.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>

#include <flowlog/detail/scan.hpp>

#include "made_log.hpp"

namespace {

constexpr std::size_t window = std::size_t{16} << 10;

void scan(benchmark::State& state, flowlog::detail::scan_function scanner,
          std::string const& text) {
    auto buffer = flowlog::detail::scan_buffer{};
    for (auto _ : state) {
        for (auto rest = std::string_view{text}; !rest.empty();
             rest.remove_prefix(std::min(window, rest.size()))) {
            auto index = buffer.scan(rest.substr(0, window), scanner);
            benchmark::DoNotOptimize(index);
        }
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}

}  // namespace

auto main(int argc, char** argv) -> int {
    auto const text = bench::made_log(std::size_t{512} << 10);
    for (auto const& scanner : flowlog::detail::scanners()) {
        benchmark::RegisterBenchmark(
            ("scan/" + std::string{scanner.name}).c_str(),
            [&, run = scanner.scan](benchmark::State& state) { scan(state, run, text); });
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
}
