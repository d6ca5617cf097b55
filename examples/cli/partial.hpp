// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_PARTIAL_HPP
#define FLOWLOG_CLI_PARTIAL_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <flowlog/aggregate/concepts.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/aggregate/state_writer.hpp>
#include <flowlog/error.hpp>
#include <flowlog/source/inputs.hpp>

#include "reading.hpp"

namespace CLI {
class App;
}

// A command that counts can write what it has counted (--partial) instead of its results, and
// `flowlog merge` runs the command again with partial results in the place of logs. To add this to
// a command: call `add_partial_options`; read with `count_logs`; and, if `is_partial`, return
// `write_partial` with the words of `job_of` and the options of the command that decide what is
// counted. Then list it in merge.cpp.

namespace cli {

/// Adds --partial, and --hash-key if the command counts different values.
void add_partial_options(CLI::App& app, reading_options& options);

/// Whether a partial result is to be written.
auto is_partial(reading_options const& options) -> bool;

/// Sets the key of hashes, if one is given or the result is partial.
void set_hash_key(flowlog::dynamic_grouping& groups, reading_options const& options);

/// What `flowlog merge` does; the same in the whole run.
struct merge_request {
    bool active = false;  ///< partial results are read instead of logs
    std::vector<std::string>
        job{};                ///< the command and its options, as the partial results have them
    bool same_names = false;  ///< inputs of one name are different ones
    std::optional<flowlog::input> standard_input{};  ///< what was read from it
};
auto merging() -> merge_request&;

/// The command, and the options of reading that decide what is counted. The command adds its own,
/// as `--by=srcaddr`. Merging, it is the job that is merged.
auto job_of(std::string command, reading_options const& options) -> std::vector<std::string>;

/// Measures as options: `--sum=bytes`.
auto options_of(std::vector<flowlog::measure> const& measures) -> std::vector<std::string>;

/// What is written as one part of a partial result: what was counted, and what was read for it.
struct saved_part {
    std::function<void(flowlog::state_writer&)> save;
    reading const* done;
};

/// Writes a partial result, and returns the exit code of the command.
auto write_partial(reading_options const& options, std::vector<std::string> const& job,
                   std::vector<saved_part> const& parts) -> int;

/// The same for one aggregator.
template <flowlog::saved_aggregator A>
auto write_partial(reading_options const& options, std::vector<std::string> const& job,
                   A const& counted, reading const& done) -> int {
    return write_partial(options, job,
                         {{[&](flowlog::state_writer& out) { counted.save(out); }, &done}});
}

/// What tells a partial result from others.
struct partial_identity {
    std::string file{};
    std::uint32_t checksum = 0;
};

/// What was read for a part, gathered from partial results.
struct merged_reading {
    reading done{};
    std::vector<std::size_t> owners{};  ///< of each input: the number of its partial result

    void load(flowlog::state_reader& in, std::size_t owner);
    void merge(merged_reading&& other);
    /// Puts the inputs in the order of their names. Throws if one is in two partial results.
    void finish(std::function<partial_identity(std::size_t)> const& owner_of);
};

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

/// Receives malformed lines as text.
using text_handler = std::function<void(std::string)>;

/// How many malformed lines a partial result has, if only the first are printed.
inline constexpr std::size_t few_lines = 20;
inline constexpr auto all_lines = std::numeric_limits<std::size_t>::max();

/// Hands malformed lines on as text, and keeps the first of them for a partial result. They are
/// ordered by the name of the input, then by line: so the first lines of a merged result are always
/// among those that its partial results have kept.
class malformed_notes {
public:
    malformed_notes(reading_options const& options, text_handler const& write,
                    std::size_t limit = few_lines);
    [[nodiscard]] auto handler() -> flowlog::malformed_handler;
    [[nodiscard]] auto take() -> std::vector<malformed_note> { return std::move(kept_); }

private:
    /// Keeps a line if it is among the first.
    void keep(malformed_note note);

    text_handler const& write_;
    std::size_t limit_;
    std::vector<malformed_note> kept_;
};

/// Hands on the malformed lines that partial results have, and leaves as many as a further partial
/// result is to have.
void replay(reading& done, text_handler const& write, std::size_t limit = few_lines);

/// Reads partial results that have one part.
template <flowlog::saved_aggregator A>
auto merge_logs(flowlog::input_list const& partials, A const& empty, reading_options const& options,
                text_handler const& on_malformed, std::size_t limit = few_lines)
    -> counted_logs<A> {
    auto parts = parts_of<A>{empty};
    merge_partials(partials, parts, options);
    auto& [counted, read] = parts.template get<0>();
    replay(read.done, on_malformed, limit);
    return {std::move(counted), std::move(read.done)};
}

/// Adds the flows of logs that the options want to an aggregator, as `read_logs`; or, merging, what
/// partial results have. `limit` is how many malformed lines a partial result is to have.
template <flowlog::saved_aggregator A>
auto count_logs(flowlog::input_list const& logs, A const& empty, reading_options const& options,
                text_handler const& on_malformed, std::size_t limit = few_lines)
    -> counted_logs<A> {
    if (merging().active) return merge_logs(logs, empty, options, on_malformed, limit);
    auto notes = malformed_notes{options, on_malformed, limit};
    auto counted = read_logs(logs, empty, options, notes.handler());
    counted.done.bad_lines = notes.take();
    return counted;
}

}  // namespace cli

#endif
