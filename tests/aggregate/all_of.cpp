// SPDX-License-Identifier: BSL-1.0
// all_of, filtered and group_by in each other: in batches they make what they make record by
// record, and what a plain loop makes.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/all_of.hpp>
#include <flowlog/aggregate/each_of.hpp>
#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/format/flow_tools.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "format/archives.hpp"
#include "reading.hpp"

namespace test_aggregate_all_of {

using namespace flowlog;
using namespace flowlog::measures;

namespace {

struct byte_sum {
    using fields = field_list<field_id::bytes>;
    using nullable_fields = field_list<field_id::flow_direction>;
    std::uint64_t sum = 0;
    std::uint64_t records = 0;
    std::uint64_t egress = 0;

    template <flow_record Record>
    void add(Record const& record) {
        sum += *record[field::bytes];
        ++records;
        if (record[field::flow_direction] == flow_direction::egress) ++egress;
    }
    void merge(byte_sum&& other) {
        sum += other.sum;
        records += other.records;
        egress += other.egress;
    }
};

/// Tells at run time what it reads, and has no hooks.
struct chosen {
    std::vector<field_use> wanted;
    std::uint64_t count = 0;

    [[nodiscard]] auto uses() const -> std::vector<field_use> { return wanted; }
    template <flow_record Record>
    void add(Record const&) {
        ++count;
    }
    void merge(chosen&& other) { count += other.count; }
};

/// What was counted, of any composition, as words.
using words = std::vector<std::string>;

void describe(byte_sum const& a, words& to) {
    for (auto const n : {a.sum, a.records, a.egress}) to.push_back(std::to_string(n));
}
void describe(chosen const& a, words& to) { to.push_back(std::to_string(a.count)); }
void describe(port_protocol_counter const& a, words& to) {
    a.for_each([&](auto port, auto protocol, auto flows) {
        to.push_back(std::to_string(port) + '/' + std::to_string(protocol) + '=' +
                     std::to_string(flows));
    });
}
template <class Fields, class Measures>
void describe(grouping<Fields, Measures> const& a, words& to) {
    for (auto const& g : dynamic_grouping{a}.groups()) {
        for (auto const& cell : g.key) to.push_back(to_text(cell));
        for (auto const& cell : g.values) to.push_back(to_text(cell));
    }
}
template <class Predicate, class A>
void describe(filtered<Predicate, A> const& a, words& to) {
    to.push_back(std::to_string(a.matched()));
    describe(a.inner(), to);
}
template <class... A>
void describe(all_of<A...> const& a, words& to) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (describe(a.template get<I>(), to), ...);
    }(std::index_sequence_for<A...>{});
}
template <class A>
void describe(each_of<A> const& a, words& to) {
    for (auto const& one : a.all()) describe(one, to);
}
template <class A>
auto described(A const& a) -> words {
    auto result = words{};
    describe(a, result);
    return result;
}

auto groups() { return group_by<field::srcaddr, field::interface_id>(count, sum<field::packets>); }

auto low_port = [](auto const& flow) { return flow[field::dstport].value_or(9999) < 100; };

/// A log in which one field in `oddity` is absent or malformed.
auto log_text(std::uint64_t seed, int lines, unsigned oddity) -> std::string {
    auto random = testing::random_numbers{seed};
    auto log = std::string{
        "interface-id srcaddr dstport protocol packets bytes start action flow-direction "
        "log-status\n"};
    for (auto i = 0; i < lines; ++i) {
        auto const odd = [&](std::string const& word) {
            if (random(oddity) != 0) return word;
            return std::string{random(1) == 0 ? "-" : "x"};
        };
        auto const ports = words{"22", "53", "443", "1500", "50000"};
        log += odd("eni-" + std::to_string(random(5))) + ' ' +
               odd("10.0.0." + std::to_string(random(9))) + ' ' + odd(ports[random(4)]) + ' ' +
               odd(random(2) == 0 ? "17" : "6") + ' ' + odd(std::to_string(random(5))) + ' ' +
               odd(std::to_string(random(1200))) + ' ' + odd(std::to_string(random(2000))) + ' ' +
               odd(random(3) == 0 ? "REJECT" : "ACCEPT") + ' ' +
               odd(random(1) == 0 ? "egress" : "ingress") + ' ' +
               (random(50) == 0 ? "NODATA" : "OK") + '\n';
    }
    return log;
}

/// Adds the flows of a log in batches, and of another reader of the same log one by one.
template <class MakeReader, class A>
auto in_batches_as_singly(MakeReader make_reader, A const& empty) -> A {
    auto fast = make_reader();
    auto together = empty;
    add_all(fast, together);
    auto slow = make_reader();
    auto singly = empty;
    for (auto const& record : slow) {
        auto const offending = find_offending_field(singly, record);
        CHECK(detail::try_add(singly, record) == !offending.has_value());
        if (offending) slow.reject(offending->id, offending->why);
    }
    CHECK(described(together) == described(singly));
    CHECK(fast.stats() == slow.stats());
    return together;
}

/// Calls `check(empty)` with compositions of all kinds.
template <class Check>
void with_each_composition(Check check) {
    check(all_of{byte_sum{}, port_protocol_counter{}});
    check(all_of{byte_sum{}, groups(), chosen{{{field_id::start, true}, {field_id::dstport}}}});
    check(
        all_of{groups(), filtered{where("action = REJECT"), byte_sum{}}, port_protocol_counter{}});
    check(filtered{where("dstport < 1024"), all_of{byte_sum{}, groups()}});
    check(filtered{where("packets > 1"),
                   all_of{filtered{where("action = REJECT and dstport < 1024"), groups()},
                          filtered{low_port, port_protocol_counter{}}}});
    check(all_of{all_of{byte_sum{}, port_protocol_counter{}},
                 filtered{low_port, all_of{groups(), chosen{{{field_id::bytes}}}}}});
}

}  // namespace

TEST_CASE("compositions make of the batches of a text log what they make of its records",
          "[all_of][property]") {
    with_each_composition([](auto const& empty) {
        for (auto file = 0U; file < 5; ++file) {
            auto const oddity = file % 4 == 0 ? 1'000'000U : 30U + 60U * file;
            auto const log = log_text(file, 300, oddity);
            for (auto const block : {std::size_t{300}, std::size_t{1} << 18}) {
                CAPTURE(file, block);
                in_batches_as_singly(
                    [&] { return text_reader{testing::strict_source{log, block}}; }, empty);
            }
        }
    });
}

TEST_CASE("compositions make of the batches of archives what they make of their records",
          "[all_of][property]") {
    auto const number = [](field_id id) { return chosen{{{id}}}; };
    auto const talkers =
        group_by({group_key::of(field_id::srcaddr), group_key::of(field_id::dstport)},
                 {{}, {measure_kind::sum, field_id::bytes}, {measure_kind::min, field_id::start}});
    auto const check = [&](auto make_reader) {
        in_batches_as_singly(make_reader,
                             all_of{talkers, filtered{where("protocol = 6"), byte_sum{}},
                                    number(field_id::src_as), port_protocol_counter{}});
        in_batches_as_singly(make_reader, filtered{where("dstport < 1024 or bytes > 1000"),
                                                   all_of{byte_sum{}, filtered{low_port, talkers},
                                                          number(field_id::next_hop)}});
    };
    for (auto const* name : {"v1-1625-all", "v1-1625-default", "v2-171-mixed", "v2-178-mixed"}) {
        CAPTURE(name);
        auto const bytes =
            archives::read(archives::directory("nfdump") / (std::string{name} + ".nfdump"));
        check([&] { return nfdump_reader{testing::strict_source{bytes, 5000}}; });
    }
    for (auto const* name : {"s1-v1-le", "s1-v5-be", "v5-be", "v1-xlate-le"}) {
        CAPTURE(name);
        auto const bytes =
            archives::read(archives::directory("flow-tools") / (std::string{name} + ".ft"));
        check([&] { return flow_tools_reader{testing::strict_source{bytes, 5000}}; });
    }
}

TEST_CASE("a record is added to all or to none, as a plain loop shows", "[all_of][property]") {
    for (auto const oddity : {20U, 200U, 1'000'000U}) {
        CAPTURE(oddity);
        auto const log = log_text(7, 1000, oddity);
        auto reader = text_reader{testing::strict_source{log, 4000}};
        auto const got =
            aggregate(reader, all_of{groups(), filtered{where("action = REJECT"), byte_sum{}},
                                     port_protocol_counter{}});

        auto sums = std::map<std::pair<std::string, std::string>,
                             std::pair<std::uint64_t, std::uint64_t>>{};
        auto bytes = std::uint64_t{0};
        auto rejected = std::uint64_t{0};
        auto ports = std::map<std::pair<int, int>, std::uint64_t>{};
        auto records = std::uint64_t{0};
        auto refused = std::uint64_t{0};
        for (auto const& flow : text_reader{memory_source{log}}) {
            auto const bad = [](auto const& value) { return value.malformed(); };
            auto const wanted = flow[field::action] == action::reject;
            auto const out =
                bad(flow[field::srcaddr]) || bad(flow[field::interface_id]) ||
                bad(flow[field::packets]) || bad(flow[field::action]) ||
                (wanted && (!flow[field::bytes] || bad(flow[field::flow_direction]))) ||
                !flow[field::dstport] || !flow[field::protocol];
            if (out) {
                ++refused;
                continue;
            }
            ++records;
            auto const source = flow[field::srcaddr];
            auto const interface = flow[field::interface_id];
            auto& sum = sums[{source ? (*source).to_string() : "-",
                              std::string{interface ? *interface : "-"}}];
            ++sum.first;
            sum.second += flow[field::packets].value_or(0);
            if (wanted) ++rejected;
            if (wanted) bytes += *flow[field::bytes];
            ++ports[{*flow[field::dstport], *flow[field::protocol]}];
        }
        CHECK(reader.stats().records == records);
        CHECK(reader.stats().malformed == refused);
        CHECK((oddity == 1'000'000U) == (refused == 0));

        auto expected = words{};
        for (auto const& [key, sum] : sums) {
            for (auto const& word :
                 {key.first, key.second, std::to_string(sum.first), std::to_string(sum.second)})
                expected.push_back(word);
        }
        CHECK(described(got.get<0>()) == expected);
        CHECK(got.get<1>().matched() == rejected);
        CHECK(got.get<1>().inner().sum == bytes);
        auto counted = decltype(ports){};
        got.get<2>().for_each(
            [&](auto port, auto protocol, auto flows) { counted[{port, protocol}] = flows; });
        CHECK(counted == ports);
    }
}

TEST_CASE("compositions are the same with any number of threads", "[all_of]") {
    auto const folder = testing::folder{};
    auto const file = folder.write("a.log", log_text(3, 5000, 50));
    with_each_composition([&](auto const& empty) {
        auto const one = run({file, file}, empty, {.threads = 1});
        auto const many = run({file, file}, empty, {.threads = 4, .chunk_size = 20'000});
        CHECK(one.stats.malformed > 10);
        CHECK(described(one.value) == described(many.value));
        CHECK(one.stats == many.stats);
    });
}

TEST_CASE("what one of several aggregators needs is needed", "[all_of]") {
    using list = std::vector<field_use>;
    auto const start = [](bool nullable, bool optional) {
        return chosen{{{field_id::start, nullable, optional}}};
    };
    CHECK(uses(all_of{start(true, true), start(true, true)}) ==
          list{{field_id::start, true, true}});
    CHECK(uses(all_of{start(true, true), start(true, false)}) ==
          list{{field_id::start, true, false}});
    CHECK(uses(all_of{start(true, false), start(false, true)}) ==
          list{{field_id::start, false, false}});
    CHECK(uses(filtered{where("start > 5"), start(true, true)}) ==
          list{{field_id::start, true, false}});
}

TEST_CASE("as many aggregators as are wanted find what each of them finds alone", "[each_of]") {
    using part = filtered<filter, dynamic_grouping>;
    auto const grouped = [](field_id by) {
        return group_by({group_key::of(by)}, {measure{}, measure::parse("bytes")});
    };
    auto const parts = std::vector<part>{{filter{}, grouped(field_id::srcaddr)},
                                         {where("action = REJECT"), grouped(field_id::dstport)},
                                         {where("dstport < 100"), grouped(field_id::interface_id)}};
    auto const log = log_text(3, 5000, 1'000'000);
    auto const found_by = [&log](auto const& empty) {
        return described(aggregate(text_reader{memory_source{log}}, empty));
    };
    auto expected = words{};
    for (auto const& one : parts) {
        auto const found = found_by(one);
        expected.insert(expected.end(), found.begin(), found.end());
    }
    CHECK(expected.size() > 50);
    CHECK(found_by(each_of{parts}) == expected);
}

TEST_CASE("a malformed field of one of several aggregators keeps a record out of all",
          "[each_of]") {
    auto const make = [] {
        return each_of{std::vector<chosen>{{{{field_id::bytes}}}, {{{field_id::dstport, true}}}}};
    };
    for (auto const oddity : {30U, 200U, 1'000'000U}) {
        CAPTURE(oddity);
        auto const log = log_text(oddity, 300, oddity);
        auto const made = in_batches_as_singly(
            [&] { return text_reader{testing::strict_source{log, 1U << 18}}; }, make());
        CHECK(made.all()[0].count == made.all()[1].count);
    }
}

TEST_CASE("a log may lack fields if several aggregators allow it", "[each_of]") {
    using list = std::vector<field_use>;
    auto const parts = std::vector<chosen>{{{{field_id::bytes}}}, {{{field_id::start, true}}}};
    CHECK(uses(each_of{parts}) == list{{field_id::bytes}, {field_id::start, true}});
    CHECK(uses(each_of{parts, lacking_logs::allowed}) ==
          list{{field_id::bytes, false, true}, {field_id::start, true, true}});
    auto fewer = each_of{std::vector<chosen>{parts[0]}};
    CHECK_THROWS_AS(fewer.merge(each_of{parts}), error);
}

}  // namespace test_aggregate_all_of
