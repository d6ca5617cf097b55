// SPDX-License-Identifier: BSL-1.0
// Groupings whose keys are known at compile time give typed groups; all groupings can be read when
// const, by several threads at once.
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/run.hpp>

#include "catch.hpp"
#include "files.hpp"

namespace test_aggregate_group_by_typed {

using namespace flowlog;
using namespace flowlog::measures;

namespace {

auto log_file(testing::folder const& here) -> std::string {
    return here.write("a.log",
                      "srcaddr dstport bytes packets start end action interface-id protocol\n"
                      "10.0.0.1 443 100 1 1000 1010 ACCEPT eni-1 6\n"
                      "10.0.0.1 22 50 2 900 905 REJECT eni-1 6\n"
                      "2001:db8::1 443 70 - 1100 1101 ACCEPT eni-2 6\n"
                      "- 443 9 4 - - ACCEPT - 6\n"
                      "10.0.0.2 443 70 9 2000 2000 ACCEPT eni-2 6\n");
}

template <class T>
auto known(T value) -> field_value<T> {
    return value;
}

auto at(std::int64_t seconds) -> timestamp { return timestamp{std::chrono::seconds{seconds}}; }

}  // namespace

TEST_CASE("a const run is read by names and types", "[group_by]") {
    auto const here = testing::folder{};
    auto const logs = std::vector{log_file(here)};
    auto const found = run(logs, group_by<field::srcaddr>(count, sum<field::bytes>));
    auto text = std::string{};
    for (auto const& [src, flows, bytes] : found.value.top(20, sum<field::bytes>)) {
        static_assert(std::is_same_v<decltype(src), field_value<address> const>);
        static_assert(std::is_same_v<decltype(flows), std::uint64_t const>);
        static_assert(std::is_same_v<decltype(bytes), std::uint64_t const>);
        text += (src ? (*src).to_string() : "-") + ' ' + std::to_string(flows) + ' ' +
                std::to_string(bytes) + '\n';
    }
    CHECK(text == "10.0.0.1 2 150\n10.0.0.2 1 70\n2001:db8::1 1 70\n- 1 9\n");
    CHECK(found.value.size() == 4);
    CHECK(found.value.totals() == std::tuple{std::uint64_t{5}, std::uint64_t{299}});
    CHECK(found.value.top(1) == found.value.top(1, 0));
    CHECK(found.value.top(1) == found.value.top(1, count));
    CHECK(found.value.top(2, 1) == found.value.top(2, measure::parse("bytes")));
    CHECK(std::get<0>(found.value.groups()[0]).absent());
}

TEST_CASE("several keys and every kind of measure are typed", "[group_by]") {
    auto const here = testing::folder{};
    auto const found =
        run({log_file(here)},
            group_by<field::dstport, field::action, field::interface_id>(
                count, sum<field::packets>, min<field::start>, max<field::end>, min<field::packets>,
                max<field::dstport>, rate<field::bytes>, distinct<field::srcaddr>));
    using group_type = decltype(found.value)::group_type;
    static_assert(
        std::is_same_v<
            group_type,
            std::tuple<field_value<std::uint16_t>, field_value<action>, field_value<std::string>,
                       std::uint64_t, std::uint64_t, field_value<timestamp>, field_value<timestamp>,
                       field_value<std::uint64_t>, field_value<std::uint16_t>, field_value<double>,
                       std::uint64_t>>);
    auto const groups = found.value.groups();
    REQUIRE(groups.size() == 4);
    CHECK(groups[0] == group_type{known<std::uint16_t>(22), known(action::reject),
                                  known<std::string>("eni-1"), 1, 2, known(at(900)), known(at(905)),
                                  known<std::uint64_t>(2), known<std::uint16_t>(22), known(10.0),
                                  1});
    CHECK(groups[1] == group_type{known<std::uint16_t>(443),
                                  known(action::accept),
                                  {},
                                  1,
                                  4,
                                  {},
                                  {},
                                  known<std::uint64_t>(4),
                                  known<std::uint16_t>(443),
                                  {},
                                  0});
    CHECK(groups[3] == group_type{known<std::uint16_t>(443), known(action::accept),
                                  known<std::string>("eni-2"), 2, 9, known(at(1100)),
                                  known(at(2000)), known<std::uint64_t>(9),
                                  known<std::uint16_t>(443), known(140 / 900.0), 2});
    auto const ranked = found.value.rank(1, max<field::end>);
    CHECK(std::get<2>(ranked.groups[0]) == std::string{"eni-2"});
    CHECK(ranked.left_out == 3);
    CHECK(std::get<0>(ranked.total) == 5);
    CHECK(std::get<0>(ranked.rest) == 3);
    for (auto const& [src, port, flows] :
         run({log_file(here)}, group_by<field::srcaddr, field::dstport>(count)).value.top(1)) {
        CHECK(src.absent());
        CHECK(port == 443);
        CHECK(flows == 1);
    }
}

TEST_CASE("the measure that ranks must be one that is computed", "[group_by]") {
    auto const grouping = group_by({group_key::of(field_id::srcaddr)}, {measure{}});
    CHECK(grouping.top(1, measure{}).empty());
    auto const refused = [&](auto by) {
        try {
            static_cast<void>(grouping.top(1, by));
        } catch (error const& failure) {
            return failure.code() == errc::invalid_argument;
        }
        return false;
    };
    CHECK(refused(1));
    CHECK(refused(-1));
    CHECK(refused(measure::parse("bytes")));
    CHECK(refused(sum<field::bytes>));
}

TEST_CASE("the smallest and the largest numbers are minima and maxima like others", "[group_by]") {
    constexpr auto limit = std::numeric_limits<std::uint64_t>::max();
    auto grouping = group_by<field::dstport>(min<field::bytes>, max<field::bytes>);
    auto const add = [&](std::uint16_t port, std::vector<std::uint64_t> const& all) {
        auto record = flow{};
        record.set(field::dstport, port);
        grouping.add(record);
        for (auto const bytes : all) {
            record.set(field::bytes, bytes);
            grouping.add(record);
        }
    };
    add(1, {limit});
    add(2, {0});
    add(3, {0, limit});
    add(4, {limit - 1, 1});
    add(5, {});
    using row = decltype(grouping)::group_type;
    auto const port = [](std::uint16_t number) { return known(number); };
    CHECK(grouping.groups() ==
          std::vector<row>{{port(1), limit, limit},
                           {port(2), known<std::uint64_t>(0), known<std::uint64_t>(0)},
                           {port(3), known<std::uint64_t>(0), limit},
                           {port(4), known<std::uint64_t>(1), limit - 1},
                           {port(5), {}, {}}});
    auto order = std::string{};
    for (auto const& [which, least, most] : grouping.top(9, max<field::bytes>))
        order += std::to_string(*which);
    CHECK(order == "13425");
    order.clear();
    for (auto const& [which, least, most] : grouping.top(9, min<field::bytes>))
        order += std::to_string(*which);
    CHECK(order == "14235");
}

TEST_CASE("several threads read and copy one grouping", "[group_by]") {
    auto grouping = group_by<field::dstport>(count);
    auto record = flow{};
    for (std::uint16_t i = 0; i < 1000; ++i) {
        record.set(field::dstport, i % 300);
        grouping.add(record);
    }
    auto const& shared = grouping;
    auto sizes = std::vector<std::size_t>(4);
    {
        auto threads = std::vector<std::jthread>{};
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            threads.emplace_back([&shared, &sizes, i] {
                auto const copy = shared;
                sizes[i] = copy.size() + shared.top(1000).size() + shared.groups().size();
            });
        }
    }
    CHECK(sizes == std::vector<std::size_t>(4, 900));
    auto copy = grouping;
    copy.add(record);
    CHECK(std::get<0>(copy.totals()) == 1001);
    CHECK(std::get<0>(grouping.totals()) == 1000);
}

TEST_CASE("a log may lack the fields of optional keys and measures", "[group_by]") {
    auto const here = testing::folder{};
    auto const with = here.write("a.log", "srcaddr bytes\n10.0.0.1 5\n");
    auto const without = here.write("b.log", "srcaddr\n10.0.0.1\n10.0.0.2\n");
    auto const bytes =
        measure{.kind = measure_kind::sum, .field = field_id::bytes, .optional = true};
    auto const source = group_key::of(field_id::srcaddr);
    CHECK(group_by({source}, {bytes}).uses() ==
          std::vector<field_use>{{field_id::srcaddr, true}, {field_id::bytes, true, true}});
    auto const found = run({with, without}, group_by({source}, {measure{}, bytes}));
    CHECK(found.value.top(1) ==
          std::vector<group>{{{"10.0.0.1"}, {std::uint64_t{2}, std::uint64_t{5}}}});
    CHECK(bytes == measure::parse("bytes"));

    auto port = group_key::of(field_id::dstport);
    port.optional = true;
    auto const ports = run({without}, group_by({port}, {measure{}}));
    CHECK(ports.value.groups() == std::vector<group>{{{group_cell{}}, {std::uint64_t{2}}}});

    // a field is needed if one key or measure needs it
    auto const needed = group_by({source, group_key::of(field_id::bytes)}, {bytes});
    CHECK(needed.uses()[1] == field_use{field_id::bytes, true, false});
    CHECK_THROWS_AS(run({without}, needed), error);
}

TEST_CASE("the bits of a number are OR-ed, and absent if no flow has any", "[group_by]") {
    auto const here = testing::folder{};
    auto const file = here.write("a.log", "dstport tcp-flags\n443 2\n443 17\n443 -\n22 0\n53 -\n");
    auto const found = run({file}, group_by<field::dstport>(bit_or<field::tcp_flags>));
    auto const groups = found.value.groups();
    REQUIRE(groups.size() == 3);
    CHECK(groups[0] == std::tuple{known<std::uint16_t>(22), known<std::uint8_t>(0)});
    CHECK(groups[1] == std::tuple{known<std::uint16_t>(53), field_value<std::uint8_t>{}});
    CHECK(groups[2] == std::tuple{known<std::uint16_t>(443), known<std::uint8_t>(19)});
    CHECK(found.value.top(1, bit_or<field::tcp_flags>).front() == groups[2]);
}

}  // namespace test_aggregate_group_by_typed
