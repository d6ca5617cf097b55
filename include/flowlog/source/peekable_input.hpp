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
/// looked at before that: they are kept, and `open` hands them out again. Copies share them, and
/// may be used by several threads at once.
///
///     auto const pipe = flowlog::peekable_input::of("-");
///     auto log = flowlog::open(pipe.beginning());       // which columns has it?
///     auto found = flowlog::run({pipe}, counter);       // counts all its flows
class peekable_input {
public:
    /// Nothing is opened before something is read.
    [[nodiscard]] static auto of(input from) -> peekable_input;

    [[nodiscard]] auto name() const -> std::string;

    /// The bytes from the first one on. Throws `errc::cannot_open`, also if they were opened
    /// before.
    [[nodiscard]] auto open() const -> any_source;

    /// The same bytes, as an input that may be opened any number of times, until `open` is called:
    /// then reading on throws `errc::read_failed`. All bytes that are read of it stay in memory, so
    /// read only as far as necessary; do not let another thread read ahead
    /// (`open_options::overlap`).
    [[nodiscard]] auto beginning() const -> input;

private:
    using block = std::shared_ptr<std::string const>;
    struct state;
    struct peeked;
    class peeking_source;
    class replaying_source;

    explicit peekable_input(std::shared_ptr<state> shared) : state_{std::move(shared)} {}

    std::shared_ptr<state> state_;
};

struct peekable_input::state {
    explicit state(input i) : from{std::move(i)} {}

    /// A block, counted from 0; null at the end.
    auto at(std::size_t number) -> block {
        auto const lock = std::scoped_lock{mutex};
        if (opened)
            throw error{errc::read_failed,
                        {from.name()},
                        "read failed: it was opened to be read as a whole"};
        if (number < blocks.size()) return blocks[number];
        if (failure) std::rethrow_exception(failure);
        if (ended) return nullptr;
        if (!rest) rest = from.open();
        try {
            auto const next = rest->next();
            ended = next.empty();
            if (ended) return nullptr;
            return blocks.emplace_back(
                std::make_shared<std::string const>(next.begin(), next.end()));
        } catch (error const&) {
            failure = std::current_exception();
            throw;
        }
    }

    input from;
    std::mutex mutex;  // guards all below
    bool opened = false;
    bool ended = false;
    std::deque<block> blocks;        // that were looked at
    std::optional<any_source> rest;  // what follows them
    std::exception_ptr failure;      // that it ended with
};

/// Hands out what was looked at already, and looks at more.
class peekable_input::peeking_source {
public:
    explicit peeking_source(std::shared_ptr<state> from) : state_{std::move(from)} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        current_ = state_->at(number_);
        if (!current_) return {};
        ++number_;
        return *current_;
    }
    [[nodiscard]] auto name() const -> std::string { return state_->from.name(); }

private:
    std::shared_ptr<state> state_;
    std::size_t number_ = 0;
    block current_;  // valid until the next call
};

/// Hands out what was looked at, and then the rest.
class peekable_input::replaying_source {
public:
    /// \pre `from` is locked
    explicit replaying_source(state& from)
        : name_{from.from.name()},
          blocks_{std::move(from.blocks)},
          ended_{from.ended},
          rest_{std::move(*from.rest)},
          failure_{from.failure} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        current_.reset();
        if (!blocks_.empty()) {
            current_ = std::move(blocks_.front());
            blocks_.pop_front();
            return *current_;
        }
        if (failure_) std::rethrow_exception(failure_);
        return ended_ ? std::span<char const>{} : rest_.next();
    }
    [[nodiscard]] auto name() const -> std::string { return name_; }

private:
    std::string name_;
    std::deque<block> blocks_;
    bool ended_;
    any_source rest_;
    std::exception_ptr failure_;
    block current_;
};

struct peekable_input::peeked {
    [[nodiscard]] auto name() const -> std::string { return from->from.name(); }
    [[nodiscard]] auto open() const -> peeking_source { return peeking_source{from}; }
    std::shared_ptr<state> from;
};

inline auto peekable_input::of(input from) -> peekable_input {
    return peekable_input{std::make_shared<state>(std::move(from))};
}

inline auto peekable_input::name() const -> std::string { return state_->from.name(); }

inline auto peekable_input::beginning() const -> input { return peeked{state_}; }

inline auto peekable_input::open() const -> any_source {
    auto const lock = std::scoped_lock{state_->mutex};
    if (state_->opened)
        throw error{errc::cannot_open, {name()}, "cannot open: it can be read only once"};
    auto result =
        state_->rest ? any_source{replaying_source{*state_}} : any_source{state_->from.open()};
    state_->opened = true;
    return result;
}

}  // namespace flowlog

#endif
