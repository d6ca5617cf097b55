// SPDX-License-Identifier: BSL-1.0
// Azure VNet flow logs (version 4) and NSG flow logs (versions 1 and 2): records whose flows are
// texts of 8 or 13 parts.
#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstring>

#include <flowlog/format/text/decode.hpp>

#include "bytes.hpp"
#include "value.hpp"

namespace flowlog::detail::json {
namespace {

using shared_text = std::shared_ptr<repeated_text>;

auto share(std::string_view text) -> shared_text {
    return std::make_shared<repeated_text>(repeated_text{std::string{text}});
}

/// Gathers the arrays of tuples of a record, whose keys come in any order.
class record_reader {
public:
    explicit record_reader(job& to) : to_{to} {}

    void read(od::object record) {
        each_member(record, [&](std::string_view key, od::value v) { member(key, v); });
        if (is_nested_) return;
        if (!has_flows_) throw bad_record{"the record has neither flowRecords nor properties"};
        for (auto& tuples : arrays_) {
            tuples.version = version_;
            if (!tuples.mac) tuples.mac = mac_;
            tuples.resource = resource_;
            to_.tuples.push_back(std::move(tuples));
        }
    }

private:
    void member(std::string_view key, od::value v) {
        if (key == "flowLogVersion") {
            version_ = version(key, v, 4, 4);
        } else if (key == "macAddress") {
            mac_ = share(text_of(key, v).value_or(""));
        } else if (key == "targetResourceID" || key == "resourceId") {
            resource_ = share(text_of(key, v).value_or(""));
        } else if (key == "flowRecords") {
            has_flows_ = true;
            each_member_of(key, v, [&](std::string_view k, od::value m) {
                if (k != "flows") return;
                each_element_of(k, m, [&](od::value one) {
                    flow(one, "aclID", &tuple_array::acl, "flowGroups");
                });
            });
        } else if (key == "properties") {
            has_flows_ = true;
            if (version_ == 4) version_ = 0;
            each_member_of(key, v, [&](std::string_view k, od::value m) {
                if (k == "Version") version_ = version(k, m, 1, 2);
                if (k != "flows") return;
                each_element_of(
                    k, m, [&](od::value one) { flow(one, "rule", &tuple_array::rule, "flows"); });
            });
        } else if (key == "records") {  // as in a sample of the documentation
            is_nested_ = true;
            each_element_of(key, v, [&](od::value record) {
                if (++to_.head->depth > 4) throw bad_record{"records are nested too deep"};
                record_reader{to_}.read(od::object(record.get_object()));
                --to_.head->depth;
            });
        }
    }

    static auto version(std::string_view key, od::value v, unsigned min, unsigned max) -> unsigned {
        auto const number = number_of(key, v, 1000).value_or(min);
        if (number < min || number > max)
            throw bad_record{std::string{key} + " " + std::to_string(number) +
                             " is not known: versions 1 and 2 of NSG flow logs and version 4 of "
                             "VNet flow logs are read"};
        return static_cast<unsigned>(number);
    }

    /// A flow of a log: its groups, and the text that they have in common.
    void flow(od::value from, std::string_view common_key, shared_text tuple_array::* common,
              std::string_view groups_key) {
        auto const first = arrays_.size();
        auto text = shared_text{};
        each_member_of("flows", from, [&](std::string_view key, od::value v) {
            if (key == common_key) text = share(text_of(key, v).value_or(""));
            if (key == groups_key) each_element_of(key, v, [&](od::value g) { group(g, {}); });
        });
        for (auto i = first; i < arrays_.size(); ++i) arrays_[i].*common = text;
    }

    /// A group of a VNet flow log, or the flows of an interface in an NSG flow log.
    void group(od::value from, tuple_array tuples) {
        tuples.offset = to_.offset;
        tuples.record = to_.text;
        each_member_of("flowGroups", from, [&](std::string_view key, od::value v) {
            if (key == "rule") tuples.rule = share(text_of(key, v).value_or(""));
            if (key == "mac") tuples.mac = share(text_of(key, v).value_or(""));
            if (key != "flowTuples") return;
            if (json_type(v.type()) != json_type::array) throw bad_record{"flowTuples is no array"};
            tuples.rest = od::array(v.get_array()).raw_json();
        });
        if (!tuples.rest.empty()) arrays_.push_back(std::move(tuples));
    }

    job& to_;
    std::vector<tuple_array> arrays_{};
    shared_text mac_{};
    shared_text resource_{};
    unsigned version_ = 4;
    bool has_flows_ = false;
    bool is_nested_ = false;
};

/// The parts of a tuple, which commas separate.
class tuple_parts {
public:
    /// Divides a text that is readable for `span` bytes. False, unless it ends at a quote that is
    /// among the first `span` bytes, and has no escapes.
    [[nodiscard]] auto divide_string(char const* text) -> bool {
        auto commas = std::array<std::uint64_t, 2>{};
        auto stops = std::array<std::uint64_t, 2>{};
        for (unsigned i = 0; i < span / sixteen::size; ++i) {
            auto const bytes = sixteen{text + i * sixteen::size};
            commas[i / 4] |= std::uint64_t{bytes.are(',')} << (i % 4 * 16);
            stops[i / 4] |= std::uint64_t{bytes.are('"', '\\')} << (i % 4 * 16);
        }
        begins_[0] = text;
        count_ = 1;
        for (unsigned half = 0; half < 2; ++half) {
            auto const* const from = text + 64 * half;
            auto const stop = stops[half];
            for (auto rest = commas[half] & (stop == 0 ? ~std::uint64_t{0} : (stop & -stop) - 1);
                 rest != 0; rest &= rest - 1)
                add(from + std::countr_zero(rest) + 1);
            if (stop == 0) continue;
            auto const* const end = from + std::countr_zero(stop);
            begins_[std::min(count_, max)] = end + 1;
            return *end == '"';
        }
        return false;
    }

    void divide(std::string_view text) {
        begins_[0] = text.data();
        count_ = 1;
        for (auto const& c : text) {
            if (c == ',') add(&c + 1);
        }
        begins_[std::min(count_, max)] = text.data() + text.size() + 1;
    }

    /// How many there are; if there are more than `max`, `max` + 1.
    [[nodiscard]] auto size() const noexcept -> std::size_t { return count_; }

    [[nodiscard]] auto operator[](std::size_t i) const noexcept -> std::string_view {
        return {begins_[i], static_cast<std::size_t>(begins_[i + 1] - begins_[i] - 1)};
    }
    /// One past the byte after the last part.
    [[nodiscard]] auto end() const noexcept -> char const* {
        return begins_[std::min(count_, max)];
    }

private:
    static constexpr unsigned span = padding;
    static_assert(span == 128);
    static constexpr std::size_t max = 13;

    void add(char const* begin) noexcept {
        if (count_ <= max) begins_[count_++] = begin;
    }

    std::array<char const*, max + 2> begins_{};
    std::size_t count_ = 0;
};

[[noreturn, gnu::noinline, gnu::cold]] void throw_part(std::string_view expected,
                                                       std::string_view found,
                                                       std::optional<field_id> id = {}) {
    throw bad_record{
        "expected " + std::string{expected} + ", found '" + std::string{found.substr(0, 60)} + "'",
        id};
}

/// Decodes a part, after which `token_padding` bytes are readable.
template <class T>
[[gnu::always_inline]] inline auto decoded(std::string_view part, std::string_view expected,
                                           field_id id) -> T {
    if (part.empty()) throw_part(expected, part, id);
    auto const value = decode<T>(part.data(), part.data() + part.size());
    if (!value.has_value()) throw_part(expected, part, id);
    return *value;
}

[[gnu::always_inline]] inline auto counter(std::string_view part, field_id id)
    -> std::optional<std::uint64_t> {
    if (part.empty() || part == "-") return std::nullopt;
    return decoded<std::uint64_t>(part, "a number", id);
}

/// A time in milliseconds, or in seconds as an example of the documentation has it.
auto tuple_time(std::string_view part) -> timestamp {
    auto const number = decoded<std::uint64_t>(part, "a time", field_id::start);
    if (number > 253402300799999ULL) throw_part("a time", part, field_id::start);
    auto const count = static_cast<std::int64_t>(number);
    if (number < 100'000'000'000ULL) return timestamp{std::chrono::seconds{count}};
    return timestamp{std::chrono::milliseconds{count}};
}

/// A letter as a text that outlives every batch.
auto letter_of(std::string_view letter, std::string_view known, std::string_view expected,
               field_id id) -> std::string_view {
    auto const at = letter.size() == 1 ? known.find(letter.front()) : known.npos;
    if (at == known.npos) throw_part(expected, letter, id);
    return known.substr(at, 1);
}

/// The column of a field, unless nobody reads it.
template <class T>
struct lane {
    T* values = nullptr;
    presence* states = nullptr;

    explicit operator bool() const noexcept { return values != nullptr; }

    void set(std::size_t row, T value) const noexcept {
        if (values != nullptr) values[row] = value;
    }
    /// Sets the value of a field that some tuples lack.
    void set_state(std::size_t row, T value) const noexcept {
        if (values == nullptr) return;
        values[row] = value;
        states[row] = presence::present;
    }
};

/// Turns tuples into rows, straight into the columns.
class tuple_reader {
public:
    tuple_reader(job& to, std::size_t max_rows)
        : to_{to}, rows_{to.rows}, capacity_{max_rows + 2}, first_{to.rows.size()}, row_{first_} {
        // the way back has the addresses and the ports exchanged, so they are read together
        auto const ports = wants(field_id::srcport) || wants(field_id::dstport);
        add_always(field_id::srcaddr, source_, true);
        add_always(field_id::dstaddr, destination_, true);
        add_always(field_id::srcport, source_port_, ports);
        add_always(field_id::dstport, destination_port_, ports);
        add_always(field_id::start, start_, wants(field_id::start));
        add_always(field_id::end, end_, wants(field_id::end));
        add_always(field_id::protocol, protocol_, wants(field_id::protocol));
        add_always(field_id::flow_direction, direction_, wants(field_id::flow_direction));
        add_always(field_id::action, action_, wants(field_id::action));
        add(field_id::flow_state, state_);
        add(field_id::flow_encryption, encryption_);
        add(field_id::packets, packets_);
        add(field_id::bytes, bytes_);
        if (to.how == two_way::split) return;
        add(field_id::reverse_packets, reverse_packets_);
        add(field_id::reverse_bytes, reverse_bytes_);
    }

    [[nodiscard]] auto rows() const noexcept -> std::size_t { return row_; }

    /// Reads the next element of an array; false at its end.
    auto next(tuple_array& from) -> bool {
        auto const* at = from.rest.data();
        auto const* const end = at + from.rest.size();
        if (end - at > 2) {
            at += *at == ',' ? 1 : 0;
            if (*at == '"' && parts_.divide_string(at + 1) && parts_.end() <= end) {
                from.rest = {parts_.end(), static_cast<std::size_t>(end - parts_.end())};
                read({at + 1, static_cast<std::size_t>(parts_.end() - at - 2)}, from);
                return true;
            }
        }
        return read_unusual(from);
    }

    /// Ends the rows of an array.
    void end_array(tuple_array& from) {
        auto const count = row_ - rows_.size();
        if (count == 0) return;
        auto const set = [&](field_id id, std::shared_ptr<repeated_text> const& text) {
            if (text && !text->text.empty() && rows_.wants(id)) rows_.repeat(id, *text, count);
        };
        set(field_id::rule, from.rule);
        set(field_id::acl_id, from.acl);
        set(field_id::interface_id, from.mac);
        set(field_id::resource_id, from.resource);
        rows_.append(offsets_);
        offsets_.clear();
    }

    /// Ends the rows of all arrays.
    void finish() {
        for (std::size_t i = 0; i < always_count_; ++i)
            rows_.mark_present(always_[i], first_, row_);
    }

private:
    [[nodiscard]] auto wants(field_id id) const noexcept -> bool { return rows_.wants(id); }

    template <class T>
    void add(field_id id, lane<T>& to) {
        if (wants(id)) to = {rows_.values<T>(id, capacity_), rows_.states(id)};
    }
    /// Adds the column of a field that every tuple has.
    template <class T>
    void add_always(field_id id, lane<T>& to, bool wanted) {
        if (!wanted) return;
        to = {rows_.values<T>(id, capacity_), rows_.states(id)};
        always_[always_count_++] = id;
    }

    /// Reads the tuple whose parts were found.
    void read(std::string_view text, tuple_array& from) {
        try {
            auto const first = row_;
            from.version == 4 ? read_vnet() : read_nsg(from.version);
            offsets_.resize(offsets_.size() + row_ - first, from.offset_of(text.data()));
        } catch (bad_record const& bad) {
            refuse(text, from, bad);
        }
    }

    void refuse(std::string_view text, tuple_array& from, bad_record const& bad) {
        end_array(from);
        rows_.refuse(from.offset_of(text.data()), bad.what, bad.field,
                     bad.why + " in the record at byte " + std::to_string(from.offset) +
                         ": tuple " + std::string{text.substr(0, 200)});
        row_ = rows_.size();
    }

    auto read_unusual(tuple_array& from) -> bool;

    void read_common() {
        if (start_ || end_) {
            auto const time = tuple_time(parts_[0]);
            start_.set(row_, time);
            end_.set(row_, time);
        }
        source_.set(row_, decoded<address>(parts_[1], "an IP address", field_id::srcaddr));
        destination_.set(row_, decoded<address>(parts_[2], "an IP address", field_id::dstaddr));
        constexpr auto port = std::string_view{"a port (0-65535)"};
        if (source_port_) {
            source_port_.set(row_, decoded<std::uint16_t>(parts_[3], port, field_id::srcport));
            destination_port_.set(row_, decoded<std::uint16_t>(parts_[4], port, field_id::dstport));
        }
        auto const way =
            letter_of(parts_[6], "IO", "the direction I or O", field_id::flow_direction);
        direction_.set(row_, way.front() == 'I' ? flow_direction::ingress : flow_direction::egress);
    }

    void read_vnet() {
        if (parts_.size() != 13)
            throw bad_record{"expected 13 parts", std::nullopt, reason::column_count};
        read_common();
        if (protocol_)
            protocol_.set(row_, decoded<std::uint8_t>(parts_[5], "a protocol number (0-255)",
                                                      field_id::protocol));
        auto const state =
            letter_of(parts_[7], "BCED", "the state B, C, E or D", field_id::flow_state);
        state_.set_state(row_, state);
        action_.set(row_, state.front() == 'D' ? action::reject : action::accept);
        if (encryption_ && !parts_[8].empty()) encryption_.set_state(row_, parts_[8]);
        read_counters();
    }

    void read_nsg(unsigned version) {
        auto const is_first = version == 1 || (version == 0 && parts_.size() == 8);
        if (parts_.size() != (is_first ? 8U : 13U))
            throw bad_record{is_first ? "expected 8 parts" : "expected 13 parts", std::nullopt,
                             reason::column_count};
        read_common();
        auto const transport =
            letter_of(parts_[5], "TU", "the protocol T or U", field_id::protocol);
        protocol_.set(row_, transport.front() == 'T' ? protocol::tcp : protocol::udp);
        auto const decision = letter_of(parts_[7], "AD", "the decision A or D", field_id::action);
        action_.set(row_, decision.front() == 'D' ? action::reject : action::accept);
        if (is_first) {
            ++row_;
            return;
        }
        state_.set_state(row_,
                         letter_of(parts_[8], "BCE", "the state B, C or E", field_id::flow_state));
        read_counters();
    }

    void read_counters() {
        if (packets_) set(packets_, counter(parts_[9], field_id::packets));
        if (bytes_) set(bytes_, counter(parts_[10], field_id::bytes));
        auto const bytes = counter(parts_[12], field_id::reverse_bytes);
        auto packets = std::optional<std::uint64_t>{};
        if (to_.how == two_way::reverse || packets_ || bytes.value_or(0) == 0)
            packets = counter(parts_[11], field_id::reverse_packets);
        if (to_.how == two_way::reverse) {
            set(reverse_packets_, packets);
            set(reverse_bytes_, bytes);
        }
        ++row_;
        if (to_.how == two_way::reverse || (packets.value_or(0) == 0 && bytes.value_or(0) == 0))
            return;
        add_way_back();
        set(packets_, packets);
        set(bytes_, bytes);
        ++row_;
    }

    void set(lane<std::uint64_t> const& to, std::optional<std::uint64_t> count) const noexcept {
        if (count) to.set_state(row_, *count);
    }

    /// Sets the fields of the next row, the way back, that the last row has.
    void add_way_back() {
        auto const last = row_ - 1;
        source_.set(row_, destination_.values[last]);
        destination_.set(row_, source_.values[last]);
        repeat(start_);
        repeat(end_);
        if (source_port_) {
            source_port_.set(row_, destination_port_.values[last]);
            destination_port_.set(row_, source_port_.values[last]);
        }
        repeat(protocol_);
        repeat(action_);
        if (direction_)
            direction_.set(row_, direction_.values[last] == flow_direction::egress
                                     ? flow_direction::ingress
                                     : flow_direction::egress);
        repeat_state(state_);
        repeat_state(encryption_);
    }
    template <class T>
    void repeat(lane<T> const& of) const noexcept {
        if (of) of.values[row_] = of.values[row_ - 1];
    }
    template <class T>
    void repeat_state(lane<T> const& of) const noexcept {
        repeat(of);
        if (of) of.states[row_] = of.states[row_ - 1];
    }

    job& to_;
    row_buffer& rows_;
    std::size_t capacity_;
    std::size_t first_;
    std::size_t row_;  // the next one
    tuple_parts parts_{};
    std::vector<std::uint64_t> offsets_{};  // of the rows of the array
    std::array<field_id, 9> always_{};
    std::size_t always_count_ = 0;
    lane<address> source_{}, destination_{};
    lane<timestamp> start_{}, end_{};
    lane<std::uint16_t> source_port_{}, destination_port_{};
    lane<std::uint8_t> protocol_{};
    lane<flow_direction> direction_{};
    lane<action> action_{};
    lane<std::string_view> state_{}, encryption_{};
    lane<std::uint64_t> packets_{}, bytes_{}, reverse_packets_{}, reverse_bytes_{};
};

/// Takes the next element off the text of an array: the content of a string, or the text of
/// anything else; none at the end.
struct element {
    std::string_view text;
    bool is_string;
};
auto take_element(std::string_view& rest) -> std::optional<element> {
    auto const begin = rest.find_first_not_of(" \t\r\n,[");
    if (begin == rest.npos || rest[begin] == ']') {
        rest = {};
        return std::nullopt;
    }
    rest.remove_prefix(begin);
    if (rest.front() != '"') {
        auto const end = std::min(rest.find_first_of(",]"), rest.size());
        auto const text = rest.substr(0, end);
        rest.remove_prefix(end);
        return element{text, false};
    }
    auto end = rest.find('"', 1);
    if (rest.substr(0, end).find('\\') != rest.npos) {
        end = 1;
        while (end < rest.size() && rest[end] != '"')
            end += std::size_t{rest[end] == '\\' ? 2U : 1U};
    }
    if (end >= rest.size()) {
        rest = {};
        return std::nullopt;
    }
    auto const text = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return element{text, true};
}

/// The text of a string with escapes of ASCII letters, with `token_padding` more bytes.
auto unescaped(std::string_view text) -> std::string {
    auto result = std::string{};
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            result += text[i];
            continue;
        }
        auto const kind = text[++i];
        auto code = 0U;
        auto const* const digits = text.data() + i + 1;
        if (kind != 'u') {
            result += kind;
        } else if (i + 4 < text.size() &&
                   std::from_chars(digits, digits + 4, code, 16).ptr == digits + 4 && code < 128) {
            result += static_cast<char>(code);
            i += 4;
        } else {
            throw bad_record{"a letter is none of ASCII"};
        }
    }
    result.append(token_padding, ' ');
    return result;
}

/// Reads an element that is no text, or a text with escapes, or a long one.
auto tuple_reader::read_unusual(tuple_array& from) -> bool {
    auto const tuple = take_element(from.rest);
    if (!tuple) return false;
    try {
        if (!tuple->is_string) throw bad_record{"expected a text"};
        auto const plain = unescaped(tuple->text);
        // a copy, because the row may refer to it
        auto const text = rows_.lasting(plain).substr(0, plain.size() - token_padding);
        parts_.divide(text);
        read(tuple->text, from);
    } catch (bad_record const& bad) {
        refuse(tuple->text, from, bad);
    }
    return true;
}

}  // namespace

void read_azure(od::object record, job& to) {
    to.head->depth = 0;
    record_reader{to}.read(record);
}

void take_tuples(job& to, std::size_t max_rows) {
    auto reader = tuple_reader{to, max_rows};
    while (!to.tuples.empty() && reader.rows() < max_rows) {
        auto& array = to.tuples.front();
        auto more = true;
        while (more && reader.rows() < max_rows) more = reader.next(array);
        reader.end_array(array);
        if (!more) to.tuples.pop_front();
    }
    reader.finish();
}

}  // namespace flowlog::detail::json
