// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_ORDERED_REPORTS_HPP
#define FLOWLOG_AGGREGATE_DETAIL_ORDERED_REPORTS_HPP

//      tasks     0          1           2          3
//                finished   reporting   pending    pending
//                           |           lines and text are kept, at most `max_pending` bytes
//                           v
//                handler: lines of 0, then lines of 1 as they are found, then 2, then 3
//                text:    the same

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/format/accounting.hpp>

namespace flowlog::detail {

/// Where text goes, block by block.
using text_sink = std::function<void(std::string_view)>;

/// Brings the malformed lines that several threads find, and the text that they write, into the
/// order of the input. Tasks are numbered from 0, without gaps, and are begun in that order. What
/// one task at a time reports, the first that is not finished, is handed on at once. What later
/// tasks report is kept until their task is that one; if too much is kept, their thread waits. The
/// first task never waits.
template <class = void>
class basic_ordered_reports {
public:
    /// What precedes a task in its input.
    struct preceding {
        std::uint64_t lines = 0;
        std::uint64_t text = 0;  ///< bytes of the task's own text that were handed on before
    };

    /// Called before the first report of a task is handed on; none if what it reports is void.
    using find_preceding = std::function<std::optional<preceding>()>;

    explicit basic_ordered_reports(malformed_handler handler, text_sink text = {})
        : handler_{std::move(handler)}, text_{std::move(text)} {}

    /// How many bytes of text were handed on. \pre called where reports are handed on
    [[nodiscard]] auto text_size() const noexcept -> std::uint64_t { return text_size_; }

    /// Takes what one task reports. Every reporter must be finished.
    class reporter {
    public:
        reporter(basic_ordered_reports& owner, std::uint64_t task, find_preceding before)
            : owner_{&owner}, task_{task}, find_before_{std::move(before)} {}

        /// The handler for the task's reader; refers to this reporter. Empty if nobody listens.
        [[nodiscard]] auto handler() -> malformed_handler {
            if (!owner_->handler_) return {};
            return [this](malformed_line const& line) {
                auto const size = sizeof(report) + line.text.size() + line.source.size();
                owner_->take(*this, size, line, line.text);
            };
        }

        /// Where the task writes its text; refers to this reporter.
        [[nodiscard]] auto sink() -> text_sink {
            return [this](std::string_view text) {
                if (!text.empty())
                    owner_->take(*this, sizeof(report) + text.size(), std::nullopt, text);
            };
        }

        /// Ends the task. `when_handed_on` is called after all lines of this task, and of all tasks
        /// before it, were handed on.
        void finish(std::function<void()> when_handed_on = {}) {
            when_handed_on_ = std::move(when_handed_on);
            owner_->finish(std::move(*this));
        }

    private:
        friend basic_ordered_reports;

        /// A malformed line and its text, or a text alone.
        struct report {
            std::optional<malformed_line> line;
            std::string text;
        };

        void hand_on(std::optional<malformed_line> line, std::string_view text) {
            if (!asked_) before_ = find_before_ ? find_before_() : preceding{};
            asked_ = true;
            if (!before_) return;
            if (!line) return hand_on_text(text);
            line->line += before_->lines;
            line->text = text;
            owner_->handler_(*line);
        }

        void hand_on_text(std::string_view text) {
            auto const known = std::min<std::uint64_t>(before_->text, text.size());
            before_->text -= known;
            text.remove_prefix(known);
            owner_->text_size_ += text.size();
            if (!text.empty()) owner_->text_(text);
        }

        void hand_on_pending() {
            for (auto& [line, text] : std::exchange(pending_, {})) hand_on(std::move(line), text);
        }

        basic_ordered_reports* owner_;
        std::uint64_t task_;
        find_preceding find_before_;
        std::function<void()> when_handed_on_;
        std::vector<report> pending_;
        std::size_t pending_bytes_ = 0;
        std::optional<preceding> before_;
        bool asked_ = false;
    };

    /// Begins a task.
    [[nodiscard]] auto begin(std::uint64_t task, find_preceding before = {}) -> reporter {
        return reporter{*this, task, std::move(before)};
    }

    /// Ends all waiting: some task failed and will not be finished.
    void abandon() {
        auto const lock = std::scoped_lock{mutex_};
        abandoned_ = true;
        advanced_.notify_all();
    }

private:
    static constexpr std::size_t max_pending = std::size_t{8} << 20;  // bytes

    void take(reporter& from, std::size_t bytes, std::optional<malformed_line> line,
              std::string_view text) {
        auto lock = std::unique_lock{mutex_};
        if (from.task_ != first_ && pending_bytes_ >= max_pending)
            advanced_.wait(lock, [&] { return abandoned_ || from.task_ == first_; });
        if (abandoned_) return;
        if (from.task_ == first_) {
            pending_bytes_ -= std::exchange(from.pending_bytes_, 0);
            lock.unlock();
            from.hand_on_pending();
            from.hand_on(std::move(line), text);
            return;
        }
        from.pending_.push_back({std::move(line), std::string{text}});
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
    text_sink text_;
    std::uint64_t text_size_ = 0;  // handed on
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
