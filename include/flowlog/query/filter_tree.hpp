// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_FILTER_TREE_HPP
#define FLOWLOG_QUERY_FILTER_TREE_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/lookup/tag_table.hpp>
#include <flowlog/lookup/time_zone.hpp>
#include <flowlog/query/filter_sets.hpp>
#include <flowlog/query/text_matcher.hpp>

namespace flowlog {

/// The value that a test of a filter looks at: a field of some type, or a value derived from
/// several fields. The first enumerators are the field types, with the same numbers.
enum class filter_subject : std::uint8_t {
    u8,
    u16,
    u32,
    u64,
    address,
    time,
    text,
    action,
    log_status,
    flow_direction,
    duration,            ///< milliseconds from start to end
    bits_per_second,     ///< 0 if the duration is 0
    packets_per_second,  ///< 0 if the duration is 0
    bytes_per_packet,    ///< 0 if there are no packets
    comparison,          ///< of two fields of one kind: a `field_order`
    service,             ///< the smaller port times 256, plus the protocol
    tag,                 ///< of a `tag_table`: 0 for untagged flows, otherwise the tag's number + 1
    printed,             ///< a field of any type, as text
    hour,                ///< the hour of the day of start in a zone, 0 to 23
    weekday,             ///< the day of the week of start in a zone: 1 is Monday
    column,              ///< the text in a column of a text log that is no field
    nothing              ///< no value: every flow passes
};

/// How the values of two fields compare.
enum class field_order : std::uint8_t { less, equal, greater };

/// The subject of a test of a field.
[[nodiscard]] constexpr auto subject_of(field_id id) noexcept -> filter_subject {
    return static_cast<filter_subject>(info(id).type);
}

/// What a test asks: whether the value is one of those listed, or only about its presence.
enum class filter_question : std::uint8_t { member, absent, present, malformed };

/// One test: a leaf of a `filter_tree`.
struct filter_leaf {
    filter_subject subject = filter_subject::nothing;
    field_id field{};  ///< unless the value is derived
    field_id other{};  ///< with which a comparison compares it
    filter_question question = filter_question::member;
    /// Whether the test lists flags: `flags SA` asks for all bits of `mask`, and nfdump's
    /// `not flags SA` for none of them.
    bool letters = false;
    std::uint64_t mask = ~std::uint64_t{0};  ///< the bits of a number that count
    std::vector<number_range> numbers{};     ///< by `filter_number`; also times and enumerations
    std::vector<address_range> addresses{};
    text_set texts{};
    std::shared_ptr<text_matcher const> matcher{};  ///< if not null, of texts and printed values
    std::shared_ptr<tag_table const> tags{};        ///< of a test of the tag
    std::shared_ptr<time_zone const> zone{};        ///< of hours and weekdays; null: UTC
    std::string column{};                           ///< the name of a column that is no field

    friend auto operator==(filter_leaf const&, filter_leaf const&) -> bool = default;
};

/// The number by which filters compare a value that is neither an address nor a text. Numbers are
/// ordered as the values are.
[[nodiscard]] constexpr auto filter_number(std::uint64_t value) noexcept -> std::uint64_t {
    return value;
}
[[nodiscard]] constexpr auto filter_number(timestamp value) noexcept -> std::uint64_t {
    constexpr auto sign = std::uint64_t{1} << 63;
    return static_cast<std::uint64_t>(value.time_since_epoch().count()) ^ sign;
}
template <class Enum>
    requires std::is_enum_v<Enum>
[[nodiscard]] constexpr auto filter_number(Enum value) noexcept -> std::uint64_t {
    return static_cast<std::uint64_t>(value);
}

/// One step of a `filter_tree`: a test, or how the results before it are combined.
enum class filter_step : std::uint8_t { leaf, negation, conjunction, disjunction };

/// An expression of tests in postfix order: `a and not b` is `a b not and`. A tree without steps
/// wants every flow. Grammars make trees, and a `filter` evaluates one.
///
///     action = REJECT and not dstport in 22,23       steps                  leaves
///
///                    conjunction                     leaf                   action = REJECT
///                   /           \                    leaf                   dstport in 22,23
///      action = REJECT        negation               negation
///                                 |                  conjunction
///                          dstport in 22,23
///
/// The functions here are templates so that programs without filters do not compile them: they take
/// an eighth of the time that `flowlog.hpp` takes.
struct filter_tree {
    std::vector<filter_step> steps{};
    std::vector<filter_leaf> leaves{};  ///< one for each step that is a leaf, in that order

    /// Appends a test.
    template <class = void>
    void add(filter_leaf leaf) {
        steps.push_back(filter_step::leaf);
        leaves.push_back(std::move(leaf));
    }

    /// Applies a negation to the last result, or a connective to the last two.
    template <class = void>
    void add(filter_step connective) {
        steps.push_back(connective);
    }

    /// Appends another tree.
    template <class = void>
    void add(filter_tree const& other) {
        for (auto const step : other.steps) steps.push_back(step);
        for (auto const& leaf : other.leaves) leaves.push_back(leaf);
    }

    friend auto operator==(filter_tree const&, filter_tree const&) -> bool = default;
};

namespace detail {

/// A list of up to three fields.
struct few_fields {
    std::array<field_id, 3> ids;
    std::size_t count;

    [[nodiscard]] auto begin() const noexcept { return ids.begin(); }
    [[nodiscard]] auto end() const noexcept {
        return ids.begin() + static_cast<std::ptrdiff_t>(count);
    }
};

/// The fields that a test reads.
constexpr auto fields_of(filter_subject subject, field_id field, field_id other) noexcept
    -> few_fields {
    using enum field_id;
    switch (subject) {
        case filter_subject::nothing: return {{}, 0};
        case filter_subject::duration: return {{start, end}, 2};
        case filter_subject::bits_per_second: return {{bytes, start, end}, 3};
        case filter_subject::packets_per_second: return {{packets, start, end}, 3};
        case filter_subject::bytes_per_packet: return {{bytes, packets}, 2};
        case filter_subject::comparison: return {{field, other}, 2};
        case filter_subject::service: return {{protocol, srcport, dstport}, 3};
        case filter_subject::tag: return {{dstport, protocol}, 2};
        case filter_subject::hour:
        case filter_subject::weekday: return {{start}, 1};
        case filter_subject::column: return {{}, 0};
        default: return {{field}, 1};
    }
}

/// The fields that the tests read, each once, in the order in which they are first named.
template <class = void>
auto uses_of(filter_tree const& tree) -> std::vector<field_use> {
    auto result = std::vector<field_use>{};
    for (auto const& leaf : tree.leaves) {
        for (auto const id : fields_of(leaf.subject, leaf.field, leaf.other)) {
            auto const use = field_use{.id = id, .nullable = true};
            if (std::find(result.begin(), result.end(), use) == result.end()) result.push_back(use);
        }
    }
    return result;
}

}  // namespace detail

}  // namespace flowlog

#endif
