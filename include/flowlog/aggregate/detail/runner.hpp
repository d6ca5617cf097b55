// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_RUNNER_HPP
#define FLOWLOG_AGGREGATE_DETAIL_RUNNER_HPP

//      inputs   a.log.gz   b.log (large)             c.log
//
//      tasks    0: all     1: chunk  2: chunk  3: -  4: all     in order, taken by whoever is free
//                 |           |         |       |      |
//      threads    1           2         3       |      1
//                 |           |         |       |      |
//      values   total 1    value 2 \  value 3   |    total 1    one total for each thread, and one
//                                   \ /         |               value for each thread in a
//                                   merged <----+               shared_input
//
//      Task 3 ends the shared input: the last thread to bring its value merges them all, or, after
//      a mismatch, drops them and reads b.log again as a whole. Totals are merged when all is read.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/detail/ordered_reports.hpp>
#include <flowlog/aggregate/run_result.hpp>
#include <flowlog/error.hpp>
#include <flowlog/format/chunk.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/splitter.hpp>
#include <flowlog/source/input.hpp>

namespace flowlog::detail {

/// A large input whose chunks are read by several threads. What they count is kept apart until all
/// of it is read. If a chunk turns out to begin otherwise than it was opened (a header line changed
/// the columns of a text log), or an archive is damaged before its last chunk, all of it is void,
/// and one thread reads the input again.
template <class A>
struct shared_input {
    /// The first chunk after which the later ones were opened wrong.
    struct mismatch {
        std::uint64_t chunk = 0;   ///< where that chunk begins
        std::uint64_t offset = 0;  ///< up to where the input was read right
    };

    std::size_t index;  ///< among the inputs of the run
    log_splitter splitter;
    std::vector<A> values{};
    statistics stats{};
    unsigned readers = 0;                       ///< threads that have not brought their value yet
    std::uint64_t last_task = 0;                ///< the number of the task that concludes the input
    std::uint64_t lines_before = 0;             ///< lines before the chunk that reports now
    std::optional<std::uint64_t> text_begin{};  ///< how much text was written before the input's
    std::optional<mismatch> broken{};
    std::optional<error> end{};  ///< what reading the last chunk ended with
};

/// Shares inputs out to threads: as a whole, or in chunks if an input is large and of a format that
/// can be split.
template <class A>
class runner {
public:
    runner(std::vector<input> const& inputs, A const& empty, run_options const& options)
        : inputs_{inputs},
          empty_{empty},
          options_{options},
          opened_(inputs.size()),
          reports_{options.on_malformed, sink_of(empty)} {
        for (auto const& from : inputs) results_.push_back({.name = from.name()});
        threads_ = options.threads != 0 ? options.threads
                                        : std::max(1U, std::thread::hardware_concurrency());
        workers_ = workers();
    }

    [[nodiscard]] auto run() -> run_result<A> {
        auto totals = std::vector<A>(workers_, empty_);
        {
            auto others = std::vector<std::jthread>{};
            try {
                for (std::size_t i = 1; i < totals.size(); ++i)
                    others.emplace_back([&, i] { work(totals[i]); });
            } catch (std::system_error const&) {
                // the system allows no more threads: those that run read all inputs
            }
            work(totals[0]);
        }
        if (fatal_) std::rethrow_exception(fatal_);
        auto result = run_result<A>{.value = std::move(totals[0]), .inputs = std::move(results_)};
        for (std::size_t i = 1; i < totals.size(); ++i)
            detail::merge(result.value, std::move(totals[i]), workers_);
        for (auto const& report : result.inputs) result.stats += report.stats;
        return result;
    }

private:
    /// How many threads have something to do. Starting one takes longer than reading a small file.
    [[nodiscard]] auto workers() const -> unsigned {
        std::uint64_t tasks = 1;
        for (std::size_t i = 0; i < inputs_.size() && tasks < threads_; ++i) {
            auto const size = size_of(inputs_[i]);
            tasks += (i == 0 ? 0 : 1) + size / std::max<std::uint64_t>(1, options_.chunk_size);
        }
        return static_cast<unsigned>(std::min<std::uint64_t>(tasks, threads_));
    }

    /// The size of an input; 0 if it is not known. If asking for it fails, so will opening it.
    [[nodiscard]] static auto size_of(input const& from) -> std::uint64_t {
        try {
            return from.size().value_or(0);
        } catch (error const&) {
            return 0;
        }
    }

    using shared_pointer = std::shared_ptr<shared_input<A>>;
    using preceding = ordered_reports::preceding;
    using reporter_of = ordered_reports::reporter;

    struct task {
        std::uint64_t number;  ///< in the order of the inputs
        std::size_t input;
        shared_pointer shared{};  ///< null: the whole input
        chunk which{};            ///< else this chunk of it
    };

    void work(A& total) {
        try {
            auto shared = shared_pointer{};
            auto value = std::optional<A>{};
            for (auto next = take(shared); next || shared; next = take(shared)) {
                if (shared && (!next || next->shared != shared))
                    conclude(std::exchange(shared, {}), std::move(*value), total);
                if (!next) return;
                if (!next->shared) {
                    read_whole(*next, total);
                } else {
                    if (!shared) value.emplace(empty_);
                    shared = next->shared;
                    read_chunk(*next, *value);
                }
            }
        } catch (...) {
            auto const lock = std::scoped_lock{mutex_};
            if (!fatal_) fatal_ = std::current_exception();
            reports_.abandon();
        }
    }

    /// The next task in order. `mine` is the input of which the caller has read chunks.
    [[nodiscard]] auto take(shared_pointer const& mine) -> std::optional<task> {
        auto const lock = std::scoped_lock{mutex_};
        while (!fatal_ && (current_ || next_input_ < inputs_.size())) {
            if (!current_) {
                auto const index = next_input_++;
                current_ = share(index);
                if (!current_) return task{.number = tasks_++, .input = index};
            }
            auto const which = current_->broken ? std::nullopt : current_->splitter.next();
            if (which) {
                if (current_ != mine) ++current_->readers;
                return task{.number = tasks_++,
                            .input = current_->index,
                            .shared = current_,
                            .which = *which};
            }
            current_->last_task = tasks_++;
            current_ = nullptr;
        }
        return std::nullopt;
    }

    /// An input that is to be read in chunks; null if it is to be read as a whole.
    [[nodiscard]] auto share(std::size_t index) -> shared_pointer {
        if (threads_ == 1) return nullptr;
        try {
            auto splitter = log_splitter::of(inputs_[index], how({}), options_.chunk_size);
            if (!splitter) return nullptr;
            return std::make_shared<shared_input<A>>(
                shared_input<A>{.index = index, .splitter = std::move(*splitter)});
        } catch (error const&) {
            return nullptr;  // reading it as a whole fails the same way
        }
    }

    void read_whole(task const& mine, A& total) {
        auto reporter = reports_.begin(mine.number);
        read_whole(mine.input, reporter.handler(), reporter, total);
        reporter.finish();
    }

    void read_whole(std::size_t index, malformed_handler on_malformed, reporter_of& reporter,
                    A& total) {
        auto opened = std::optional<log>{};
        guarded(index, [&] {
            opened.emplace(open(inputs_[index], how(std::move(on_malformed))));
            add_all_of(*opened, index, reporter, total);
            if (!options_.on_read) return;
            auto const lock = std::scoped_lock{announcing_};
            options_.on_read(*opened);
        });
        if (opened) results_[index].stats = opened->stats();
    }

    /// Adds the flows of a log, or of a chunk of one.
    void add_all_of(log& opened, std::size_t index, reporter_of& reporter, A& a) {
        announce(opened, index);
        auto const add = [&](auto& reader) { add_checked(reader, a); };
        if constexpr (writing_aggregator<A>) {
            a.write_to(reporter.sink());
            try {
                opened.visit(add);
            } catch (error const&) {
                a.write_to({});  // what was whole is written
                throw;
            }
            a.write_to({});
        } else {
            opened.visit(add);
        }
    }

    /// Says that an input is open, the first time that it is.
    void announce(log& opened, std::size_t index) {
        if (!options_.on_open) return;
        auto const lock = std::scoped_lock{announcing_};
        if (opened_[index]) return;
        opened_[index] = true;
        options_.on_open(opened);
    }

    [[nodiscard]] static auto sink_of(A const& a) -> text_sink {
        if constexpr (writing_aggregator<A>) {
            return a.output();
        } else {
            return {};
        }
    }

    void read_chunk(task const& mine, A& value) {
        auto& shared = *mine.shared;
        auto reporter =
            reports_.begin(mine.number, [&shared, mine, this]() -> std::optional<preceding> {
                auto const lock = std::scoped_lock{mutex_};
                if (!shared.text_begin) shared.text_begin = reports_.text_size();
                if (shared.broken && mine.which.begin > shared.broken->chunk) return std::nullopt;
                return preceding{.lines = shared.lines_before};
            });
        auto opened = std::optional<log>{};
        auto failure = std::optional<error>{};
        guarded(mine.input, [&] {
            try {
                opened.emplace(shared.splitter.open(mine.which, how(reporter.handler())));
                add_all_of(*opened, mine.input, reporter, value);
            } catch (error const& thrown) {
                if (!is_of_content(thrown)) throw;
                failure = thrown;
            }
        });
        auto const stats = opened ? opened->stats() : statistics{};
        {
            auto const lock = std::scoped_lock{mutex_};
            shared.stats += stats;
            auto mismatch =
                opened ? shared.splitter.mismatch_after(mine.which, *opened) : std::nullopt;
            if (failure && mine.which.last && !mismatch) {
                shared.end = failure;
            } else if (failure && !mismatch) {
                mismatch = mine.which.end;
            }
            if (mismatch && (!shared.broken || mine.which.begin < shared.broken->chunk))
                shared.broken = {.chunk = mine.which.begin, .offset = *mismatch};
        }
        auto const lines_of = [&stats](auto const& from) {
            if constexpr (requires { from.lines(); })
                return from.lines();
            else
                return stats.lines();
        };
        auto const lines = opened ? opened->visit(lines_of) : 0;
        reporter.finish([&shared, lines, this, kept = mine.shared] {
            auto const lock = std::scoped_lock{mutex_};
            shared.lines_before += lines;
        });
    }

    /// Whether reading the same bytes again ends with the same error.
    [[nodiscard]] static auto is_of_content(error const& failure) noexcept -> bool {
        return failure.code() != errc::changed && failure.code() != errc::read_failed;
    }

    /// Takes over what a thread counted in a shared input. The last thread to come concludes the
    /// input.
    void conclude(shared_pointer const& mine, A value, A& total) {
        auto& shared = *mine;
        {
            auto const lock = std::scoped_lock{mutex_};
            shared.values.push_back(std::move(value));
            if (--shared.readers != 0) return;
        }
        // the reports may be handed on after the input was concluded
        auto reporter = reports_.begin(shared.last_task, [mine, this] {
            auto const begin = mine->text_begin.value_or(reports_.text_size());
            return preceding{.text = reports_.text_size() - begin};
        });
        auto const failed = results_[shared.index].failure.has_value();
        if (!shared.broken || failed) {
            for (auto& counted : shared.values) detail::merge(total, std::move(counted), workers_);
            results_[shared.index].stats = shared.stats;
            guarded(shared.index, [&] {
                if (shared.end) throw error{*shared.end};
            });
        } else {
            // what was reported and written before the mismatch was right, and is not repeated
            auto on_malformed = [again = reporter.handler(), &shared](malformed_line const& line) {
                if (line.offset >= shared.broken->offset) again(line);
            };
            read_whole(shared.index, std::move(on_malformed), reporter, total);
        }
        reporter.finish();
    }

    /// How an input, or a chunk of one, is opened.
    [[nodiscard]] auto how(malformed_handler on_malformed) const -> open_options {
        return {.format = options_.format,
                .on_malformed = std::move(on_malformed),
                .progress = options_.progress,
                .overlap = inputs_.size() < threads_,
                .check_empty = options_.check_empty,
                .all_lines = options_.all_lines,
                .repair_wraps = options_.repair_wraps,
                .two_way = options_.two_way};
    }

    /// Adds a log's records to `a`, after a check that the log has the fields.
    template <class Reader>
    void add_checked(Reader& reader, A& a) const {
        require_fields(uses(a), reader);
        add_all(reader, a);
    }

    /// Keeps an input's failure in its report, or lets it end the run.
    template <class Function>
    void guarded(std::size_t index, Function function) {
        try {
            function();
        } catch (error const& failure) {
            if (!options_.keep_going || failure.code() == errc::write_failed) throw;
            auto const lock = std::scoped_lock{mutex_};
            if (!results_[index].failure) results_[index].failure = failure;
        }
    }

    std::vector<input> const& inputs_;
    A const& empty_;
    run_options const& options_;
    unsigned threads_;      // that may run
    unsigned workers_ = 1;  // that have something to do
    std::vector<input_report> results_;
    std::vector<bool> opened_;  // whether an input was said to be open
    std::mutex announcing_;     // guards opened_
    ordered_reports reports_;

    std::mutex mutex_;  // guards all below, and the shared inputs
    std::size_t next_input_ = 0;
    shared_pointer current_;
    std::uint64_t tasks_ = 0;
    std::exception_ptr fatal_;
};

}  // namespace flowlog::detail

#endif
