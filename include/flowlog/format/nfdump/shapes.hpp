// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_SHAPES_HPP
#define FLOWLOG_FORMAT_NFDUMP_SHAPES_HPP

#include <algorithm>
#include <array>
#include <bit>
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
    nfdump_shapes() : known_flows_(slots), known_common_(slots) {}

    /// Sets whether the file's byte order is not this machine's, and the names that records show.
    /// For before the first record.
    void set_archive(bool swapped, nfdump_names const& names) noexcept {
        swapped_ = swapped;
        names_ = &names;
    }

    /// A shape, and what identifies the records of layouts 2 and 3 that have it: their first bytes,
    /// and some of their words. In layout 2 these are the id and length of each element, in layout
    /// 3 the bitmap and the offsets.
    struct flow_slot {
        static constexpr std::size_t max_words = 16;
        static constexpr auto no_head = ~std::uint64_t{0};

        nfdump_shape shape;
        std::uint64_t head = no_head;
        std::size_t size = 0;
        std::size_t words = 0;  // an even number
        std::array<std::uint16_t, max_words> offsets{};
        std::array<std::uint32_t, max_words> values{};
        std::size_t flags_at = 0;
        std::size_t variables = 0;  // elements of which each record gives the length
        std::array<std::uint16_t, 4> variable_offsets{};

        [[nodiscard]] auto has_words_of(char const* record) const noexcept -> bool {
            auto different = std::uint32_t{0};
            for (std::size_t i = 0; i < words; i += 2) {
                different |= word(record + offsets[i]) ^ values[i];
                different |= word(record + offsets[i + 1]) ^ values[i + 1];
            }
            return different == 0;
        }

        [[nodiscard]] auto holds_variables_of(char const* record) const noexcept -> bool {
            for (std::size_t i = 0; i < variables; ++i) {
                if (!nfdump_v4_fits(record, size, variable_offsets[i], shape.swapped)) return false;
            }
            return true;
        }

        /// Adds a word of the record to those that are compared; false if there are too many.
        auto add_word(char const* record, std::size_t at) noexcept -> bool {
            if (words == max_words) return false;
            offsets[words] = static_cast<std::uint16_t>(at);
            values[words++] = word(record + at);
            return true;
        }

        /// Makes the number of words even.
        void even_up() noexcept {
            if (words % 2 == 0) return;
            offsets[words] = offsets[words - 1];
            values[words] = values[words - 1];
            ++words;
        }

        [[nodiscard]] static auto word(char const* from) noexcept -> std::uint32_t {
            return load<std::uint32_t>(from, false);
        }
    };

    /// The slot of the record of type 11 or 16 at `record`, of which `left` bytes are in memory;
    /// null if its shape is not known or it is not whole. Takes 0.4 of the instructions of
    /// `learn`: type, size and number of elements are compared without decoding them.
    [[nodiscard]] auto known(char const* record, std::size_t left) noexcept -> flow_slot const* {
        if (left < nfdump_v3_header) return nullptr;
        auto const head = head_of(record);
        auto const& slot = slot_of(head);
        return slot.head == head && is_like(slot, record, left) ? &slot : nullptr;
    }

    /// Whether the record at `record`, of which `left` bytes are in memory, has the shape of a slot
    /// and is whole.
    [[nodiscard]] auto is_like(flow_slot const& slot, char const* record, std::size_t left) noexcept
        -> bool {
        if (left < slot.size || head_of(record) != slot.head || !slot.has_words_of(record) ||
            !slot.holds_variables_of(record))
            return false;
        flags_ |= static_cast<unsigned char>(record[slot.flags_at]);
        return true;
    }

    /// Whether `count` consecutive records, all of whose bytes are in memory, have the shape of a
    /// slot.
    [[nodiscard]] auto are_like(flow_slot const& slot, char const* records,
                                std::size_t count) noexcept -> bool {
        auto different = std::uint64_t{0};
        auto flags = std::uint8_t{0};
        for (std::size_t i = 0; i < count; ++i) {
            different |= head_of(records + i * slot.size) ^ slot.head;
            flags |= static_cast<std::uint8_t>(records[i * slot.size + slot.flags_at]);
        }
        for (std::size_t w = 0; w < slot.words; ++w) {
            auto const* at = records + slot.offsets[w];
            for (std::size_t i = 0; i < count; ++i, at += slot.size)
                different |= flow_slot::word(at) ^ slot.values[w];
        }
        if (different != 0) return false;
        if (slot.variables != 0) {
            for (std::size_t i = 0; i < count; ++i) {
                if (!slot.holds_variables_of(records + i * slot.size)) return false;
            }
        }
        flags_ |= flags;
        return true;
    }

    /// Works out the shape of a record of type 11 and remembers it; null if it has none, see
    /// `fault`. Valid until the next call.
    [[nodiscard]] auto v3(char const* record, std::size_t size) noexcept -> nfdump_shape const* {
        if (size < nfdump_v3_header) return fail(nfdump_fault::structure);
        auto& slot = begin_slot(record, 10);
        auto const fault = shape_v3(slot.shape, record, size);
        if (fault != nfdump_fault::none) return fail(fault);
        auto const elements = load<std::uint16_t>(record + 4, swapped_);
        auto at = nfdump_v3_header;
        for (std::size_t i = 0; i < elements; ++i) {
            if (!slot.add_word(record, at)) return &slot.shape;
            at += load<std::uint16_t>(record + at + 2, swapped_);
        }
        return keep(slot, record, size);
    }

    /// The same for a record of type 16.
    [[nodiscard]] auto v4(char const* record, std::size_t size) noexcept -> nfdump_shape const* {
        if (size < nfdump_v4_header) return fail(nfdump_fault::structure);
        auto const little = (std::endian::native == std::endian::little) != swapped_;
        auto& slot = begin_slot(record, little ? 6 : 7);
        auto const fault = shape_v4(slot.shape, record, size);
        if (fault != nfdump_fault::none) return fail(fault);
        constexpr std::size_t bitmap_at = 16;
        slot.add_word(record, bitmap_at);
        slot.add_word(record, bitmap_at + 4);
        auto const end = nfdump_v4_header + 2U * load<std::uint16_t>(record + 4, swapped_);
        for (auto at = nfdump_v4_header; at < end; at += 4) {
            // an odd last offset is compared together with the one before it
            if (!slot.add_word(record, std::min(at, end - 4))) return &slot.shape;
        }
        find_variables(slot, record);
        return keep(slot, record, size);
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

    /// The flags of all records so far, by the bits that layouts 2 and 3 give them.
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
    [[nodiscard]] static auto head_of(char const* record) noexcept -> std::uint64_t {
        auto const bytes = load_little<std::uint64_t>(record);
        return bytes & 0xFFFF'FFFF'FFFFU;
    }

    [[nodiscard]] auto slot_of(std::uint64_t head) noexcept -> flow_slot& {
        return known_flows_[head * 0x9E37'79B9'7F4A'7C15U >> 58];
    }

    /// Empties the slot of a record, whose flags are in the byte at `flags_at`.
    [[nodiscard]] auto begin_slot(char const* record, std::size_t flags_at) noexcept -> flow_slot& {
        auto& slot = slot_of(head_of(record));
        slot.head = flow_slot::no_head;
        slot.shape = {.swapped = swapped_, .names = names_};
        slot.words = 0;
        slot.variables = 0;
        slot.flags_at = flags_at;
        flags_ |= static_cast<unsigned char>(record[flags_at]);
        return slot;
    }

    /// Notes the elements of a record of type 16 that give their lengths.
    void find_variables(flow_slot& slot, char const* record) const noexcept {
        auto rest = load<std::uint64_t>(record + 16, swapped_);
        for (auto at = nfdump_v4_header; rest != 0; rest &= rest - 1, at += 2) {
            if (!nfdump_v4_is_variable(static_cast<std::size_t>(std::countr_zero(rest)))) continue;
            slot.variable_offsets[slot.variables++] = load<std::uint16_t>(record + at, swapped_);
        }
    }

    /// Lets `known` find a slot that was filled from this record.
    [[nodiscard]] static auto keep(flow_slot& slot, char const* record, std::size_t size) noexcept
        -> nfdump_shape const* {
        slot.even_up();
        slot.size = size;
        slot.head = head_of(record);
        return &slot.shape;
    }

    [[gnu::noinline]] auto learn_common(common_slot& slot, common_key const& key)
        -> nfdump_shape const* {
        slot.key = {};
        auto const map = maps_.find(key.map);
        if (map == maps_.end()) return fail(nfdump_fault::no_map);
        slot.shape = {.swapped = swapped_, .names = names_};
        auto const fault = shape_common(slot.shape, key.type, key.flags, map->second, key.size);
        if (fault != nfdump_fault::none) return fail(fault);
        slot.key = key;
        return &slot.shape;
    }

    std::vector<flow_slot> known_flows_;
    std::vector<common_slot> known_common_;
    nfdump_maps maps_;
    nfdump_fault fault_ = nfdump_fault::none;
    std::uint8_t flags_ = 0;
    bool swapped_ = false;
    nfdump_names const* names_ = nullptr;
};

}  // namespace flowlog::detail

#endif
