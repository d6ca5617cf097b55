// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_DETAIL_WORD_TABLE_HPP
#define FLOWLOG_FLOW_DETAIL_WORD_TABLE_HPP

#include <array>
#include <cstddef>
#include <cstdint>

namespace flowlog::detail {

/// A hash table from at most 1024 words to small numbers. Fill it at its first use, which takes
/// microseconds: tables that the compiler sorted took 10 % of the time to compile `flowlog.hpp`.
class word_table {
public:
    void insert(std::uint32_t hash, std::uint8_t number) noexcept {
        auto at = hash % slots_.size();
        while (slots_[at].taken) at = (at + 1) % slots_.size();
        slots_[at] = {hash, number, true};
    }

    /// The first number inserted with this hash for which `equal(number)` is true; -1 if none is.
    template <class Equal>
    [[nodiscard]] auto find(std::uint32_t hash, Equal equal) const noexcept -> int {
        for (auto at = hash % slots_.size(); slots_[at].taken; at = (at + 1) % slots_.size()) {
            if (slots_[at].hash == hash && equal(slots_[at].number)) return slots_[at].number;
        }
        return -1;
    }

private:
    struct slot {
        std::uint32_t hash = 0;
        std::uint8_t number = 0;
        bool taken = false;
    };

    std::array<slot, 2048> slots_{};
};

/// FNV-1a: the initial hash, and the hash after one more letter.
inline constexpr auto word_hash_start = std::uint32_t{2166136261};
constexpr auto word_hash(std::uint32_t hash, char letter) noexcept -> std::uint32_t {
    return (hash ^ static_cast<unsigned char>(letter)) * 16777619;
}

}  // namespace flowlog::detail

#endif
