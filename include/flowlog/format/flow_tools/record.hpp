// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_FLOW_TOOLS_RECORD_HPP
#define FLOWLOG_FORMAT_FLOW_TOOLS_RECORD_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <flowlog/detail/load.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/detail/uptime.hpp>
#include <flowlog/format/flow_tools/layout.hpp>
#include <flowlog/format/packed_column.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

template <class Record>
class archive_batch;

namespace detail {

template <byte_source Source>
class flow_tools_records;

}  // namespace detail

/// A flow of a flow-tools archive. A view, valid until its reader moves on; it decodes a field each
/// time the field is read.
class flow_tools_record {
public:
    flow_tools_record() = default;

    /// A field's value; absent if this export version has no such field.
    template <field_id Id>
    [[nodiscard]] auto operator[](field_key<Id>) const noexcept
        -> field_value<field_value_type<Id>> {
        return get<field_value_type<Id>>(Id);
    }

    /// The number of an IPv4 address: `record[field::srcaddr_raw]`.
    template <field_id Id>
    [[nodiscard]] auto operator[](raw_address_key<Id>) const noexcept
        -> field_value<std::uint32_t> {
        return raw_address((*this)[field_key<Id>{}]);
    }

    /// The value of a field known only at run time. `T` must be the type of the field's values.
    template <class T>
    [[nodiscard, gnu::always_inline]] auto get(field_id id) const noexcept -> field_value<T> {
        if constexpr (std::same_as<T, timestamp>) {
            return time(id);
        } else if constexpr (std::same_as<T, address>) {
            auto const width = detail::flow_tools_width(id);
            if (width == 0 || !layout_->has(id)) [[unlikely]]
                return {};
            return address::v4(stored(id, width));
        } else if constexpr (std::unsigned_integral<T>) {
            if (id == field_id::netflow_version) return static_cast<T>(layout_->export_version);
            auto const width = detail::flow_tools_width(id);
            if (width == 0 || !layout_->has(id)) [[unlikely]]
                return {};
            return static_cast<T>(stored(id, width));
        } else {
            return {};
        }
    }

    /// The value of a numeric field of any type.
    [[nodiscard]] auto number(field_id id, field_type) const noexcept
        -> field_value<std::uint64_t> {
        return get<std::uint64_t>(id);
    }

    /// Whether the uptime of the router wrapped around between the flow and its export, and the
    /// times were corrected.
    [[nodiscard]] auto wrapped() const noexcept -> bool {
        return repair_ && clock().wraps_of_first() != 0;
    }

private:
    template <class Record>
    friend class archive_batch;
    template <byte_source Source>
    friend class detail::flow_tools_records;

    /// A record of an archive with this layout and byte order, whose bytes `move_to` sets.
    flow_tools_record(detail::flow_tools_layout const& layout, bool swap, bool repair,
                      bool unswapped) noexcept
        : layout_{&layout}, swap_{swap}, repair_{repair}, unswapped_{unswapped} {}

    /// Makes this the record at `bytes`.
    void move_to(char const* bytes) noexcept { bytes_ = bytes; }

    /// Where a number or an address is in all records of the archive; none if they do not have it,
    /// or it has to be computed.
    [[nodiscard]] auto column(field_id id) const noexcept -> std::optional<detail::packed_column> {
        auto const type = info(id).type;
        auto const plain = type <= field_type::u64 || type == field_type::address;
        if (!plain || unswapped_ || !layout_->has(id)) return std::nullopt;
        return detail::packed_column{layout_->offset(id), detail::flow_tools_width(id), swap_};
    }

    /// The number that a record stores for a field in `width` bytes: 1, 2 or 4.
    [[nodiscard, gnu::always_inline]] auto stored(field_id id, std::size_t width) const noexcept
        -> std::uint32_t {
        using enum field_id;
        auto const* const at = bytes_ + layout_->offset(id);
        if (unswapped_) [[unlikely]] {
            if (id == src_tag || id == dst_tag) return detail::load_big<std::uint16_t>(at);
            if ((id == exporter || id == dst_as) && layout_->left_unswapped(id)) {
                return width == 2 ? detail::load_little<std::uint16_t>(at)
                                  : detail::load_little<std::uint32_t>(at);
            }
        }
        if (width == 1) return static_cast<unsigned char>(*at);
        return width == 2 ? detail::load<std::uint16_t>(at, swap_)
                          : detail::load<std::uint32_t>(at, swap_);
    }

    [[nodiscard]] auto time(field_id id) const noexcept -> field_value<timestamp> {
        switch (id) {
            case field_id::start: return clock().start(repair_);
            case field_id::end: return clock().end(repair_);
            case field_id::export_time: return exported();
            default: return {};
        }
    }

    [[nodiscard]] auto word(std::size_t offset) const noexcept -> std::uint32_t {
        return detail::load<std::uint32_t>(bytes_ + offset, swap_);
    }

    [[nodiscard]] auto exported() const noexcept -> timestamp {
        auto const unit = layout_->rest == detail::export_rest::nanoseconds ? 1U : 1'000'000U;
        return detail::unix_time(word(0), std::uint64_t{word(4)} * unit);
    }

    [[nodiscard]] auto clock() const noexcept -> detail::uptime_clock {
        auto const has_uptime = layout_->has(field_id::sys_uptime);
        return {exported(), has_uptime ? word(layout_->offset(field_id::sys_uptime)) : 0,
                word(layout_->offset(field_id::flow_start_sys_up_time)),
                word(layout_->offset(field_id::flow_end_sys_up_time))};
    }

    char const* bytes_ = nullptr;
    detail::flow_tools_layout const* layout_ = nullptr;
    bool swap_ = false;
    bool repair_ = true;
    bool unswapped_ = false;  // some fields were not swapped, see flow_tools_options
};

}  // namespace flowlog

#endif
