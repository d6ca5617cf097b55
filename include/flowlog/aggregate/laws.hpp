// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_LAWS_HPP
#define FLOWLOG_AGGREGATE_LAWS_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/detail/flow_batch.hpp>
#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/aggregate/state_writer.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/source/memory.hpp>

namespace flowlog {

namespace detail {

/// Puts one aggregator through the laws. `Make` makes fresh ones, `Equal` compares two.
template <class Make, class Record, class Equal>
class law_check {
    using made = required_aggregator<std::remove_cvref_t<std::invoke_result_t<Make&>>>;
    using pointers = std::vector<Record const*>;

public:
    law_check(Make& make, pointers records, Equal& equal)
        : make_{make}, equal_{equal}, all_{std::move(records)}, whole_{added(all_)} {}

    /// The first law that is broken.
    [[nodiscard]] auto run() -> std::optional<std::string> {
        if (auto broken = one_by_one()) return broken;
        if (auto broken = copies()) return broken;
        if (auto broken = identity()) return broken;
        for (auto round = 0; round < 8; ++round) {
            if (auto broken = associative()) return broken;
            if (auto broken = shared_out()) return broken;
            if (auto broken = in_batches()) return broken;
        }
        for (auto round = 0; round < 3; ++round)
            if (auto broken = saved()) return broken;
        return std::nullopt;
    }

private:
    [[nodiscard]] auto added(pointers const& records) -> made {
        auto result = make_();
        for (auto const* record : records) static_cast<void>(try_add(result, *record));
        return result;
    }

    [[nodiscard]] auto merged(made a, made b) const -> made {
        a.merge(std::move(b));
        return a;
    }

    [[nodiscard]] auto one_by_one() -> std::optional<std::string> {
        auto tried = make_();
        auto expected = make_();
        for (std::size_t i = 0; i < all_.size(); ++i) {
            auto const refused = find_offending_field(tried, *all_[i]).has_value();
            if (try_add(tried, *all_[i]) == refused)
                return "try_add(record) is true exactly if no field keeps the record out: record " +
                       std::to_string(i);
            if (refused && !equal_(std::as_const(tried), std::as_const(expected)))
                return "a record that is kept out changes nothing: record " + std::to_string(i);
            if (!refused) static_cast<void>(try_add(expected, *all_[i]));
        }
        return same(tried, whole_, "two aggregators that were given the same are equal", "");
    }

    [[nodiscard]] auto copies() -> std::optional<std::string> {
        if constexpr (std::copy_constructible<made>) {
            auto original = added(all_);
            auto copy = original;
            for (auto const* record : all_) static_cast<void>(try_add(copy, *record));
            return same(original, whole_, "what is added to a copy does not change the original",
                        "");
        } else {
            return std::nullopt;
        }
    }

    [[nodiscard]] auto identity() -> std::optional<std::string> {
        if (auto broken = same(merged(make_(), added(all_)), whole_,
                               "to merge into a fresh aggregator changes nothing", ""))
            return broken;
        return same(merged(added(all_), make_()), whole_,
                    "to merge a fresh aggregator changes nothing", "");
    }

    [[nodiscard]] auto associative() -> std::optional<std::string> {
        auto const parts = shares(3);
        auto left = merged(merged(added(parts[0]), added(parts[1])), added(parts[2]));
        auto right = merged(added(parts[0]), merged(added(parts[1]), added(parts[2])));
        return same(left, right, "merge is associative", sizes(parts));
    }

    [[nodiscard]] auto shared_out() -> std::optional<std::string> {
        auto const parts = shares(2 + draw(4));
        auto forwards = make_();
        for (auto const& part : parts) forwards.merge(added(part));
        constexpr auto law = "results do not depend on how records were shared out";
        if (auto broken = same(forwards, whole_, law, sizes(parts))) return broken;
        auto backwards = make_();
        for (auto const& part : parts | std::views::reverse)
            detail::merge(backwards, added(part), 3);
        return same(backwards, whole_, law, sizes(parts) + " in reverse order, with 3 threads");
    }

    /// Saved, each share or several of them, and loaded again.
    [[nodiscard]] auto saved() -> std::optional<std::string> {
        if constexpr (saved_aggregator<made>) {
            auto const parts = shares(2 + draw(4));
            auto several = std::string{};  // partial results, one after the other
            for (auto const& part : parts) save(several, added(part));
            auto again = std::string{};
            save(again, loaded(several));
            constexpr auto law = "load(in) merges what save(out) has written";
            if (auto broken = same(loaded(several), whole_, law, sizes(parts))) return broken;
            return same(loaded(again), whole_, law, sizes(parts) + ", merged and saved again");
        } else {
            return std::nullopt;
        }
    }

    static void save(std::string& to, made const& counted) {
        auto out = state_writer{[&](std::string_view text) { to += text; }};
        counted.save(out);
        out.finish();
    }

    [[nodiscard]] auto loaded(std::string const& text) -> made {
        auto result = make_();
        auto in = open_state(memory_input{text, "saved"});
        while (in.begin()) {
            result.load(in);
            in.finish();
        }
        return result;
    }

    /// In batches: after each record that is kept out a new one begins.
    [[nodiscard]] auto in_batches() -> std::optional<std::string> {
        auto result = make_();
        for (std::size_t begin = 0; begin < all_.size();) {
            auto const size = std::min(1 + draw(draw(2) == 0 ? 5 : 300), all_.size() - begin);
            auto const from = all_.begin() + static_cast<std::ptrdiff_t>(begin);
            auto const batch = flow_batch<Record>{{from, from + static_cast<std::ptrdiff_t>(size)}};
            std::size_t expected = 0;
            while (expected < size && !find_offending_field(result, *all_[begin + expected]))
                ++expected;
            auto const where =
                ": records " + std::to_string(begin) + " to " + std::to_string(begin + size - 1);
            if constexpr (counting_aggregator<made, flow_batch<Record>>) {
                if (result.count_addable(batch) != expected)
                    return "count_addable(batch) is the number of records before the first that is "
                           "kept out" +
                           where;
            }
            if (add_batch(result, batch) != expected)
                return "add_batch(batch) returns the number of records before the first that is "
                       "kept out" +
                       where;
            begin += expected + (expected == size ? 0 : 1);
        }
        return same(result, whole_, "add_batch(batch) does what add(record) one by one does", "");
    }

    /// The records shared out at random: each to one of the shares, or chunks.
    [[nodiscard]] auto shares(std::size_t count) -> std::vector<pointers> {
        auto result = std::vector<pointers>(count);
        auto const chunk = 1 + draw(draw(2) == 0 ? 1 : 40);
        for (std::size_t i = 0; i < all_.size(); i += chunk) {
            auto& to = result[draw(count)];
            for (auto k = i; k < std::min(i + chunk, all_.size()); ++k) to.push_back(all_[k]);
        }
        return result;
    }

    [[nodiscard]] static auto sizes(std::vector<pointers> const& parts) -> std::string {
        auto result = std::string{", shared out as"};
        for (auto const& part : parts) result += ' ' + std::to_string(part.size());
        return result;
    }

    [[nodiscard]] auto same(made const& a, made const& b, std::string const& law,
                            std::string const& how) const -> std::optional<std::string> {
        if (equal_(a, b)) return std::nullopt;
        return law + ": " + std::to_string(all_.size()) + " records" + how;
    }

    /// A number below `limit`; the same in every run.
    [[nodiscard]] auto draw(std::size_t limit) -> std::size_t {
        seed_ = seed_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::size_t>(seed_ >> 33) % limit;
    }

    Make& make_;
    Equal& equal_;
    pointers all_;
    made whole_;
    std::uint64_t seed_ = 1;
};

}  // namespace detail

/// Puts an aggregator through the laws on which `run` relies, and returns a sentence about the
/// first that it breaks, or nothing if it keeps them all:
///
///  - `merge` is associative, and a fresh aggregator is its identity;
///  - results do not depend on how records were shared out, nor in which order they are merged;
///  - `add_batch` adds what `add` adds one by one, and stops before the first record kept out;
///  - `try_add` adds what `add` adds if `find_offending_field` finds no field, and else nothing;
///  - a copy shares nothing with its original;
///  - if it has `save` and `load`: what was saved and is loaded again counts as what is merged.
///
/// `make()` returns a fresh aggregator, always of the same set-up. `records` is a range of lvalues
/// of a `flow_record` that can be passed through again, such as a vector, and no log; give it
/// several hundred, some with absent and malformed fields.
/// `equal(a, b)` says whether two const aggregators have the same results.
///
///     REQUIRE(flowlog::check_aggregator_laws([] { return byte_counter{}; }, flows,
///                                            [](auto const& a, auto const& b) {
///                                                return a.bytes == b.bytes;
///                                            }) == std::nullopt);
template <class Make, std::ranges::forward_range Records, class Equal>
    requires flow_record<std::remove_cvref_t<std::ranges::range_reference_t<Records>>> &&
             std::is_lvalue_reference_v<std::ranges::range_reference_t<Records>>
[[nodiscard]] auto check_aggregator_laws(Make make, Records&& records, Equal equal)
    -> std::optional<std::string> {
    using record = std::remove_cvref_t<std::ranges::range_reference_t<Records>>;
    auto pointers = std::vector<record const*>{};
    for (auto const& one : records) pointers.push_back(&one);
    return detail::law_check<Make, record, Equal>{make, std::move(pointers), equal}.run();
}

}  // namespace flowlog

#endif
