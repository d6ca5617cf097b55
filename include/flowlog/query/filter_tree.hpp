// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_FILTER_TREE_HPP
#define FLOWLOG_QUERY_FILTER_TREE_HPP

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/query/filter_sets.hpp>

namespace flowlog::detail {

/// What a test looks at. The first ones are a field of the `field_type` with the same name.
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
    bits_per_second,     ///< 0 where the duration is
    packets_per_second,  ///< 0 where the duration is
    bytes_per_packet,    ///< 0 where there are no packets
    nothing              ///< every flow passes
};

constexpr auto subject_of(field_id id) noexcept -> filter_subject {
    return static_cast<filter_subject>(info(id).type);
}

/// What a test asks of a value.
enum class filter_question : std::uint8_t { member, absent, present, malformed };

/// A test of one value. Numbers, and what is counted like them, are in `numbers` by `ordered`.
struct filter_leaf {
    filter_subject subject = filter_subject::nothing;
    field_id field{};
    filter_question question = filter_question::member;
    /// `flags SA` asks for all of these bits; nfdump's `not flags SA` for none of them.
    bool letters = false;
    std::uint64_t mask = ~std::uint64_t{0};  ///< the bits of a number that count
    std::vector<number_range> numbers{};
    std::vector<address_range> addresses{};
    text_set texts{};

    friend auto operator==(filter_leaf const&, filter_leaf const&) -> bool = default;
};

/// Numbers in the order of the values that they stand for.
constexpr auto ordered(std::uint64_t value) noexcept -> std::uint64_t { return value; }
constexpr auto ordered(timestamp value) noexcept -> std::uint64_t {
    constexpr auto sign = std::uint64_t{1} << 63;
    return static_cast<std::uint64_t>(value.time_since_epoch().count()) ^ sign;
}
template <class Enum>
    requires std::is_enum_v<Enum>
constexpr auto ordered(Enum value) noexcept -> std::uint64_t {
    return static_cast<std::uint64_t>(value);
}

/// How tests are connected.
enum class filter_step : std::uint8_t { leaf, negation, conjunction, disjunction };

/// Tests and their connections, each behind what it connects: `a b and not`. What is connected is
/// there.
struct filter_tree {
    std::vector<filter_step> steps{};
    std::vector<filter_leaf> leaves{};  ///< in the order of the steps

    template <class = void>
    void add(filter_leaf leaf) {
        steps.push_back(filter_step::leaf);
        leaves.push_back(std::move(leaf));
    }
    template <class = void>
    void add(filter_step connection) {
        steps.push_back(connection);
    }

    /// Appends another tree.
    template <class = void>
    void add(filter_tree const& other) {
        for (auto const step : other.steps) steps.push_back(step);
        for (auto const& leaf : other.leaves) leaves.push_back(leaf);
    }

    friend auto operator==(filter_tree const&, filter_tree const&) -> bool = default;
};

/// The fields that a test reads.
template <class = void>
auto fields_of(filter_leaf const& leaf) -> std::vector<field_id> {
    switch (leaf.subject) {
        case filter_subject::nothing: return {};
        case filter_subject::duration: return {field_id::start, field_id::end};
        case filter_subject::bits_per_second:
            return {field_id::bytes, field_id::start, field_id::end};
        case filter_subject::packets_per_second:
            return {field_id::packets, field_id::start, field_id::end};
        case filter_subject::bytes_per_packet: return {field_id::bytes, field_id::packets};
        default: return {leaf.field};
    }
}

/// The fields that the tests read, in the order in which they are named first.
template <class = void>
auto uses_of(filter_tree const& tree) -> std::vector<field_use> {
    auto result = std::vector<field_use>{};
    for (auto const& leaf : tree.leaves) {
        for (auto const id : fields_of(leaf)) {
            auto const use = field_use{.id = id, .nullable = true};
            if (std::find(result.begin(), result.end(), use) == result.end()) result.push_back(use);
        }
    }
    return result;
}

}  // namespace flowlog::detail

#endif
