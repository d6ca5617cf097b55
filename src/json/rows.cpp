// SPDX-License-Identifier: BSL-1.0
#include "rows.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include <flowlog/flow/load_field.hpp>
#include <flowlog/flow/visit_field.hpp>

namespace flowlog::detail::json {

auto text_arena::keep(std::string_view text) -> std::string_view {
    if (text.size() > block_size / 4) return large_.emplace_back(text);
    if (block_ == blocks_.size() || used_ + text.size() > block_size) {
        if (block_ != blocks_.size()) ++block_;
        if (block_ == blocks_.size()) blocks_.push_back(std::make_unique<char[]>(block_size));
        used_ = 0;
    }
    auto* const at = blocks_[block_].get() + used_;
    std::ranges::copy(text, at);
    used_ += text.size();
    return {at, text.size()};
}

void row_buffer::clear() {
    for (auto const id : used_) {
        auto& c = columns_[static_cast<std::size_t>(id)];
        std::ranges::fill(c.states, presence::absent);
        c.used = false;
    }
    used_.clear();
    offsets_.clear();
    lines_.clear();
    refused_.clear();
    passes_.clear();
    texts_.clear();
    size_ = 0;
    ++batch_;
}

void row_buffer::grow(field_id id, std::size_t value_size) {
    auto& c = columns_[static_cast<std::size_t>(id)];
    if (!c.used) {
        c.used = true;
        used_.push_back(id);
    }
    if (size_ < c.states.size()) return;
    resize(c, value_size, std::max<std::size_t>(2 * size_, 256));
}

void row_buffer::reserve(field_id id, std::size_t value_size, std::size_t rows) {
    auto& c = prepare(id, value_size);
    if (rows > c.states.size()) resize(c, value_size, rows);
}

void row_buffer::resize(column& c, std::size_t value_size, std::size_t rows) {
    c.states.resize(rows, presence::absent);
    c.values.resize((rows * value_size + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t));
}

void row_buffer::put(field_id id, repeated_text& text) {
    if (!text.text.empty()) put<std::string_view>(id, kept(text));
}

auto row_buffer::kept(repeated_text& text) -> std::string_view {
    if (text.batch != batch_) {
        text.kept = texts_.keep(text.text);
        text.batch = batch_;
    }
    return text.kept;
}

void row_buffer::unset(field_id id) {
    auto& c = columns_[static_cast<std::size_t>(id)];
    if (size_ < c.states.size()) c.states[size_] = presence::absent;
}

void row_buffer::finish(std::uint64_t offset) {
    offsets_.push_back(offset);
    lines_.push_back(line_);
    ++size_;
}

void row_buffer::discard() {
    for (auto const id : used_) unset(id);
}

void row_buffer::refuse(std::uint64_t offset, reason why, std::optional<field_id> field,
                        std::string text, std::size_t at_column) {
    discard();
    refused_.emplace(size_, refusal{why, field, std::move(text), at_column});
    finish(offset);
}

/// What counts for the whole record, and so is in one of its two rows.
static constexpr auto counters = std::to_array<field_id>(
    {field_id::packets, field_id::bytes, field_id::dropped_packets, field_id::dropped_bytes,
     field_id::out_packets, field_id::out_bytes, field_id::extra_packets, field_id::flows});

void row_buffer::finish_two_way(std::uint64_t offset, reverse_counters const& back, two_way how) {
    if (how == two_way::reverse) {
        if (back.packets) set(field::reverse_packets, *back.packets);
        if (back.bytes) set(field::reverse_bytes, *back.bytes);
        return finish(offset);
    }
    finish(offset);
    if (back.packets.value_or(0) == 0 && back.bytes.value_or(0) == 0) return;
    repeat_swapped();
    for (auto const id : counters) unset(id);
    if (back.packets) set(field::packets, *back.packets);
    if (back.bytes) set(field::bytes, *back.bytes);
    if (back.has_tcp_flags) unset(field_id::tcp_flags);
    if (back.tcp_flags) set(field::tcp_flags, *back.tcp_flags);
    finish(offset);
}

template <class T>
void row_buffer::swap(field_id a, field_id b) {
    if (!has(a) && !has(b)) return;
    auto& x = prepare(a, sizeof(T));
    auto& y = prepare(b, sizeof(T));
    std::swap(reinterpret_cast<T*>(x.values.data())[size_],
              reinterpret_cast<T*>(y.values.data())[size_]);
    std::swap(x.states[size_], y.states[size_]);
}

/// The fields of the source, and the same ones of the destination.
static constexpr auto sides = [] {
    using enum field_id;
    return std::to_array<std::pair<field_id, field_id>>({{srcaddr, dstaddr},
                                                         {srcport, dstport},
                                                         {pkt_srcaddr, pkt_dstaddr},
                                                         {pkt_src_aws_service, pkt_dst_aws_service},
                                                         {src_as, dst_as},
                                                         {src_mask, dst_mask},
                                                         {src_mac, dst_mac},
                                                         {src_instance, dst_instance},
                                                         {src_vpc, dst_vpc},
                                                         {src_subnet, dst_subnet},
                                                         {src_project, dst_project},
                                                         {src_zone, dst_zone},
                                                         {src_namespace, dst_namespace},
                                                         {src_pod, dst_pod},
                                                         {src_service, dst_service},
                                                         {src_country, dst_country},
                                                         {input, output},
                                                         {src_vlan, dst_vlan}});
}();

/// Makes the row a copy of the last one, with its source and its destination exchanged.
void row_buffer::repeat_swapped() {
    for (auto const id : used_) {
        with_type(info(id).type, [&]<class T>(std::type_identity<T>) {
            auto& c = prepare(id, sizeof(T));
            auto* const values = reinterpret_cast<T*>(c.values.data());
            values[size_] = values[size_ - 1];
            c.states[size_] = c.states[size_ - 1];
        });
    }
    for (auto const& pair : sides) {
        with_type(info(pair.first).type,
                  [&]<class T>(std::type_identity<T>) { swap<T>(pair.first, pair.second); });
    }
    if (auto const direction = get(field::flow_direction))
        set(field::flow_direction, *direction == flow_direction::egress ? flow_direction::ingress
                                                                        : flow_direction::egress);
}

void row_buffer::fill(column_batch& batch) {
    batch.begin(size_);
    for (auto const id : used_) {
        auto& c = columns_[static_cast<std::size_t>(id)];
        with_type(info(id).type, [&]<class T>(std::type_identity<T>) {
            static_cast<void>(prepare(id, sizeof(T)));
            if (c.states.size() < size_) resize(c, sizeof(T), size_);
            batch.borrow<T>(id, {reinterpret_cast<T const*>(c.values.data()), size_});
        });
        auto const states = std::span{c.states}.first(size_);
        // without an early end, so that it is done 16 rows at a time
        auto any = std::uint8_t{0};
        for (auto const s : states)
            any = static_cast<std::uint8_t>(any | static_cast<std::uint8_t>(s));
        if (any == static_cast<std::uint8_t>(presence::present)) continue;
        std::ranges::copy(states, batch.states(id).begin());
    }
    for (auto const& [row, why] : refused_) batch.refuse(row, why.why, why.field);
}

void row_buffer::lend(field_id id, row_buffer const& to, column_batch& batch) const {
    with_type(info(id).type, [&]<class T>(std::type_identity<T>) {
        auto const& c = columns_[static_cast<std::size_t>(id)];
        auto const* const from = reinterpret_cast<T const*>(c.values.data());
        auto const values = batch.make<T>(id);
        auto const states = batch.states(id);
        auto mine = std::size_t{0};
        for (std::size_t row = 0; row < to.size_; ++row) {
            while (mine < size_ && offsets_[mine] < to.offsets_[row]) ++mine;
            states[row] = presence::malformed;
            if (to.refused_.contains(row)) continue;  // these rows may have none for it
            if (mine == size_ || offsets_[mine] != to.offsets_[row]) continue;
            if (!refused_.contains(mine)) {
                states[row] = mine < c.states.size() ? c.states[mine] : presence::absent;
                if (states[row] == presence::present) values[row] = from[mine];
            }
            ++mine;
        }
    });
}

void row_buffer::locate(std::size_t row, malformed_line& line) const {
    line.offset = offsets_[row];
    auto const found = refused_.find(row);
    if (found == refused_.end()) return;
    line.text = found->second.text;
    line.column = found->second.column;
}

}  // namespace flowlog::detail::json
