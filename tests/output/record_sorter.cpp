// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/output/record_sorter.hpp>
#include <flowlog/output/records.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_output_record_sorter {

namespace field = flowlog::field;
using flowlog::field_id;
using flowlog::record_column;
using flowlog::record_sorter;

namespace {

/// The sorted lines of a log, as CSV without its heading.
auto sorted(std::string const& log, std::string const& by, record_sorter::options how,
            std::vector<record_column> columns = {}) -> std::string {
    auto reader = flowlog::text_reader{flowlog::memory_source{log}};
    if (columns.empty()) columns = flowlog::columns_of(reader);
    auto sorter = record_sorter{flowlog::parse_group_key(by), columns, how};
    for (auto const& record : reader)
        if (auto const bad = sorter.add(record)) reader.reject(*bad, flowlog::reason::bad_value);
    auto text = std::string{};
    auto writer = flowlog::record_writer{columns, {}, [&](std::string_view some) { text += some; }};
    sorter.each([&](auto const& record) { CHECK_FALSE(writer.write(record)); });
    writer.finish();
    return text.substr(text.find('\n') + 1) + std::to_string(reader.stats().malformed);
}

constexpr auto log_text =
    "srcaddr bytes note\n10.0.0.9 5 a\n10.0.0.10 700 b,c\n::1 5 -\n10.0.0.7 - d\n10.0.0.1 60 e\n";

}  // namespace

TEST_CASE("The largest records come first, and absent values last", "[record_sorter]") {
    CHECK(sorted(log_text, "bytes", {}) ==
          "10.0.0.10,700,\"b,c\"\n10.0.0.1,60,e\n10.0.0.9,5,a\n::1,5,\n10.0.0.7,,d\n0");
    CHECK(sorted(log_text, "bytes", {.limit = 3}) ==
          "10.0.0.10,700,\"b,c\"\n10.0.0.1,60,e\n10.0.0.9,5,a\n0");
    CHECK(sorted(log_text, "bytes", {.limit = 3, .ascending = true}) ==
          "10.0.0.9,5,a\n::1,5,\n10.0.0.1,60,e\n0");
    CHECK(sorted(log_text, "srcaddr", {.limit = 9, .ascending = true}) ==
          "10.0.0.1,60,e\n10.0.0.7,,d\n10.0.0.9,5,a\n10.0.0.10,700,\"b,c\"\n::1,5,\n0");
    CHECK(sorted(log_text, "bytes", {.limit = 0}) == "0");
}

TEST_CASE("A malformed value keeps a record out, whether it would be kept or not",
          "[record_sorter]") {
    auto const log = std::string{"srcaddr bytes\n1.1.1.1 9\nx 1\n1.1.1.2 y\n1.1.1.3 8\nx 10\n"};
    CHECK(sorted(log, "bytes", {.limit = 1}) == "1.1.1.1,9\n3");
    CHECK(sorted(log, "bytes", {.limit = 2}, {field_id::bytes}) == "10\n9\n1");
    CHECK(sorted(log, "bytes", {.limit = 1},
                 {field_id::bytes, record_column{flowlog::parse_group_key("srcaddr/24")}}) ==
          "9,1.1.1.0/24\n3");
}

TEST_CASE("Records may be added after those that were kept were used", "[record_sorter]") {
    auto sorter = record_sorter{flowlog::parse_group_key("bytes"), {field_id::bytes}, {.limit = 3}};
    auto const add = [&](std::uint64_t bytes) {
        auto one = flowlog::flow{};
        one.set(field::bytes, bytes);
        CHECK_FALSE(sorter.add(one));
    };
    auto const kept = [&] {
        auto result = std::vector<std::uint64_t>{};
        sorter.each([&](auto const& one) { result.push_back(one[field::bytes].value_or(0)); });
        return result;
    };
    CHECK(sorter.added() == 0);
    for (auto const bytes : {5U, 9U, 7U}) add(bytes);
    CHECK(kept() == std::vector<std::uint64_t>{9, 7, 5});
    for (auto const bytes : {6U, 1U, 8U}) add(bytes);
    CHECK(kept() == std::vector<std::uint64_t>{9, 8, 7});
    CHECK(sorter.added() == 6);
}

TEST_CASE("Any limit keeps the beginning of the whole order", "[record_sorter]") {
    auto random = std::uint64_t{5};
    auto log = std::string{"bytes packets\n"};
    auto expected = std::vector<std::pair<std::uint64_t, int>>{};
    for (auto i = 0; i < 300; ++i) {
        random = random * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        auto const bytes = random >> 60;
        log += std::to_string(bytes) + ' ' + std::to_string(i) + '\n';
        expected.emplace_back(bytes, i);
    }
    for (auto const ascending : {false, true}) {
        std::ranges::sort(expected, [=](auto const& a, auto const& b) {
            if (a.first != b.first) return ascending ? a.first < b.first : a.first > b.first;
            return a.second < b.second;
        });
        for (std::size_t const limit : {1U, 2U, 17U, 299U, 300U, 400U}) {
            auto text = std::string{};
            for (std::size_t i = 0; i < std::min<std::size_t>(limit, 300); ++i)
                text += std::to_string(expected[i].first) + ',' +
                        std::to_string(expected[i].second) + '\n';
            CHECK(sorted(log, "bytes", {limit, ascending}) == text + '0');
        }
    }
}

}  // namespace test_output_record_sorter
