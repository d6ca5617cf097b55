// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/aggregate/skipdata_apart.hpp>
#include <flowlog/source/inputs.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "reading.hpp"

namespace test_aggregate_run {

using namespace std::string_literals;
using flowlog::errc;
using flowlog::port_protocol_counter;
using flowlog::reason;
using flowlog::run;
using flowlog::run_options;

struct outcome {
    std::vector<flowlog::port_protocol_count> counts{};
    flowlog::statistics stats{};
    std::vector<testing::rejected> malformed{};
    std::vector<std::string> failures{};

    friend auto operator==(outcome const&, outcome const&) -> bool = default;
};

static auto run_all(std::vector<flowlog::input> const& inputs, run_options options) -> outcome {
    auto result = outcome{};
    auto handling = std::atomic<int>{0};
    options.on_malformed = [&](auto const& line) {
        CHECK(++handling == 1);  // never twice at once
        result.malformed.push_back(testing::keep(line));
        --handling;
    };
    auto const got = run(inputs, port_protocol_counter{}, options);
    result.counts = got.value.counts();
    result.stats = got.stats;
    auto sum = flowlog::statistics{};
    REQUIRE(got.inputs.size() == inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        CHECK(got.inputs[i].name == inputs[i].name());
        sum += got.inputs[i].stats;
        result.failures.push_back(got.inputs[i].failure ? got.inputs[i].failure->what() : "");
    }
    CHECK(sum == got.stats);
    CHECK(got.value.total() == got.stats.records);
    CHECK(got.stats.malformed == result.malformed.size());
    return result;
}

constexpr auto header =
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start "
    "end action "
    "log-status\n";

/// A log with a bit of everything.
static auto log_text(std::uint64_t seed, int lines) -> std::string {
    auto random = testing::random_numbers{seed};
    auto text = ""s;
    for (auto i = 0; i < lines; ++i) {
        auto const port = std::to_string(random(50) == 0 ? 70000 : random(30));
        switch (random(25)) {
            case 0: text += "2 1 eni-1 - - - - - - - 5 6 - NODATA\n"; break;
            case 1: text += "2 1 eni-1 - - - - - - - 5 6 - SKIPDATA\r\n"; break;
            case 2: text += random(2) == 0 ? "\n" : " \t\n"; break;
            case 3: text += "line " + std::to_string(i) + " is bad\n"; break;
            case 4: text += random(4) == 0 ? header : "2 1 eni-1 x y z\n"; break;
            default:
                text += "2 1 eni-" + std::to_string(random(1000)) + " 10.0.0.1 10.0.0.2 40000 " +
                        port + " 6 1 100 5 6 ACCEPT OK\n";
        }
    }
    return text;
}

static void check_all(std::vector<std::string> const& paths, run_options options = {}) {
    auto const inputs = std::vector<flowlog::input>(paths.begin(), paths.end());
    options.threads = 1;
    auto const expected = run_all(inputs, options);
    for (unsigned threads = 1; threads <= 8; ++threads) {
        for (std::uint64_t size : {0U, 1U, 2U, 50U, 333U, 1000U, 4096U, 100'000'000U}) {
            options.threads = threads;
            options.chunk_size = size;
            CAPTURE(threads, size);
            auto const got = run_all(inputs, options);
            CHECK(got.counts == expected.counts);
            CHECK(got.stats == expected.stats);
            CHECK(got.failures == expected.failures);
            CHECK(got.malformed.size() == expected.malformed.size());
            auto const same = got.malformed == expected.malformed;
            CHECK(same);
            if (!same) return;
        }
    }
}

TEST_CASE("results do not depend on threads and chunks", "[run]") {
    auto const here = testing::folder{};
    auto const text = header + log_text(1, 300);
    check_all({here.write("a.log", text)});
    check_all({here.write("no-end.log", text.substr(0, text.size() - 1))});
    check_all({here.write("no-header.log",
                          log_text(2, 100).substr(0, 5) == "2 1 e"
                              ? log_text(2, 200)
                              : "2 1 eni-1 - - - - - - - 5 6 - NODATA\n" + log_text(2, 200))});
}

TEST_CASE("a single thread finds what is in the text", "[run]") {
    auto const here = testing::folder{};
    auto const got =
        run_all({here.write("a.log", header + "2 1 e 1.1.1.1 2.2.2.2 1 443 6 1 1 5 6 ACCEPT OK\n"s +
                                         "2 1 e 1.1.1.1 2.2.2.2 1 443 6 1 1 5 6 ACCEPT OK\nbad\n" +
                                         "2 1 e 1.1.1.1 2.2.2.2 1 - 6 1 1 5 6 ACCEPT OK\n")},
                {.threads = 1});
    CHECK(got.counts == std::vector<flowlog::port_protocol_count>{{443, 6, 2}});
    CHECK(got.stats.records == 2);
    CHECK(got.stats.headers == 1);
    REQUIRE(got.malformed.size() == 2);
    CHECK(got.malformed[0].line == 4);
    CHECK(got.malformed[1].line == 5);
    CHECK(got.malformed[1].field == flowlog::field_id::dstport);
    CHECK(got.malformed[1].reason == reason::absent_value);
}

TEST_CASE("SKIPDATA lines are counted apart from flows", "[run][skipdata_apart]") {
    auto const here = testing::folder{};
    auto const inputs = std::vector<flowlog::input>{here.write("a.log", header + log_text(3, 400))};
    auto const expected = run_all(inputs, {.threads = 1});
    REQUIRE(expected.stats.skipdata > 5);
    REQUIRE(expected.stats.nodata > 5);
    auto const by_interface = flowlog::group_by(
        {flowlog::group_key::of(flowlog::field_id::interface_id)}, {flowlog::measure{}});
    for (auto const threads : {1U, 3U}) {
        auto const found =
            run(inputs, flowlog::skipdata_apart{port_protocol_counter{}, by_interface},
                {.threads = threads, .all_lines = true, .chunk_size = 1000});
        CHECK(found.stats == expected.stats);
        CHECK(found.value.flows().counts() == expected.counts);
        CHECK(found.value.skipdata().groups() ==
              std::vector{flowlog::group{{"eni-1"s}, {expected.stats.skipdata}}});
    }
    auto const apart = flowlog::skipdata_apart{by_interface, by_interface};
    CHECK(apart.uses().back() == flowlog::field_use{flowlog::field_id::log_status, true, true});
}

TEST_CASE("many files are read at once, reported one after the other", "[run]") {
    auto const here = testing::folder{};
    auto inputs = std::vector<std::string>{};
    for (std::uint64_t i = 0; i < 12; ++i) {
        auto const text = log_text(i, static_cast<int>(i % 4 * 60));
        inputs.push_back(here.write("log-" + std::to_string(i),
                                    i % 3 == 0 ? header + text
                                    : i % 3 == 1
                                        ? ""
                                        : "srcport dstport protocol\n1 2 3\nbad\n4 5 6\n"));
    }
    check_all(inputs);
}

TEST_CASE("columns that change within a file change for the rest of it", "[run]") {
    auto const here = testing::folder{};
    auto text = header + log_text(3, 100);
    text += "dstport protocol\n";
    for (auto i = 0; i < 50; ++i)
        text += std::to_string(i) + " 17\n" + (i % 10 == 0 ? "too many columns\n" : "");
    text += "protocol srcport dstport\n";
    for (auto i = 0; i < 50; ++i)
        text += "6 1 " + std::to_string(i) + "\n" + (i % 10 == 0 ? "bad one\n" : "");
    text += header + log_text(4, 50);
    check_all({here.write("a.log", text)});
    auto const other = here.write("b.log", header + log_text(5, 100));
    check_all({other, here / "a.log", other, here / "a.log", other});

    auto bad =
        header + log_text(3, 20) + "dstport protocol\n";  // each line is malformed: the first too
    for (auto i = 0; i < 20; ++i) bad += "70000 17\n";
    check_all({here.write("c.log", bad)});
}

TEST_CASE("a log may begin with what is none", "[run]") {
    auto const here = testing::folder{};
    check_all({here.write("blank.log", "\n\n\r\n\n" + (header + log_text(6, 60)))});
    check_all({here.write("junk.log",
                          "# some words\n\n# and more of them\n" + (header + log_text(6, 60)))});
    check_all({here.write("mark.log", "\xEF\xBB\xBF" + (header + log_text(6, 60)))});
}

TEST_CASE("long lines are read in chunks as well", "[run]") {
    auto const here = testing::folder{};
    auto text = "dstport protocol vpc-id\n"s;
    for (auto i = 0; i < 20; ++i) {
        text +=
            std::to_string(i) + " 6 " + std::string(static_cast<std::size_t>(i) * 900, 'x') + '\n';
        if (i % 7 == 3) text += std::string(1'500'000, 'y') + '\n';
    }
    check_all({here.write("a.log", text)});
}

TEST_CASE("a format is used by every chunk", "[run]") {
    auto const here = testing::folder{};
    auto text = ""s;
    for (auto i = 0; i < 200; ++i)
        text += std::to_string(i % 50) + (i % 9 == 0 ? " x\n" : " 6 eni\n");
    auto options = run_options{};
    options.format = flowlog::layout{{"dstport", "protocol", "interface-id"}};
    check_all({here.write("a.log", text)}, options);
}

template <class Function>
static auto caught(Function function) -> std::optional<flowlog::error> {
    try {
        function();
    } catch (flowlog::error const& thrown) {
        return thrown;
    }
    return std::nullopt;
}

TEST_CASE("an input that fails ends the run, unless keep_going", "[run]") {
    auto const here = testing::folder{};
    auto const good = here.write("good.log", header + log_text(7, 50));
    auto const unknown = here.write("unknown.log", "what is this\n");
    auto const lacking = here.write("lacking.log", "srcaddr bytes\n1.2.3.4 5\n1.2.3.5 6\n");
    auto const inputs = std::vector{good, here / "missing.log", good, unknown, lacking, good};
    for (unsigned threads = 1; threads <= 4; ++threads) {
        for (auto const& [input, code] :
             {std::pair{here / "missing.log", errc::cannot_open},
              std::pair{unknown, errc::unknown_format}, std::pair{lacking, errc::missing_field}}) {
            auto const thrown = caught([&] {
                static_cast<void>(run({good, input, good}, port_protocol_counter{},
                                      {.threads = threads, .chunk_size = 8}));
            });
            REQUIRE(thrown);
            CHECK(thrown->code() == code);
            CHECK(thrown->where().source == input);
        }
        auto options = run_options{.threads = threads};
        options.keep_going = true;
        auto const got = run(inputs, port_protocol_counter{}, options);
        CHECK_FALSE(got.complete());
        auto const alone = run({good}, port_protocol_counter{}, {.threads = 1});
        CHECK(alone.complete());
        CHECK(got.stats.records == 3 * alone.stats.records);
        CHECK(got.value.total() == got.stats.records);
        CHECK_FALSE(got.inputs[0].failure);
        REQUIRE(got.inputs[1].failure);
        CHECK(got.inputs[1].failure->code() == errc::cannot_open);
        REQUIRE(got.inputs[3].failure);
        CHECK(got.inputs[3].failure->code() == errc::unknown_format);
        REQUIRE(got.inputs[4].failure);
        CHECK(got.inputs[4].failure->code() == errc::missing_field);
        CHECK(std::string{got.inputs[4].failure->what()}.find("dstport, protocol") !=
              std::string::npos);
        CHECK_FALSE(got.inputs[5].failure);
    }
}

namespace {

/// The least that can be read in chunks: an object in a store, say.
struct object {
    std::string bytes;
    std::string called;

    [[nodiscard]] auto name() const -> std::string { return called; }
    [[nodiscard]] auto size() const -> std::optional<std::uint64_t> { return bytes.size(); }
    [[nodiscard]] auto open() const -> flowlog::memory_source {
        return flowlog::memory_source{bytes, called, 100};
    }
    [[nodiscard]] auto read_at(std::uint64_t offset, std::span<char> buffer) const -> std::size_t {
        return flowlog::memory_input::borrowed(bytes).read_at(offset, buffer);
    }
};

/// The least that can be opened.
struct stream {
    object from;

    [[nodiscard]] auto name() const -> std::string { return from.name(); }
    [[nodiscard]] auto open() const -> flowlog::memory_source { return from.open(); }
};

}  // namespace

TEST_CASE("inputs of any kind are read as files are", "[run]") {
    auto const here = testing::folder{};
    auto const text = header + log_text(12, 300);
    auto changing = text + "dstport protocol\n";
    for (auto i = 0; i < 50; ++i) changing += std::to_string(i) + " 17\n";
    for (auto const& bytes : {text, changing, ""s}) {
        auto const path = here.write("a.log", bytes);
        auto const other = here.write("b.log", header + log_text(13, 40));
        auto how = run_options{.threads = 1, .keep_going = true};
        auto const expected = run_all({path, path, path, path, other}, how);
        for (how.threads = 1; how.threads <= 4; ++how.threads) {
            for (std::uint64_t const size : {1U, 333U, 4096U, 100'000'000U}) {
                how.chunk_size = size;
                CAPTURE(bytes.size(), how.threads, size);
                auto const got = run_all({flowlog::memory_input{bytes, path}, object{bytes, path},
                                          path, stream{object{bytes, path}}, other},
                                         how);
                CHECK(got == expected);
            }
        }
    }
}

TEST_CASE("a run takes whatever inputs are made of", "[run]") {
    auto const here = testing::folder{};
    auto const path = here.write("a.log", "dstport protocol\n443 6\n");
    auto const total = [](auto const& found) { return found.value.total(); };
    CHECK(total(run({path.c_str(), path.c_str()}, port_protocol_counter{})) == 2);
    CHECK(total(run({path}, port_protocol_counter{})) == 1);
    CHECK(total(run(std::vector<std::string>{path, path}, port_protocol_counter{})) == 2);
    CHECK(total(run(std::vector<flowlog::input>{path}, port_protocol_counter{})) == 1);
    CHECK(total(run(flowlog::expand_inputs({path, here.path()}).files, port_protocol_counter{})) ==
          2);
    auto const memory = flowlog::memory_input{"dstport protocol\n1 6\n1 6\n"};
    CHECK(total(run({memory, path}, port_protocol_counter{})) == 3);
    CHECK(total(run(std::array{memory, memory}, port_protocol_counter{})) == 4);
}

TEST_CASE("a run ends when a file shrinks while it is read", "[run]") {
    auto const here = testing::folder{};
    for (unsigned threads : {1U, 2U, 4U}) {
        // so large that other threads have not finished when the first one reports
        auto const path = here.write(
            "a.log", "dstport protocol\nbad\n" + [] {
                auto lines = ""s;
                while (lines.size() < 20'000'000) lines += "443 6\n";
                return lines;
            }());
        auto options = run_options{.threads = threads, .chunk_size = 100'000};
        options.on_malformed = [&](auto const&) { std::filesystem::resize_file(path, 1000); };
        auto const thrown =
            caught([&] { static_cast<void>(run({path}, port_protocol_counter{}, options)); });
        REQUIRE(thrown);
        CHECK(thrown->code() == errc::changed);
        CHECK(thrown->where().source == path);
    }
}

TEST_CASE("named pipes are read, too", "[run]") {
    auto const here = testing::folder{};
    auto const text = header + log_text(8, 400);
    auto const plain = run_all({here.write("a.log", text)}, {.threads = 1});
    for (unsigned threads : {1U, 2U, 4U}) {
        for (auto round = 0; round < 3; ++round) {
            auto const name = "pipe-" + std::to_string(threads) + "-" + std::to_string(round);
            auto const path = here.pipe(name);
            auto writer = std::jthread{[&] {
                auto out = std::ofstream{path};
                for (std::size_t at = 0; at < text.size(); at += 1000)
                    out << text.substr(at, 1000) << std::flush;
            }};
            auto options = run_options{.threads = threads, .chunk_size = 100};
            auto const got = run_all({path}, options);
            CHECK(got.counts == plain.counts);
            CHECK(got.stats == plain.stats);
        }
    }
}

TEST_CASE("nothing to read is no error", "[run]") {
    auto const here = testing::folder{};
    auto const none = run({}, port_protocol_counter{});
    CHECK(none.value.total() == 0);
    CHECK(none.complete());
    auto const empty = run({here.write("empty.log", "")}, port_protocol_counter{}, {.threads = 3});
    CHECK(empty.complete());
    CHECK(empty.stats == flowlog::statistics{});
}

TEST_CASE("the bytes read are shown to a watcher", "[run]") {
    auto const here = testing::folder{};
    auto const text = header + log_text(9, 500);
    auto const path = here.write("a.log", text);
    for (unsigned threads : {1U, 3U}) {
        auto seen = std::atomic<std::uint64_t>{0};
        auto options = run_options{.threads = threads, .chunk_size = 1000};
        options.progress = &seen;
        static_cast<void>(run({path}, port_protocol_counter{}, options));
        CHECK(seen == text.size());
    }
}

TEST_CASE("what a handler throws ends the run", "[run]") {
    auto const here = testing::folder{};
    auto const path = here.write("a.log", header + log_text(10, 500));
    for (unsigned threads : {1U, 2U, 4U}) {
        auto options = run_options{.threads = threads, .keep_going = true, .chunk_size = 500};
        options.on_malformed = [](auto const&) { throw std::runtime_error{"stop"}; };
        CHECK_THROWS_AS(run({path, path}, port_protocol_counter{}, options), std::runtime_error);
    }
}

}  // namespace test_aggregate_run
