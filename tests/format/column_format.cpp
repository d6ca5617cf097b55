// SPDX-License-Identifier: BSL-1.0
// A format that registers itself is read like a built-in one: the same log as text and in columns
// gives the same results.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/aggregate/skipdata_apart.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/output/records.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "format/toy_columns.hpp"
#include "reading.hpp"
#include "repeats.hpp"

namespace test_format_column_format {

using namespace std::string_literals;
using namespace std::string_view_literals;
namespace field = flowlog::field;
namespace toy = testing::toy;
using flowlog::errc;
using flowlog::field_id;
using flowlog::input;
using flowlog::memory_input;
using flowlog::port_protocol_counter;
using flowlog::reason;
using flowlog::run;

static_assert(flowlog::require_log_reader<flowlog::column_log_reader>());

constexpr auto header =
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start "
    "end action log-status\n";

/// A log with a bit of everything; without a log-status if not wanted.
static auto log_text(std::uint64_t seed, int lines, bool with_status = true) -> std::string {
    auto random = testing::random_numbers{seed};
    auto const ok = with_status ? " OK\n"s : "\n"s;
    auto text = std::string{header};
    if (!with_status) text.replace(text.find(" log-status"), 11, "");
    auto const none = "2 1 eni-1 - - - - - - - 5 6 -"s;
    for (auto i = 0; i < lines; ++i) {
        auto const port = std::to_string(random(40) == 0 ? 70000 : random(30));
        auto const protocol = random(30) == 0 ? "-" : random(2) == 0 ? "6" : "17";
        switch (random(20)) {
            case 0: text += none + (with_status ? " NODATA\n" : "\n"); break;
            case 1: text += with_status ? none + " SKIPDATA\n" : none + "\n"; break;
            case 2: text += "a bad line\n"; break;
            case 3: text += with_status ? none + " NOSUCH\n" : "2 1\n"; break;
            case 4:
                text += "2 1 eni-2 2001:db8::" + std::to_string(random(9)) +
                        " fe80::1 - - 58 1 100 5 6 ACCEPT" + (with_status ? " -\n" : "\n");
                break;
            default:
                text += "2 1 eni-" + std::to_string(random(5)) + " 10.0.0." +
                        std::to_string(random(4)) + " 10.0.0.2 40000 " + port + " " + protocol +
                        " 1 " + std::to_string(random(1000)) + " 5 6 " +
                        (random(3) == 0 ? "REJECT" : "ACCEPT") + ok;
        }
    }
    return text;
}

static auto in_columns(std::string_view text, std::size_t rows_per_group = 37) -> std::string {
    toy::register_once();
    return toy::writer{text, rows_per_group}.bytes();
}

/// What became of a log, without what only a text log has.
struct outcome {
    std::vector<flowlog::flow> flows{};
    flowlog::statistics stats{};
    std::vector<std::pair<std::uint64_t, reason>> malformed{};

    friend auto operator==(outcome const&, outcome const&) -> bool = default;

    void take(flowlog::statistics const& found) {
        stats = found;
        for (auto& line : malformed) line.first -= found.headers;
        stats.headers = stats.bytes = 0;
    }
};

static auto read(input const& from, flowlog::open_options options = {}) -> outcome {
    auto result = outcome{};
    options.on_malformed = [&](auto const& line) {
        result.malformed.emplace_back(line.line, line.reason);
    };
    auto opened = flowlog::open(from, options);
    for (auto const& record : opened) {
        result.flows.emplace_back(record);
        if (record[field::dstport].malformed()) opened.reject(field_id::dstport, reason::bad_value);
    }
    CHECK(opened.begin() == opened.end());
    result.take(opened.stats());
    return result;
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

TEST_CASE("a registered format is opened by its content", "[column_format]") {
    auto const here = testing::folder{};
    auto const bytes = in_columns(header + "2 1 e 1.1.1.1 2.2.2.2 5 443 6 1 9 5 6 ACCEPT OK\n"s);
    auto opened = flowlog::open(here.write("a.log", bytes));
    CHECK(opened.has(field_id::dstport));
    CHECK_FALSE(opened.has(field_id::vpc_id));
    CHECK(opened.describe().format == "toy columns");
    CHECK(opened.describe().version == "1");
    CHECK(opened.name() == here / "a.log");
    auto count = 0;
    for (auto const& flow : opened) {
        CHECK(flow[field::dstport] == std::uint16_t{443});
        CHECK(flow[field::interface_id] == "e"sv);
        CHECK(flow[field::vpc_id].absent());
        ++count;
    }
    CHECK(count == 1);
    CHECK(opened.stats().records == 1);
    CHECK(opened.stats().bytes == bytes.size());
    auto const names = flowlog::registered_formats();
    CHECK(std::ranges::find(names, "toy columns") != names.end());
}

TEST_CASE("a log in columns holds what the text log does", "[column_format]") {
    for (auto const with_status : {true, false}) {
        auto const text = log_text(7, testing::repeats(300), with_status);
        for (auto const& [check_empty, all_lines] :
             {std::pair{false, false}, {true, false}, {false, true}, {true, true}}) {
            auto options = flowlog::open_options{};
            options.check_empty = check_empty;
            options.all_lines = all_lines;
            auto const expected = read(memory_input{text}, options);
            CHECK(expected.stats.malformed > testing::repeats(10U));
            CHECK(expected.stats.nodata > testing::repeats(5U));
            CHECK((expected.flows.size() > expected.stats.records + expected.stats.nodata) ==
                  all_lines);
            for (std::size_t const rows : {1U, 2U, 64U, 1000U}) {
                CAPTURE(with_status, check_empty, all_lines, rows);
                CHECK(read(memory_input{in_columns(text, rows)}, options) == expected);
            }
        }
    }
    auto bad_empty = header + "2 1 eni-1 - - - - - - - x 6 - NODATA\n"s;
    auto checked = flowlog::open_options{};
    checked.check_empty = true;
    CHECK(read(memory_input{in_columns(bad_empty)}).stats.nodata == 1);
    CHECK(read(memory_input{in_columns(bad_empty)}, checked).stats.malformed == 1);
}

TEST_CASE("SKIPDATA rows are counted apart from flows", "[column_format][skipdata_apart]") {
    for (auto const with_status : {true, false}) {
        auto const text = log_text(8, 300, with_status);
        auto const counted = [](std::string const& bytes) {
            auto const by_end =
                flowlog::group_by({flowlog::group_key::of(field_id::end)}, {flowlog::measure{}});
            auto found = flowlog::run({memory_input{bytes}},
                                      flowlog::skipdata_apart{by_end, by_end}, {.all_lines = true});
            found.stats.bytes = found.stats.headers = 0;
            return std::tuple{found.value.flows().groups(), found.value.skipdata().groups(),
                              found.stats};
        };
        auto const expected = counted(text);
        for (std::size_t const rows : {1U, 3U, 1000U}) {
            CAPTURE(with_status, rows);
            CHECK((counted(in_columns(text, rows)) == expected));
        }
        auto const flows = flowlog::run(
            {memory_input{text}},
            flowlog::group_by({flowlog::group_key::of(field_id::end)}, {flowlog::measure{}}));
        CHECK((flows.value.groups() == std::get<0>(expected)));
    }
}

TEST_CASE("the blocks in which a log in columns comes do not matter", "[column_format]") {
    auto const bytes = in_columns(log_text(3, 60), 11);
    auto const expected = read(memory_input{bytes});
    for (std::size_t const size : {1U, 3U, 511U, 512U, 513U})
        CHECK(read(memory_input{bytes}.in_blocks_of(size)) == expected);
}

TEST_CASE("a registered format cannot hide a built-in one", "[column_format]") {
    static auto asked = 0;
    flowlog::register_format(
        {.name = "greedy",
         .matches =
             [](std::string_view bytes) {
                 ++asked;
                 return bytes.starts_with("dstport") || bytes.starts_with("\xCF\x10\x01\x03") ||
                        bytes.starts_with("opaque");
             },
         .open = [](flowlog::log_bytes from,
                    flowlog::open_options const&) -> std::unique_ptr<flowlog::column_reader> {
             throw flowlog::error{errc::corrupt, {from.source.name()}, "greedy"};
         }});
    CHECK(read(memory_input{"dstport vpc-id\n1 x\n"}).flows.size() == 1);
    CHECK(read(memory_input{"\n\xEF\xBB\xBF" + log_text(1, 5)}).flows.size() > 1);
    CHECK(asked == 0);
    CHECK(caught([] { read(memory_input{"\xCF\x10\x01\x03 and more"}); })->message() != "greedy");
    CHECK(asked == 0);
    CHECK(caught([] { read(memory_input{"opaque"}); })->message() == "greedy");
    CHECK(asked == 1);
    CHECK(caught([] { read(memory_input{"no log"}); })->code() == errc::unknown_format);
}

template <class A>
static auto run_over(std::vector<input> const& inputs, A const& empty, unsigned threads,
                     std::uint64_t chunk_size) -> std::pair<flowlog::run_result<A>, outcome> {
    auto found = outcome{};
    auto options = flowlog::run_options{.threads = threads, .chunk_size = chunk_size};
    options.on_malformed = [&](auto const& line) {
        found.malformed.emplace_back(line.line, line.reason);
    };
    auto result = run(inputs, empty, options);
    found.take(result.stats);
    return {std::move(result), std::move(found)};
}

/// Checks that runs over a text log and over the same log in columns find the same.
template <class A, class Answer>
static void check_same(A const& empty, Answer answer) {
    for (auto const with_status : {true, false}) {
        auto const text = log_text(11, testing::repeats(500), with_status);
        auto const [expected, expected_found] = run_over({memory_input{text}}, empty, 1, 0);
        for (std::size_t const rows : {1U, 5U, 100U, 1000U}) {
            auto const bytes = in_columns(text, rows);
            for (auto const threads : {1U, 4U}) {
                for (auto const chunk_size :
                     {std::uint64_t{1}, std::uint64_t{3000}, std::uint64_t{1} << 30}) {
                    CAPTURE(with_status, rows, threads, chunk_size);
                    auto const [got, found] =
                        run_over({memory_input{bytes}}, empty, threads, chunk_size);
                    CHECK(answer(got.value) == answer(expected.value));
                    CHECK(found == expected_found);
                }
            }
        }
    }
}

TEST_CASE("a log in columns is counted by ports", "[column_format]") {
    toy::counted().split = 0;
    check_same(port_protocol_counter{}, [](auto const& counter) { return counter.counts(); });
    CHECK(toy::counted().split > 0);
}

TEST_CASE("a log in columns is grouped and filtered", "[column_format]") {
    auto const groups = [](auto found) { return std::move(found).inner().groups(); };
    auto const by_source_and_port = flowlog::group_by(
        {flowlog::parse_group_key("srcaddr", {}), flowlog::parse_group_key("dstport", {}),
         flowlog::parse_group_key("interface-id", {})},
        {flowlog::measure::parse("bytes"), flowlog::measure::parse("flows")});
    check_same(flowlog::filtered{flowlog::filter{}, by_source_and_port}, groups);
    for (auto const* const wanted :
         {"action = REJECT and dstport < 20", "srcaddr in 10.0.0.0/31 or bytes > 500",
          "not (interface-id = eni-3) and protocol in 6,58", "srcport is absent"}) {
        CAPTURE(wanted);
        check_same(flowlog::filtered{flowlog::where(wanted), by_source_and_port}, groups);
    }
}

namespace {

/// Wants flows by a field of which it does not say that it reads it.
struct secretive {
    bool by_size;

    template <class Record>
    auto operator()(Record const& record) const -> bool {
        if (by_size) return record[field::bytes].value_or(0) > 500;
        return !record[field::pkt_srcaddr].absent();
    }
};

}  // namespace

TEST_CASE("only what is wanted is decoded, and more when it is asked for", "[column_format]") {
    auto const text = log_text(5, 200);
    auto const bytes = in_columns(text, 50);
    toy::counted().want = 0;
    toy::counted().load = 0;
    static_cast<void>(run({memory_input{bytes}}, port_protocol_counter{}));
    CHECK(toy::counted().want == 1);
    // each of the 4 groups has a row without a log-status: its addresses say whether it is a flow
    CHECK(toy::counted().load == 4);
    toy::counted().load = 0;
    auto const by_size = secretive{true};
    auto const expected =
        run({memory_input{text}}, flowlog::filtered{by_size, port_protocol_counter{}});
    auto const got =
        run({memory_input{bytes}}, flowlog::filtered{by_size, port_protocol_counter{}});
    CHECK(got.value.inner().counts() == expected.value.inner().counts());
    CHECK(got.value.matched() > 10);
    CHECK(toy::counted().load == 8);  // also bytes, once for each group
}

TEST_CASE("a log in columns is printed", "[column_format]") {
    auto const print = [](input const& from, std::vector<flowlog::record_column> columns) {
        auto out = std::string{};
        auto opened = flowlog::open(from);
        if (columns.empty()) columns = flowlog::columns_of(opened);
        auto writer =
            flowlog::record_writer{columns, {}, [&](std::string_view part) { out += part; }};
        for (auto const& flow : opened) {
            if (auto const bad = writer.write(flow)) opened.reject(*bad, reason::bad_value);
        }
        writer.finish();
        return out + std::to_string(opened.stats().malformed);
    };
    auto const text = log_text(9, 100);
    auto const all = flowlog::columns_of(flowlog::layout::vpc_default());
    CHECK(print(memory_input{in_columns(text)}, all) == print(memory_input{text}, all));
    CHECK(print(memory_input{in_columns(text)}, {}).starts_with("version,account_id") ==
          print(memory_input{text}, {}).starts_with("version,account_id"));
    auto const opaque = std::vector{flowlog::record_column{field_id::dstport},
                                    flowlog::record_column{"no-field"sv}};
    CHECK(print(memory_input{in_columns(text)}, opaque) == print(memory_input{text}, opaque));
}

TEST_CASE("malformed rows are reported with their place", "[column_format]") {
    auto const text = header + "2 1 e 1.1.1.1 2.2.2.2 5 443 6 1 9 5 6 ACCEPT OK\nbad\n"s +
                      "2 1 e 1.1.1.1 2.2.2.2 5 x 6 1 9 5 6 ACCEPT OK\n";
    auto lines = std::vector<testing::rejected>{};
    auto options = flowlog::run_options{.threads = 1};
    options.on_malformed = [&](auto const& line) { lines.push_back(testing::keep(line)); };
    auto const got =
        run({memory_input{in_columns(text, 2), "toy"}}, port_protocol_counter{}, options);
    CHECK(got.stats.records == 1);
    CHECK(got.stats.malformed == 2);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].source == "toy");
    CHECK(lines[0].line == 2);
    CHECK(lines[0].reason == reason::column_count);
    CHECK(lines[0].text == "row 1");
    CHECK(lines[0].offset == 8);
    CHECK(lines[1].line == 3);
    CHECK(lines[1].reason == reason::bad_value);
    CHECK(lines[1].field == field_id::dstport);
    CHECK(lines[1].text == "row 0");
}

TEST_CASE("a log in columns that is damaged counts as far as it goes", "[column_format]") {
    auto const bytes = in_columns(log_text(5, 200), 50);
    auto const good = in_columns(log_text(6, 20));
    auto const cut = bytes.substr(0, bytes.size() - 10);
    auto const thrown =
        caught([&] { static_cast<void>(run({memory_input{cut}}, port_protocol_counter{})); });
    REQUIRE(thrown);
    CHECK(thrown->code() == errc::truncated);
    for (auto const threads : {1U, 3U}) {
        auto const options = flowlog::run_options{
            .threads = threads, .keep_going = true, .chunk_size = threads == 1 ? 1U << 20 : 100U};
        auto const got =
            run({memory_input{cut}, memory_input{good}}, port_protocol_counter{}, options);
        REQUIRE(got.inputs[0].failure);
        CHECK(got.inputs[0].failure->code() == errc::truncated);
        CHECK(got.inputs[0].stats.lines() == 150);
        CHECK_FALSE(got.inputs[1].failure);
        CHECK(got.inputs[1].stats.lines() == 20);
        CHECK_FALSE(got.complete());
    }
    auto opened = flowlog::open(memory_input{cut});
    CHECK_THROWS_AS(read(memory_input{cut}), flowlog::error);
    auto const drain = [&] {
        for (auto const& flow : opened) static_cast<void>(flow);
    };
    CHECK(caught(drain)->code() == errc::truncated);
    CHECK(caught(drain)->code() == errc::truncated);  // and again
}

TEST_CASE("a column that cannot be loaded ends the log", "[column_format]") {
    auto const text = "dstport protocol pkt-srcaddr\n1 6 1.1.1.1\n2 6 2.2.2.2\n"s;
    auto const wanted = flowlog::filtered{secretive{false}, port_protocol_counter{}};
    CHECK(run({memory_input{text}}, wanted).value.matched() == 2);
    auto const thrown =
        caught([&] { static_cast<void>(run({memory_input{in_columns(text)}}, wanted)); });
    REQUIRE(thrown);
    CHECK(thrown->message() == "cannot be loaded");
}

TEST_CASE("a log in columns that lacks a field is refused", "[column_format]") {
    auto const thrown = caught([&] {
        static_cast<void>(
            run({memory_input{in_columns("srcport bytes\n1 2\n")}}, port_protocol_counter{}));
    });
    REQUIRE(thrown);
    CHECK(thrown->code() == errc::missing_field);
    CHECK(thrown->message().find("srcport") != std::string::npos);
}

}  // namespace test_format_column_format
