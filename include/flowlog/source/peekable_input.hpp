// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_PEEKABLE_INPUT_HPP
#define FLOWLOG_SOURCE_PEEKABLE_INPUT_HPP

#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <flowlog/error.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

/// An input that can be opened once, such as a pipe or standard input, and whose first bytes can be
/// looked at before that: they are kept, and `open` hands them out again. Copies share them.
///
///     auto const pipe = flowlog::peekable_input::of("-");
///     auto log = flowlog::open(pipe.beginning());       // which columns has it?
///     auto found = flowlog::run({pipe}, counter);       // counts all its flows
class peekable_input {
public:
    /// Nothing is opened before something is read.
    [[nodiscard]] static auto of(input from) -> peekable_input {
        return peekable_input{std::make_shared<state>(std::move(from))};
    }

    [[nodiscard]] auto name() const -> std::string { return state_->from.name(); }

    /// The bytes from the first one on. Throws `errc::cannot_open`, also if it was called before.
    [[nodiscard]] auto open() const -> any_source {
        auto const lock = std::scoped_lock{state_->mutex};
        if (std::exchange(state_->opened, true))
            throw error{errc::cannot_open, {name()}, "cannot open: it can be read only once"};
        if (!state_->rest) return state_->from.open();
        auto front = std::string{};
        for (auto const& block : state_->blocks) front += block;
        state_->blocks.clear();
        return rewound_source{std::move(front), std::move(*state_->rest), state_->failure};
    }

    /// The same bytes, as an input that may be opened any number of times, until `open` is called:
    /// then it has no more bytes. All bytes that are read of it stay in memory, so read only as far
    /// as necessary; do not let another thread read ahead (`open_options::overlap`).
    [[nodiscard]] auto beginning() const -> input { return peeked{state_}; }

private:
    struct state {
        explicit state(input i) : from{std::move(i)} {}

        /// The next block, which stays where it is until `open`; empty at the end.
        auto block(std::size_t number) -> std::span<char const> {
            auto const lock = std::scoped_lock{mutex};
            if (number < blocks.size()) return blocks[number];
            if (opened) return {};
            if (failure) std::rethrow_exception(failure);
            if (!rest) rest = from.open();
            try {
                auto const next = rest->next();
                if (next.empty()) return {};
                return blocks.emplace_back(next.begin(), next.end());
            } catch (error const&) {
                failure = std::current_exception();
                throw;
            }
        }

        input from;
        std::mutex mutex;  // guards all below
        bool opened = false;
        std::deque<std::string> blocks;  // that were looked at
        std::optional<any_source> rest;  // what follows them
        std::exception_ptr failure;      // that it ended with
    };

    /// Hands out what was looked at already, and looks at more.
    class peeking_source {
    public:
        explicit peeking_source(std::shared_ptr<state> from) : state_{std::move(from)} {}

        [[nodiscard]] auto next() -> std::span<char const> {
            auto const block = state_->block(number_);
            if (!block.empty()) ++number_;
            return block;
        }
        [[nodiscard]] auto name() const -> std::string { return state_->from.name(); }

    private:
        std::shared_ptr<state> state_;
        std::size_t number_ = 0;
    };

    struct peeked {
        [[nodiscard]] auto name() const -> std::string { return from->from.name(); }
        [[nodiscard]] auto open() const -> peeking_source { return peeking_source{from}; }
        std::shared_ptr<state> from;
    };

    explicit peekable_input(std::shared_ptr<state> shared) : state_{std::move(shared)} {}

    std::shared_ptr<state> state_;
};

}  // namespace flowlog

#endif
