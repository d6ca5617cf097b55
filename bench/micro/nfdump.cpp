// SPDX-License-Identifier: BSL-1.0
// How many flows a second the reader of nfdump archives gives, from memory, on one thread.
#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

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

using namespace flowlog;

namespace {

constexpr std::uint32_t flow_count = 1U << 19;

/// Numbers in the byte order of this machine, as nfdump has them.
class bytes_writer {
public:
    template <std::integral... T>
    void add(T... values) {
        (bytes_.append(reinterpret_cast<char const*>(&values), sizeof(T)), ...);
    }
    void clear() { bytes_.clear(); }
    [[nodiscard]] auto bytes() const -> std::string const& { return bytes_; }

private:
    std::string bytes_;
};

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

/// A record as nfcapd 1.7 writes it of NetFlow v5; one in 16 is IPv6. Sources are as unequal as in
/// life.
void add_flow(bytes_writer& out, std::mt19937_64& random, u32 number) {
    auto const x = random();
    auto const src =
        0x0A000000U + static_cast<u32>(std::pow(100'000.0, static_cast<double>(x >> 11) * 0x1p-53));
    auto const dst = 0xC0000000U + static_cast<u32>(random() >> 44);
    auto const v6 = x % 16 == 0;
    auto const start = u64{1'700'000'000'000} + number / 10;
    out.add(u16{11}, static_cast<u16>(v6 ? 148 : 124), u16{6}, u8{0}, u8{0}, u16{1}, u8{0}, u8{5});
    out.add(u16{1}, u16{52}, start, start + (x & 4095), start + 5000, 1 + (x >> 50), 40 + (x >> 44),
            static_cast<u16>(x >> 16), static_cast<u16>(x % 3 == 0 ? 443 : x % 1024),
            static_cast<u8>(x % 5 == 0 ? 17 : 6), u8{0x1B}, u8{0}, u8{0});
    if (v6) {
        auto const high = u64{0x20010DB800000000};
        out.add(u16{3}, u16{36}, high, u64{src}, high, u64{dst});
    } else {
        out.add(u16{2}, u16{12}, src, dst);
    }
    out.add(u16{4}, u16{20}, u32{3}, u32{4}, u32{0}, u32{0});
    out.add(u16{7}, u16{12}, u32{64512}, u32{64513});
    out.add(u16{10}, u16{8}, u32{0xC0000201}, u16{12}, u16{8}, u32{0x0A0000FE});
}

using packer = auto (*)(std::string const&) -> std::string;

auto archive(u8 compression, packer pack) -> std::string {
    auto random = std::mt19937_64{1};
    auto body = bytes_writer{};
    auto blocks = std::string{};
    auto block_count = u32{0};
    auto first = u32{0};
    for (u32 i = 0; i < flow_count; ++i) {
        add_flow(body, random, i);
        if (body.bytes().size() < 1'000'000 && i + 1 != flow_count) continue;
        auto const packed = pack(body.bytes());
        auto head = bytes_writer{};
        head.add(i + 1 - first, static_cast<u32>(packed.size()), u16{3}, u16{0});
        blocks += head.bytes() + packed;
        body.clear();
        first = i + 1;
        ++block_count;
    }
    auto header = bytes_writer{};
    header.add(u16{0xA50C}, u16{2}, u32{0x01070100}, u64{0}, compression, u8{0}, u16{0}, u32{1},
               u64{0}, u32{0}, block_count);
    return header.bytes() + blocks;
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
