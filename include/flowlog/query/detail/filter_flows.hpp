// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_DETAIL_FILTER_FLOWS_HPP
#define FLOWLOG_QUERY_DETAIL_FILTER_FLOWS_HPP

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/batch.hpp>
#include <flowlog/query/detail/filter_program.hpp>
#include <flowlog/query/detail/filter_run.hpp>

namespace flowlog::detail {

/// Runs a program over a batch of 1 to 64 flows: test by test, each for all flows that reach it. A
/// set of flows is a number with a bit for each.
template <class Batch>
class filter_flows {
public:
    filter_flows(filter_program const& program, Batch const& flows) noexcept
        : program_{program}, flows_{flows} {}

    /// The flows that are wanted. None if the answer may depend on a malformed value, or if the
    /// program has more than `max_nodes` tests; then the flows have to be tested one by one.
    [[nodiscard]] auto answer() const noexcept -> std::optional<std::uint64_t> {
        auto const size = program_.nodes.size();
        if (size > max_nodes) return std::nullopt;
        auto const all = ~std::uint64_t{0} >> (64 - flows_.size());
        if (size == 0) return all;
        auto arriving = std::array<std::uint64_t, max_nodes>{all};  // the flows that reach a test
        std::uint64_t passed = 0;
        for (std::size_t i = 0; i < size; ++i) {
            auto const& node = program_.nodes[i];
            if (arriving[i] == 0) continue;
            auto const yes = ask(node, arriving[i]);
            if (!yes) return std::nullopt;
            auto const holds = node.negated ? ~*yes : *yes;
            for (auto const held : {false, true}) {
                auto const leaving = arriving[i] & (held ? holds : ~holds);
                auto const next = node.next[held ? 1 : 0];  // a later node
                if (next == filter_program::pass) passed |= leaving;
                if (next < filter_program::pass) arriving[next] |= leaving;
            }
        }
        return passed;
    }

private:
    using record_type = typename Batch::record_type;
    static constexpr std::size_t max_nodes = 16;

    /// For which of some flows a test answers yes.
    [[nodiscard]] auto ask(filter_node const& node, std::uint64_t which) const noexcept
        -> std::optional<std::uint64_t> {
        std::uint64_t yes = 0;
        std::array<std::uint64_t, 64> numbers;  // uninitialised: zeroing it costs time
        if (node.set <= filter_set::ranges && read_column(node, numbers.data())) {
            if (node.set == filter_set::range) {
                for (std::size_t i = 0; i < flows_.size(); ++i) {
                    auto const within = (numbers[i] & node.mask) - node.first <= node.span;
                    yes |= std::uint64_t{within} << i;
                }
                return yes;
            }
            auto const record = flows_[0];
            auto const run = filter_run<record_type>{program_, record};
            for (std::size_t i = 0; i < flows_.size(); ++i)
                yes |= std::uint64_t{run.has(node, numbers[i]) == filter_answer::yes} << i;
            return yes;
        }
        if (auto const found = ask_addresses(node)) return found;
        for (; which != 0; which &= which - 1) {
            auto const flow = static_cast<std::size_t>(std::countr_zero(which));
            auto const record = flows_[flow];
            auto const found = filter_run<record_type>{program_, record}.ask_again(node);
            if (found == filter_answer::unknown) return std::nullopt;
            yes |= std::uint64_t{found == filter_answer::yes} << flow;
        }
        return yes;
    }

    /// Whether columns are decoded once for all who read them. Only then is it worth while to read
    /// a column of which a test may need a few values.
    static constexpr bool keeps_columns =
        requires(Batch const& flows, std::uint64_t* out, void (*note)(std::size_t, bool)) {
            flows.actions(field_id::action, out, std::size_t{1}, note);
        };

    /// Reads the values of a test, if they are numbers and can be read at once; or actions and
    /// comparisons of numbers, if columns are kept.
    [[nodiscard]] auto read_column(filter_node const& node, std::uint64_t* out) const noexcept
        -> bool {
        if (node.subject <= filter_subject::u64) return flows_.numbers(node.field, out);
        if constexpr (keeps_columns) {
            auto present = true;
            auto const note = [&present](std::size_t, bool is_present) {
                present = present && is_present;
            };
            if (node.subject == filter_subject::action)
                return flows_.actions(node.field, out, 1, note) && present;
            if (node.subject == filter_subject::comparison) return compare_columns(node, out);
        }
        return false;
    }

    /// Compares the numbers in two columns.
    [[nodiscard]] auto compare_columns(filter_node const& node, std::uint64_t* out) const noexcept
        -> bool {
        if (!is_number(info(node.field).type) || !is_number(info(node.other).type)) return false;
        std::array<std::uint64_t, 64> others;
        if (!flows_.numbers(node.field, out) || !flows_.numbers(node.other, others.data()))
            return false;
        for (std::size_t i = 0; i < flows_.size(); ++i) {
            auto const order = out[i] < others[i]    ? field_order::less
                               : out[i] == others[i] ? field_order::equal
                                                     : field_order::greater;
            out[i] = static_cast<std::uint64_t>(order);
        }
        return true;
    }

    /// For which flows an address is in a set, if columns are kept and the addresses can be read at
    /// once.
    [[nodiscard]] auto ask_addresses(filter_node const& node) const noexcept
        -> std::optional<std::uint64_t> {
        if constexpr (keeps_columns) {
            if (node.subject != filter_subject::address) return std::nullopt;
            if (node.set != filter_set::range && node.set != filter_set::addresses)
                return std::nullopt;
            std::array<std::uint64_t, 128> words;
            std::uint64_t v6 = 0;
            auto const note = [&v6](std::size_t i, bool is_v6) { v6 |= std::uint64_t{is_v6} << i; };
            if (!flows_.addresses(node.field, words.data(), 2, note)) return std::nullopt;
            std::uint64_t yes = 0;
            for (std::size_t i = 0; i < flows_.size(); ++i) {
                auto const low = words[2 * i + 1];
                auto const value = (v6 >> i & 1) != 0
                                       ? address::v6(words[2 * i], low)
                                       : address::v4(static_cast<std::uint32_t>(low));
                auto const in_set = node.set == filter_set::range
                                        ? value.is_v4() && low - node.first <= node.span
                                        : program_.addresses[node.table].contains(value);
                yes |= std::uint64_t{in_set} << i;
            }
            return yes;
        } else {
            return std::nullopt;
        }
    }

    filter_program const& program_;
    Batch const& flows_;
};

}  // namespace flowlog::detail

#endif
