// SPDX-License-Identifier: BSL-1.0
// flowlog reads what the nfdump of this machine prints, from archives that nfdump writes itself.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/flow/flow.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/source/block_codec.hpp>
#include <flowlog/source/file.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "nfdump_files.hpp"
#include "nfdump_writer.hpp"
#include "repeats.hpp"

namespace test_format_nfdump_oracle {

using namespace flowlog;
using namespace nfdump_writer;

namespace {

namespace fs = std::filesystem;

/// A folder that is removed when the test ends.
class scratch {
public:
    scratch() {
        auto name = (fs::temp_directory_path() / "flowlog-nfdump-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        path_ = name;
    }
    scratch(scratch const&) = delete;
    auto operator=(scratch const&) -> scratch& = delete;
    ~scratch() {
        auto ignored = std::error_code{};
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] auto operator/(std::string const& name) const -> std::string {
        return (path_ / name).string();
    }

private:
    fs::path path_;
};

auto output_of(std::string const& command) -> std::string {
    auto const close = [](std::FILE* file) { static_cast<void>(::pclose(file)); };
    auto const pipe =
        std::unique_ptr<std::FILE, decltype(close)>{::popen(command.c_str(), "r"), close};
    if (!pipe) throw std::runtime_error{"cannot run " + command};
    auto result = std::string{};
    auto room = std::array<char, 1 << 16>{};
    while (auto const size = std::fread(room.data(), 1, room.size(), pipe.get()))
        result.append(room.data(), size);
    return result;
}

auto nfdump_version() -> std::string { return output_of("TZ=UTC nfdump -V 2>/dev/null"); }

/// Flows as `nfdump` prints them: sorted lines without blanks.
auto printed(std::string const& archive) -> std::vector<std::string> {
    constexpr auto format =
        "fmt:%ts|%te|%pr|%flg|%sa|%sp|%da|%dp|%pkt|%byt|%opkt|%obyt|%tos|%in|%out|%sas|%das|%smk|%"
        "dmk|%nh|%ra";
    auto result = std::vector<std::string>{};
    for (auto line : nfdump_files::lines(output_of("TZ=UTC nfdump -q -6 -N -r '" + archive +
                                                   "' -o '" + format + "' 2>/dev/null"))) {
        std::erase(line, ' ');
        if (!line.empty()) result.push_back(line);
    }
    std::ranges::sort(result);
    return result;
}

auto utc(field_value<timestamp> const& time) -> std::string {
    auto const ms =
        std::chrono::duration_cast<std::chrono::milliseconds>((*time).time_since_epoch()).count();
    auto const seconds = static_cast<std::time_t>(ms / 1000);
    auto calendar = std::tm{};
    ::gmtime_r(&seconds, &calendar);
    auto room = std::array<char, 64>{};
    auto const size = std::strftime(room.data(), room.size(), "%Y-%m-%d%H:%M:%S.", &calendar);
    return {std::string{room.data(), size} + std::to_string(1000 + ms % 1000).substr(1)};
}

/// The same lines made from the flows that flowlog reads.
auto read(std::string const& archive) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const& flow : nfdump_reader{file_source{archive}}) {
        auto row = nfdump_files::row(flow, nfdump_files::flags_as::letters);
        auto const rest = row.find(',', row.find(',') + 1);
        row = utc(flow[field::start]) + "," + utc(flow[field::end]) + row.substr(rest);
        std::ranges::replace(row, ',', '|');
        result.push_back(std::move(row));
    }
    std::ranges::sort(result);
    return result;
}

/// What nfdump's CSV has of flows, as sorted lines: whole seconds, and 0 for what is absent.
template <class Flows>
auto facts(Flows&& flows) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const& flow : flows) {
        auto row = std::string{};
        auto const add = [&](auto value) {
            row += std::to_string(value.value_or(decltype(*value){}));
            row += ' ';
        };
        auto const seconds =
            std::chrono::floor<std::chrono::seconds>((*flow[field::start]).time_since_epoch());
        row += std::to_string(seconds.count()) + ' ' + (*flow[field::srcaddr]).to_string() + ' ' +
               (*flow[field::dstaddr]).to_string() + ' ';
        add(flow[field::protocol]);
        add(flow[field::dstport]);
        add(flow[field::srcport]);
        add(flow[field::tcp_flags]);
        add(flow[field::packets]);
        add(flow[field::bytes]);
        add(flow[field::tos]);
        add(flow[field::input]);
        add(flow[field::output]);
        result.push_back(std::move(row));
    }
    std::ranges::sort(result);
    return result;
}

/// An archive of many flows of many shapes, as large as a few of nfdump's blocks.
auto many_flows(std::uint32_t count) -> std::string {
    auto random = std::mt19937{42};
    auto const number = [&](std::uint64_t below) {
        return std::uint64_t{random()} * random() % below;
    };
    auto body = std::string{};
    for (u32 i = 0; i < count; ++i) {
        auto elements = std::vector<element>{};
        auto const data = [](auto... values) { return writer{false}.put(values...).bytes(); };
        auto const first = 1700000000000 + number(86'400'000);
        auto const protocol = std::array<u8, 5>{1, 6, 17, 58, 132}[number(5)];
        elements.push_back(
            {1, data(u64{first}, u64{first + number(60'000)}, u64{first + 60'000},
                     1 + number(1 << 20), 40 + number(u64{1} << 40),
                     static_cast<u16>(number(65536)), static_cast<u16>(number(65536)), protocol,
                     static_cast<u8>(number(256)), u8{0}, static_cast<u8>(number(256)))});
        if (number(3) == 0) {
            auto const high = u64{0x20010DB800000000} + number(1000);
            elements.push_back({3, data(high, number(~u64{0}), high + 1, number(~u64{0}))});
        } else {
            elements.push_back(
                {2, data(static_cast<u32>(number(~u32{0})), static_cast<u32>(number(~u32{0})))});
        }
        if (number(4) != 0) {
            elements.push_back(
                {4, data(static_cast<u32>(number(1000)), static_cast<u32>(number(100'000)),
                         static_cast<u8>(number(33)), static_cast<u8>(number(33)), u8{0}, u8{0},
                         u8{0}, u8{0}, u16{0})});
        }
        if (number(2) == 0)
            elements.push_back(
                {7, data(static_cast<u32>(number(70'000)), static_cast<u32>(number(70'000)))});
        if (number(5) == 0) elements.push_back({5, data(u64{1}, number(1000), number(100'000))});
        if (number(2) == 0) elements.push_back({10, data(static_cast<u32>(number(~u32{0})))});
        if (number(2) == 0) elements.push_back({12, data(u32{0xC0000201})});
        body += record_v3(false, elements);
    }
    return layout_2(false, count, body);
}

}  // namespace

TEST_CASE("flows are what the nfdump of this machine prints", "[nfdump]") {
    if (nfdump_version().empty()) {
        WARN("nfdump is not installed: nothing was compared with it");
        return;
    }
    auto const folder = scratch{};

    SECTION("of the fixtures that it can read") {
        for (auto const* const name : {"v1-1625-all", "v1-1625-default", "v2-171-mixed",
                                       "v2-171-filter-v6", "v2-178-mixed"}) {
            CAPTURE(name);
            auto const archive = nfdump_files::path(name + std::string{".nfdump"});
            auto const expected = printed(archive);
            CHECK(!expected.empty());
            CHECK((read(archive) == expected));
        }
    }
    SECTION("as CSV") {
        for (auto const* const name : {"v1-1625-all", "v2-171-mixed"}) {
            auto const archive = nfdump_files::path(name + std::string{".nfdump"});
            auto const expected = facts(nfdump_reader{file_source{archive}});
            CAPTURE(name);
            auto log = flowlog::open(
                memory_input{output_of("TZ=UTC nfdump -r '" + archive + "' -o csv 2>/dev/null")});
            CHECK((facts(log) == expected));
            CHECK(log.stats().malformed == 0);
        }
    }
    SECTION("of archives that it writes, compressed and filtered") {
        auto const count = testing::repeats(30'000U);
        auto const made = folder / "made";
        std::ofstream{made, std::ios::binary} << many_flows(count);
        auto const expected = printed(made);
        REQUIRE(expected.size() == count);
        CHECK((read(made) == expected));

        struct rewrite {
            std::string options;
            std::optional<codec> needs;
        };
        for (auto const& r :
             std::vector<rewrite>{{"", {}},
                                  {"-z", codec::lzo},
                                  {"-j", codec::bzip2},
                                  {"-y", codec::lz4},
                                  {"'src port > 1024 and (proto tcp or inet6)'", {}},
                                  {"-O tstart", {}}}) {
            if (r.needs && find_block_codec(*r.needs) == nullptr) continue;
            CAPTURE(r.options);
            auto const written = folder / "written";
            static_cast<void>(output_of("nfdump -q -r '" + made + "' -w '" + written + "' " +
                                        r.options + " 2>/dev/null"));
            auto const rows = read(written);
            CHECK(!rows.empty());
            CHECK((rows == printed(written)));
            if (r.options.size() < 3) CHECK((rows == expected));
            fs::remove(written);
        }
    }
    SECTION("and its counts are those in the appendix") {
        auto const made = folder / "made";
        auto const written = folder / "written";
        std::ofstream{made, std::ios::binary} << many_flows(1000);
        static_cast<void>(
            output_of("nfdump -q -r '" + made + "' -w '" + written + "' 'proto tcp' 2>/dev/null"));
        auto reader = nfdump_reader{file_source{written}};
        auto count = std::uint64_t{0};
        for ([[maybe_unused]] auto const& flow : reader) ++count;
        CHECK(count > 100);
        CHECK(reader.describe().records == count);
    }
}

}  // namespace test_format_nfdump_oracle
