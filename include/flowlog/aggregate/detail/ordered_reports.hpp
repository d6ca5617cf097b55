// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_ORDERED_REPORTS_HPP
#define FLOWLOG_AGGREGATE_DETAIL_ORDERED_REPORTS_HPP

//      tasks     0          1           2          3
//                finished   reporting   pending    pending
//                           |           lines are kept in memory, at most `max_pending` bytes
//                           v
//                handler: lines of 0, then lines of 1 as they are found, then 2, then 3

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/format/accounting.hpp>

namespace flowlog::detail {

/// Brings the malformed lines that several threads find into the order of the input. Tasks are
/// numbered from 0, without gaps, and are begun in that order. The lines of one task at a time, the
/// first that is not finished, go to the handler at once. The lines of later tasks are kept until
/// their task is that one; if too many are kept, their finder waits. The first task never waits.
template <class = void>
class basic_ordered_reports {
public:
    /// Called before the first line of a task is handed on: how many lines precede the task in its
    /// input; none if what the task reports is void.
    using lines_before = std::function<std::optional<std::uint64_t>()>;

    explicit basic_ordered_reports(malformed_handler handler) : handler_{std::move(handler)} {}

    /// Takes what one task reports. Every reporter must be finished.
    class reporter {
    public:
        reporter(basic_ordered_reports& owner, std::uint64_t task, lines_before before)
            : owner_{&owner}, task_{task}, before_{std::move(before)} {}

        /// The handler for the task's reader; refers to this reporter. Empty if nobody listens.
        [[nodiscard]] auto handler() -> malformed_handler {
            if (!owner_->handler_) return {};
            return [this](malformed_line const& line) { owner_->take(*this, line); };
        }

        /// Ends the task. `when_handed_on` is called after all lines of this task, and of all tasks
        /// before it, were handed on.
        void finish(std::function<void()> when_handed_on = {}) {
            when_handed_on_ = std::move(when_handed_on);
            owner_->finish(std::move(*this));
        }

    private:
        friend basic_ordered_reports;

        struct owned_line {
            malformed_line line;
            std::string text;
        };

        void hand_on(malformed_line line, std::string_view text) {
            if (!offset_known_) {
                offset_ = before_ ? before_() : std::optional<std::uint64_t>{0};
                offset_known_ = true;
            }
            if (!offset_) return;
            line.line += *offset_;
            line.text = text;
            owner_->handler_(line);
        }

        void hand_on_pending() {
            for (auto& [line, text] : std::exchange(pending_, {})) hand_on(std::move(line), text);
        }

        basic_ordered_reports* owner_;
        std::uint64_t task_;
        lines_before before_;
        std::function<void()> when_handed_on_;
        std::vector<owned_line> pending_;
        std::size_t pending_bytes_ = 0;
        std::optional<std::uint64_t> offset_;
        bool offset_known_ = false;
    };

    /// Begins a task.
    [[nodiscard]] auto begin(std::uint64_t task, lines_before before = {}) -> reporter {
        return reporter{*this, task, std::move(before)};
    }

    /// Ends all waiting: some task failed and will not be finished.
    void abandon() {
        auto const lock = std::scoped_lock{mutex_};
        abandoned_ = true;
        advanced_.notify_all();
    }

private:
    static constexpr std::size_t max_pending = std::size_t{8} << 20;

    void take(reporter& from, malformed_line const& line) {
        auto lock = std::unique_lock{mutex_};
        if (from.task_ != first_ && pending_bytes_ >= max_pending)
            advanced_.wait(lock, [&] { return abandoned_ || from.task_ == first_; });
        if (abandoned_) return;
        if (from.task_ == first_) {
            pending_bytes_ -= std::exchange(from.pending_bytes_, 0);
            lock.unlock();
            from.hand_on_pending();
            from.hand_on(line, line.text);
            return;
        }
        from.pending_.push_back({line, std::string{line.text}});
        auto const bytes =
            sizeof(typename reporter::owned_line) + line.text.size() + line.source.size();
        from.pending_bytes_ += bytes;
        pending_bytes_ += bytes;
    }

    void finish(reporter done) {
        auto lock = std::unique_lock{mutex_};
        auto const task = done.task_;
        finished_.emplace(task, std::move(done));
        while (!abandoned_ && !finished_.empty() && finished_.begin()->first == first_) {
            auto next = std::move(finished_.extract(finished_.begin()).mapped());
            pending_bytes_ -= next.pending_bytes_;
            lock.unlock();
            next.hand_on_pending();
            if (next.when_handed_on_) next.when_handed_on_();
            lock.lock();
            ++first_;
            advanced_.notify_all();
        }
    }

    malformed_handler handler_;
    std::mutex mutex_;
    std::condition_variable advanced_;
    std::uint64_t first_ = 0;  // task that is not finished
    std::map<std::uint64_t, reporter> finished_;
    std::size_t pending_bytes_ = 0;
    bool abandoned_ = false;
};

/// A template, so that only programs that run something spend the time to compile it.
using ordered_reports = basic_ordered_reports<>;

}  // namespace flowlog::detail

#endif
