// SPDX-License-Identifier: BSL-1.0
// What `distinct` counts does not hang on what somebody chose to write into a log.
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/hash_key.hpp>
#include <flowlog/aggregate/run.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "reading.hpp"

namespace test_aggregate_hash_key {

using namespace flowlog;
using namespace flowlog::measures;

namespace {

/// The number of different source addresses, counted with a key.
auto sources(std::vector<address> const& all, hash_key key) {
    auto grouping = group_by<field::dstport>(distinct<field::srcaddr>, count);
    grouping.set_distinct_key(key);
    auto record = flow{};
    record.set(field::dstport, 443);
    for (auto const& one : all) {
        record.set(field::srcaddr, one);
        grouping.add(record);
    }
    return grouping;
}
auto counted(std::vector<address> const& all, hash_key key) -> std::uint64_t {
    return std::get<1>(sources(all, key).groups().at(0));
}

/// IPv6 addresses that all have one hash for whoever uses this key.
auto colliding(std::size_t size, hash_key key) -> std::vector<address> {
    auto result = std::vector<address>{};
    auto const high = key.first ^ 0xE703'7ED1'A0B4'28DB;
    for (std::size_t i = 0; i < size; ++i) result.push_back(address::v6(high, i));
    return result;
}

auto made_key(std::uint64_t seed) -> hash_key {
    auto random = testing::random_numbers{seed};
    auto const word = [&] { return random(0xFFFF'FFFF) << 32 | random(0xFFFF'FFFF); };
    return {word(), word() | 1};
}

}  // namespace

TEST_CASE("addresses that collide for one key do not for another", "[hash_key]") {
    auto const chosen = colliding(1000, hash_key{});
    CHECK(counted(chosen, hash_key{}) == 1);  // why nobody may know the key
    CHECK(counted(chosen, hash_key::of_process()) == 1000);
    for (std::uint64_t seed = 0; seed < 20; ++seed) CHECK(counted(chosen, made_key(seed)) == 1000);
}

TEST_CASE("exact counts do not depend on the key", "[hash_key]") {
    for (std::uint64_t const step :
         {std::uint64_t{1}, std::uint64_t{256}, std::uint64_t{1} << 22}) {
        auto v4 = std::vector<address>{};
        auto v6 = std::vector<address>{};
        for (std::uint64_t i = 0; i < 1024; ++i) {
            v4.push_back(address::v4(static_cast<std::uint32_t>(i * step)));
            v6.push_back(address::v6(i * step, i % 3));
        }
        auto both = v4;
        both.resize(512);
        for (auto i = 0U; i < 512; ++i) both.push_back(address::v6(0, both[i].low()));
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
            CHECK(counted(v4, made_key(seed)) == 1024);
            CHECK(counted(v6, made_key(seed)) == 1024);
            CHECK(counted(both, made_key(seed)) == 1024);
        }
    }
}

TEST_CASE("estimates are above what is exact, and near the truth, whatever the key", "[hash_key]") {
    for (std::uint32_t const size : {1025U, 1030U, 5000U, 20'000U}) {
        auto all = std::vector<address>{};
        for (std::uint32_t i = 0; i < size; ++i) all.push_back(address::v4(0x0A00'0000U + i));
        auto different = false;
        auto first = std::uint64_t{0};
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
            auto const estimate = counted(all, made_key(seed));
            CAPTURE(size, seed, estimate);
            CHECK(estimate > 1024);
            CHECK(std::abs(static_cast<double>(estimate) / size - 1) < 0.07);
            different = different || (first != 0 && estimate != first);
            first = estimate;
            CHECK(counted(all, made_key(seed)) == estimate);
        }
        CHECK((different || size < 2000));
    }
}

TEST_CASE("texts are counted with the key as well", "[hash_key]") {
    auto const counted_texts = [](std::uint64_t many, hash_key key) {
        auto grouping = group_by<field::dstport>(distinct<field::interface_id>);
        grouping.set_distinct_key(key);
        auto record = flow{};
        record.set(field::dstport, 443);
        for (std::uint64_t i = 0; i < 2 * many; ++i) {
            auto const name = "eni-" + std::to_string(i % many);
            record.set(field::interface_id, name);
            grouping.add(record);
        }
        return std::get<0>(grouping.totals());
    };
    CHECK(counted_texts(1024, made_key(1)) == 1024);
    CHECK(counted_texts(1024, made_key(2)) == 1024);
    CHECK(counted_texts(5000, made_key(1)) != counted_texts(5000, made_key(2)));
    CHECK(counted_texts(5000, made_key(1)) == counted_texts(5000, made_key(1)));
}

TEST_CASE("groupings with different keys do not merge once they have counted", "[hash_key]") {
    auto const all = std::vector{address::v4(1), address::v4(2)};
    auto a = sources(all, made_key(1));
    auto b = sources(all, made_key(2));
    try {
        a.merge(std::move(b));
        FAIL("merged");
    } catch (error const& failure) {
        CHECK(failure.code() == errc::invalid_argument);
        CHECK(failure.message().find("different keys") != std::string::npos);
    }
    auto same = sources({address::v4(2), address::v4(3)}, made_key(1));
    a.merge(std::move(same));
    CHECK(std::get<0>(a.totals()) == 3);
    auto fresh = group_by<field::dstport>(distinct<field::srcaddr>, count);
    fresh.merge(std::move(a));
    CHECK(std::get<0>(fresh.totals()) == 3);
    CHECK(fresh.distinct_key() == made_key(1));
    fresh.merge(group_by<field::dstport>(distinct<field::srcaddr>, count));
    CHECK(std::get<0>(fresh.totals()) == 3);
    auto const copy = fresh;
    CHECK(copy.distinct_key() == made_key(1));
}

TEST_CASE("a word makes a key, which is written as digits", "[hash_key]") {
    CHECK(hash_key::of_word("a") == hash_key::of_word("a"));
    CHECK(hash_key::of_word("a") != hash_key::of_word("b"));
    CHECK(hash_key::of_word("ab") != hash_key::of_word("ba"));
    for (auto const& key : {hash_key{}, hash_key::of_word("partial"), made_key(3)}) {
        CHECK(key.to_text().size() == 32);
        CHECK(hash_key::from_text(key.to_text()) == key);
    }
    CHECK(hash_key{}.to_text() == "9e3779b97f4a7c15a0761d6478bd642f");
    for (auto const* text : {"", "9e3779b97f4a7c15", "9e3779b97f4a7c15a0761d6478bd64-f"})
        CHECK_FALSE(hash_key::from_text(text).has_value());
}

TEST_CASE("all threads of a run count with one key", "[hash_key]") {
    auto const here = testing::folder{};
    auto text = std::string{"srcaddr dstport\n"};
    for (auto i = 0; i < 30'000; ++i)
        text += "10." + std::to_string(i / 5000) + '.' + std::to_string(i / 100 % 50) + '.' +
                std::to_string(i % 100) + ' ' + std::to_string(i % 3) + '\n';
    auto const file = here.write("a.log", text);
    auto grouping = group_by<field::dstport>(distinct<field::srcaddr>);
    grouping.set_distinct_key(made_key(5));
    auto const one = run({file}, grouping, {.threads = 1});
    auto const many = run({file}, grouping, {.threads = 3, .chunk_size = 50'000});
    CHECK(one.value.estimated());
    CHECK(one.value.groups() == many.value.groups());
    CHECK(one.value.totals() == many.value.totals());
}

}  // namespace test_aggregate_hash_key
