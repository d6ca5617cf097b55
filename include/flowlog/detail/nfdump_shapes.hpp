// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_NFDUMP_SHAPES_HPP
#define FLOWLOG_DETAIL_NFDUMP_SHAPES_HPP

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
#include <flowlog/detail/nfdump_shape.hpp>
#include <flowlog/format/accounting.hpp>

namespace flowlog::detail {

/// What a record without a shape is reported as.
constexpr auto reason_of(nfdump_fault fault) noexcept -> reason {
    if (fault == nfdump_fault::no_flow) return reason::absent_value;
    return fault == nfdump_fault::no_map ? reason::no_layout : reason::bad_value;
}

/// The extension maps of an archive by their number: ids of extensions.
using nfdump_maps = std::unordered_map<std::uint16_t, std::vector<std::uint8_t>>;

/// Finds the shapes of an archive's records. Keeps some of those it has worked out: an archive has
/// a handful, by exporter and address family, and to see that a record has a known one takes a
/// compare per element.
class nfdump_shapes {
public:
    nfdump_shapes() : known_v3_(slots), known_common_(slots) {}

    /// To be told before the first record.
    void set_swapped(bool swapped) noexcept { swapped_ = swapped; }

    /// The shape of a record of type 11; null where it has none, see `fault`. Valid until the next
    /// call.
    [[nodiscard]] auto v3(char const* record, std::size_t size) noexcept -> nfdump_shape const* {
        if (size < nfdump_v3_header) return fail(nfdump_fault::structure);
        flags_ |= static_cast<unsigned char>(record[10]);
        auto const elements = load<std::uint16_t>(record + 4, swapped_);
        auto& slot = known_v3_[(size >> 2 ^ elements) % slots];
        if (slot.matches(record, size, elements)) [[likely]]
            return &slot.shape;
        return learn_v3(slot, record, size, elements);
    }

    /// The shape of a record of type 10 or 1; null where it has none, see `fault`. Valid until the
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

    /// Takes an extension map, in place of an earlier one of the same number; false where it is
    /// damaged.
    auto add_map(std::string_view record) -> bool {
        constexpr std::size_t most = 128;  // extensions; nfdump knows 50, and each at most once
        if (record.size() < 8) return false;
        auto ids = std::vector<std::uint8_t>{};
        for (std::size_t at = 8; at + 2 <= record.size(); at += 2) {
            auto const id = load<std::uint16_t>(record.data() + at, swapped_);
            if (id == 0) break;
            if (ids.size() == most) return false;
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

    /// The flags of all records so far, as the layout 2 has them.
    [[nodiscard]] auto flags() const noexcept -> std::uint8_t { return flags_; }

private:
    static constexpr std::size_t slots = 64;

    /// A shape, and the heads of the elements that records of this shape have.
    struct v3_slot {
        static constexpr std::size_t most = 16;

        nfdump_shape shape;
        std::size_t size = 0;
        std::uint16_t elements = 0;
        std::array<std::uint16_t, most> offsets{};
        std::array<std::uint32_t, most> heads{};

        [[nodiscard]] auto matches(char const* record, std::size_t record_size,
                                   std::uint16_t count) const noexcept -> bool {
            if (size != record_size || elements != count) return false;
            auto different = std::uint32_t{0};
            for (std::size_t i = 0; i < elements; ++i)
                different |= head(record + offsets[i]) ^ heads[i];
            return different == 0;
        }

        [[nodiscard]] static auto head(char const* element) noexcept -> std::uint32_t {
            return load<std::uint32_t>(element, false);
        }
    };

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

    [[gnu::noinline]] auto learn_v3(v3_slot& slot, char const* record, std::size_t size,
                                    std::uint16_t elements) noexcept -> nfdump_shape const* {
        slot.size = 0;
        slot.shape = {.swapped = swapped_};
        auto const fault = shape_v3(slot.shape, record, size);
        if (fault != nfdump_fault::none) return fail(fault);
        if (elements > v3_slot::most) return &slot.shape;
        auto at = nfdump_v3_header;
        for (std::size_t i = 0; i < elements; ++i) {
            slot.offsets[i] = static_cast<std::uint16_t>(at);
            slot.heads[i] = v3_slot::head(record + at);
            at += load<std::uint16_t>(record + at + 2, swapped_);
        }
        slot.elements = elements;
        slot.size = size;
        return &slot.shape;
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
