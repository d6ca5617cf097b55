// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_HASH_KEY_HPP
#define FLOWLOG_AGGREGATE_HASH_KEY_HPP

#include <cstdint>

#include <unistd.h>

#ifdef __APPLE__
#include <sys/random.h>
#endif

namespace flowlog {

/// The secret that hashes depend on. Whoever writes a log does not know it, and so cannot choose
/// values whose hashes collide: 100,000 addresses chosen for one slot of a table with a known hash
/// took 9 seconds instead of 0.03.
struct hash_key {
    std::uint64_t first = 0x9E3779B97F4A7C15;
    std::uint64_t second = 0xA0761D6478BD642F;  ///< an odd number

    /// The key of this process, drawn at random when it is first asked for. If the system has no
    /// randomness to give, it is the default key, which everybody can read.
    [[nodiscard]] static auto of_process() noexcept -> hash_key const& {
        static auto const key = [] {
            auto result = hash_key{};
            auto random = hash_key{};
            if (::getentropy(&random, sizeof random) == 0) result = random;
            result.second |= 1;
            return result;
        }();
        return key;
    }

    friend auto operator==(hash_key const&, hash_key const&) -> bool = default;
};

}  // namespace flowlog

#endif
