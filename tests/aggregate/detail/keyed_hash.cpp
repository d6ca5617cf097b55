// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cstdint>
#include <set>
#include <string>

#include <flowlog/aggregate/detail/keyed_hash.hpp>

#include "catch.hpp"

namespace test_aggregate_detail_keyed_hash {

using flowlog::hash_key;
using flowlog::detail::hash_text;
using flowlog::detail::hash_words;

TEST_CASE("no constant of the hash makes keys collide", "[keyed_hash]") {
    auto const secret = hash_key::of_process();
    auto const known = hash_key{};
    for (auto const constant : {known.first, known.second, std::uint64_t{0xE703'7ED1'A0B4'28DB}}) {
        auto hashes = std::set<std::uint64_t>{};
        for (std::uint64_t i = 0; i < 10'000; ++i) {
            hashes.insert(
                hash_words(std::array<std::uint64_t, 3>{3, constant, i}.data(), 3, secret));
            hashes.insert(
                hash_words(std::array<std::uint64_t, 3>{3, i, constant}.data(), 3, secret));
        }
        CHECK(hashes.size() == 20'000);
    }
}

TEST_CASE("a process has one secret, which is not the one that all can read", "[keyed_hash]") {
    auto const secret = hash_key::of_process();
    CHECK(secret.first == hash_key::of_process().first);
    CHECK(secret.first != hash_key{}.first);
    CHECK(secret.second % 2 == 1);
}

TEST_CASE("texts that differ have hashes that differ", "[keyed_hash]") {
    auto const secret = hash_key{1, 3};
    auto texts = std::set<std::string>{};
    auto hashes = std::set<std::uint64_t>{};
    for (std::size_t size = 0; size < 40; ++size) {
        texts.insert(std::string(size, '\0'));
        for (std::size_t i = 0; i < size; ++i) {
            auto text = std::string(size, 'a');
            text[i] = 'b';
            texts.insert(text);
        }
    }
    for (auto const& text : texts) hashes.insert(hash_text(text, secret));
    CHECK(hashes.size() == texts.size());
    CHECK(hash_text("eni-0123456789abcdef0", secret) ==
          hash_text(std::string{"eni-0123456789abcdef0"}, secret));
}

}  // namespace test_aggregate_detail_keyed_hash
