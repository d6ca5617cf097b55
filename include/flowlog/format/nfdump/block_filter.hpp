// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_BLOCK_FILTER_HPP
#define FLOWLOG_FORMAT_NFDUMP_BLOCK_FILTER_HPP

//      body of flows of layout 3, as nfmeta writes it:
//
//      │ head: number, times │ filter of sources v4 │ destinations v4 │ sources v6 │ … v6 │ flows …
//      0                     32                     8232              16432        24632   32832
//
//      a filter (record of type 18):  │ 18 │ size │ kind │ 0 │ 65536 bits │
//                                     0    2      4      6   8            8200

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include <flowlog/detail/load.hpp>
#include <flowlog/detail/mix.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_bounds.hpp>
#include <flowlog/format/nfdump/block.hpp>

namespace flowlog::detail {

/// A Bloom filter of the addresses at one end of a block's flows. (Source: bloom.h of nfdump 1.8.)
class nfdump_bloom_filter {
public:
    static constexpr std::size_t head_size = 8;
    static constexpr std::size_t bits = 65536;
    static constexpr std::size_t size = head_size + bits / 8;
    static constexpr std::uint16_t type = 18;

    explicit nfdump_bloom_filter(char const* record) noexcept : record_{record} {}

    /// 1 source v4, 2 destination v4, 3 source v6, 4 destination v6.
    [[nodiscard]] auto kind() const noexcept -> std::uint16_t {
        return load_little<std::uint16_t>(record_ + 4);
    }

    /// Whether flows of the block may have this address.
    [[nodiscard]] auto may_have(address const& ip) const noexcept -> bool {
        constexpr std::uint32_t hashes = 7;
        auto const hash = hash_of(ip);
        auto at = static_cast<std::uint32_t>(hash);
        for (std::uint32_t i = 0; i < hashes; ++i, at += static_cast<std::uint32_t>(hash >> 32)) {
            auto const bit = at % bits;
            auto const byte = static_cast<unsigned char>(record_[head_size + bit / 8]);
            if ((byte >> bit % 8 & 1) == 0) return false;
        }
        return true;
    }

private:
    /// wyhash of the address as little-endian machines store it, with the seed 0.
    [[nodiscard]] static auto hash_of(address const& ip) noexcept -> std::uint64_t {
        auto const low32 = [](std::uint64_t word) { return word & 0xFFFF'FFFF; };
        auto a = low32(ip.low()) << 32 | low32(ip.low());
        auto b = a;
        if (!ip.is_v4()) {
            a = low32(ip.high()) << 32 | low32(ip.low());
            b = ip.low() >> 32 << 32 | ip.high() >> 32;
        }
        constexpr auto seed = std::uint64_t{0xA076'1D64'78BD'642F};
        return mix(a ^ seed ^ 0xE703'7ED1'A0B4'28DB, b ^ seed ^ 0x8EBC'6AF0'9C88'C6E3);
    }

    char const* record_;
};

/// Says which blocks of layout 3 cannot have a flow that is wanted, by what they begin with.
class nfdump_block_filter {
public:
    void restrict(std::vector<field_bounds> const& wanted) {
        for (auto const& bounds : wanted) {
            if (bounds.id == field_id::start || bounds.id == field_id::end)
                times_.push_back(bounds);
        }
    }

    void restrict(std::vector<address_choice> const& wanted) {
        auto const known = [](auto const& choice) {
            return choice.first == field_id::srcaddr || choice.first == field_id::dstaddr;
        };
        for (auto const& choice : wanted) {
            if (std::ranges::all_of(choice.any_of, known)) addresses_.push_back(choice);
        }
    }

    /// How many bytes of a block's body say whether it is excluded; 0 if no block is.
    [[nodiscard]] auto front_size() const noexcept -> std::size_t {
        if (!addresses_.empty()) return nfdump_flows_head::size + 4 * nfdump_bloom_filter::size;
        return times_.empty() ? 0 : nfdump_flows_head::size;
    }

    /// Whether no flow of a block is wanted whose body begins with `front`.
    [[nodiscard]] auto excludes(std::string_view front, bool swapped) const -> bool {
        if (front.size() < nfdump_flows_head::size) return false;
        auto const head = nfdump_flows_head::read(front.data(), swapped);
        auto const excluded = [&](auto const& bounds) {
            constexpr auto max = std::numeric_limits<std::int64_t>::max() / 1000;
            if (!head.has_times() || head.last > std::uint64_t{max}) return false;
            return static_cast<std::int64_t>(head.last) * 1000 < bounds.first ||
                   static_cast<std::int64_t>(head.first) * 1000 > bounds.last;
        };
        if (std::ranges::any_of(times_, excluded)) return true;
        // Bloom filters are only read as little-endian machines write them
        auto const little = (std::endian::native == std::endian::little) != swapped;
        return little && !addresses_.empty() &&
               excluded_by_addresses(front.substr(nfdump_flows_head::size));
    }

private:
    [[nodiscard]] auto excluded_by_addresses(std::string_view records) const -> bool {
        auto filters = std::array<char const*, 5>{};
        while (records.size() >= nfdump_bloom_filter::size &&
               load_little<std::uint16_t>(records.data()) == nfdump_bloom_filter::type &&
               load_little<std::uint16_t>(records.data() + 2) == nfdump_bloom_filter::size) {
            auto const kind = nfdump_bloom_filter{records.data()}.kind();
            if (kind < filters.size()) filters[kind] = records.data();
            records.remove_prefix(nfdump_bloom_filter::size);
        }
        auto const may_have = [&](auto const& choice) {
            auto const kind = std::size_t{choice.second.is_v4() ? 1U : 3U} +
                              (choice.first == field_id::dstaddr ? 1U : 0U);
            return filters[kind] == nullptr ||
                   nfdump_bloom_filter{filters[kind]}.may_have(choice.second);
        };
        return std::ranges::any_of(addresses_, [&](address_choice const& wanted) {
            return std::ranges::none_of(wanted.any_of, may_have);
        });
    }

    std::vector<field_bounds> times_;
    std::vector<address_choice> addresses_;
};

}  // namespace flowlog::detail

#endif
