// SPDX-License-Identifier: BSL-1.0
// How many flows a second the reader of nfdump archives gives, from memory, on one thread.
#include <cstddef>
#include <cstdint>
#include <string>

#include <benchmark/benchmark.h>
#include <boost/unordered/unordered_flat_map.hpp>

#include <flowlog/format/nfdump.hpp>
#include <flowlog/source/memory.hpp>

#ifdef FLOWLOG_BENCH_LZ4
#include <flowlog/source/lz4.hpp>
#endif
#ifdef FLOWLOG_BENCH_LZO
#include <flowlog/source/lzo.hpp>
#endif

#include "../generator/archives.hpp"

using namespace flowlog;

namespace {

constexpr std::uint32_t flow_count = 1U << 19;

using u64 = std::uint64_t;

using packer = auto (*)(std::string const&) -> std::string;

/// One flow in 16 is of IPv6.
auto archive(std::uint8_t compression, packer pack) -> std::string {
    auto next = bench::archive_flows{1};
    auto body = std::string{};
    auto blocks = std::string{};
    std::uint32_t block_count = 0;
    std::uint32_t first = 0;
    for (std::uint32_t i = 0; i < flow_count; ++i) {
        bench::append_nfdump(body, next(), i % 16 == 0);
        if (body.size() < 1'000'000 && i + 1 != flow_count) continue;
        auto const packed = pack(body);
        blocks += bench::nfdump_block_header(i + 1 - first, packed.size()) + packed;
        body.clear();
        first = i + 1;
        ++block_count;
    }
    return bench::nfdump_header(compression, block_count) + blocks;
}

auto plain() -> std::string const& {
    static auto const bytes = archive(0, [](std::string const& body) { return body; });
    return bytes;
}

/// Runs `add(record)` over all flows of an archive.
template <class Add>
void over(benchmark::State& state, std::string const& bytes, Add add) {
    u64 flows = 0;
    for (auto _ : state) {
        auto reader = nfdump_reader{memory_source{bytes}};
        for (auto const& record : reader) add(record);
        flows += reader.stats().records;
    }
    auto const rounds = static_cast<u64>(state.iterations());
    if (flows != flow_count * rounds) state.SkipWithError("not all flows were read");
    state.SetItemsProcessed(static_cast<std::int64_t>(flows));
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size() * rounds));
}

void sum_bytes(benchmark::State& state, std::string const& bytes) {
    u64 sum = 0;
    over(state, bytes, [&](nfdump_record const& r) { sum += *r[field::bytes]; });
    benchmark::DoNotOptimize(sum);
}

void bytes_by_source(benchmark::State& state, std::string const& bytes) {
    auto sums = boost::unordered_flat_map<address, u64>{};
    over(state, bytes,
         [&](nfdump_record const& r) { sums[*r[field::srcaddr]] += *r[field::bytes]; });
    benchmark::DoNotOptimize(sums.size());
}

void seven_tuple(benchmark::State& state, std::string const& bytes) {
    u64 sum = 0;
    over(state, bytes, [&](nfdump_record const& r) {
        sum += r[field::srcaddr]->low() + r[field::dstaddr]->low() + *r[field::srcport] +
               *r[field::dstport] + *r[field::protocol] + *r[field::packets] + *r[field::bytes];
        sum += static_cast<u64>(r[field::start]->time_since_epoch().count() +
                                r[field::end]->time_since_epoch().count());
    });
    benchmark::DoNotOptimize(sum);
}

BENCHMARK_CAPTURE(sum_bytes, plain, plain())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(seven_tuple, plain, plain())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bytes_by_source, plain, plain())->Unit(benchmark::kMillisecond);

#ifdef FLOWLOG_BENCH_LZO
auto lzo() -> std::string const& {
    static auto const bytes = archive(1, [](std::string const& body) {
        auto work = std::string(LZO1X_1_MEM_COMPRESS, '\0');
        auto out = std::string(body.size() + body.size() / 16 + 67, '\0');
        auto size = lzo_uint{0};
        lzo1x_1_compress(reinterpret_cast<unsigned char const*>(body.data()), body.size(),
                         reinterpret_cast<unsigned char*>(out.data()), &size, work.data());
        out.resize(size);
        return out;
    });
    return bytes;
}
BENCHMARK_CAPTURE(sum_bytes, lzo, lzo())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bytes_by_source, lzo, lzo())->Unit(benchmark::kMillisecond);
#endif

#ifdef FLOWLOG_BENCH_LZ4
auto lz4() -> std::string const& {
    static auto const bytes = archive(3, [](std::string const& body) {
        auto out = std::string(
            static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(body.size()))), '\0');
        auto const size = LZ4_compress_default(
            body.data(), out.data(), static_cast<int>(body.size()), static_cast<int>(out.size()));
        out.resize(static_cast<std::size_t>(size));
        return out;
    });
    return bytes;
}
BENCHMARK_CAPTURE(sum_bytes, lz4, lz4())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bytes_by_source, lz4, lz4())->Unit(benchmark::kMillisecond);
#endif

}  // namespace

BENCHMARK_MAIN();
