// SPDX-License-Identifier: BSL-1.0
// How many flows a second the readers of archives give, from memory, on one thread.
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

/// Numbers low byte first, as flow-tools on most machines has them, or high byte first, as flowd
/// has them.
class bytes_writer {
public:
    explicit bytes_writer(bool big) : big_{big} {}

    void add(std::uint64_t value, std::size_t width) {
        for (std::size_t i = 0; i < width; ++i) {
            bytes_ += static_cast<char>(value >> 8 * (big_ ? width - 1 - i : i) & 0xFF);
        }
    }
    void add(std::string const& text) { bytes_ += text; }
    [[nodiscard]] auto bytes() const -> std::string const& { return bytes_; }

private:
    bool big_;
    std::string bytes_;
};

struct made_up_flow {
    std::uint32_t time, uptime, src, dst, packets, bytes;
    std::uint16_t srcport, dstport;
    std::uint8_t protocol;
};

/// Flows of a small network: few busy hosts, few services, ephemeral ports that rise.
auto make_flows() -> std::vector<made_up_flow> {
    constexpr std::uint16_t services[] = {443, 443, 443, 443, 80, 80, 53, 22, 25, 8080};
    auto state = std::uint64_t{88172645463325252};
    auto const random = [&](std::uint32_t below) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return static_cast<std::uint32_t>((state >> 16) % below);
    };
    auto flows = std::vector<made_up_flow>{};
    for (std::uint32_t i = 0; i < flow_count; ++i) {
        auto const packets = 1 + random(random(8) != 0 ? 10 : 1000);
        auto const ephemeral = static_cast<std::uint16_t>(1024 + i % 60'000);
        auto const service = services[random(10)];
        auto const reply = random(2) == 0;
        flows.push_back({1'435'708'800 + i / 3000, 1'000'000 + i / 10, 0x0A000000 + random(64),
                         0xC0000200 + random(64), packets, packets * (40 + random(16) * 90),
                         reply ? service : ephemeral, reply ? ephemeral : service,
                         static_cast<std::uint8_t>(random(5) != 0 ? 6 : 17)});
    }
    return flows;
}

auto flow_tools_header(bool compressed) -> std::string {
    auto out = bytes_writer{false};
    out.add("\xCF\x10\x01\x03");
    out.add(24, 4);
    out.add(2, 2);  // export version
    out.add(2, 2);
    out.add(5, 2);
    out.add(8, 2);  // flags
    out.add(4, 2);
    out.add(compressed ? 2 : 0, 4);
    out.add(0, 2);
    return out.bytes();
}

auto flow_tools_records() -> std::string const& {
    static auto const bytes = [] {
        auto out = bytes_writer{false};
        for (auto const& f : make_flows()) {
            for (auto const word :
                 {f.time, std::uint32_t{593'150'000}, f.uptime, std::uint32_t{0x0A0000FE}, f.src,
                  f.dst, std::uint32_t{0x0A000001}, std::uint32_t{0x00020001}, f.packets, f.bytes,
                  f.uptime - 3000, f.uptime - 500})
                out.add(word, 4);
            out.add(f.srcport, 2);
            out.add(f.dstport, 2);
            out.add(f.protocol, 1);
            out.add(0, 11);
        }
        return out.bytes();
    }();
    return bytes;
}

auto plain_archive() -> std::string const& {
    static auto const bytes = flow_tools_header(false) + flow_tools_records();
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
        return flow_tools_header(true) + packed.substr(0, size);
    }();
    return bytes;
}

auto flowd_store() -> std::string const& {
    static auto const bytes = [] {
        auto result = std::string{};
        for (auto const& f : make_flows()) {
            auto out = bytes_writer{true};
            out.add(0x600F0000, 4);  // version 3, 15 words behind the mask
            out.add(0x4001B8A4, 4);  // the groups below
            out.add(f.protocol, 2);
            out.add(0, 2);
            out.add(f.src, 4);
            out.add(f.dst, 4);
            out.add(f.srcport, 2);
            out.add(f.dstport, 2);
            out.add(f.packets, 8);
            out.add(f.bytes, 8);
            for (auto const word : {f.uptime, f.time, std::uint32_t{0}, std::uint32_t{0x00050000},
                                    f.uptime - 3000, f.uptime - 500})
                out.add(word, 4);
            out.add(detail::flowd_crc32(out.bytes()), 4);
            result += out.bytes();
        }
        return result;
    }();
    return bytes;
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
    if (flows != flow_count * state.iterations()) state.SkipWithError("not all flows were read");
    state.SetItemsProcessed(static_cast<std::int64_t>(flows));
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size() * state.iterations()));
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
    state.SetBytesProcessed(static_cast<std::int64_t>(plain_archive().size() * state.iterations()));
}

}  // namespace

BENCHMARK(flow_tools_plain)->Unit(benchmark::kMillisecond);
BENCHMARK(flow_tools_all_fields)->Unit(benchmark::kMillisecond);
BENCHMARK(flow_tools_zlib)->Unit(benchmark::kMillisecond);
BENCHMARK(flowd_checked)->Unit(benchmark::kMillisecond);
BENCHMARK(flowd_unchecked)->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
