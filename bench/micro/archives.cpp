// SPDX-License-Identifier: BSL-1.0
// How many flows a second the readers of archives give, from memory, on one thread.
#include "../generator/archives.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <zlib.h>

#include <flowlog/detail/crc32.hpp>
#include <flowlog/format/flow_tools.hpp>
#include <flowlog/format/flowd.hpp>
#include <flowlog/source/gzip.hpp>
#include <flowlog/source/memory.hpp>

using namespace flowlog;

namespace {

constexpr std::size_t flow_count = std::size_t{1} << 20;

auto made_flows() -> std::vector<bench::archive_flow> const& {
    static auto const flows = [] {
        auto next = bench::archive_flows{1};
        auto all = std::vector<bench::archive_flow>(flow_count);
        std::ranges::generate(all, [&next] { return next(); });
        return all;
    }();
    return flows;
}

auto flow_tools_records() -> std::string const& {
    static auto const bytes = [] {
        auto out = std::string{};
        for (auto const& flow : made_flows()) bench::append_flow_tools(out, flow);
        return out;
    }();
    return bytes;
}

auto plain_archive() -> std::string const& {
    static auto const bytes = bench::flow_tools_header(false) + flow_tools_records();
    return bytes;
}

auto compressed_archive() -> std::string const& {
    static auto const bytes = [] {
        auto const& records = flow_tools_records();
        auto size = ::compressBound(static_cast<uLong>(records.size()));
        auto packed = std::string(size, '\0');
        ::compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                    reinterpret_cast<Bytef const*>(records.data()),
                    static_cast<uLong>(records.size()), 6);
        return bench::flow_tools_header(true) + packed.substr(0, size);
    }();
    return bytes;
}

/// High byte first, as flowd has all numbers.
template <std::unsigned_integral T>
void append_big(std::string& out, T value) {
    for (auto shift = 8 * sizeof(T); shift > 0;)
        out += static_cast<char>(value >> (shift -= 8) & 0xFF);
}

auto flowd_record(bench::archive_flow const& f) -> std::string {
    auto out = std::string{};
    append_big(out, 0x600F0000U);  // version 3, 15 words behind the mask
    append_big(out, 0x4001B8A4U);  // the groups below
    append_big(out, std::uint16_t{f.protocol});
    append_big(out, std::uint16_t{0});
    append_big(out, f.src);
    append_big(out, f.dst);
    append_big(out, f.srcport);
    append_big(out, f.dstport);
    append_big(out, std::uint64_t{f.packets});
    append_big(out, std::uint64_t{f.bytes});
    for (auto const word : {f.uptime, f.received, 0U, 0x00050000U, f.first, f.last})
        append_big(out, word);
    append_big(out, detail::add_to_crc32(0, out));
    return out;
}

auto flowd_store() -> std::string const& {
    static auto const bytes = [] {
        auto result = std::string{};
        for (auto const& flow : made_flows()) result += flowd_record(flow);
        return result;
    }();
    return bytes;
}

auto rounds(benchmark::State const& state) -> std::size_t {
    return static_cast<std::size_t>(state.iterations());
}

template <class Make>
void count_by_port(benchmark::State& state, std::string const& bytes, Make make) {
    auto counts = std::vector<std::uint64_t>(65536);
    std::uint64_t flows = 0;
    for (auto _ : state) {
        auto reader = make(memory_source{bytes});
        for (auto const& record : reader) ++counts[*record[field::dstport]];
        flows += reader.stats().records;
    }
    benchmark::DoNotOptimize(counts.data());
    if (flows != flow_count * rounds(state)) state.SkipWithError("not all flows were read");
    state.SetItemsProcessed(static_cast<std::int64_t>(flows));
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size() * rounds(state)));
}

auto make_flow_tools(memory_source source) { return flow_tools_reader{std::move(source)}; }

void flow_tools_plain(benchmark::State& state) {
    count_by_port(state, plain_archive(), make_flow_tools);
}

void flow_tools_zlib(benchmark::State& state) {
    count_by_port(state, compressed_archive(), make_flow_tools);
}

void flowd_checked(benchmark::State& state) {
    count_by_port(state, flowd_store(),
                  [](memory_source source) { return flowd_reader{std::move(source)}; });
}

void flowd_unchecked(benchmark::State& state) {
    count_by_port(state, flowd_store(), [](memory_source source) {
        return flowd_reader{std::move(source), {.check_checksums = false}};
    });
}

void flow_tools_all_fields(benchmark::State& state) {
    std::uint64_t sum = 0;
    std::uint64_t flows = 0;
    for (auto _ : state) {
        auto reader = make_flow_tools(memory_source{plain_archive()});
        for (auto const& r : reader) {
            sum += static_cast<std::uint64_t>(r[field::start]->time_since_epoch().count() +
                                              r[field::end]->time_since_epoch().count());
            sum += r[field::srcaddr]->to_v4() + r[field::dstaddr]->to_v4() + *r[field::srcport] +
                   *r[field::dstport];
            sum +=
                *r[field::protocol] + *r[field::packets] + *r[field::bytes] + *r[field::tcp_flags];
        }
        flows += reader.stats().records;
    }
    benchmark::DoNotOptimize(sum);
    state.SetItemsProcessed(static_cast<std::int64_t>(flows));
    state.SetBytesProcessed(static_cast<std::int64_t>(plain_archive().size() * rounds(state)));
}

}  // namespace

BENCHMARK(flow_tools_plain)->Unit(benchmark::kMillisecond);
BENCHMARK(flow_tools_all_fields)->Unit(benchmark::kMillisecond);
BENCHMARK(flow_tools_zlib)->Unit(benchmark::kMillisecond);
BENCHMARK(flowd_checked)->Unit(benchmark::kMillisecond);
BENCHMARK(flowd_unchecked)->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
