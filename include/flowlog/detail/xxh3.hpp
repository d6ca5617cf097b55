// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_XXH3_HPP
#define FLOWLOG_DETAIL_XXH3_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <flowlog/detail/load.hpp>
#include <flowlog/detail/mix.hpp>

namespace flowlog::detail {

/// XXH3 with 64 bits, the default secret and the seed 0: the checksum of nfdump 1.8. (Source: the
/// specification of xxHash, doc/xxhash_spec.md.)
///
///     0 │ 1…3 │ 4…8 │ 9…16 │ 17…128: pairs of 16 bytes │ 129…240: 16 bytes a step │ more: stripes
///
///     stripe       64 bytes: each of eight sums takes in 8 of them, mixed with 8 of the secret
///     block        16 stripes, the secret moving on by 8 bytes a stripe; then the sums are
///     scrambled
class xxh3 {
public:
    template <class = void>
    [[nodiscard]] static auto hash(std::string_view bytes) noexcept -> std::uint64_t {
        auto const size = bytes.size();
        if (size <= 16) return hash_few(bytes);
        if (size <= 128) return hash_up_to_128(bytes);
        if (size <= 240) return hash_up_to_240(bytes);
        return hash_many(bytes);
    }

private:
    using u32 = std::uint32_t;
    using u64 = std::uint64_t;
    using sums = std::array<u64, 8>;

    static constexpr u64 prime32_1 = 0x9E3779B1;
    static constexpr u64 prime32_2 = 0x85EBCA77;
    static constexpr u64 prime32_3 = 0xC2B2AE3D;
    static constexpr u64 prime64_1 = 0x9E3779B185EBCA87;
    static constexpr u64 prime64_2 = 0xC2B2AE3D27D4EB4F;
    static constexpr u64 prime64_3 = 0x165667B19E3779F9;
    static constexpr u64 prime64_4 = 0x85EBCA77C2B2AE63;
    static constexpr u64 prime64_5 = 0x27D4EB2F165667C5;

    // clang-format off
    static constexpr auto secret_bytes = std::to_array<unsigned char>({
        0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
        0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
        0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
        0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
        0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
        0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
        0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
        0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
        0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
        0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
        0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
        0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
    });
    // clang-format on
    static constexpr auto secret_size = secret_bytes.size();

    static constexpr std::size_t stripe_size = 64;
    static constexpr std::size_t stripes_in_block = (secret_size - stripe_size) / 8;
    static constexpr std::size_t block_size = stripes_in_block * stripe_size;

    [[nodiscard]] static auto read32(char const* at) noexcept -> u64 {
        return load_little<u32>(at);
    }
    [[nodiscard]] static auto read64(char const* at) noexcept -> u64 {
        return load_little<u64>(at);
    }
    [[nodiscard]] static auto secret(std::size_t at) noexcept -> char const* {
        return reinterpret_cast<char const*>(secret_bytes.data()) + at;
    }

    [[nodiscard]] static auto rotated(u64 x, int by) noexcept -> u64 {
        return x << by | x >> (64 - by);
    }

    [[nodiscard]] static auto avalanche(u64 h) noexcept -> u64 {
        h ^= h >> 37;
        h *= 0x165667919E3779F9;
        return h ^ h >> 32;
    }

    [[nodiscard]] static auto avalanche_xxh64(u64 h) noexcept -> u64 {
        h ^= h >> 33;
        h *= prime64_2;
        h ^= h >> 29;
        h *= prime64_3;
        return h ^ h >> 32;
    }

    [[nodiscard]] static auto hash_few(std::string_view bytes) noexcept -> u64 {
        auto const* const from = bytes.data();
        auto const size = bytes.size();
        if (size > 8) {
            auto const low = read64(from) ^ read64(secret(24)) ^ read64(secret(32));
            auto const high = read64(from + size - 8) ^ read64(secret(40)) ^ read64(secret(48));
            return avalanche(size + swap_bytes(low) + high + mix(low, high));
        }
        if (size >= 4) {
            auto const both = read32(from + size - 4) + (read32(from) << 32);
            auto h = both ^ read64(secret(8)) ^ read64(secret(16));
            h ^= rotated(h, 49) ^ rotated(h, 24);
            h *= 0x9FB21C651E98DF25;
            h ^= (h >> 35) + size;
            h *= 0x9FB21C651E98DF25;
            return h ^ h >> 28;
        }
        if (size == 0) return avalanche_xxh64(read64(secret(56)) ^ read64(secret(64)));
        auto const byte = [&](std::size_t i) { return u64{static_cast<unsigned char>(bytes[i])}; };
        auto const mixed = byte(0) << 16 | byte(size >> 1) << 24 | byte(size - 1) | u64{size} << 8;
        return avalanche_xxh64(mixed ^ read32(secret(0)) ^ read32(secret(4)));
    }

    [[nodiscard]] static auto mix16(char const* from, std::size_t secret_at) noexcept -> u64 {
        return mix(read64(from) ^ read64(secret(secret_at)),
                   read64(from + 8) ^ read64(secret(secret_at + 8)));
    }

    [[nodiscard]] static auto hash_up_to_128(std::string_view bytes) noexcept -> u64 {
        auto const size = bytes.size();
        auto h = size * prime64_1;
        for (auto pair = (size - 1) / 32 + 1; pair-- != 0;) {
            h += mix16(bytes.data() + 16 * pair, 32 * pair);
            h += mix16(bytes.data() + size - 16 * (pair + 1), 32 * pair + 16);
        }
        return avalanche(h);
    }

    [[nodiscard]] static auto hash_up_to_240(std::string_view bytes) noexcept -> u64 {
        auto const size = bytes.size();
        auto h = size * prime64_1;
        for (std::size_t i = 0; i < 8; ++i) h += mix16(bytes.data() + 16 * i, 16 * i);
        h = avalanche(h);
        for (std::size_t i = 8; i < size / 16; ++i)
            h += mix16(bytes.data() + 16 * i, 16 * (i - 8) + 3);
        h += mix16(bytes.data() + size - 16, 136 - 17);
        return avalanche(h);
    }

    static void add_stripe(sums& sum, char const* from, char const* key) noexcept {
        for (std::size_t i = 0; i < 8; ++i) {
            auto const data = read64(from + 8 * i);
            auto const keyed = data ^ read64(key + 8 * i);
            sum[i ^ 1] += data;
            sum[i] += (keyed & 0xFFFF'FFFF) * (keyed >> 32);
        }
    }

    static void scramble(sums& sum) noexcept {
        for (std::size_t i = 0; i < 8; ++i) {
            auto x = sum[i];
            x ^= x >> 47;
            x ^= read64(secret(secret_size - stripe_size + 8 * i));
            sum[i] = x * prime32_1;
        }
    }

    [[nodiscard]] static auto hash_many(std::string_view bytes) noexcept -> u64 {
        auto sum = sums{prime32_3, prime64_1, prime64_2, prime64_3,
                        prime64_4, prime32_2, prime64_5, prime32_1};
        auto const* from = bytes.data();
        auto const* const end = from + bytes.size();
        // the last stripe is always added on its own
        auto left = bytes.size() - 1;
        for (; left >= block_size; left -= block_size, from += block_size) {
            for (std::size_t s = 0; s < stripes_in_block; ++s)
                add_stripe(sum, from + s * stripe_size, secret(8 * s));
            scramble(sum);
        }
        for (std::size_t s = 0; s < left / stripe_size; ++s)
            add_stripe(sum, from + s * stripe_size, secret(8 * s));
        add_stripe(sum, end - stripe_size, secret(secret_size - stripe_size - 7));

        auto h = bytes.size() * prime64_1;
        for (std::size_t i = 0; i < 4; ++i) {
            h += mix(sum[2 * i] ^ read64(secret(11 + 16 * i)),
                     sum[2 * i + 1] ^ read64(secret(11 + 16 * i + 8)));
        }
        return avalanche(h);
    }
};

}  // namespace flowlog::detail

#endif
