// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_RECORD_HPP
#define FLOWLOG_FORMAT_NFDUMP_RECORD_HPP

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include <flowlog/detail/load.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/nfdump/layouts.hpp>
#include <flowlog/format/nfdump/names.hpp>
#include <flowlog/format/nfdump/shape.hpp>
#include <flowlog/format/nfdump/texts.hpp>
#include <flowlog/format/packed_column.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

template <class Record>
class archive_batch;
template <byte_source Source>
class nfdump_reader;

namespace detail {

/// The shape of a record without fields.
inline constexpr nfdump_shape empty_shape{};

/// The timestamp of Unix milliseconds; malformed if a timestamp cannot hold it.
constexpr auto from_milliseconds(std::uint64_t ms) noexcept -> field_value<timestamp> {
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max() / 1000;
    if (ms > largest) return field_value<timestamp>{presence::malformed};
    return timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(ms)}};
}

}  // namespace detail

/// A flow of an nfdump archive. A view, valid until its reader moves on; it decodes a field each
/// time the field is read.
///
/// Fields have the values that the collector stored: 0 or `0.0.0.0` for much that it did not know,
/// and counters that it multiplied if it knew that the exporter samples. A field is absent if the
/// record does not have it, if it is a time and 0, or if it is an empty text. `flows` is 1 in a
/// record without a number of flows. `dstport` of ICMP is 256 * type + code. `start` is the time of
/// the event if a record of layout 3 has only this. The AWS field `type` is given by the addresses.
/// Some records have both IPv4 and IPv6 addresses. Then `ip-version` says which are meant; without
/// it, the first ones are, unless they are zero. Names of interfaces and the like are those that
/// the archive had before the flow.
class nfdump_record {
public:
    nfdump_record() = default;

    /// A field's value; absent if the record has none.
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
        if constexpr (std::same_as<T, address>) {
            return ip(id);
        } else if constexpr (std::same_as<T, timestamp>) {
            return time(id);
        } else if constexpr (std::same_as<T, std::string_view>) {
            return text(id);
        } else if constexpr (std::same_as<T, flowlog::flow_direction>) {
            return direction();
        } else if constexpr (std::unsigned_integral<T>) {
            if (id == field_id::flows) return flows<T>();
            if (!has(id)) return {};
            if (detail::nfdump_is_derived(id)) [[unlikely]]
                return static_cast<T>(derived(id));
            auto const number = integer<T>(id);
            // 0 means "not known" here, and nothing else
            if (number == 0 && id == field_id::netflow_version) return {};
            return number;
        } else {
            return {};
        }
    }

    /// The value of a numeric field of any type.
    [[nodiscard]] auto number(field_id id, field_type) const noexcept
        -> field_value<std::uint64_t> {
        return get<std::uint64_t>(id);
    }

    /// The bytes of the record, as in the archive after unpacking.
    [[nodiscard]] auto bytes() const noexcept -> std::string_view {
        return data_ == nullptr ? std::string_view{}
                                : std::string_view{data_, load<std::uint16_t>(data_ + 2)};
    }

private:
    template <class Record>
    friend class archive_batch;
    template <byte_source Source>
    friend class nfdump_reader;

    /// Makes this the record at `data`, which has this shape.
    void move_to(char const* data, detail::nfdump_shape const& shape) noexcept {
        data_ = data;
        shape_ = &shape;
    }

    /// Makes this the record at `data`, which has the same shape as before.
    void move_to(char const* data) noexcept { data_ = data; }

    /// Where a number or an address is in all records of this shape; none if the value itself
    /// determines whether it is there.
    [[nodiscard]] auto column(field_id id) const noexcept -> std::optional<detail::packed_column> {
        auto const type = info(id).type;
        auto const plain = (type <= field_type::u64 || type == field_type::address) &&
                           id != field_id::flows && id != field_id::netflow_version &&
                           !detail::nfdump_is_derived(id);
        if (!plain || !has(id) || shape_->second_offset(id) != 0) return std::nullopt;
        return detail::packed_column{shape_->offset(id), shape_->width(id), shape_->swapped};
    }

    [[nodiscard]] auto has(field_id id) const noexcept -> bool { return shape_->offset(id) != 0; }
    [[nodiscard]] auto at(field_id id) const noexcept -> char const* {
        return data_ + shape_->offset(id);
    }

    template <std::unsigned_integral T>
    [[nodiscard]] auto load(char const* from) const noexcept -> T {
        return detail::load<T>(from, shape_->swapped);
    }

    /// A number in as many bytes as this record has for it, at most the width of `Value`.
    template <std::unsigned_integral Value>
    [[nodiscard, gnu::always_inline]] auto integer(field_id id) const noexcept -> Value {
        auto const width = shape_->width(id);
        if (width == sizeof(Value)) return load<Value>(at(id));
        if constexpr (sizeof(Value) > 4) {
            if (width == 4) return load<std::uint32_t>(at(id));
        }
        if constexpr (sizeof(Value) > 2) {
            if (width == 2) return load<std::uint16_t>(at(id));
        }
        return static_cast<unsigned char>(*at(id));
    }

    /// A number that is not stored as it is: the label of an MPLS label; the length of an element,
    /// with which it begins in layout 3, and which includes 4 more bytes in layout 2; a latency, in
    /// milliseconds in layout 3. (nfdump 1.8 copies the microseconds of layout 2 and takes them for
    /// milliseconds, too.)
    [[nodiscard, gnu::noinline, gnu::cold]] auto derived(field_id id) const noexcept
        -> std::uint64_t {
        constexpr auto most = std::numeric_limits<std::uint64_t>::max() / 1000;
        auto const stored = integer<std::uint64_t>(id);
        switch (id) {
            case field_id::mpls_top_label: return stored >> 4;
            case field_id::client_latency:
            case field_id::server_latency:
            case field_id::application_latency:
                return shape_->is_layout_3 ? std::min(stored, most) * 1000 : stored;
            default: return shape_->is_layout_3 ? stored : stored - 4;
        }
    }

    /// The number of flows in the record, which is 1 if the record has no such number.
    template <std::unsigned_integral T>
    [[nodiscard]] auto flows() const noexcept -> T {
        auto const number = has(field_id::flows) ? integer<T>(field_id::flows) : T{1};
        return number == 0 ? T{1} : number;
    }

    [[nodiscard]] auto ip(field_id id) const noexcept -> field_value<address> {
        auto const width = shape_->width(id);
        if (shape_->has_both_families && is_of_second_family(id)) [[unlikely]]
            return ip_at(data_ + shape_->second_offset(id), 20 - width);
        return ip_at(at(id), width);
    }

    [[nodiscard]] auto ip_at(char const* from, std::size_t width) const noexcept
        -> field_value<address> {
        if (width == 4) return address::v4(load<std::uint32_t>(from));
        if (width == 16)
            return address::v6(load<std::uint64_t>(from), load<std::uint64_t>(from + 8));
        return {};
    }

    /// Whether a field has both an IPv4 and an IPv6 address, and the second one is meant: because
    /// `ip-version` says so, or, without it, because the first one is zero, as is the one at the
    /// other end of the flow, if there is one.
    [[nodiscard, gnu::noinline, gnu::cold]] auto is_of_second_family(field_id id) const noexcept
        -> bool {
        if (shape_->second_offset(id) == 0) return false;
        if (has(field_id::ip_version) && (id == field_id::srcaddr || id == field_id::dstaddr)) {
            auto const family = integer<std::uint8_t>(field_id::ip_version);
            if (family == 4 || family == 6) return (family == 4) != (shape_->width(id) == 4);
        }
        if (!is_zero(id)) return false;
        switch (id) {
            case field_id::srcaddr: return is_zero(field_id::dstaddr);
            case field_id::dstaddr: return is_zero(field_id::srcaddr);
            case field_id::post_nat_srcaddr: return is_zero(field_id::post_nat_dstaddr);
            case field_id::post_nat_dstaddr: return is_zero(field_id::post_nat_srcaddr);
            default: return true;
        }
    }

    /// Whether all bytes of a field are zero; also if the record does not have it.
    [[nodiscard]] auto is_zero(field_id id) const noexcept -> bool {
        auto const text = std::string_view{at(id), shape_->width(id)};
        return text.find_first_not_of('\0') == text.npos;
    }

    [[nodiscard]] auto time(field_id id) const noexcept -> field_value<timestamp> {
        auto const width = shape_->width(id);
        if (width == 0) return {};
        auto ms = std::uint64_t{0};
        if (width == 8) {
            ms = load<std::uint64_t>(at(id));
        } else {
            auto const rest = id == field_id::start ? detail::nfdump_common::msec_first
                                                    : detail::nfdump_common::msec_last;
            ms = load<std::uint32_t>(at(id)) * std::uint64_t{1000} +
                 load<std::uint16_t>(data_ + rest);
        }
        // as nfdump 1.8 reads events of firewalls and address translators
        if (ms == 0 && id == field_id::start && shape_->is_layout_3)
            return has(field_id::event_time) ? time(field_id::event_time)
                                             : field_value<timestamp>{};
        return ms == 0 ? field_value<timestamp>{} : detail::from_milliseconds(ms);
    }

    [[nodiscard]] auto text(field_id id) const noexcept -> field_value<std::string_view> {
        using names = detail::nfdump_names;
        using scratch = detail::nfdump_texts;
        switch (id) {
            case field_id::type: return family();
            case field_id::input_name: return name_of(names::interfaces, field_id::input);
            case field_id::output_name: return name_of(names::interfaces, field_id::output);
            case field_id::ingress_vrf_name: return name_of(names::vrfs, field_id::ingress_vrf);
            case field_id::egress_vrf_name: return name_of(names::vrfs, field_id::egress_vrf);
            case field_id::application_name: return application_name();
            default: break;
        }
        if (!has(id)) return {};
        switch (id) {
            case field_id::src_mac:
                return texts_.mac(scratch::src_mac, load<std::uint64_t>(at(id)));
            case field_id::dst_mac:
                return texts_.mac(scratch::dst_mac, load<std::uint64_t>(at(id)));
            case field_id::post_src_mac:
                return texts_.mac(scratch::post_src_mac, load<std::uint64_t>(at(id)));
            case field_id::post_dst_mac:
                return texts_.mac(scratch::post_dst_mac, load<std::uint64_t>(at(id)));
            case field_id::mpls_labels: return present(texts_.mpls(at(id), shape_->swapped));
            case field_id::ingress_acl: return texts_.acl(0, at(id), shape_->swapped);
            case field_id::egress_acl: return texts_.acl(1, at(id), shape_->swapped);
            case field_id::application_id: return present(texts_.application(application()));
            case field_id::user_name:
            case field_id::record_label:
            case field_id::pf_interface:
            case field_id::nat_sub_string: return stored_text(id);
            default: return {};
        }
    }

    /// A text; absent if it is empty.
    [[nodiscard]] static auto present(std::string_view text) noexcept
        -> field_value<std::string_view> {
        return text.empty() ? field_value<std::string_view>{} : text;
    }

    /// The name of the interface or routing table whose number is in a field.
    [[nodiscard]] auto name_of(detail::nfdump_names::kind which, field_id number) const noexcept
        -> field_value<std::string_view> {
        if (!has(number) || shape_->names == nullptr) return {};
        return present(shape_->names->find(which, integer<std::uint32_t>(number)));
    }

    [[nodiscard]] auto application_name() const noexcept -> field_value<std::string_view> {
        if (!has(field_id::application_id) || shape_->names == nullptr) return {};
        return present(shape_->names->find_application(application()));
    }

    /// The bytes of the application's id.
    [[nodiscard]] auto application() const noexcept -> std::string_view {
        auto const* const from = at(field_id::application_id);
        if (shape_->is_layout_3) return {from + 4, load<std::uint32_t>(from)};
        return {from, shape_->width(field_id::application_id)};
    }

    [[nodiscard]] auto family() const noexcept -> field_value<std::string_view> {
        auto const source = ip(field_id::srcaddr);
        if (!source) return {};
        return std::string_view{source->is_v4() ? "IPv4" : "IPv6"};
    }

    [[nodiscard]] auto direction() const noexcept -> field_value<flowlog::flow_direction> {
        if (!has(field_id::flow_direction)) return {};
        auto const code = static_cast<unsigned char>(*at(field_id::flow_direction));
        if (code > 1) return {};
        return code == 0 ? flow_direction::ingress : flow_direction::egress;
    }

    /// A text that ends at a 0 or with its element.
    [[nodiscard]] auto stored_text(field_id id) const noexcept -> field_value<std::string_view> {
        auto const text = std::string_view{at(id), shape_->width(id)};
        return present(text.substr(0, text.find('\0')));
    }

    char const* data_ = nullptr;
    detail::nfdump_shape const* shape_ = &detail::empty_shape;
    mutable detail::nfdump_texts texts_;
};

}  // namespace flowlog

#endif
