// SPDX-License-Identifier: BSL-1.0
// Stage 1 alone: how many bytes a second each scanner that this processor can run indexes, in
// windows as the reader takes them, from the second-level cache.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include <flowlog/detail/scan.hpp>

#include "made_log.hpp"

namespace {

/// Runs of whole lines, as large as the reader's.
auto windows_of(std::string_view text) -> std::vector<std::string_view> {
    constexpr auto most = std::size_t{16} << 10;
    auto result = std::vector<std::string_view>{};
    while (!text.empty()) {
        result.push_back(text.substr(0, text.find_last_of('\n', most - 1) + 1));
        text.remove_prefix(result.back().size());
    }
    return result;
}

void scan(benchmark::State& state, flowlog::detail::scan_function scanner,
          std::string const& text) {
    constexpr auto columns = std::size_t{14};
    auto const windows = windows_of(text);
    auto buffer = flowlog::detail::scan_buffer{};
    for (auto _ : state) {
        for (auto const window : windows) {
            auto index = buffer.scan(window, columns, scanner);
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
