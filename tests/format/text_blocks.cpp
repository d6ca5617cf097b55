// SPDX-License-Identifier: BSL-1.0
// The flows of a text log do not depend on the blocks in which its bytes arrive.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/format/cells.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "reading.hpp"
#include "repeats.hpp"

namespace test_format_text_blocks {

using namespace std::string_literals;
using namespace std::string_view_literals;
using flowlog::errc;
using flowlog::reason;
using testing::failure;
using testing::read;

static auto with_limit(std::size_t max_line) -> flowlog::text_options {
    auto options = flowlog::text_options{};
    options.max_line = max_line;
    return options;
}

static void check_all_blocks(std::string_view text, flowlog::text_options const& options = {}) {
    auto const whole = read(text, options);
    for (auto const size : testing::block_sizes()) {
        CAPTURE(size);
        auto const got = read(text, options, size);
        CHECK(got.flows == whole.flows);
        CHECK(got.stats == whole.stats);
        CHECK(got.malformed == whole.malformed);
    }
    for (auto const size : {65U, 100U, 127U, 128U, 129U, 1000U, 4096U, 16384U, 65536U}) {
        CAPTURE(size);
        CHECK(read(text, options, size) == whole);
    }
    CHECK(whole.stats.bytes == text.size());
    auto const line_ends = static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
    auto const last = text.empty() || text.ends_with('\n') ? 0U : 1U;
    CHECK(whole.stats.lines() == line_ends + last);
    CHECK(whole.stats.records == whole.flows.size());
    CHECK(whole.stats.malformed == whole.malformed.size());
}

static auto sample(std::size_t lines) -> std::string {
    auto random = testing::random_numbers{7};
    auto text = ""s;
    for (std::size_t i = 0; i < lines; ++i) {
        text += "2 12" + std::to_string(random(100)) + " eni-" + std::to_string(random(1'000'000)) +
                " 10.0." + std::to_string(random(256)) +
                ".1 2001:db8::" + std::to_string(random(9999)) + ' ' +
                std::to_string(random(65536)) + ' ' + std::to_string(random(65536)) + " 6 " +
                std::to_string(random(100)) + " 500 1418530010 1418530070 ACCEPT OK\n";
    }
    return text;
}

TEST_CASE("records do not depend on the size of blocks", "[text][blocks]") {
    check_all_blocks(sample(40));
}

TEST_CASE("odd lines do not depend on the size of blocks", "[text][blocks]") {
    auto text =
        "\xEF\xBB\xBFjunk\n\nversion account-id interface-id srcaddr dstaddr srcport dstport "
        "protocol "
        "packets bytes start end action log-status\r\n"s;
    text += sample(3);
    text += "2 1 eni-1 - - - - - - - 1 2 - NODATA\n2 1 eni-1 - - - - - - - 1 2 - SKIPDATA\r\n";
    text +=
        "\r\n\t\n too few\n" + sample(2) + "a b c d e f g h i j k l m n o p q r s t u v w x y z\n";
    text += "2  1\teni-1 1.2.3.4 5.6.7.8 1 2 3 4 5 6 7 ACCEPT OK\t\r\n";
    text +=
        "dstport srcaddr\n80 1.2.3.4\n81 x\ny\n\n\n\xEF\xBB\xBF"
        "dstport\n1\n2 3\n4";
    check_all_blocks(text);
    check_all_blocks(text + "\n");
    check_all_blocks(text + "\r");
    check_all_blocks(text + "\n\n\n");
}

TEST_CASE("texts of a few bytes do not depend on the size of blocks", "[text][blocks]") {
    for (auto const text : {""sv, "\n"sv, " "sv, "\r"sv, "\r\n"sv, "\n\n"sv, " \n "sv, "bytes"sv,
                            "bytes\n"sv, "bytes\n1"sv, "bytes\n1\n"sv, "\nbytes\n\n1\n\n"sv,
                            "\xEF\xBB\xBF"
                            "bytes\n1"sv,
                            "bytes\n\0"sv, "bytes\n-\n-"sv}) {
        CAPTURE(text);
        check_all_blocks(text);
    }
    auto reading = read("\xEF\xBB\xBF");
    for (std::size_t size = 1; size < 5; ++size) CHECK(read("\xEF\xBB\xBF", {}, size) == reading);
}

TEST_CASE("many columns and lines longer than a window are read", "[text][blocks]") {
    auto header = "dstport"s;
    auto line = "80"s;
    for (auto i = 0; i < 999; ++i) {
        header += " column-number-" + std::to_string(i);
        line += ' ' + std::string(static_cast<std::size_t>(i % 60 + 1), 'x');
    }
    auto options = flowlog::text_options{};
    auto const names = flowlog::layout::tokens(header);
    options.format = flowlog::layout{{names.begin(), names.end()}};
    auto text = ""s;
    for (auto i = 0; i < 5; ++i) text += line + "\nshort\n";
    auto const whole = read(text, options);
    CHECK(whole.stats.records == 5);
    CHECK(whole.stats.malformed == 5);
    for (auto const size : {1U, 7U, 64U, 16384U, 16385U, 40000U})
        CHECK(read(text, options, size) == whole);
}

TEST_CASE("a line as long as the limit is read, a longer one is reported", "[text][blocks]") {
    auto const line = [](std::size_t size) { return "80 "s + std::string(size - 3, 'x') + '\n'; };
    auto const text = "dstport vpc-id\n" + line(100) + line(101) + line(99) + line(300) +
                      line(100) + "81 y\n" + line(101);
    auto const got = read(text, with_limit(100));
    CHECK(got.stats.records == 4);
    CHECK(got.stats.malformed == 3);
    CHECK(got.stats.lines() == 8);
    REQUIRE(got.malformed.size() == 3);
    CHECK(got.malformed[0].line == 3);
    CHECK(got.malformed[0].offset == 15 + 101);
    CHECK(got.malformed[0].reason == reason::too_long);
    CHECK(got.malformed[1].line == 5);
    CHECK(got.malformed[2].line == 8);
    for (auto const& line_ : got.malformed) {
        CHECK(line_.text.starts_with("80 xxx"));
        CHECK(line_.text.size() <= 300);
    }
    check_all_blocks(text, with_limit(100));
    auto cut = text;
    cut.pop_back();
    check_all_blocks(cut, with_limit(100));
    cut.pop_back();
    CHECK(read(cut, with_limit(100)).stats.records == 5);
    check_all_blocks(cut, with_limit(100));
}

TEST_CASE("lines of megabytes are reported and skipped", "[text][blocks]") {
    auto const huge = std::string(3'000'000, 'x');
    auto const text = "dstport\n1\n" + huge + "\n2\n" + huge + '\n' + huge + "\n3\n" + huge;
    auto const whole = read(text);
    CHECK(whole.stats.records == 3);
    CHECK(whole.stats.malformed == 4);
    REQUIRE(whole.malformed.size() == 4);
    CHECK(whole.malformed[1].line == 5);
    CHECK(whole.malformed[1].offset == 10 + 3'000'001 + 2);
    CHECK(whole.malformed[3].line == 8);
    CHECK(whole.malformed[0].text == std::string(1024, 'x'));
    auto const smallest = testing::is_sanitized ? 30U : 1U;
    for (auto const size : {smallest, 63U, 1000U, 65536U, 1U << 20U, 4U << 20U}) {
        CAPTURE(size);
        CHECK(read(text, {}, size) == whole);
    }
}

TEST_CASE("lines of blanks alone may be long too", "[text][blocks]") {
    check_all_blocks("dstport\n" + std::string(5000, ' ') + "\n80\n" + std::string(70, '\t') +
                     "1\n" + std::string(500, '\n'));
}

TEST_CASE("reports come in the order of the input, before the columns are known too",
          "[text][blocks]") {
    auto const text =
        "junk one\n" + std::string(200, 'x') + "\njunk two\ndstport bytes\nbad\n80 1\n";
    auto const got = read(text, with_limit(100));
    REQUIRE(got.malformed.size() == 4);
    for (std::size_t i = 0; i < 3; ++i) CHECK(got.malformed[i].line == i + 1);
    CHECK(got.malformed[0].reason == reason::no_layout);
    CHECK(got.malformed[1].reason == reason::too_long);
    CHECK(got.malformed[2].reason == reason::no_layout);
    CHECK(got.malformed[3].line == 5);
    CHECK(got.stats.lines() == 6);
    check_all_blocks(text, with_limit(100));
}

TEST_CASE("a log is refused if nothing determines its columns", "[text][detect]") {
    for (auto const text :
         {"what is this\n"sv, "1 2 3\n4 5 6\n"sv,
          "3 1 eni 1.2.3.4 5.6.7.8 1 2 3 4 5 6 7 ACCEPT FINE\n"sv, "\n\nx"sv, "2 1 eni-1 OK\n"sv,
          "- - -\n"sv,
          "\xEF\xBB\xBF{"sv.substr(0, 3) == "" ? ""sv : "timestamp srcaddr dstaddr 5\n"sv}) {
        CAPTURE(text);
        auto const thrown = failure(text);
        REQUIRE(thrown);
        CHECK(thrown->code() == errc::unknown_format);
        CHECK(thrown->where().source == "test");
        CHECK(thrown->message().find("cannot tell the format") == 0);
        CHECK(thrown->message().find("--format") != std::string::npos);
    }
    auto const place = failure("\n\nevil \x1b[31m line\nmore\n");
    REQUIRE(place);
    CHECK(place->where().line == 3);
    CHECK(place->message().find("evil \\x1b[31m line") != std::string::npos);
    CHECK(failure(std::string(5'000'000, 'x'))->code() == errc::unknown_format);
    auto const many = failure([] {
        auto lines = ""s;
        for (auto i = 0; i < 100000; ++i) lines += "no log at all\n";
        return lines + "srcaddr dstport\n";
    }());
    REQUIRE(many);
    CHECK(many->code() == errc::unknown_format);
}

TEST_CASE("lines before the columns are known are reported later", "[text][detect]") {
    auto const got = read("# made by hand\n\nsome words\ndstport bytes\n80 1\n");
    CHECK(got.stats.malformed == 2);
    CHECK(got.stats.blank == 1);
    CHECK(got.stats.lines() == 5);
    REQUIRE(got.malformed.size() == 2);
    CHECK(got.malformed[0] ==
          testing::rejected{"test", 1, 0, 0, {}, reason::no_layout, "# made by hand"});
    CHECK(got.malformed[1].line == 3);
    CHECK(got.malformed[1].offset == 16);
}

TEST_CASE("an input that is not a text log is named", "[text][detect]") {
    struct {
        std::string_view bytes;
        std::string_view name;
    } constexpr cases[] = {
        {"\x1F\x8B\x08\0\0\0"sv, "compressed"},
        {"\x28\xB5\x2F\xFD\n"sv, "compressed"},
        {"BZh91AY"sv, "compressed"},
        {"\xFD\x37zXZ\0\n"sv, "compressed"},
        {"\x04\x22\x4D\x18\n"sv, "compressed"},
        {"PK\x03\x04\n"sv, "zip"},
        {"PAR1\x15\x04\x15"sv, "Parquet"},
        {"Obj\x01\n"sv, "Avro"},
        {"{\"message\":\"2 1\"}"sv, "JSON"},
        {"\n  [{\"a\":1}]\n"sv, "JSON"},
        {"\xEF\xBB\xBF{}\n"sv, "JSON"},
        {"\xFF\xFEs\0r\0c\0"sv, "UTF-16"},
        {"\xCF\x10\x01\x03\n"sv, "flow-tools"},
        {"\x0C\xA5\x01\0\n"sv, "nfdump"},
    };
    for (auto const& [bytes, name] : cases) {
        for (std::size_t size : {1U, 2U, 100U}) {
            CAPTURE(name, size);
            auto const thrown = failure(bytes, {}, size);
            REQUIRE(thrown);
            CHECK(thrown->code() == errc::unsupported);
            CHECK(thrown->message().find(name) != std::string::npos);
        }
        auto const long_line = std::string{bytes} + std::string(2'000'000, 'x');
        auto const thrown = failure(long_line);
        REQUIRE(thrown);
        CHECK(thrown->code() == errc::unsupported);
    }
}

TEST_CASE("the cells of a line are found", "[text][cells]") {
    using flowlog::cells_of;
    using cells = std::vector<std::string_view>;
    CHECK(cells_of("a,b", ',') == cells{"a", "b"});
    CHECK(cells_of("", ',') == cells{""});
    CHECK(cells_of(",", ',') == cells{"", ""});
    CHECK(cells_of(" a b ,\t\"c, d\" , \"\",\"e\"\r", ',') == cells{"a b", "c, d", "", "e"});
    CHECK(cells_of("\ta\t\t b \t", '\t') == cells{"", "a", "", "b", ""});
    CHECK(cells_of("\"a\"\"b\",c", ',') == cells{"a\"\"b", "c"});
    // no quotes around a cell
    CHECK(cells_of("\"a\"b,\"c", ',') == cells{"\"a\"b", "\"c"});
    CHECK(cells_of("a\"b\",c", ',') == cells{"a\"b\"", "c"});
    CHECK(cells_of("\xC2\xA0"
                   "a\xC2\xA0,b",
                   ',') == cells{"a", "b"});
}

/// Lines of words as lines of cells, some in quotes and with blanks around them.
static auto as_cells(std::string_view text, char separator, testing::random_numbers& random)
    -> std::string {
    auto result = ""s;
    for (auto const c : text) {
        auto const begins = result.empty() || result.back() == '\n' || result.back() == separator;
        if (begins && random(9) == 0) result += ' ';
        result += c == ' ' ? separator : c;
    }
    for (auto at = result.find('-'); at != result.npos; at = result.find('-', at + 1)) {
        auto const alone = (at == 0 || result[at - 1] == separator) &&
                           (result[at + 1] == separator || result[at + 1] == '\n');
        if (alone && random(2) == 0) result.replace(at, 1, random(2) == 0 ? "" : "\"\"");
    }
    return result;
}

TEST_CASE("cells are read as words are", "[text][cells]") {
    auto random = testing::random_numbers{12};
    auto const header =
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
        "start end action log-status\n"s;
    auto const nodata = "2 1 eni-1 - - - - - - - 1 2 - NODATA\n"s;
    for (auto i = 0; i < testing::repeats(20); ++i) {
        auto text = header;
        for (auto n = random(testing::repeats(300)); n != 0; --n) {
            text += sample(1 + static_cast<std::size_t>(random(3)));
            if (random(10) == 0) text += nodata;
            if (random(20) == 0) text += header;
            if (random(20) == 0) text += "2 1 eni-1\n";
            if (random(20) == 0) text += "\n";
            if (random(20) == 0) text += "2 1 eni-1 - - - - x - - 1 2 - GOOD\n";
        }
        auto const words = read(text);
        for (auto const separator : {',', '\t', ';', '|'}) {
            CAPTURE(i, separator);
            auto const cells = as_cells(text, separator, random);
            auto const got = read(cells);
            CHECK(got.flows == words.flows);
            CHECK(got.stats.malformed == words.stats.malformed);
            CHECK(got.stats.nodata == words.stats.nodata);
            CHECK(got.stats.headers == words.stats.headers);
            CHECK(got.stats.lines() == words.stats.lines());
            for (auto const& line : got.malformed)
                CHECK(cells.substr(static_cast<std::size_t>(line.offset)).starts_with(line.text));
            if (i == 0) check_all_blocks(cells);
        }
    }
}

TEST_CASE("a malformed cell is reported where it is in the log", "[text][cells]") {
    auto const text =
        "srcaddr,dstport,log-status\n\"10.0.0.1\",,OK\n10.0.0.2, \"8x\" ,OK\r\n1,2\n\"10.0.0.3\",5,BAD\n"s;
    auto result = std::vector<testing::rejected>{};
    auto options = flowlog::text_options{};
    options.on_malformed = [&](auto const& line) { result.push_back(testing::keep(line)); };
    auto reader = flowlog::text_reader{flowlog::memory_source{text}, options};
    for (auto const& flow : reader) {
        if (flow[flowlog::field::dstport].malformed())
            reader.reject(flowlog::field_id::dstport, reason::bad_value);
    }
    CHECK(reader.stats().records == 1);
    REQUIRE(result.size() == 3);
    CHECK(result[0] == testing::rejected{"memory", 3, 42, 12, flowlog::field_id::dstport,
                                         reason::bad_value, "10.0.0.2, \"8x\" ,OK"});
    CHECK(result[1] == testing::rejected{"memory", 4, 62, 0, {}, reason::column_count, "1,2"});
    CHECK(result[2] == testing::rejected{"memory", 5, 66, 14, flowlog::field_id::log_status,
                                         reason::bad_value, "\"10.0.0.3\",5,BAD"});
}

TEST_CASE("records in cells are read as lines are", "[text][cells]") {
    auto const records = sample(30);
    auto const words = read(records);
    auto wrapped = [&](std::string heading, std::string_view before, std::string_view after) {
        for (auto at = std::size_t{0}; at != records.size();) {
            auto const end = records.find('\n', at);
            heading.append(before).append(records, at, end - at).append(after) += '\n';
            at = end + 1;
        }
        return heading;
    };
    for (auto const& text :
         {wrapped("@timestamp,@message\n", "2022-06-10 20:20:41.000,", ""),
          wrapped("\"@message\",\"@timestamp\"\n", "\"", "\",\"2022-06-10 20:20:41.000\""),
          wrapped("timestamp,message\n", "1418530070000,", ""), wrapped("@message\n", "", ""),
          wrapped("", "EVENTS\t1418530070000\t", "\t1418530070000"),
          wrapped("", "2022-06-10 20:20:41.000,", ""),
          wrapped("@timestamp,@message\n", "2022-06-10 20:20:41.000,2022-06-10T20:20:41Z ", "")}) {
        CAPTURE(text.substr(0, 150));
        CHECK(read(text).flows == words.flows);
        CHECK(read(text).stats.malformed == 0);
        check_all_blocks(text);
    }
    CHECK(failure("@timestamp,@message\n1,2 3\n"));
    auto given = flowlog::text_options{};
    given.format = flowlog::layout{{"srcaddr", "dstport"}};
    for (auto const* const line :
         {"EVENTS\t1418530070000\t10.0.0.1 80\t1418530070000\n", "EVENTS\t1\t10.0.0.1 80\n",
          "2018-09-22T20:28:14+00:00 eni-1-all 10.0.0.1 80\n", "1418530070000 10.0.0.1 80\n",
          "Sep 22 20:28:14 host 10.0.0.1 80\n", "10.0.0.1,80\n", "10.0.0.1\t80\n",
          "x,10.0.0.1 80\n"}) {
        CAPTURE(line);
        auto const got = read(line, given);
        REQUIRE(got.flows.size() == 1);
        CHECK(got.flows[0][flowlog::field::dstport] == std::uint16_t{80});
    }
    auto const quoted = "srcaddr,\"my \"\"own\"\" one\"\n10.0.0.1,x\n"sv;
    auto reader = flowlog::text_reader{flowlog::memory_source{quoted}};
    reader.recognise();
    CHECK(reader.columns()->names()[1] == "my \"own\" one");
}

TEST_CASE("a doubtful heading does not depend on the size of blocks", "[text][blocks]") {
    auto const records = sample(20);
    for (auto const* const first : {"Traffic type", "Source and destination", "log-status one"}) {
        for (auto const* const next : {"", "\n", "srcaddr log-status\n10.0.0.1 OK\n",
                                       "\"srcaddr\",\"log-status\"\n\"10.0.0.1\",\"OK\"\n"}) {
            CAPTURE(first, next);
            check_all_blocks(std::string{first} + '\n' + next + (*next < 'a' ? records : ""));
        }
    }
    check_all_blocks("log-status one\nOK x\nOK y\nNODATA z\nlog-status one\nOK x\n");
    check_all_blocks("\"log-status\",\"one\"\nOK,x\n\"OK\",y\nNODATA,z\nOK,x\n");
}

TEST_CASE("a heading of messages after other columns does not depend on the size of blocks",
          "[text][blocks]") {
    auto text = "srcaddr dstport log-status\n10.0.0.1 80 OK\n10.0.0.2 81 OK\ntimestamp,message\n"s;
    check_all_blocks(text);
    check_all_blocks(text + "1,10.0.0.3 82 OK\n2,10.0.0.4 83 OK\n");
    auto const records = sample(10);
    for (auto at = std::size_t{0}; at != records.size();) {
        auto const end = records.find('\n', at);
        text += "1," + records.substr(at, end - at) + '\n';
        at = end + 1;
    }
    check_all_blocks(text);
    CHECK(read(text).stats.records == 12);
    check_all_blocks("timestamp,message\nsrcaddr dstport\n10.0.0.1 80\n");
}

TEST_CASE("a heading changes from words to cells and back", "[text][cells]") {
    auto const text =
        "srcaddr bytes\n10.0.0.1 1\nbytes,srcaddr\n2,10.0.0.2\n\"3\",\"10.0.0.3\"\n"
        "srcaddr\tbytes\n10.0.0.4\t4\n10.0.0.5\t\n10.0.0.6 6\nbytes srcaddr\n7 10.0.0.7\n"s;
    auto const got = read(text);
    REQUIRE(got.flows.size() == 7);
    for (auto i = 0U; i < 7; ++i) {
        CHECK(got.flows[i][flowlog::field::srcaddr] == flowlog::address::v4(0x0A000001 + i));
        if (i == 4) CHECK(got.flows[i][flowlog::field::bytes].absent());
        if (i != 4) CHECK(got.flows[i][flowlog::field::bytes] == std::uint64_t{i + 1});
    }
    CHECK(got.stats.headers == 4);
    check_all_blocks(text);
}

}  // namespace test_format_text_blocks
