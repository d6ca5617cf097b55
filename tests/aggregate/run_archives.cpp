// SPDX-License-Identifier: BSL-1.0
// Runs over archives: with any number of threads and chunks, the result is what one thread finds.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/format/splitter.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "format/archives.hpp"
#include "format/nfdump_files.hpp"
#include "format/nfdump_writer.hpp"
#include "reading.hpp"

namespace test_aggregate_run_archives {

using namespace nfdump_writer;
using namespace std::string_literals;
using flowlog::errc;
using flowlog::run_options;

namespace {

/// Tells sets of flows apart, whatever their order.
class fingerprint {
public:
    using fields = flowlog::field_list<flowlog::field_id::dstport, flowlog::field_id::bytes>;
    using nullable_fields =
        flowlog::field_list<flowlog::field_id::srcaddr, flowlog::field_id::start,
                            flowlog::field_id::input, flowlog::field_id::src_as>;

    template <class Record>
    void add(Record const& flow) {
        using namespace flowlog;
        auto const mixed = [this](auto const& value) {
            hash_ =
                (hash_ ^ (value ? static_cast<std::uint64_t>(*value) : 77)) * 0x9E3779B97F4A7C15U;
            hash_ ^= hash_ >> 29;
        };
        hash_ = 0;
        mixed(flow[field::dstport]);
        mixed(flow[field::bytes]);
        mixed(flow[field::input]);
        mixed(flow[field::src_as]);
        auto const source = flow[field::srcaddr];
        mixed(source ? std::optional{source->high() + 31 * source->low()} : std::nullopt);
        auto const start = flow[field::start];
        mixed(start ? std::optional{start->time_since_epoch().count()} : std::nullopt);
        sum_ += hash_;
        ++flows_;
    }
    void merge(fingerprint&& other) {
        sum_ += other.sum_;
        flows_ += other.flows_;
    }

    [[nodiscard]] auto flows() const -> std::uint64_t { return flows_; }
    friend auto operator==(fingerprint const& a, fingerprint const& b) -> bool {
        return a.sum_ == b.sum_ && a.flows_ == b.flows_;
    }

private:
    std::uint64_t hash_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t flows_ = 0;
};

struct outcome {
    fingerprint value{};
    flowlog::statistics stats{};
    std::vector<testing::rejected> malformed{};
    std::vector<std::string> failures{};
    std::string thrown{};  ///< if it does not keep going

    friend auto operator==(outcome const&, outcome const&) -> bool = default;
};

auto run_all(std::vector<flowlog::input> const& inputs, unsigned threads, std::uint64_t chunk_size)
    -> outcome {
    auto result = outcome{};
    auto options = run_options{.threads = threads, .keep_going = true, .chunk_size = chunk_size};
    options.on_malformed = [&](auto const& line) {
        result.malformed.push_back(testing::keep(line));
    };
    auto const got = run(inputs, fingerprint{}, options);
    result.value = got.value;
    result.stats = got.stats;
    for (auto const& input : got.inputs)
        result.failures.push_back(input.failure ? input.failure->what() : "");
    CHECK(got.value.flows() == got.stats.records);
    if (got.complete()) CHECK(got.stats.malformed == result.malformed.size());

    auto rejected = std::vector<testing::rejected>{};
    options.keep_going = false;
    options.on_malformed = [&](auto const& line) { rejected.push_back(testing::keep(line)); };
    try {
        auto const again = run(inputs, fingerprint{}, options);
        auto const same = again.value == result.value && rejected == result.malformed;
        result.thrown = same ? "" : "nothing, but the result is another one";
    } catch (flowlog::error const& failure) {
        result.thrown = failure.what();
    }
    return result;
}

/// Returns what one thread finds.
auto check_all(std::vector<std::string> const& paths, unsigned max_threads = 4,
               std::vector<std::uint64_t> const& chunk_sizes = {1, 100, 700, 5000, 30'000,
                                                                1'000'000}) -> outcome {
    auto const inputs = std::vector<flowlog::input>(paths.begin(), paths.end());
    auto const expected = run_all(inputs, 1, 1);
    for (unsigned threads = 2; threads <= max_threads; ++threads) {
        for (auto const size : chunk_sizes) {
            CAPTURE(paths[0], threads, size);
            auto const got = run_all(inputs, threads, size);
            CHECK(got.failures == expected.failures);
            CHECK(got.thrown == expected.thrown);
            CHECK(got.stats == expected.stats);
            auto const same = got == expected;
            CHECK(same);
            if (!same) return expected;
        }
    }
    return expected;
}

/// How many chunks a file is divided into.
auto count_chunks(std::string const& path, std::uint64_t chunk_size) -> std::size_t {
    auto splitter = flowlog::log_splitter::of(path, {}, chunk_size);
    auto count = std::size_t{0};
    auto end = std::uint64_t{0};
    while (splitter) {
        auto const next = splitter->next();
        if (!next) break;
        CHECK(next->begin == end);
        CHECK(next->end > next->begin);
        CHECK(next->last == (next->end == std::filesystem::file_size(path)));
        end = next->end;
        ++count;
    }
    return count;
}

auto u32_of(testing::random_numbers& random) -> u32 {
    return static_cast<u32>(random(std::uint64_t{1} << 32));
}

/// A record of the layout 2; now and then one that is no flow, or that cannot be read.
auto record_2(testing::random_numbers& random) -> std::string {
    auto flow = writer{false};
    auto const begin = 1'400'000'000'000 + random(1'000'000);
    flow.put(u64{begin}, u64{begin + 7}, u64{0}, u64{1 + random(9)}, u64{40 + random(9000)});
    flow.put(static_cast<u16>(random(65536)), static_cast<u16>(random(90)), u8{6}, u8{2}, u8{0},
             u8{0});
    auto const v4 = writer{false}.put(u32_of(random), u32_of(random)).bytes();
    auto const v6 = writer{false}.put(u64{random(99)}, u64{random(99)}, u64{1}, u64{2}).bytes();
    switch (random(12)) {
        case 0: return record_v3(false, {{2, v4}});  // no times and counters
        case 1: return record_v3(false, {{1, "short"}});
        case 2: return record_v3(false, {{1, flow.bytes()}, {3, v6}});
        case 3: return writer{false}.put(u16{99}, u16{8}, u32{5}).bytes();
        default: return record_v3(false, {{1, flow.bytes()}, {2, v4}});
    }
}

struct made_blocks {
    std::string bytes;
    std::vector<std::size_t> ends;
};

template <class Record>
auto make_blocks(testing::random_numbers& random, u16 type, u32 count, Record record)
    -> made_blocks {
    auto made = made_blocks{};
    for (u32 i = 0; i < count; ++i) {
        auto body = std::string{};
        auto records = u32{0};
        for (auto left = 1 + random(12); left != 0; --left, ++records) body += record(random, i);
        // blocks of other types are skipped
        auto const kind = random(9) == 0 ? u16{4} : type;
        made.bytes += block(false, kind, records, body);
        made.ends.push_back(made.bytes.size());
    }
    return made;
}

auto header_2(u32 blocks, std::uint64_t appendix) -> std::string {
    auto header = writer{false};
    header.put(u16{0xA50C}, u16{2}, u32{0x01070100}, u64{0}, u8{0}, u8{0},
               static_cast<u16>(appendix == 0 ? 0 : 1), u32{1}, u64{appendix}, u32{0}, u32{blocks});
    return header.bytes();
}

/// An archive of the layout 2, with an appendix that says nothing.
auto archive_2(std::uint64_t seed, u32 blocks) -> std::string {
    auto random = testing::random_numbers{seed};
    auto const made =
        make_blocks(random, 3, blocks, [](auto& r, u32) { return record_2(r); }).bytes;
    auto const appendix =
        block(false, 3, 1, writer{false}.put(u16{0x8001}, u16{8}, u32{65}).bytes());
    return header_2(blocks, 40 + made.size()) + made + appendix;
}

auto header_1(u32 blocks) -> std::string {
    auto header = writer{false};
    header.put(u16{0xA50C}, u16{1}, u32{0}, blocks).text("me", 128).text("", 136);
    return header.bytes();
}

auto map_1(u16 number, std::vector<u16> const& extensions) -> std::string {
    auto map = writer{false};
    map.put(u16{2}, static_cast<u16>(8 + 2 * extensions.size()), number, u16{0});
    for (auto const id : extensions) map.put(id);
    return map.bytes();
}

/// A record of the layout 1 that has 8 bytes of extensions.
auto record_1(testing::random_numbers& random, u16 map) -> std::string {
    return writer{false}
        .put(u16{10}, u16{56}, u16{0}, map, u16{1}, u16{2},
             u32{1'400'000'000 + u32_of(random) % 999}, u32{1'400'001'000}, u8{0}, u8{2}, u8{6},
             u8{0}, u16{40000}, static_cast<u16>(random(90)), u16{0}, u8{0}, u8{0}, u32_of(random),
             u32{77}, u32{3}, u32{100}, u32_of(random) % 1000, u32_of(random) % 1000)
        .bytes();
}

/// An archive of the layout 1 whose flows refer to the maps 1 and 2; `extra(block)` gives records
/// that are put among the records of a block.
template <class Extra>
auto archive_1(std::uint64_t seed, u32 blocks, Extra extra) -> std::string {
    auto random = testing::random_numbers{seed};
    auto at = u32{0};
    auto bytes = header_1(blocks);
    for (; at < blocks; ++at) {
        auto body = std::string{};
        auto records = u32{0};
        for (auto i = random(8); i != 0; --i, ++records)
            body += record_1(random, static_cast<u16>(1 + random(2)));
        for (auto const& added : extra(at)) {
            body += added;
            ++records;
        }
        for (auto i = 1 + random(8); i != 0; --i, ++records)
            body += record_1(random, static_cast<u16>(1 + random(2)));
        bytes += block(false, 2, records, body);
    }
    return bytes;
}

}  // namespace

TEST_CASE("nfdump archives are read in chunks of whole blocks", "[run][nfdump]") {
    auto const here = testing::folder{};
    auto const bytes = archive_2(1, 60);
    auto const path = here.write("a.nfdump", bytes);
    CHECK(count_chunks(path, 1) == 60);
    CHECK(count_chunks(path, bytes.size() - 1) == 1);
    CHECK(count_chunks(path, bytes.size()) == 0);
    CHECK(count_chunks(path, bytes.size() / 4) >= 3);
    auto const found = check_all({path});
    CHECK(found.failures == std::vector{""s});
    CHECK(found.stats.bytes == bytes.size());
    CHECK(found.stats.malformed > 10);
    CHECK(found.stats.headers > 10);
    check_all({path, path, here.write("b.nfdump", archive_2(2, 9)), path});
}

TEST_CASE("damaged nfdump archives end at the same byte as for one thread", "[run][nfdump]") {
    auto const here = testing::folder{};
    auto const whole = archive_2(3, 30);
    auto random = testing::random_numbers{4};
    for (auto round = 0; round < 12; ++round) {
        auto const name = "cut-" + std::to_string(round);
        auto const at = 1 + random(whole.size() - 1);
        CHECK_FALSE(check_all({here.write(name, whole.substr(0, at))}).thrown.empty());
    }
    auto failed = 0;
    for (auto round = 0; round < 25; ++round) {
        auto bytes = whole;
        for (auto n = 1 + random(15); n != 0; --n)
            bytes[40 + random(bytes.size() - 40)] = static_cast<char>(random(256));
        auto const path = here.write("changed-" + std::to_string(round), bytes);
        auto const good = here.write("good", archive_2(5, 5));
        failed += check_all({good, path, good}).thrown.empty() ? 0 : 1;
    }
    CHECK(failed > 3);
}

TEST_CASE("what the header of an nfdump archive says of its blocks is checked in chunks, too",
          "[run][nfdump]") {
    auto const here = testing::folder{};
    auto random = testing::random_numbers{6};
    auto const record = [](auto& r, u32) { return record_2(r); };
    auto const blocks = make_blocks(random, 3, 20, record);
    auto const check = [&](std::string const& name, u32 announced, std::uint64_t appendix,
                           bool fails) {
        CAPTURE(name);
        auto const path = here.write(name, header_2(announced, appendix) + blocks.bytes);
        CHECK(check_all({path}).thrown.empty() == !fails);
    };
    check("none", 0, 0, false);
    check("right", 20, 0, false);
    check("more", 21, 0, true);
    check("fewer", 12, 0, true);
    // the last blocks are the appendix, or too many for that
    check("appendix", 19, 40 + blocks.ends[18], false);
    check("wrong appendix", 18, 40 + blocks.ends[17], true);
    check("misplaced", 15, 40 + blocks.ends[17], true);
    CHECK(count_chunks(here / "appendix", 1) == 19);
    CHECK(count_chunks(here / "fewer", 1) == 12);
}

TEST_CASE("extension maps of the layout 1 are known in all chunks", "[run][nfdump]") {
    auto const here = testing::folder{};
    auto const none = std::vector<std::string>{};
    auto const both = std::vector{map_1(1, {5, 0}), map_1(2, {7, 0})};
    auto const at_begin = [&](u32 at) { return at == 0 ? both : none; };
    auto const path = here.write("begin", archive_1(1, 40, at_begin));
    CHECK(count_chunks(path, 1) == 40);
    auto const found = check_all({path});
    CHECK(found.thrown.empty());
    CHECK(found.stats.records > 200);

    // none, late, repeated, changed, and changed for a while
    CHECK(check_all({here.write("none", archive_1(2, 20, [&](u32) { return none; }))})
              .stats.records == 0);
    check_all(
        {here.write("late", archive_1(3, 40, [&](u32 at) { return at == 17 ? both : none; }))});
    check_all({here.write("again", archive_1(4, 40, [&](u32) { return both; }))});
    auto const changes = [&](u32 at) {
        if (at == 9) return std::vector{map_1(1, {7, 0})};
        if (at == 33) return std::vector{map_1(2, {4, 4, 0}), map_1(9, {4, 0})};
        return at_begin(at);
    };
    auto const changed = here.write("changed", archive_1(5, 40, changes));
    check_all({changed});
    check_all({path, changed, path, changed});
    auto const for_a_while = [&](u32 at) {
        if (at == 9) return std::vector{map_1(1, {7, 0})};
        return at == 9 || at == 23 ? both : at_begin(at);
    };
    check_all({here.write("while", archive_1(6, 40, for_a_while))});
    // damage after a change, and before it
    auto bytes = archive_1(7, 40, changes);
    check_all({here.write("cut", bytes.substr(0, bytes.size() - 30))});
    bytes[500] = '\x7F';
    check_all({here.write("damaged", bytes)});
}

TEST_CASE("the archives of nfdump are read in chunks as by one thread", "[run][nfdump]") {
    for (auto const* folder : {"nfdump", "nfdump/malformed", "nfdump/v3", "nfdump/v3/malformed"}) {
        for (auto const& name : archives::names(archives::directory(folder), ".nfdump"))
            check_all({(archives::directory(folder) / (name + ".nfdump")).string()}, 2,
                      {1, 40'000});
    }
}

TEST_CASE("the directory of layout 3 is compared with the blocks of all chunks", "[run][nfdump]") {
    auto const here = testing::folder{};
    auto const bytes = archives::read(archives::directory("nfdump") / "v3/v3-capd.nfdump");
    CHECK(count_chunks(here.write("good", bytes), 1) > 3);
    CHECK(check_all({here / "good"}).thrown.empty());
    auto wrong = bytes;
    wrong[wrong.size() - 56 - 16 * 7 + 4] ^= 1;  // the length of the first block in it
    CHECK(check_all({here.write("wrong", wrong)}).thrown.find("lists other blocks") !=
          std::string::npos);
}

TEST_CASE("the archives of flow-tools are read in chunks as by one thread", "[run][flow-tools]") {
    for (auto const* folder : {"flow-tools", "flow-tools/malformed"}) {
        for (auto const& name : archives::names(archives::directory(folder), ".ft"))
            check_all({(archives::directory(folder) / (name + ".ft")).string()}, 3, {1, 500});
    }
}

TEST_CASE("flow-tools archives are read in chunks of whole records", "[run][flow-tools]") {
    auto const here = testing::folder{};
    auto const in = archives::directory("flow-tools");
    auto const bytes = archives::read(in / "v5-gen1500-le.ft");
    auto const path = here.write("a.ft", bytes);
    CHECK(count_chunks(path, 1) == 1500);
    CHECK(count_chunks(path, 200) == 500);
    CHECK(count_chunks(path, bytes.size()) == 0);
    CHECK(count_chunks((in / "v5-le-z.ft").string(), 1) == 0);
    CHECK(check_all({path}).stats.bytes == bytes.size());

    // joined: each of its own size and kind of record, and one that is compressed
    auto const other = archives::read(in / "v1-le.ft");
    check_all({here.write("joined", bytes + other + bytes)});
    check_all({here.write("packed", bytes + archives::read(in / "v5-le-z.ft"))});
    // of the other byte order, after a header as long as a record: all else fits
    auto swapped = archives::read(in / "v5-be.ft");
    swapped.insert(24, std::string(40, '\0'));
    swapped[7] = 64;
    CHECK(check_all({here.write("swapped", bytes + swapped + swapped)}).stats.records == 1628);
    // cut within a record, within a joined header, and with something like a header in a record
    check_all({here.write("cut", bytes.substr(0, bytes.size() - 13))});
    check_all({here.write("cut-header", bytes + other.substr(0, 30))});
    auto alike = bytes;
    for (auto const record : {40U, 700U, 1499U}) alike.replace(48 + 64 * record, 4, "\xCF\x10\1\3");
    check_all({here.write("alike", alike)});
    check_all({here.write("alike-first", "\xCF\x10\1\3" + other.substr(4) + bytes)});
    // fewer flows than announced
    check_all({here.write("fewer", bytes.substr(0, bytes.size() - 64 * 5))});
}

TEST_CASE("archives in memory are read as files are", "[run]") {
    auto const here = testing::folder{};
    auto const whole = archive_2(10, 40);
    auto const maps = [](u32 at) {
        return at == 0    ? std::vector{map_1(1, {5, 0}), map_1(2, {7, 0})}
               : at == 20 ? std::vector{map_1(1, {7, 0})}
                          : std::vector<std::string>{};
    };
    auto const ft = archives::read(archives::directory("flow-tools") / "v5-gen1500-le.ft");
    for (auto const& bytes : {whole, whole.substr(0, whole.size() / 2), archive_1(11, 40, maps), ft,
                              ft + ft, ft.substr(0, ft.size() - 13)}) {
        auto const path = here.write("a", bytes);
        auto const expected = run_all({path}, 1, 1);
        for (auto const threads : {1U, 2U, 4U}) {
            for (std::uint64_t const size : {1U, 700U, 5000U}) {
                CAPTURE(threads, size);
                auto const same =
                    run_all({flowlog::memory_input{bytes, path}}, threads, size) == expected;
                CHECK(same);
            }
        }
    }
}

TEST_CASE("archives that shrink while they are read end the run", "[run]") {
    auto const here = testing::folder{};
    auto const path = here.write("a.nfdump", archive_2(8, 20'000));
    for (unsigned threads : {1U, 2U, 4U}) {
        auto options = run_options{.threads = threads, .chunk_size = 100'000};
        here.write("a.nfdump", archive_2(8, 20'000));
        options.on_malformed = [&](auto const&) { std::filesystem::resize_file(path, 1000); };
        try {
            static_cast<void>(run({path}, fingerprint{}, options));
            FAIL("no error");
        } catch (flowlog::error const& failure) {
            CHECK(failure.code() == errc::changed);
        }
    }
}

TEST_CASE("the bytes read of archives are shown to a watcher, each once", "[run]") {
    auto const here = testing::folder{};
    auto const nfdump = archive_2(9, 50);
    auto const ft = archives::read(archives::directory("flow-tools") / "v5-gen1500-le.ft");
    // the header tells the number of flows
    auto const closed = archives::read(archives::directory("flow-tools") / "v5-capture-le.ft");
    auto const maps = [](u32 at) {
        return at == 0 ? std::vector{map_1(1, {5, 0}), map_1(2, {7, 0})}
                       : std::vector<std::string>{};
    };
    for (auto const& bytes : {nfdump, ft, closed, archive_1(9, 50, maps)}) {
        auto const path = here.write("a", bytes);
        for (unsigned threads : {1U, 3U}) {
            auto seen = std::atomic<std::uint64_t>{0};
            auto options = run_options{.threads = threads, .chunk_size = 3000};
            options.progress = &seen;
            static_cast<void>(run({path}, fingerprint{}, options));
            CHECK(seen == bytes.size());
        }
    }
}

}  // namespace test_aggregate_run_archives
