// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_KEY_READER_HPP
#define FLOWLOG_AGGREGATE_KEY_READER_HPP

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/detail/key_writer.hpp>
#include <flowlog/aggregate/detail/row_plan.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/visit_field.hpp>

namespace flowlog {

/// The value of a key for one flow. Values of the same key have the order that groups have: absent
/// before present, IPv4 before IPv6, texts by their bytes.
class key_value {
public:
    key_value() = default;

    [[nodiscard]] auto absent() const noexcept -> bool { return words_[0] == 0; }

    friend auto operator<=>(key_value const&, key_value const&) = default;
    friend auto operator==(key_value const&, key_value const&) -> bool = default;

private:
    friend class key_reader;

    std::array<std::uint64_t, 5> words_{};  // the state, and the words of the key
    std::string text_{};                    // in place of a word
};

/// Computes one key of flows, one flow after the other: what `group_by` groups by, as a value.
///
///     auto service = flowlog::key_reader{flowlog::parse_group_key("service")};
///     if (auto const value = service.read(flow)) std::cout << to_text(service.cell(*value));
class key_reader {
public:
    /// Throws `errc::invalid_argument` for a key of both ends of a flow, which has two values.
    explicit key_reader(group_key key) : plan_{{std::move(key)}, {measure{}}} {
        if (plan_.both_ends)
            throw error{errc::invalid_argument,
                        {},
                        "key '" + this->key().name +
                            "': a flow has two of them; name one end: " + ends_of(this->key())};
    }

    [[nodiscard]] auto key() const noexcept -> group_key const& { return plan_.keys.front(); }

    /// The fields that are read. A flow may lack them.
    [[nodiscard]] auto uses() const -> std::vector<field_use> { return plan_.uses(); }

    /// The value for a flow; none if a field that is read is malformed.
    template <flow_record Record>
    [[nodiscard]] auto read(Record const& record) -> std::optional<key_value> {
        if constexpr (requires { record.visit([](auto const&) {}); }) {
            return record.visit([this](auto const& inner) { return this->read(inner); });
        } else {
            auto result = std::optional<key_value>{std::in_place};
            auto bad = false;
            auto& words = result->words_;
            auto writer = detail::key_writer<Record>{record, plan_.texts, bad, false};
            words[0] = static_cast<std::uint64_t>(
                writer.put(plan_.steps.front(), key(), words.data() + 1));
            if (bad) return std::nullopt;
            if (detail::holds_text(key()) && words[0] != 0) take_text(*result);
            return result;
        }
    }

    /// The first malformed field that the key is made from. \pre `read(record)` is none
    template <flow_record Record>
    [[nodiscard]] auto malformed_field(Record const& record) const -> field_id {
        auto const used = uses();
        for (auto const& use : used) {
            if (visit_field(record, use.id, [](auto const& value) { return value.malformed(); }))
                return use.id;
        }
        return used.empty() ? key().field : used.front().id;
    }

    /// A value as a cell.
    [[nodiscard]] auto cell(key_value const& value) const -> group_cell {
        if (detail::holds_text(key()) && !value.absent()) return value.text_;
        return detail::key_cell(key(), static_cast<detail::key_state>(value.words_[0]),
                                value.words_.data() + 1, plan_.texts);
    }

private:
    static constexpr std::size_t max_texts = 1000;

    [[nodiscard]] static auto ends_of(group_key const& key) -> std::string {
        return std::string{info(key.field).name} + " or " + std::string{info(*key.other).name};
    }

    /// Replaces the number of a text by the text. The numbers are not needed any more, so that
    /// memory is bounded.
    void take_text(key_value& value) {
        value.text_ = plan_.texts.text(value.words_[1]);
        value.words_[1] = 0;
        if (plan_.texts.size() > max_texts) plan_.texts = {};
    }

    detail::row_plan plan_;
};

}  // namespace flowlog

#endif
