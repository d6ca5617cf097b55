// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_ORDERED_REPORTS_HPP
#define FLOWLOG_AGGREGATE_DETAIL_ORDERED_REPORTS_HPP

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

/// Brings the malformed lines that several threads find into the order of the input. Each task has
/// a turn, numbered from 0 without gaps and taken up in that order. What is found before a task's
/// turn has come waits in memory; where too much waits, the finder does, until its turn comes. The
/// task whose turn it is never waits.
template <class = void>
class basic_ordered_reports {
public:
    /// Called when the turn has come: how many lines stand before the task's first one in its
    /// input, or nothing where what the task reports is void.
    using lines_before = std::function<std::optional<std::uint64_t>()>;

    explicit basic_ordered_reports(malformed_handler handler) : handler_{std::move(handler)} {}

    /// What one task reports. Every reporter must be finished.
    class reporter {
    public:
        reporter(basic_ordered_reports& owner, std::uint64_t turn, lines_before before)
            : owner_{&owner}, turn_{turn}, before_{std::move(before)} {}

        /// To be given to the task's reader; refers to this reporter. Empty where nobody listens.
        [[nodiscard]] auto handler() -> malformed_handler {
            if (!owner_->handler_) return {};
            return [this](malformed_line const& line) { owner_->take(*this, line); };
        }

        /// Ends the task. `at_turn` is called when its turn has come and all that it found was
        /// handed on.
        void finish(std::function<void()> at_turn = {}) {
            at_turn_ = std::move(at_turn);
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

        void hand_on_waiting() {
            for (auto& [line, text] : std::exchange(waiting_, {})) hand_on(std::move(line), text);
        }

        basic_ordered_reports* owner_;
        std::uint64_t turn_;
        lines_before before_;
        std::function<void()> at_turn_;
        std::vector<owned_line> waiting_;
        std::size_t waiting_bytes_ = 0;
        std::optional<std::uint64_t> offset_;
        bool offset_known_ = false;
    };

    [[nodiscard]] auto begin(std::uint64_t turn, lines_before before = {}) -> reporter {
        return reporter{*this, turn, std::move(before)};
    }

    /// Lets nobody wait any more: some task failed and will not be finished.
    void abandon() {
        auto const lock = std::scoped_lock{mutex_};
        abandoned_ = true;
        turned_.notify_all();
    }

private:
    static constexpr std::size_t waiting_limit = std::size_t{8} << 20;

    void take(reporter& from, malformed_line const& line) {
        auto lock = std::unique_lock{mutex_};
        if (from.turn_ != turn_ && waiting_bytes_ >= waiting_limit)
            turned_.wait(lock, [&] { return abandoned_ || from.turn_ == turn_; });
        if (abandoned_) return;
        if (from.turn_ == turn_) {
            waiting_bytes_ -= std::exchange(from.waiting_bytes_, 0);
            lock.unlock();
            from.hand_on_waiting();
            from.hand_on(line, line.text);
            return;
        }
        from.waiting_.push_back({line, std::string{line.text}});
        auto const bytes =
            sizeof(typename reporter::owned_line) + line.text.size() + line.source.size();
        from.waiting_bytes_ += bytes;
        waiting_bytes_ += bytes;
    }

    void finish(reporter done) {
        auto lock = std::unique_lock{mutex_};
        auto const turn = done.turn_;
        finished_.emplace(turn, std::move(done));
        while (!abandoned_ && !finished_.empty() && finished_.begin()->first == turn_) {
            auto next = std::move(finished_.extract(finished_.begin()).mapped());
            waiting_bytes_ -= next.waiting_bytes_;
            lock.unlock();
            next.hand_on_waiting();
            if (next.at_turn_) next.at_turn_();
            lock.lock();
            ++turn_;
            turned_.notify_all();
        }
    }

    malformed_handler handler_;
    std::mutex mutex_;
    std::condition_variable turned_;
    std::uint64_t turn_ = 0;
    std::map<std::uint64_t, reporter> finished_;
    std::size_t waiting_bytes_ = 0;
    bool abandoned_ = false;
};

/// (A template, so that only programs that run something spend the time to compile it.)
using ordered_reports = basic_ordered_reports<>;

}  // namespace flowlog::detail

#endif
