// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/flow/field_bounds.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/query/filter_tree.hpp>
#include <flowlog/source/block_codec.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "format/nfdump_files.hpp"

namespace test_query_filter_bounds {

using flowlog::field_bounds;
using flowlog::field_id;

static auto bounds(std::string_view text) -> std::vector<field_bounds> {
    auto found = flowlog::where(text).bounds();
    std::ranges::sort(found, {}, &field_bounds::id);
    return found;
}

constexpr auto max = std::numeric_limits<std::int64_t>::max();

TEST_CASE("a filter says within which bounds the values of its flows are", "[filter_bounds]") {
    using list = std::vector<field_bounds>;
    CHECK(flowlog::filter{}.bounds().empty());
    CHECK(bounds("bytes > 5") == list{{field_id::bytes, 6, max}});
    CHECK(bounds("dstport in 22,80-90") == list{{field_id::dstport, 22, 90}});
    CHECK(bounds("bytes >= 5 and bytes < 9 and action = REJECT") == list{{field_id::bytes, 5, 8}});
    CHECK(bounds("dstport = 22 or dstport = 80") == list{{field_id::dstport, 22, 80}});
    CHECK(bounds("dstport = 22 or bytes > 5").empty());
    CHECK(bounds("(dstport = 22 and bytes > 5) or dstport = 1") ==
          list{{field_id::dstport, 1, 22}});
    CHECK(bounds("not bytes > 5").empty());
    CHECK(bounds("not (not bytes > 5)").empty());
    CHECK(bounds("dstport is absent").empty());
    CHECK(bounds("bytes & 0xf0 = 16").empty());
    CHECK(bounds("srcaddr = 10.0.0.1").empty());
    CHECK(bounds("start >= 1600000000 and dstport = 1").back() ==
          field_bounds{field_id::start, 1'600'000'000'000'000, max});
    auto tree = flowlog::filter_tree{};
    tree.add(flowlog::filter_leaf{.subject = flowlog::subject_of(field_id::bytes),
                                  .field = field_id::bytes,
                                  .numbers = {{80, 90}, {9, 8}}});
    CHECK(flowlog::filter{tree}.bounds() == list{{field_id::bytes, 80, 90}});
}

TEST_CASE("blocks of layout 3 that a filter excludes are passed over", "[nfdump]") {
    using namespace flowlog;
    // the flows that are wanted, and the records that were not read
    auto const count = [](std::string const& name, std::string_view condition) {
        auto const bytes = nfdump_files::contents("v3/" + name + ".nfdump");
        auto reader = nfdump_reader{memory_source{bytes}};
        auto const wanted = where(condition);
        flowlog::restrict(reader, wanted);
        auto found = std::uint64_t{0};
        for (auto const& record : reader) found += wanted(record) ? 1U : 0U;
        return std::pair{found, reader.stats().unread};
    };
    auto const can_read = [](codec c) { return find_block_codec(c) != nullptr; };
    using result = std::pair<std::uint64_t, std::uint64_t>;
    SECTION("by time") {
        CHECK(count("v3-capd", "start >= 2027-01-01") == result{0, 210});
        CHECK(count("v3-capd", "end < 2026-01-01") == result{0, 210});
        CHECK(count("v3-capd", "start >= 2026-01-01").second == 0);
        CHECK(count("v3-capd", "not start >= 2027-01-01") == result{210, 0});
        // the times of these blocks are not set
        CHECK(count("v3-from171", "start >= 2027-01-01") == result{0, 0});
        if (can_read(codec::lz4)) CHECK(count("v3-capd-lz4", "end < 2026-01-01") == result{0, 198});
    }
    SECTION("by time, but no flow that is wanted") {
        auto const second = [](auto const& time) {
            return std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count();
        };
        auto const bytes = nfdump_files::contents("v3/v3-capd.nfdump");
        auto reader = nfdump_reader{memory_source{bytes}};
        for (auto const& record : reader) {
            if (reader.stats().records % 10 != 1) continue;
            auto const first = std::to_string(second(record[field::start]));
            auto const after = std::to_string(second(record[field::end]) + 1);
            CHECK(count("v3-capd", "start >= " + first).first != 0);
            CHECK(count("v3-capd", "end < " + after).first != 0);
        }
    }
    SECTION("by address") {
        if (!can_read(codec::zstd)) return;
        auto const name = std::string{"v3-bloom-zstd"};
        CHECK(count(name, "srcaddr = 1.2.3.4") == result{0, 214});
        CHECK(count(name, "ip 1.2.3.4 and dstport 443") == result{0, 214});
        CHECK(count(name, "srcaddr = 1.2.3.4 or dstaddr = ::1.2.3.4") == result{0, 214});
        CHECK(count(name, "not srcaddr = 1.2.3.4") == result{210, 0});
        CHECK(count(name, "srcaddr = 1.2.3.4 or dstport 443").second == 0);
        CHECK(count("v3-capd", "srcaddr = 1.2.3.4") == result{0, 0});
        // every address is found
        auto const bytes = nfdump_files::contents("v3/" + name + ".nfdump");
        auto found = std::uint64_t{0};
        auto reader = nfdump_reader{memory_source{bytes}};
        for (auto const& record : reader) {
            auto const source = (*record[field::srcaddr]).to_string();
            auto const destination = (*record[field::dstaddr]).to_string();
            if (count(name, "srcaddr = " + source + " and dstaddr = " + destination).first != 0)
                ++found;
            // one address that no flow has is enough
            if (found == 1)
                CHECK(count(name, "srcaddr = 1.2.3.4 and dstaddr = " + destination) ==
                      result{0, 214});
        }
        CHECK(found == 210);
    }
}

TEST_CASE("a filter says which addresses its flows have", "[filter_bounds]") {
    using namespace flowlog;
    using list = std::vector<address_choice>;
    auto const addresses = [](std::string_view text) { return where(text).addresses(); };
    auto const source = std::pair{field_id::srcaddr, *address::parse("10.0.0.1")};
    auto const destination = std::pair{field_id::dstaddr, *address::parse("10.0.0.2")};
    CHECK(filter{}.addresses().empty());
    CHECK(addresses("srcaddr = 10.0.0.1") == list{{{source}}});
    CHECK(addresses("srcaddr = 10.0.0.1 and dstaddr = 10.0.0.2") ==
          list{{{source}}, {{destination}}});
    CHECK(addresses("srcaddr = 10.0.0.1 or dstaddr = 10.0.0.2") == list{{{source, destination}}});
    CHECK(addresses("srcaddr = 10.0.0.1 or dstport = 1").empty());
    CHECK(addresses("not srcaddr = 10.0.0.1").empty());
    CHECK(addresses("srcaddr != 10.0.0.1").empty());
    CHECK(addresses("srcaddr in 10.0.0.0/24").empty());
    CHECK(addresses("dstport = 1").empty());
    auto const hosts = [](std::string_view field, int count) {
        auto text = std::string{field} + " in (";
        for (auto i = 1; i <= count; ++i) text += "10.0.0." + std::to_string(i) + ' ';
        return text + ')';
    };
    auto const either = [&](int count) {
        return where(hosts("srcaddr", 32) + " or " + hosts("dstaddr", count)).addresses();
    };
    REQUIRE(either(32).size() == 1);
    CHECK(either(32).front().any_of.size() == 64);
    CHECK(either(33).empty());  // more than a reader would look up
}

TEST_CASE("a filter without bounds wants the same flows", "[filter_bounds]") {
    using namespace flowlog;
    auto const bounded = where("srcaddr = 10.0.0.1 and bytes > 80");
    auto const all = bounded.without_bounds();
    CHECK(all.bounds().empty());
    CHECK(all.addresses().empty());
    CHECK(all.tree() == bounded.tree());
    CHECK(bounded.bounds().size() == 1);
    CHECK(bounded.addresses().size() == 1);
    CHECK((all && where("dstport = 1")).bounds().size() == 2);
}

}  // namespace test_query_filter_bounds
