// SPDX-License-Identifier: BSL-1.0
// The fast reader agrees with the reference grammar, on well-formed lines and on damaged ones.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/format/text/recognise.hpp>
#include <flowlog/grammar/record.hpp>

#include "catch.hpp"
#include "reading.hpp"
#include "repeats.hpp"

namespace test_format_text_properties {

using namespace std::string_literals;
using namespace std::string_view_literals;
using flowlog::field_id;
using flowlog::field_type;
using flowlog::layout;
using flowlog::grammar::line_kind;
using flowlog::grammar::reference_record;
using testing::random_numbers;

/// A well-formed value.
static auto value(field_id id, random_numbers& random) -> std::string {
    auto const number = [&](std::uint64_t below) { return std::to_string(random(below)); };
    switch (flowlog::info(id).type) {
        case field_type::u8: return number(256);
        case field_type::u16: return number(65536);
        case field_type::u32: return number(std::uint64_t{1} << 32);
        case field_type::u64: return number(std::uint64_t{1} << (1 + random(63)));
        case field_type::time: return number(std::uint64_t{1} << (20 + random(34)));
        case field_type::action: return random(2) != 0 ? "ACCEPT" : "REJECT";
        case field_type::flow_direction: return random(2) != 0 ? "ingress" : "egress";
        case field_type::text: return "text-" + number(1'000'000);
        case field_type::log_status:
            return random(8) != 0 ? "OK" : random(2) != 0 ? "NODATA" : "SKIPDATA";
        case field_type::address: break;
    }
    return random(3) != 0
               ? flowlog::address::v4(static_cast<std::uint32_t>(random(~0ULL))).to_string()
               : flowlog::address::v6(random(~0ULL), random(2) * random(~0ULL)).to_string();
}

/// What a file may hold instead of a value.
static auto oddity(random_numbers& random) -> std::string {
    static auto const odd = std::vector<std::string>{"-",
                                                     "--",
                                                     "0",
                                                     "00",
                                                     "255",
                                                     "256",
                                                     "65535",
                                                     "65536",
                                                     "4294967295",
                                                     "4294967296",
                                                     "18446744073709551615",
                                                     "18446744073709551616",
                                                     "99999999999999999999999999",
                                                     "+1",
                                                     "-1",
                                                     "1.5",
                                                     "0x10",
                                                     "12345678",
                                                     "123456789",
                                                     "1234567890123456",
                                                     "12345678901234567",
                                                     "00000000000000000000007",
                                                     "100000000000",
                                                     "99999999999",
                                                     "99999999999999",
                                                     "0000-00-00T00:00:00",
                                                     "100000000000000",
                                                     "99999999999999999",
                                                     "100000000000000000",
                                                     "1e9",
                                                     "2014-12-14T04:06:50",
                                                     "2014/12/14T04:06:50.123",
                                                     "2014/12-14T04:06:50",
                                                     "tcp",
                                                     "UDP",
                                                     "ipv6-icmp",
                                                     "tcpx",
                                                     "...AP.SF",
                                                     "syn+ack",
                                                     "0x1B",
                                                     "SQ",
                                                     "accept",
                                                     "ACCEPTED",
                                                     "Allow",
                                                     "denied",
                                                     "drops",
                                                     "Inbound",
                                                     "outbound",
                                                     "outbounds",
                                                     "OK",
                                                     "ok",
                                                     "NODATA",
                                                     "nodata",
                                                     "SKIPDATA",
                                                     "OKAY",
                                                     "1.2.3.4",
                                                     "1.2.3.256",
                                                     "01.2.3.4",
                                                     "1.2.3",
                                                     "1.2.3.4.",
                                                     "::",
                                                     "::1",
                                                     "1::2::3",
                                                     "::ffff:1.2.3.4",
                                                     "fe80::1%eth0",
                                                     "1:2:3:4:5:6:7:8:9",
                                                     "srcaddr",
                                                     "dstport",
                                                     "version",
                                                     "\xEF\xBB\xBF",
                                                     "\xEF\xBB\xBF"
                                                     "80",
                                                     "\xff\xfe",
                                                     "\xc3\xa4",
                                                     "a\0b"s,
                                                     "\0"s,
                                                     "\x1b[31m",
                                                     "Ingress",
                                                     "65535 ",
                                                     "\x7f",
                                                     "/",
                                                     ":",
                                                     "'",
                                                     "6:",
                                                     "/6"};
    return random.pick(odd);
}

static auto blank(random_numbers& random) -> std::string {
    static auto const blanks = std::vector<std::string>{"  ", "\t", " \t ", "\r", "   "};
    return random(300) == 0 ? random.pick(blanks) : " ";
}

/// A line of a log, sometimes damaged.
static auto line(layout const& columns, random_numbers& random) -> std::string {
    auto words = std::vector<std::string>{};
    auto const empty_window = random(20) == 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        auto const id = columns.field_at(i);
        auto const absent = empty_window ? id != field_id::log_status : random(40) == 0;
        words.push_back(absent ? "-" : id ? value(*id, random) : "opaque");
        if (random(30) == 0) words.back() = oddity(random);
    }
    if (random(40) == 0)
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(random(words.size())));
    if (random(40) == 0) words.push_back(oddity(random));
    if (random(100) == 0) words.clear();
    auto text = random(100) == 0 ? blank(random) : ""s;
    for (std::size_t i = 0; i < words.size(); ++i) text += (i == 0 ? "" : blank(random)) + words[i];
    if (random(60) == 0) text += blank(random);
    if (random(60) == 0) text += '\r';
    if (random(100) == 0) text = "\xEF\xBB\xBF" + text;
    if (random(20) == 0 && !text.empty()) {
        constexpr auto bytes = "\0\t\r\n -.:/09azAZ\x7f\x80\xff"sv;
        auto const at = static_cast<std::size_t>(random(text.size()));
        text[at] = random.pick(bytes);
        if (random(3) == 0) text.insert(at, 1, random.pick(bytes));
        if (random(3) == 0) text.erase(at, 1);
    }
    return text;
}

/// A well-formed line of a log.
static auto value_line(layout const& columns, random_numbers& random) -> std::string {
    auto text = ""s;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        auto const id = columns.field_at(i);
        auto const word = !id ? "opaque"s : id == field_id::log_status ? "OK"s : value(*id, random);
        text += (i == 0 ? "" : " ") + word;
    }
    return text;
}

static auto random_layout(random_numbers& random) -> layout {
    if (random(3) == 0) return layout::vpc_default();
    if (random(6) == 0) return layout::transit_gateway_default();
    auto names = std::vector<std::string>{};
    auto const count = 1 + random(25);
    for (std::uint64_t i = 0; i < count; ++i) {
        auto const& field = random.pick(flowlog::fields);
        names.emplace_back(random(12) == 0 ? "unknown-" + std::to_string(i)
                                           : std::string{field.name});
    }
    return layout{std::move(names)};
}

static auto header(layout const& columns) -> std::string {
    auto text = ""s;
    for (auto const& name : columns.names()) text += (text.empty() ? "" : " ") + name;
    return text;
}

/// What the reference grammar finds in a text, line by line.
class reference {
public:
    reference(layout columns, bool check_empty)
        : columns_{std::move(columns)}, check_empty_{check_empty} {}

    void read(std::string_view text) {
        // a byte order mark is no part of the first line
        if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
        while (!text.empty()) {
            auto const end = text.find('\n');
            read_line(text.substr(0, end));
            text.remove_prefix(end == text.npos ? text.size() : end + 1);
        }
    }

    testing::reading got;
    std::vector<std::string> kept;  // the lines of flows
    std::vector<layout> layouts;    // in force for them

private:
    void read_line(std::string_view text) {
        auto const record = reference_record{text, columns_};
        switch (record.kind()) {
            case line_kind::blank: ++got.stats.blank; break;
            case line_kind::nodata:
                if (!reject_empty(record)) ++got.stats.nodata;
                break;
            case line_kind::skipdata:
                if (!reject_empty(record)) ++got.stats.skipdata;
                break;
            case line_kind::malformed:
                if (change_default(record)) return read_line(text);
                reject(record);
                break;
            case line_kind::header: change(record); break;
            case line_kind::record:
                ++got.stats.records;
                kept.emplace_back(text);
                layouts.push_back(columns_);
        }
    }

    void change(reference_record const& record) {
        ++got.stats.headers;
        auto names = std::vector<std::string>{};
        for (auto const& word : record.words()) names.emplace_back(word.text);
        columns_ = layout{std::move(names)};
    }

    /// In a log of one of AWS's default formats, a line of the other one changes the columns.
    auto change_default(reference_record const& record) -> bool {
        auto const vpc = layout::vpc_default();
        auto const gateway = layout::transit_gateway_default();
        auto texts = std::vector<std::string_view>{};
        for (auto const& word : record.words()) texts.push_back(word.text);
        auto const& other = columns_ == vpc ? gateway : vpc;
        auto const fits = columns_ == vpc       ? flowlog::detail::is_transit_gateway_default(texts)
                          : columns_ == gateway ? flowlog::detail::is_vpc_default(texts)
                                                : false;
        if (fits) columns_ = other;
        return fits;
    }

    auto reject_empty(reference_record const& record) -> bool {
        auto const offending_field = check_empty_ ? record.malformed_field() : std::nullopt;
        if (offending_field) reject(record, *offending_field);
        return offending_field.has_value();
    }

    void reject(reference_record const& record, field_id offending_field = field_id::log_status) {
        ++got.stats.malformed;
        auto rejected = testing::rejected{};
        rejected.line = got.stats.lines();
        rejected.reason = flowlog::reason::column_count;
        if (record.words().size() == columns_.size()) {
            rejected.reason = flowlog::reason::bad_value;
            rejected.field = offending_field;
            rejected.column = record.words()[columns_.column(offending_field)].column;
        }
        got.malformed.push_back(rejected);
    }

    layout columns_;
    bool check_empty_;
};

/// Whether two records have the same value in a field, or lack it for the same reason.
template <class A, class B>
static auto same(A const& a, B const& b, field_id id) -> bool {
    return with_field(id, [&](auto key) { return a[key] == b[key]; });
}

static void compare(std::string_view text, layout const& columns, std::size_t block_size,
                    bool check_empty = false) {
    auto expected = reference{columns, check_empty};
    expected.read(text);
    auto malformed = std::vector<testing::rejected>{};
    auto options = flowlog::text_options{};
    options.continues = std::make_shared<layout const>(columns);
    options.check_empty = check_empty;
    options.on_malformed = [&](auto const& one) { malformed.push_back(testing::keep(one)); };
    auto reader = flowlog::text_reader{testing::strict_source{text, block_size}, options};
    std::size_t i = 0;
    for (auto const& record : reader) {
        REQUIRE(i < expected.kept.size());
        auto const wanted = reference_record{expected.kept[i], expected.layouts[i]};
        REQUIRE(record.columns() == expected.layouts[i]);
        auto wrong = ""s;
        for (auto const& f : flowlog::fields) {
            if (!same(record, wanted, f.id)) wrong += std::string{f.name} + ' ';
        }
        CAPTURE(expected.kept[i]);
        REQUIRE(wrong == "");
        for (std::size_t k = 0; k < wanted.words().size(); ++k)
            REQUIRE(record.token(k) == wanted.words()[k].text);
        ++i;
    }
    auto stats = reader.stats();
    CHECK(stats.bytes == text.size());
    stats.bytes = 0;
    REQUIRE(stats == expected.got.stats);
    REQUIRE(malformed.size() == expected.got.malformed.size());
    for (std::size_t k = 0; k < malformed.size(); ++k) {
        auto const& wanted = expected.got.malformed[k];
        CHECK(malformed[k].line == wanted.line);
        CHECK(malformed[k].reason == wanted.reason);
        CHECK(malformed[k].field == wanted.field);
        CHECK(malformed[k].column == wanted.column);
    }
}

TEST_CASE("the reader agrees with the reference grammar", "[text][property]") {
    auto random = random_numbers{20240501};
    for (auto file = 0; file < testing::repeats(300); ++file) {
        auto const columns = random_layout(random);
        auto text = ""s;
        auto other = columns;
        for (auto i = 0; i < 150; ++i) {
            if (random(100) == 0) other = random(2) == 0 ? random_layout(random) : other;
            if (random(60) == 0) text += header(other) + '\n';
            text += line(other, random) + '\n';
        }
        if (random(4) == 0) text.pop_back();
        CAPTURE(file);
        compare(text, columns, random(3) == 0 ? 1 + random(300) : std::size_t{1} << 18,
                random(2) == 0);
    }
}

TEST_CASE("the reader agrees with the reference grammar on noise", "[text][property]") {
    // letters that are in no name of a field, such as "dP": two names with a TAB are a header of
    // cells
    constexpr auto alphabet = " \t\r\n\n  -0123456789:.abcqACEQ\0\xEF\xBB\xBF\xff"sv;
    auto random = random_numbers{99};
    for (auto file = 0; file < testing::repeats(300); ++file) {
        auto text = ""s;
        auto const size = random(2000);
        while (text.size() < size) text += random.pick(alphabet);
        CAPTURE(file);
        compare(text, layout{{"dstport", "srcaddr", "start"}}, 1 + random(200));
        compare(text, layout{{"bytes"}}, 1 + random(200));
    }
}

/// Reads every field of the default layout.
struct every_field {
    using fields = flowlog::field_list<field_id::dstport, field_id::protocol>;
    using nullable_fields = flowlog::field_list<field_id::srcaddr, field_id::dstaddr,
                                                field_id::bytes, field_id::start, field_id::action>;
    std::vector<flowlog::flow> flows{};

    template <flowlog::flow_record Record>
    void add(Record const& record) {
        flows.emplace_back();
        copy(record, fields{});
        copy(record, nullable_fields{});
    }
    template <class Record, field_id... Ids>
    void copy(Record const& record, flowlog::field_list<Ids...>) {
        auto const one = [&]<field_id Id>(flowlog::field_key<Id> key) {
            if (auto const value = record[key]) flows.back().set(key, *value);
        };
        (one(flowlog::field_key<Ids>{}), ...);
    }
    void merge(every_field&&) {}
};

/// How the two ways of reading a log are compared: its columns, and where its malformed lines go.
static auto options_of(layout const& columns, std::vector<testing::rejected>& rejected)
    -> flowlog::text_options {
    auto result = flowlog::text_options{};
    result.continues = std::make_shared<layout const>(columns);
    result.on_malformed = [&](auto const& one) { rejected.push_back(testing::keep(one)); };
    return result;
}

/// Adds the records of a range-for, as the aggregating loop should.
template <class Reader, class Aggregator>
static void add_by_range(Reader& reader, Aggregator& to) {
    for (auto const& record : reader) {
        if (auto const found = find_offending_field(to, record)) {
            reader.reject(found->id, found->why);
        } else {
            to.add(record);
        }
    }
}

/// Says that it reads some fields, and reads all, and the tokens.
struct some_fields {
    std::vector<flowlog::field_use> named{};
    std::vector<flowlog::flow> flows{};
    std::vector<std::string> lines{};

    [[nodiscard]] auto uses() const -> std::vector<flowlog::field_use> { return named; }

    template <flowlog::flow_record Record>
    void add(Record const& record) {
        flows.emplace_back(record);
        auto tokens = std::string{record.line()};
        for (std::size_t i = 0; i < record.columns().size(); ++i)
            tokens += '|' + std::string{record.token(i)};
        for (auto const& name : record.columns().names())
            tokens += '|' + std::string{record[name].value_or("-")};
        lines.push_back(tokens);
    }
    void merge(some_fields&&) {}
};

TEST_CASE("records of some columns are those of all", "[text][property]") {
    auto random = random_numbers{1848};
    for (auto file = 0; file < (testing::is_sanitized ? 10 : 100); ++file) {
        auto const columns = random_layout(random);
        auto text = ""s;
        auto other = columns;
        for (auto i = 0; i < 150; ++i) {
            if (random(100) == 0) other = random_layout(random);
            if (random(100) == 0) text += header(other) + '\n';
            // most files are good over many lines
            text += line(other, random) + '\n';
            auto const clean = value_line(other, random) + '\n';
            for (auto n = random(40); n != 0; --n) text += clean;
        }
        auto wanted = some_fields{};
        for (auto n = random(6); n != 0; --n)
            wanted.named.push_back({random.pick(flowlog::fields).id, true});
        auto rejected = std::vector<testing::rejected>{};
        auto const options = [&] { return options_of(columns, rejected); };
        auto const block = random(3) == 0 ? 1 + random(300) : std::size_t{1} << 18;
        auto fast = flowlog::text_reader{testing::strict_source{text, block}, options()};
        auto got = wanted;
        flowlog::add_all(fast, got);
        auto const got_rejected = std::exchange(rejected, {});

        auto slow = flowlog::text_reader{testing::strict_source{text, block}, options()};
        add_by_range(slow, wanted);
        CAPTURE(file);
        REQUIRE(got.lines == wanted.lines);
        REQUIRE(got.flows == wanted.flows);
        REQUIRE(got_rejected == rejected);
        REQUIRE(fast.stats() == slow.stats());
    }
}

TEST_CASE("the aggregating loop agrees with the range", "[text][property]") {
    auto random = random_numbers{4711};
    for (auto file = 0; file < 60; ++file) {
        auto text = ""s;
        for (auto i = 0; i < 100; ++i) {
            if (random(100) == 0)
                text +=
                    header(random(2) == 0 ? random_layout(random) : layout::vpc_default()) + '\n';
            text += line(layout::vpc_default(), random) + '\n';
        }
        auto rejected = std::vector<testing::rejected>{};
        auto const options = [&] { return options_of(layout::vpc_default(), rejected); };
        auto fast = flowlog::text_reader{testing::strict_source{text, 5000}, options()};
        auto const got = flowlog::aggregate(fast, every_field{});
        auto const got_rejected = std::exchange(rejected, {});

        auto slow = flowlog::text_reader{testing::strict_source{text, 5000}, options()};
        auto wanted = every_field{};
        add_by_range(slow, wanted);
        CAPTURE(file);
        REQUIRE(got.flows == wanted.flows);
        REQUIRE(got_rejected == rejected);
        REQUIRE(fast.stats() == slow.stats());
    }
}

}  // namespace test_format_text_properties
