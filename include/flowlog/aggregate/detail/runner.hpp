// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_RUNNER_HPP
#define FLOWLOG_AGGREGATE_DETAIL_RUNNER_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/detail/file_parts.hpp>
#include <flowlog/aggregate/detail/ordered_reports.hpp>
#include <flowlog/aggregate/run_result.hpp>
#include <flowlog/error.hpp>
#include <flowlog/format/detect.hpp>

namespace flowlog::detail {

/// A large file whose parts are read by several threads. What they count is kept apart until all is
/// read: should it turn out that a part does not go on as the file began (a header line changes the
/// columns of a text log), or that an archive is damaged in a part before its last, all that is
/// void, and one thread reads the file again.
template <class A>
struct shared_file {
    /// Where what the parts were told ends to be true.
    struct rift {
        std::uint64_t part = 0;    ///< begin of the part
        std::uint64_t offset = 0;  ///< up to where the file was read right
    };

    std::size_t input;
    file_parts parts;
    std::vector<A> values{};
    statistics stats{};
    unsigned readers = 0;            ///< threads that read parts and have not brought their value
    std::uint64_t last_turn = 0;     ///< of the one who concludes
    std::uint64_t lines_before = 0;  ///< the part whose turn it is
    std::optional<rift> broken{};    ///< the first one
    std::optional<error> end{};      ///< what the last part ended with
};

/// Shares inputs out to threads: whole, or, where a file is large and of a format that allows it,
/// in parts.
template <class A>
class runner {
public:
    runner(std::vector<std::string> const& inputs, A const& empty, run_options const& options)
        : empty_{empty}, options_{options}, reports_{options.on_malformed} {
        for (auto const& name : inputs) inputs_.push_back({.name = name});
        threads_ = options.threads != 0 ? options.threads
                                        : std::max(1U, std::thread::hardware_concurrency());
        workers_ = workers();
    }

    [[nodiscard]] auto run() -> run_result<A> {
        auto totals = std::vector<A>(workers_, empty_);
        {
            auto others = std::vector<std::jthread>{};
            for (std::size_t i = 1; i < totals.size(); ++i)
                others.emplace_back([&, i] { work(totals[i]); });
            work(totals[0]);
        }
        if (fatal_) std::rethrow_exception(fatal_);
        auto result = run_result<A>{.value = std::move(totals[0]), .inputs = std::move(inputs_)};
        for (std::size_t i = 1; i < totals.size(); ++i)
            detail::merge(result.value, std::move(totals[i]), workers_);
        for (auto const& input : result.inputs) result.stats += input.stats;
        return result;
    }

private:
    /// How many threads have something to do. To start one takes longer than to read a small file.
    [[nodiscard]] auto workers() const -> unsigned {
        std::uint64_t tasks = 1;
        for (std::size_t i = 0; i < inputs_.size() && tasks < threads_; ++i) {
            auto unknown = std::error_code{};
            auto const size = std::filesystem::file_size(inputs_[i].name, unknown);
            tasks += (i == 0 ? 0 : 1) +
                     (unknown ? 0 : size / std::max<std::uint64_t>(1, options_.part_size));
        }
        return static_cast<unsigned>(std::min<std::uint64_t>(tasks, threads_));
    }

    using file_pointer = std::shared_ptr<shared_file<A>>;

    struct task {
        std::uint64_t turn;
        std::size_t input;
        file_pointer file{};  ///< null: the whole input
        file_part part{};
    };

    void work(A& total) {
        try {
            auto file = file_pointer{};
            auto value = std::optional<A>{};
            for (auto next = take(file); next || file; next = take(file)) {
                if (file && (!next || next->file != file))
                    conclude(*std::exchange(file, {}), std::move(*value), total);
                if (!next) return;
                if (!next->file) {
                    read_whole(*next, total);
                } else {
                    if (!file) value.emplace(empty_);
                    file = next->file;
                    read_part(*next, *value);
                }
            }
        } catch (...) {
            auto const lock = std::scoped_lock{mutex_};
            if (!fatal_) fatal_ = std::current_exception();
            reports_.abandon();
        }
    }

    /// The next task in order. `mine` is the file that the caller has parts of.
    [[nodiscard]] auto take(file_pointer const& mine) -> std::optional<task> {
        auto const lock = std::scoped_lock{mutex_};
        while (!fatal_ && (current_ || next_input_ < inputs_.size())) {
            if (!current_) {
                auto const input = next_input_++;
                current_ = share(input);
                if (!current_) return task{.turn = turns_++, .input = input};
            }
            auto const part = current_->broken ? std::nullopt : current_->parts.next();
            if (part) {
                if (current_ != mine) ++current_->readers;
                return task{
                    .turn = turns_++, .input = current_->input, .file = current_, .part = *part};
            }
            current_->last_turn = turns_++;
            current_ = nullptr;
        }
        return std::nullopt;
    }

    /// An input as a file to be read in parts; null where it is to be read whole.
    [[nodiscard]] auto share(std::size_t input) -> file_pointer {
        if (threads_ == 1) return nullptr;
        try {
            auto parts = file_parts::of(inputs_[input].name, options_.format, options_.part_size);
            if (!parts) return nullptr;
            return std::make_shared<shared_file<A>>(
                shared_file<A>{.input = input, .parts = std::move(*parts)});
        } catch (error const&) {
            return nullptr;  // reading it whole fails the same way
        }
    }

    void read_whole(task const& mine, A& total) {
        auto reporter = reports_.begin(mine.turn);
        read_whole(mine.input, reporter.handler(), total);
        reporter.finish();
    }

    void read_whole(std::size_t input, malformed_handler on_malformed, A& total) {
        auto& report = inputs_[input];
        auto opened = std::optional<log>{};
        guarded(input, [&] {
            opened.emplace(open(report.name, how(std::move(on_malformed))));
            opened->visit([&](auto& reader) { add_checked(reader, total); });
        });
        if (opened) report.stats = opened->stats();
    }

    void read_part(task const& mine, A& value) {
        auto& file = *mine.file;
        auto reporter =
            reports_.begin(mine.turn, [&file, mine, this]() -> std::optional<std::uint64_t> {
                auto const lock = std::scoped_lock{mutex_};
                if (file.broken && mine.part.begin > file.broken->part) return std::nullopt;
                return file.lines_before;
            });
        auto opened = std::optional<log>{};
        auto failure = std::optional<error>{};
        guarded(mine.input, [&] {
            try {
                opened.emplace(file.parts.open(mine.part, how(reporter.handler())));
                opened->visit([&](auto& reader) { add_checked(reader, value); });
            } catch (error const& thrown) {
                if (!is_of_content(thrown)) throw;
                failure = thrown;
            }
        });
        auto const stats = opened ? opened->stats() : statistics{};
        {
            auto const lock = std::scoped_lock{mutex_};
            file.stats += stats;
            auto rift = opened ? file.parts.break_after(mine.part, *opened) : std::nullopt;
            if (failure && mine.part.last && !rift) {
                file.end = failure;
            } else if (failure && !rift) {
                rift = mine.part.end;
            }
            if (rift && (!file.broken || mine.part.begin < file.broken->part))
                file.broken = {.part = mine.part.begin, .offset = *rift};
        }
        reporter.finish([&file, lines = stats.lines(), this, kept = mine.file] {
            auto const lock = std::scoped_lock{mutex_};
            file.lines_before += lines;
        });
    }

    /// Whether whoever reads the same again meets with the same error.
    [[nodiscard]] static auto is_of_content(error const& failure) noexcept -> bool {
        return failure.code() != errc::changed && failure.code() != errc::read_failed;
    }

    /// Takes over what a thread counted in a shared file. The last thread to come concludes the
    /// file.
    void conclude(shared_file<A>& file, A value, A& total) {
        {
            auto const lock = std::scoped_lock{mutex_};
            file.values.push_back(std::move(value));
            if (--file.readers != 0) return;
        }
        auto reporter = reports_.begin(file.last_turn);
        auto const failed = inputs_[file.input].failure.has_value();
        if (!file.broken || failed) {
            for (auto& part : file.values) detail::merge(total, std::move(part), workers_);
            inputs_[file.input].stats = file.stats;
            guarded(file.input, [&] {
                if (file.end) throw error{*file.end};
            });
        } else {
            // what was reported before the break was right, and is not reported again
            auto on_malformed = [again = reporter.handler(), &file](malformed_line const& line) {
                if (line.offset >= file.broken->offset) again(line);
            };
            read_whole(file.input, std::move(on_malformed), total);
        }
        reporter.finish();
    }

    /// How an input, or a part of one, is opened.
    [[nodiscard]] auto how(malformed_handler on_malformed) const -> open_options {
        return {.format = options_.format,
                .on_malformed = std::move(on_malformed),
                .progress = options_.progress,
                .overlap = inputs_.size() < threads_,
                .check_empty = options_.check_empty,
                .repair_wraps = options_.repair_wraps};
    }

    /// Adds a log's records to `a`, having made sure that the log has the fields.
    template <class Reader>
    void add_checked(Reader& reader, A& a) const {
        require_fields(uses(a), reader);
        add_all(reader, a);
    }

    /// Keeps an input's failure in its report, or lets it end the run.
    template <class Function>
    void guarded(std::size_t input, Function function) {
        try {
            function();
        } catch (error const& failure) {
            if (!options_.keep_going) throw;
            auto const lock = std::scoped_lock{mutex_};
            if (!inputs_[input].failure) inputs_[input].failure = failure;
        }
    }

    A const& empty_;
    run_options const& options_;
    unsigned threads_;      // that may run
    unsigned workers_ = 1;  // that have something to do
    std::vector<input_report> inputs_;
    ordered_reports reports_;

    std::mutex mutex_;  // guards all below, and the shared files
    std::size_t next_input_ = 0;
    file_pointer current_;
    std::uint64_t turns_ = 0;
    std::exception_ptr fatal_;
};

}  // namespace flowlog::detail

#endif
