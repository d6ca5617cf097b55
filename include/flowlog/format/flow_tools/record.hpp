// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_FLOW_TOOLS_RECORD_HPP
#define FLOWLOG_FORMAT_FLOW_TOOLS_RECORD_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

#include <flowlog/detail/load.hpp>
#include <flowlog/flow/field.hpp>
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
        using enum field_id;
        if constexpr (Id == start) {
            return clock().start(repair_);
        } else if constexpr (Id == end) {
            return clock().end(repair_);
        } else if constexpr (Id == export_time) {
            return exported();
        } else if constexpr (Id == netflow_version) {
            return layout_->export_version;
        } else if constexpr (detail::flow_tools_width(Id) != 0) {
            if (!layout_->has(Id)) return {};
            return convert<field_value_type<Id>>(number<Id>());
        } else {
            return {};
        }
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

    template <std::size_t Width>
    using unsigned_of =
        std::conditional_t<Width == 1, std::uint8_t,
                           std::conditional_t<Width == 2, std::uint16_t, std::uint32_t>>;

    template <field_id Id>
    [[nodiscard]] auto number() const noexcept {
        using enum field_id;
        using stored = unsigned_of<detail::flow_tools_width(Id)>;
        auto const* const at = bytes_ + layout_->offset(Id);
        if constexpr (Id == src_tag || Id == dst_tag) {
            if (unswapped_) return std::uint32_t{detail::load_big<std::uint16_t>(at)};
        } else if constexpr (Id == exporter || Id == dst_as) {
            if (unswapped_ && layout_->left_unswapped(Id)) return detail::load_little<stored>(at);
        }
        return detail::load<stored>(at, swap_);
    }

    template <class Value>
    [[nodiscard]] static auto convert(auto number) noexcept -> Value {
        if constexpr (std::same_as<Value, address>) {
            return address::v4(number);
        } else {
            return Value{number};
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
