// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_DETAIL_FILTER_PROGRAM_HPP
#define FLOWLOG_QUERY_DETAIL_FILTER_PROGRAM_HPP

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/query/detail/lookup_sets.hpp>
#include <flowlog/query/filter_sets.hpp>
#include <flowlog/query/filter_tree.hpp>

namespace flowlog::detail {

/// How a node represents the values that pass its test.
enum class filter_set : std::uint8_t {
    range,      ///< from `first` to `first + span`; of addresses, only IPv4
    bitmap,     ///< a `number_bitmap`
    ranges,     ///< normalised ranges
    addresses,  ///< an `address_set`
    texts,      ///< a `text_set`
    matching,   ///< a `text_matcher`
    absent,     ///< only the presence of the value counts
    present,
    malformed
};

/// A test, and the node to go to after it.
struct filter_node {
    filter_subject subject;
    filter_set set;
    field_id field;
    field_id other;         ///< of a comparison
    bool negated;           ///< the test holds if the answer is no
    std::uint32_t table;    ///< index into the sets of that kind
    std::uint32_t extra;    ///< index into the tables of tags, the zones or the columns
    std::uint32_t next[2];  ///< the node to go to if the test does not hold, and if it does
    std::uint64_t mask;     ///< applied to a number before it is looked up
    std::uint64_t first;
    std::uint64_t span;
};

/// A `filter_tree` compiled to a list of tests, each of which names the next one: `and`, `or` and
/// `not` cost nothing at run time, and no test runs twice for a flow.
///
///     action = REJECT and not dstport in 22,23
///
///     node  test                 no    yes
///     0     action = REJECT      fail  1
///     1     not dstport in …     fail  pass      ; negated
///
/// `next` always leads to a later node, to `pass` or to `fail`.
struct filter_program {
    static constexpr std::uint32_t fail = ~std::uint32_t{0};
    static constexpr std::uint32_t pass = fail - 1;

    std::vector<filter_node> nodes{};
    std::vector<number_bitmap> bitmaps{};
    std::vector<std::vector<number_range>> ranges{};
    std::vector<address_set> addresses{};
    std::vector<text_set> texts{};
    std::vector<std::shared_ptr<text_matcher const>> matchers{};
    std::vector<std::shared_ptr<tag_table const>> tags{};
    std::vector<std::shared_ptr<time_zone const>> zones{};
    std::vector<std::string> columns{};

    /// The node to begin with.
    [[nodiscard]] auto first() const noexcept -> std::uint32_t { return nodes.empty() ? pass : 0; }
};

/// Compiles a tree to a program. A template for the reason given at `filter_tree`.
template <class = void>
class filter_compiler {
public:
    [[nodiscard]] static auto compile(filter_tree const& tree) -> filter_program {
        auto compiler = filter_compiler{};
        compiler.arrange(tree);
        return std::move(compiler.program_);
    }

private:
    /// Where to go after a subtree. Subtrees are compiled from the last to the first, so that the
    /// node after a subtree is known. `after` says for which answer that is the node that was
    /// compiled last.
    struct continuation {
        std::uint32_t next[2];
        bool negated;
        enum : std::uint8_t { neither, no, yes } after;
    };

    void arrange(filter_tree const& tree) {
        auto pending = std::vector<continuation>{
            {{filter_program::fail, filter_program::pass}, false, continuation::neither}};
        auto leaf = tree.leaves.rbegin();
        for (auto step = tree.steps.rbegin(); step != tree.steps.rend(); ++step) {
            auto here = pending.back();
            pending.pop_back();
            if (here.after != continuation::neither)
                here.next[here.after == continuation::yes] = last();
            if (*step == filter_step::leaf) {
                add_node(*leaf++, here);
            } else if (*step == filter_step::negation) {
                here.negated = !here.negated;
                here.after = continuation::neither;
                pending.push_back(here);
            } else {
                auto left = here;
                left.after = (*step == filter_step::conjunction) != here.negated ? continuation::yes
                                                                                 : continuation::no;
                here.after = continuation::neither;
                pending.push_back(left);
                pending.push_back(here);
            }
        }
        reverse_nodes();
    }

    [[nodiscard]] auto last() const noexcept -> std::uint32_t {
        return static_cast<std::uint32_t>(program_.nodes.size() - 1);
    }

    /// Puts the nodes, which were added from the last to the first, in the order of execution.
    void reverse_nodes() {
        std::reverse(program_.nodes.begin(), program_.nodes.end());
        for (auto& node : program_.nodes) {
            for (auto& next : node.next)
                if (next < filter_program::pass) next = last() - next;
        }
    }

    void add_node(filter_leaf const& leaf, continuation const& here) {
        auto node = filter_node{.subject = leaf.subject,
                                .set = filter_set::present,
                                .field = leaf.field,
                                .other = leaf.other,
                                .negated = here.negated,
                                .table = 0,
                                .extra = 0,
                                .next = {here.next[0], here.next[1]},
                                .mask = leaf.mask,
                                .first = 0,
                                .span = 0};
        if (leaf.tags) node.extra = add(program_.tags, leaf.tags);
        if (leaf.subject == filter_subject::column) node.extra = add(program_.columns, leaf.column);
        if (leaf.subject == filter_subject::hour || leaf.subject == filter_subject::weekday)
            node.extra = add(program_.zones, leaf.zone);
        switch (leaf.question) {
            case filter_question::absent: node.set = filter_set::absent; break;
            case filter_question::present: break;
            case filter_question::malformed: node.set = filter_set::malformed; break;
            case filter_question::member: set_values(node, leaf); break;
        }
        program_.nodes.push_back(node);
    }

    void set_values(filter_node& node, filter_leaf const& leaf) {
        if (leaf.matcher) {
            node.set = filter_set::matching;
            node.table = add(program_.matchers, leaf.matcher);
        } else if (leaf.subject == filter_subject::address) {
            set_addresses(node, leaf.addresses);
        } else if (leaf.subject == filter_subject::text ||
                   leaf.subject == filter_subject::printed ||
                   leaf.subject == filter_subject::column) {
            node.set = filter_set::texts;
            node.table = add(program_.texts, leaf.texts);
        } else if (leaf.letters && node.negated) {
            set_numbers(node, {{1, leaf.mask}});
        } else {
            set_numbers(node, leaf.numbers);
        }
    }

    void set_numbers(filter_node& node, std::vector<number_range> numbers) {
        normalise(numbers);
        if (numbers.size() == 1) {
            node.set = filter_set::range;
            node.first = numbers[0].first;
            node.span = numbers[0].last - numbers[0].first;
        } else if (numbers.size() > 1 && node.subject <= filter_subject::u16) {
            node.set = filter_set::bitmap;
            node.table = add(program_.bitmaps, number_bitmap{numbers});
        } else {
            node.set = filter_set::ranges;
            node.table = add(program_.ranges, std::move(numbers));
        }
    }

    void set_addresses(filter_node& node, std::vector<address_range> ranges) {
        normalise(ranges);
        auto v4 = std::vector<number_range>{};
        auto v6 = std::vector<address_range>{};
        for (auto const& [first, last] : ranges) {
            if (first.is_v6()) {
                v6.push_back({first, last});
            } else if (last.is_v4()) {
                v4.push_back({first.to_v4(), last.to_v4()});
            } else {  // from IPv4 into IPv6
                v4.push_back({first.to_v4(), 0xFFFF'FFFF});
                v6.push_back({address::v6(0, 0), last});
            }
        }
        if (v6.empty() && v4.size() == 1) {
            node.set = filter_set::range;
            node.first = v4[0].first;
            node.span = v4[0].last - v4[0].first;
        } else {
            node.set = filter_set::addresses;
            node.table = add(program_.addresses, address_set{v4, std::move(v6)});
        }
    }

    template <class T>
    [[nodiscard]] static auto add(std::vector<T>& tables, T table) -> std::uint32_t {
        tables.push_back(std::move(table));
        return static_cast<std::uint32_t>(tables.size() - 1);
    }

    filter_program program_;
};

}  // namespace flowlog::detail

#endif
