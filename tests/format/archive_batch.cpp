// SPDX-License-Identifier: BSL-1.0
// The flows of batches are the flows that archives hand out one by one.
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/archive_batch.hpp>
#include <flowlog/format/flow_tools.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/grammar/filter.hpp>

#include "archives.hpp"
#include "catch.hpp"
#include "nfdump_files.hpp"
#include "nfdump_writer.hpp"
#include "repeats.hpp"

namespace test_format_archive_batch {

using namespace flowlog;
using archives::random_numbers;

namespace {

/// What came of the flows of an archive.
struct reading {
    std::vector<flow> flows{};
    std::vector<std::uint64_t> refused{};  ///< their offsets
    statistics stats{};

    friend auto operator==(reading const&, reading const&) -> bool = default;
};

struct archive {
    std::string name;
    std::string bytes;
    bool is_nfdump;
};

/// Calls `function(reader)` with a reader of an archive. `refused` gets the offsets of flows that
/// are taken back.
template <class Function>
void with_reader(archive const& from, std::size_t block, std::vector<std::uint64_t>& refused,
                 Function function) {
    auto on_malformed = [&refused](malformed_line const& line) { refused.push_back(line.offset); };
    auto source = memory_source{from.bytes, from.name, block};
    try {
        if (from.is_nfdump) {
            function(nfdump_reader{std::move(source), {.on_malformed = on_malformed}});
        } else {
            function(flow_tools_reader{std::move(source), {.on_malformed = on_malformed}});
        }
    } catch (error const& failure) {
        // archives that were cut off are fixtures as well
        REQUIRE((failure.code() == errc::truncated || failure.code() == errc::unsupported));
    }
}

/// An archive of nfdump whose flows are laid out in a few ways, often several in a row.
auto mixed_nfdump(bool big, std::uint64_t seed) -> std::string {
    using namespace nfdump_writer;
    auto random = random_numbers{seed};
    auto const number = [&](std::size_t limit) { return random(limit) + 1; };
    auto body = std::string{};
    u32 records = 0;
    while (records < 2000) {
        auto const v6 = random(4) == 0;
        auto const nat = random(3) == 0;
        for (auto left = random(2) == 0 ? number(3) : number(300); left != 0; --left, ++records) {
            auto generic = writer{big};
            generic.put(u64{1'700'000'000'000} + number(100'000), u64{1'700'000'100'000}, u64{0},
                        u64{number(40)}, u64{number(1'000'000)}, static_cast<u16>(number(9)),
                        static_cast<u16>(number(9)), static_cast<u8>(number(3)), u8{2}, u8{0},
                        u8{0});
            auto ends = writer{big};
            for (auto end = 0; end < 2; ++end) {
                if (v6) {
                    ends.put(u64{0x20010DB8'00000000}, u64{number(20)});
                } else {
                    ends.put(static_cast<u32>(0x0A000000 + number(20)));
                }
            }
            auto elements = std::vector<element>{{1, generic.bytes()}, {v6 ? 3 : 2, ends.bytes()}};
            if (nat) elements.push_back({20, writer{big}.put(u32{1}, u32{2}).bytes()});
            // the same size in another order, among many alike
            if (nat && random(50) == 0) std::swap(elements[1], elements[2]);
            body += record_v3(big, elements, static_cast<u8>(random(2) * 2));
        }
    }
    return layout_2(big, records, body);
}

auto all_archives() -> std::vector<archive> const& {
    static auto const all = [] {
        auto result = std::vector<archive>{};
        auto const flow_tools = archives::directory("flow-tools");
        auto turn = 0;
        for (auto const& name : archives::names(flow_tools, ".ft")) {
            if (testing::is_sanitized && turn++ % 3 != 0) continue;
            result.push_back({name, archives::read(flow_tools / (name + ".ft")), false});
        }
        for (auto const* name : {"v1-1625-all", "v1-1625-default", "v2-171-mixed", "v2-178-mixed"})
            result.push_back({name, nfdump_files::contents(name + std::string{".nfdump"}), true});
        for (auto const big : {false, true}) {
            result.push_back({"mixed", mixed_nfdump(big, 1), true});
            result.push_back({"mixed as well", mixed_nfdump(big, 2), true});
        }
        return result;
    }();
    return all;
}

/// Checks that the columns of a batch have the values of its flows.
template <class Record>
void check_columns(archive_batch<Record> const& batch) {
    constexpr auto number_of = [](auto const& value) { return std::uint64_t{*value}; };
    constexpr std::size_t step = 3;
    auto words = std::vector<std::uint64_t>(batch.size() * step);
    auto good = true;
    for (auto const& f : fields) {
        with_field(f.id, [&]<field_id Id>(field_key<Id> key) {
            using value = field_value_type<Id>;
            if constexpr (std::unsigned_integral<value>) {
                if (!batch.numbers(Id, words.data(), step)) return;
                for (std::size_t i = 0; i < batch.size(); ++i)
                    good &=
                        batch[i][key].has_value() && number_of(batch[i][key]) == words[i * step];
            } else if constexpr (std::same_as<value, address>) {
                auto kinds = std::vector<bool>(batch.size());
                auto const note = [&](std::size_t i, bool is_v6) { kinds[i] = is_v6; };
                if (!batch.addresses(Id, words.data(), step, note)) return;
                for (std::size_t i = 0; i < batch.size(); ++i) {
                    auto const expected = batch[i][key];
                    good &= expected.has_value() && (*expected).is_v6() == kinds[i] &&
                            (*expected).high() == words[i * step] &&
                            (*expected).low() == words[i * step + 1];
                }
            } else {
                good &= !batch.numbers(Id, words.data(), step);
            }
        });
    }
    CHECK(good);
}

/// Reads flow by flow; each flow for which `refuse(number)` holds is taken back.
template <class Refuse>
auto read_each(archive const& from, std::size_t block, Refuse refuse) -> reading {
    auto result = reading{};
    with_reader(from, block, result.refused, [&](auto&& reader) {
        std::size_t number = 0;
        try {
            for (auto const& record : reader) {
                if (refuse(number++)) {
                    reader.reject(field_id::bytes, reason::bad_value);
                } else {
                    result.flows.emplace_back(record);
                }
            }
        } catch (error const&) {
            result.stats = reader.stats();
            throw;
        }
        result.stats = reader.stats();
    });
    return result;
}

/// Reads runs, of which it takes some flows; counts the runs.
template <class Refuse>
auto read_runs(archive const& from, std::size_t block, Refuse refuse, std::size_t& runs)
    -> reading {
    auto result = reading{};
    auto random = random_numbers{block};
    with_reader(from, block, result.refused, [&](auto&& reader) {
        std::size_t number = 0;
        auto const use = [&](auto const& record) {
            if (refuse(number++)) return false;
            result.flows.emplace_back(record);
            return true;
        };
        auto const use_batch = [&](auto const& batch) {
            ++runs;
            check_columns(batch);
            auto const wanted = random(3) == 0 ? random(batch.size() + 1) : batch.size();
            std::size_t taken = 0;
            for (; taken < wanted && !refuse(number); ++taken, ++number)
                result.flows.emplace_back(batch[taken]);
            return taken;
        };
        auto const refused = [](auto const&) {
            return offending_field{field_id::bytes, reason::bad_value};
        };
        try {
            reader.each(use, use_batch, refused, {});
        } catch (error const&) {
            result.stats = reader.stats();
            throw;
        }
        result.stats = reader.stats();
    });
    return result;
}

auto keys(std::vector<std::string> const& words) -> std::vector<group_key> {
    auto result = std::vector<group_key>{};
    for (auto const& word : words) result.push_back(parse_group_key(word));
    return result;
}

auto grouping_of(std::vector<std::string> const& by) -> dynamic_grouping {
    auto measures = std::vector<measure>{};
    for (auto const* word : {"flows", "bytes", "first", "max(packets)", "distinct(dstport)"})
        measures.push_back(measure::parse(word));
    return group_by(keys(by), std::move(measures));
}

/// Adds, one by one, the flows that have the fields that are read.
template <class Reader, class A>
void add_singly(Reader&& reader, A& a) {
    for (auto const& record : reader) static_cast<void>(detail::try_add(a, record));
}

}  // namespace

TEST_CASE("runs hold the flows of an archive", "[archive_batch]") {
    std::size_t runs = 0;
    for (auto const& archive : all_archives()) {
        for (auto const block : {std::size_t{1000}, std::size_t{1} << 18}) {
            for (auto const every : {std::size_t{1} << 30, std::size_t{50}}) {
                if (testing::is_sanitized && (block == 1000) != (every == 50)) continue;
                CAPTURE(archive.name, block, every);
                auto const refuse = [every](std::size_t i) { return i % every == every - 1; };
                auto const expected = read_each(archive, block, refuse);
                CHECK(read_runs(archive, block, refuse, runs) == expected);
            }
        }
    }
    CHECK(runs > testing::repeats(500U));
}

TEST_CASE("aggregators make the same of runs as of flows", "[archive_batch]") {
    auto const compare = [](archive const& from, auto const& empty, auto const& result_of) {
        auto singly = empty;
        auto together = empty;
        auto refused = std::vector<std::uint64_t>{};
        with_reader(from, 1 << 16, refused, [&](auto&& reader) { add_singly(reader, singly); });
        with_reader(from, 1 << 16, refused, [&](auto&& reader) { add_all(reader, together); });
        CHECK(result_of(together) == result_of(singly));
    };
    auto const groups = [](auto& a) { return a.groups(); };
    auto const totals = [](auto& a) { return a.totals(); };
    for (auto const& archive : all_archives()) {
        CAPTURE(archive.name);
        for (auto const& by : std::vector<std::vector<std::string>>{{"srcaddr", "dstport"},
                                                                    {"ip"},
                                                                    {"port", "protocol"},
                                                                    {"pair"},
                                                                    {"ip/30", "start:1m"}}) {
            if (testing::is_sanitized && by.size() == 1) continue;
            CAPTURE(by.front());
            compare(archive, grouping_of(by), groups);
            compare(archive, grouping_of(by), totals);
            for (auto const* text :
                 {"dstport < 5 and protocol in 1-2", "bytes > 500k or not srcport = 3",
                  "ip 10.0.0.7", "start > 2023-11-14T22:13:50Z"}) {
                CAPTURE(text);
                compare(archive, filtered{where(text), grouping_of(by)}, [&](auto& a) {
                    auto inner = a.inner();
                    return std::pair{a.matched(), inner.groups()};
                });
            }
        }
        compare(archive, port_protocol_counter{}, [](auto& a) { return a.counts(); });
    }
}

}  // namespace test_format_archive_batch
