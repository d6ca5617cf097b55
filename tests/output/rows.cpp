// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/output/rows.hpp>

#include "catch.hpp"

namespace test_output_rows {

using namespace flowlog;

namespace {

/// What is written if the writer is used by a function.
template <class Use>
auto written(row_format format, Use const& use, bool escape = false) -> std::string {
    auto text = std::string{};
    auto rows =
        row_writer{format, {"a", "b"}, [&](std::string_view block) { text += block; }, escape};
    use(rows);
    rows.finish();
    return text;
}

void two_rows(row_writer& rows) {
    rows.row({group_cell{std::uint64_t{7}}, std::vector<std::string>{"x", "y,z"}});
    rows.row({group_cell{}, true});
}

}  // namespace

TEST_CASE("Rows in every format", "[rows]") {
    CHECK(written(row_format::csv, two_rows) == "a,b\n7,\"x y,z\"\n,true\n");
    CHECK(written(row_format::tsv, two_rows) == "a\tb\n7\tx y,z\n\ttrue\n");
    CHECK(written(row_format::json, two_rows) ==
          "[{\"a\":7,\"b\":[\"x\",\"y,z\"]},{\"a\":null,\"b\":true}]\n");
    CHECK(written(row_format::ndjson, two_rows) ==
          "{\"a\":7,\"b\":[\"x\",\"y,z\"]}\n{\"a\":null,\"b\":true}\n");
}

TEST_CASE("Differences and durations as cells", "[rows]") {
    auto const rows = [](row_writer& to) {
        to.row({difference{signed_count{true, 7}}, difference{signed_count{false, 8}}});
        to.row({difference{}, difference{-0.5}});
        to.row({difference{signed_count{true, std::uint64_t{1} << 63}},
                group_cell{std::chrono::microseconds{1'500'000}}});
    };
    CHECK(written(row_format::csv, rows) == "a,b\n-7,8\n,-0.5\n-9223372036854775808,1.500\n");
    CHECK(written(row_format::ndjson, rows) ==
          "{\"a\":-7,\"b\":8}\n{\"a\":null,\"b\":-0.5}\n{\"a\":-9223372036854775808,\"b\":1.5}\n");
    auto const largest = written(row_format::ndjson, [](row_writer& to) {
        to.row({difference{signed_count{true, ~std::uint64_t{0}}}, difference{}});
    });
    CHECK(largest == "{\"a\":-18446744073709551615,\"b\":null}\n");
}

TEST_CASE("No rows", "[rows]") {
    auto const nothing = [](row_writer&) {};
    CHECK(written(row_format::csv, nothing) == "a,b\n");
    CHECK(written(row_format::json, nothing) == "[]\n");
    CHECK(written(row_format::ndjson, nothing).empty());
}

TEST_CASE("The JSON document around the rows may be the caller's", "[rows]") {
    auto const use = [](row_writer& rows) {
        auto* const json = rows.json();
        json->begin_object().member("n", 1).key("rows").begin_array();
        two_rows(rows);
        json->end_array().end_object();
    };
    CHECK(written(row_format::json, use) ==
          "{\"n\":1,\"rows\":[{\"a\":7,\"b\":[\"x\",\"y,z\"]},{\"a\":null,\"b\":true}]}\n");
    written(row_format::csv, [](row_writer& rows) { CHECK(rows.json() == nullptr); });
    written(row_format::ndjson, [](row_writer& rows) { CHECK(rows.json() == nullptr); });
}

TEST_CASE("Cells of groupings, in two parts", "[rows]") {
    using namespace std::chrono;
    auto const use = [](row_writer& rows) {
        auto const key = std::vector<group_cell>{timestamp{sys_days{2024y / 5 / 1}}};
        auto const values = std::vector<group_cell>{0.25};
        rows.row(key, values);
    };
    CHECK(written(row_format::csv, use) == "a,b\n2024-05-01T00:00:00Z,0.25\n");
    CHECK(written(row_format::json, use) == "[{\"a\":\"2024-05-01T00:00:00Z\",\"b\":0.25}]\n");
}

TEST_CASE("Control characters are escaped if that is asked for", "[rows]") {
    auto const use = [](row_writer& rows) {
        rows.row({group_cell{std::string{"\x1b[1m"}}, std::vector<std::string>{"\x07"}});
    };
    CHECK(written(row_format::csv, use) == "a,b\n\x1b[1m,\x07\n");
    CHECK(written(row_format::csv, use, true) == "a,b\n\\x1b[1m,\\x07\n");
}

TEST_CASE("Rows are handed on in blocks", "[rows]") {
    auto blocks = std::vector<std::size_t>{};
    auto rows =
        row_writer{row_format::ndjson, {"a"}, [&](auto block) { blocks.push_back(block.size()); }};
    for (auto i = 0; i < 20; ++i) rows.row({group_cell{std::string(10'000, 'x')}});
    rows.finish();
    CHECK(blocks.size() == 3);
    CHECK(blocks[0] == 7 * 10'009);

    // also in a document
    auto sizes = std::vector<std::size_t>{};
    auto document =
        row_writer{row_format::json, {"a"}, [&](auto block) { sizes.push_back(block.size()); }};
    document.json()->begin_object().key("rows").begin_array();
    for (auto i = 0; i < 20; ++i) document.row({group_cell{std::string(10'000, 'x')}});
    document.json()->end_array().end_object();
    document.finish();
    CHECK(sizes.size() == 3);
}

}  // namespace test_output_rows
