// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_PARTIAL_MERGE_HPP
#define FLOWLOG_CLI_PARTIAL_MERGE_HPP

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <flowlog/aggregate/concepts.hpp>
#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/error.hpp>
#include <flowlog/source/inputs.hpp>

#include "merged_reading.hpp"

namespace cli {

/// What `flowlog merge` does; the same in the whole run.
struct merge_request {
    bool active = false;  ///< partial results are read instead of logs
    std::vector<std::string>
        job{};                ///< the command and its options, as the partial results have them
    bool same_names = false;  ///< inputs of one name are different ones
    std::optional<flowlog::input> standard_input{};  ///< what was read from it
};
auto merging() -> merge_request&;

/// The parts of partial results, merged by several threads.
class merged_parts {
public:
    merged_parts() = default;
    merged_parts(merged_parts const&) = delete;
    auto operator=(merged_parts const&) -> merged_parts& = delete;
    virtual ~merged_parts() = default;

    [[nodiscard]] virtual auto fresh() const -> std::unique_ptr<merged_parts> = 0;
    virtual void load(flowlog::state_reader& in, std::size_t owner) = 0;
    virtual void merge(merged_parts& other, unsigned threads) = 0;
    [[nodiscard]] virtual auto readings() -> std::vector<merged_reading*> = 0;
};

/// The error of a file that should be a partial result, and has no bytes.
auto empty_partial(std::string name) -> flowlog::error;

/// The partial results that words name.
auto find_partials(std::vector<std::string> const& words) -> flowlog::input_list;

/// Reads all partial results into `into`, which is fresh. Those that cannot be read are named.
void merge_partials(flowlog::input_list const& partials, merged_parts& into,
                    reading_options const& options);

/// One part for each aggregator.
template <flowlog::saved_aggregator... A>
class parts_of final : public merged_parts {
public:
    explicit parts_of(A const&... empty)
        : empty_{empty...}, counted_{std::pair<A, merged_reading>{empty, {}}...} {}

    [[nodiscard]] auto fresh() const -> std::unique_ptr<merged_parts> override {
        return std::apply([](auto const&... one) { return std::make_unique<parts_of>(one...); },
                          empty_);
    }
    void load(flowlog::state_reader& in, std::size_t owner) override {
        each([&](auto& part) {
            part.first.load(in);
            part.second.load(in, owner);
        });
    }
    void merge(merged_parts& other, unsigned threads) override {
        merge_all(static_cast<parts_of&>(other), threads, std::index_sequence_for<A...>{});
    }
    [[nodiscard]] auto readings() -> std::vector<merged_reading*> override {
        auto result = std::vector<merged_reading*>{};
        each([&](auto& part) { result.push_back(&part.second); });
        return result;
    }

    /// What was counted and read of a part; to be moved out.
    template <std::size_t I>
    [[nodiscard]] auto get() -> auto& {
        return std::get<I>(counted_);
    }

private:
    template <class Use>
    void each(Use use) {
        std::apply([&](auto&... part) { (use(part), ...); }, counted_);
    }
    template <std::size_t... I>
    void merge_all(parts_of& other, unsigned threads, std::index_sequence<I...>) {
        (merge_into(std::get<I>(counted_), std::get<I>(other.counted_), threads), ...);
    }
    template <class Part>
    static void merge_into(Part& into, Part& from, unsigned threads) {
        if constexpr (requires { into.first.merge(std::move(from.first), threads); }) {
            into.first.merge(std::move(from.first), threads);
        } else {
            into.first.merge(std::move(from.first));
        }
        into.second.merge(std::move(from.second));
    }

    std::tuple<A...> empty_;
    std::tuple<std::pair<A, merged_reading>...> counted_;
};

}  // namespace cli

#endif
