// SPDX-License-Identifier: BSL-1.0
// Stage 1 alone: how many bytes a second each scanner that this processor can run indexes, in
// windows as the reader takes them, from the second-level cache; all delimiters, or some.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include <flowlog/format/text/scan.hpp>

#include "made_log.hpp"

namespace {

constexpr auto columns = std::size_t{14};

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

void scan_all(benchmark::State& state, flowlog::detail::scanner const& scanner,
              std::string const& text) {
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

/// What the job *tag* keeps: the delimiters around dstport, protocol and log-status.
void scan_kept(benchmark::State& state, flowlog::detail::scanner const& scanner,
               std::string const& text) {
    auto kept = std::vector<bool>(columns);
    for (auto const i : {5, 6, 7, 12, 13}) kept[static_cast<std::size_t>(i)] = true;
    auto const delimiters = flowlog::detail::kept_delimiters{kept};
    auto const windows = windows_of(text);
    auto buffer = flowlog::detail::scan_buffer{};
    for (auto _ : state) {
        for (auto const window : windows) {
            auto index = buffer.scan_kept(window, delimiters, scanner);
            benchmark::DoNotOptimize(index);
        }
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}

}  // namespace

auto main(int argc, char** argv) -> int {
    auto const text = bench::made_log(std::size_t{512} << 10);
    for (auto const& scanner : flowlog::detail::scanners()) {
        auto const name = "scan/" + std::string{scanner.name};
        benchmark::RegisterBenchmark(
            name.c_str(), [&](benchmark::State& state) { scan_all(state, scanner, text); });
        if (scanner.scan_kept == nullptr) continue;
        benchmark::RegisterBenchmark((name + "/some").c_str(), [&](benchmark::State& state) {
            scan_kept(state, scanner, text);
        });
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
}
