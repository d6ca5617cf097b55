// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_SHAPES_HPP
#define FLOWLOG_FORMAT_NFDUMP_SHAPES_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <flowlog/detail/load.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/nfdump/shape.hpp>

namespace flowlog::detail {

/// The reason for which a record without a shape is reported.
constexpr auto reason_of(nfdump_fault fault) noexcept -> reason {
    if (fault == nfdump_fault::no_flow) return reason::absent_value;
    return fault == nfdump_fault::no_map ? reason::no_layout : reason::bad_value;
}

/// The extension maps of an archive, by their numbers. A map is a list of ids of extensions.
using nfdump_maps = std::unordered_map<std::uint16_t, std::vector<std::uint8_t>>;

/// Finds the shapes of an archive's records, and remembers some of them. An archive has a handful
/// of shapes, by exporter and address family, and one compare per element shows that a record has a
/// known one.
class nfdump_shapes {
public:
    nfdump_shapes() : known_v3_(slots), known_common_(slots) {}

    /// Sets whether the file's byte order is not this machine's. For before the first record.
    void set_swapped(bool swapped) noexcept { swapped_ = swapped; }

    /// A shape, and what identifies the records that have it: their first bytes, and the id and
    /// length of each element.
    struct v3_slot {
        static constexpr std::size_t max_elements = 16;
        static constexpr auto no_head = ~std::uint64_t{0};

        nfdump_shape shape;
        std::uint64_t head = no_head;
        std::size_t size = 0;
        std::size_t elements = 0;  // rounded up to an even number
        std::array<std::uint16_t, max_elements> offsets{};
        std::array<std::uint32_t, max_elements> heads{};

        [[nodiscard]] auto has_elements_of(char const* record) const noexcept -> bool {
            auto different = std::uint32_t{0};
            for (std::size_t i = 0; i < elements; i += 2) {
                different |= element_head(record + offsets[i]) ^ heads[i];
                different |= element_head(record + offsets[i + 1]) ^ heads[i + 1];
            }
            return different == 0;
        }

        [[nodiscard]] static auto element_head(char const* element) noexcept -> std::uint32_t {
            return load<std::uint32_t>(element, false);
        }
    };

    /// The slot of the record of type 11 at `record`, of which `left` bytes are in memory; null if
    /// its shape is not known or it is not whole. Takes 0.4 of the instructions of `v3`: type, size
    /// and number of elements are compared without decoding them.
    [[nodiscard]] auto known_v3(char const* record, std::size_t left) noexcept -> v3_slot const* {
        if (left < nfdump_v3_header) return nullptr;
        auto const head = v3_head(record);
        auto const& slot = v3_slot_of(head);
        return slot.head == head && is_like(slot, record, left) ? &slot : nullptr;
    }

    /// Whether the record of type 11 at `record`, of which `left` bytes are in memory, has the
    /// shape of a slot and is whole.
    [[nodiscard]] auto is_like(v3_slot const& slot, char const* record, std::size_t left) noexcept
        -> bool {
        if (left < slot.size || v3_head(record) != slot.head || !slot.has_elements_of(record))
            return false;
        flags_ |= static_cast<unsigned char>(record[10]);
        return true;
    }

    /// Whether `count` consecutive records, all of whose bytes are in memory, have the shape of a
    /// slot.
    [[nodiscard]] auto are_like(v3_slot const& slot, char const* records,
                                std::size_t count) noexcept -> bool {
        auto different = std::uint64_t{0};
        auto flags = std::uint8_t{0};
        for (std::size_t i = 0; i < count; ++i) {
            different |= v3_head(records + i * slot.size) ^ slot.head;
            flags |= static_cast<std::uint8_t>(records[i * slot.size + 10]);
        }
        for (std::size_t e = 0; e < slot.elements; ++e) {
            auto const* element = records + slot.offsets[e];
            for (std::size_t i = 0; i < count; ++i, element += slot.size)
                different |= v3_slot::element_head(element) ^ slot.heads[e];
        }
        if (different != 0) return false;
        flags_ |= flags;
        return true;
    }

    /// Works out the shape of a record of type 11 and remembers it; null if it has none, see
    /// `fault`. Valid until the next call.
    [[nodiscard]] auto v3(char const* record, std::size_t size) noexcept -> nfdump_shape const* {
        if (size < nfdump_v3_header) return fail(nfdump_fault::structure);
        flags_ |= static_cast<unsigned char>(record[10]);
        auto const head = v3_head(record);
        auto& slot = v3_slot_of(head);
        slot.head = v3_slot::no_head;
        slot.shape = {.swapped = swapped_};
        auto const fault = shape_v3(slot.shape, record, size);
        if (fault != nfdump_fault::none) return fail(fault);
        auto const elements = load<std::uint16_t>(record + 4, swapped_);
        if (elements > v3_slot::max_elements) return &slot.shape;
        auto at = nfdump_v3_header;
        for (std::size_t i = 0; i < elements; ++i) {
            slot.offsets[i] = static_cast<std::uint16_t>(at);
            slot.heads[i] = v3_slot::element_head(record + at);
            at += load<std::uint16_t>(record + at + 2, swapped_);
        }
        slot.elements = elements;
        if (elements % 2 != 0) {
            slot.offsets[elements] = slot.offsets[elements - 1U];
            slot.heads[slot.elements++] = slot.heads[elements - 1U];
        }
        slot.size = size;
        slot.head = head;
        return &slot.shape;
    }

    /// The shape of a record of type 10 or 1; null if it has none, see `fault`. Valid until the
    /// next call.
    [[nodiscard]] auto common(char const* record, std::size_t size) -> nfdump_shape const* {
        auto const type = load<std::uint16_t>(record, swapped_);
        auto const needed =
            type == nfdump_record_header::common ? nfdump_common::size : nfdump_common::old_size;
        if (size < needed) return fail(nfdump_fault::structure);
        auto const flags = type == nfdump_record_header::common
                               ? load<std::uint16_t>(record + 4, swapped_)
                               : std::uint16_t{static_cast<unsigned char>(record[4])};
        if ((flags & nfdump_common::sampled) != 0) flags_ |= sampled;
        auto const map = load<std::uint16_t>(record + 6, swapped_);
        auto const key = common_key{type, size, map, static_cast<std::uint16_t>(flags & 7)};
        auto& slot = known_common_[(map * 8U + key.flags) % slots];
        if (slot.key == key) [[likely]]
            return &slot.shape;
        return learn_common(slot, key);
    }

    /// Adds an extension map, in place of an earlier one of the same number; false if it is
    /// damaged.
    auto add_map(std::string_view record) -> bool {
        constexpr std::size_t max_ids = 128;  // nfdump knows 50, each of which may appear once
        if (record.size() < 8) return false;
        auto ids = std::vector<std::uint8_t>{};
        for (std::size_t at = 8; at + 2 <= record.size(); at += 2) {
            auto const id = load<std::uint16_t>(record.data() + at, swapped_);
            if (id == 0) break;
            if (ids.size() == max_ids) return false;
            ids.push_back(static_cast<std::uint8_t>(std::min<std::uint16_t>(id, 0xFF)));
        }
        maps_[load<std::uint16_t>(record.data() + 4, swapped_)] = std::move(ids);
        for (auto& slot : known_common_) slot.key = {};
        return true;
    }

    /// The extension maps in force.
    [[nodiscard]] auto maps() const noexcept -> nfdump_maps const& { return maps_; }
    void set_maps(nfdump_maps maps) { maps_ = std::move(maps); }

    /// Why the last record has no shape.
    [[nodiscard]] auto fault() const noexcept -> nfdump_fault { return fault_; }

    static constexpr std::uint8_t sampled = 2;
    static constexpr std::uint8_t anonymized = 4;

    /// The flags of all records so far, by the bits that layout 2 gives them.
    [[nodiscard]] auto flags() const noexcept -> std::uint8_t { return flags_; }

private:
    static constexpr std::size_t slots = 64;  // 2^6

    struct common_key {
        std::uint16_t type = 0;
        std::size_t size = 0;
        std::uint16_t map = 0;
        std::uint16_t flags = 0;

        friend auto operator==(common_key const&, common_key const&) noexcept -> bool = default;
    };

    struct common_slot {
        nfdump_shape shape;
        common_key key;
    };

    auto fail(nfdump_fault fault) noexcept -> nfdump_shape const* {
        fault_ = fault;
        return nullptr;
    }

    /// Type, size and number of elements, in the file's byte order.
    [[nodiscard]] static auto v3_head(char const* record) noexcept -> std::uint64_t {
        auto const bytes = load_little<std::uint64_t>(record);
        return bytes & 0xFFFF'FFFF'FFFFU;
    }

    [[nodiscard]] auto v3_slot_of(std::uint64_t head) noexcept -> v3_slot& {
        return known_v3_[head * 0x9E37'79B9'7F4A'7C15U >> 58];
    }

    [[gnu::noinline]] auto learn_common(common_slot& slot, common_key const& key)
        -> nfdump_shape const* {
        slot.key = {};
        auto const map = maps_.find(key.map);
        if (map == maps_.end()) return fail(nfdump_fault::no_map);
        slot.shape = {.swapped = swapped_};
        auto const fault = shape_common(slot.shape, key.type, key.flags, map->second, key.size);
        if (fault != nfdump_fault::none) return fail(fault);
        slot.key = key;
        return &slot.shape;
    }

    std::vector<v3_slot> known_v3_;
    std::vector<common_slot> known_common_;
    nfdump_maps maps_;
    nfdump_fault fault_ = nfdump_fault::none;
    std::uint8_t flags_ = 0;
    bool swapped_ = false;
};

}  // namespace flowlog::detail

#endif
