// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_OVERLAPPED_SOURCE_HPP
#define FLOWLOG_SOURCE_OVERLAPPED_SOURCE_HPP

//      ring of 8 slots   [ 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 ]
//                                ^taken          ^filled
//                          held by   waiting       free: filled by the thread of the source
//                          consumer

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <flowlog/source/source.hpp>

namespace flowlog {

namespace detail {

/// What a source says of its last block besides its bytes, if anything: `Source::mark()`. Blocks
/// that have a mark may be empty.
template <class Source>
struct mark_of {
    struct type {
        explicit operator bool() const noexcept { return false; }
    };
    [[nodiscard]] static auto get(Source const&) noexcept -> type { return {}; }
};
template <class Source>
    requires requires { typename Source::mark_type; }
struct mark_of<Source> {
    using type = typename Source::mark_type;
    [[nodiscard]] static auto get(Source const& source) -> type { return source.mark(); }
};

}  // namespace detail

/// Reads a byte source on a thread of its own, some blocks ahead, so that inflating and parsing
/// overlap. A `block_maker` writes its blocks in place; the blocks of other sources are copied. An
/// exception of the source is thrown after the blocks that were read before it. Where the system
/// allows no more threads, `next` reads.
template <byte_source Source>
class overlapped_source {
public:
    using mark_type = typename detail::mark_of<Source>::type;

    /// Starts reading `source`.
    template <std::same_as<Source> S>
    explicit overlapped_source(S source) : state_{std::make_unique<state>(std::move(source))} {
        try {
            thread_ = std::jthread{
                [shared = state_.get()](std::stop_token const& stop) { shared->produce(stop); }};
        } catch (std::system_error const&) {
        }
    }
    overlapped_source(overlapped_source&&) noexcept = default;
    auto operator=(overlapped_source&& other) noexcept -> overlapped_source& {
        thread_ = std::move(other.thread_);  // first joins the thread that uses the state
        state_ = std::move(other.state_);
        return *this;
    }
    ~overlapped_source() = default;

    [[nodiscard]] auto next() -> std::span<char const> {
        return thread_.joinable() ? state_->consume() : state_->read();
    }
    [[nodiscard]] auto name() const -> std::string { return state_->name; }

    /// The mark of the last block, if the source marks its blocks.
    [[nodiscard]] auto mark() const noexcept -> mark_type const& { return state_->mark; }

private:
    struct slot {
        std::vector<char> buffer = std::vector<char>(block_buffer_size);
        std::span<char const> block;
        mark_type mark{};
    };

    /// A ring of blocks: the producer fills the slot at `filled`, the consumer holds the slot
    /// before `taken`. A waiting thread is woken for half a ring, not for a block: waking it costs
    /// the other thread about a tenth of the time that inflating a block takes. A consumer that has
    /// waited for `patience` takes what there is.
    struct state {
        static constexpr std::size_t depth = 8;
        static constexpr std::size_t burst = depth / 2;
        static constexpr auto patience = std::chrono::milliseconds{2};

        explicit state(Source s) : source{std::move(s)}, name{source.name()} {}

        void produce(std::stop_token const& stop) {
            try {
                while (wait_for_slot(stop) && fill(ring[filled % depth])) {
                }
            } catch (...) {
                failure = std::current_exception();
            }
            auto const lock = std::scoped_lock{mutex};
            ended = true;
            changed.notify_all();
        }

        auto wait_for_slot(std::stop_token const& stop) -> bool {
            auto lock = std::unique_lock{mutex};
            if (waiting() < depth - 1) return !stop.stop_requested();
            return changed.wait(lock, stop, [&] { return waiting() < burst; });
        }

        /// Fills a slot with the next block; false at the end.
        auto fill(slot& free) -> bool {
            free.block = next_block(source, free.buffer);
            free.mark = detail::mark_of<Source>::get(source);
            if (free.block.empty() && !free.mark) return false;
            if (free.block.data() != free.buffer.data()) {
                if (free.buffer.size() < free.block.size()) free.buffer.resize(free.block.size());
                std::ranges::copy(free.block, free.buffer.begin());
                free.block = std::span{free.buffer}.first(free.block.size());
            }
            auto const lock = std::scoped_lock{mutex};
            ++filled;
            if (waiting() >= wanted) changed.notify_all();
            return true;
        }

        auto consume() -> std::span<char const> {
            auto lock = std::unique_lock{mutex};
            if (waiting() == 0) wait_for_blocks(lock);
            if (waiting() == 0) {
                mark = {};
                if (failure) std::rethrow_exception(failure);
                return {};
            }
            auto const& next = ring[taken++ % depth];
            mark = next.mark;
            if (waiting() < burst) changed.notify_all();
            return next.block;
        }

        /// The next block, where there is no thread.
        auto read() -> std::span<char const> {
            if (fill(ring[filled % depth])) return consume();
            mark = {};
            return {};
        }

        void wait_for_blocks(std::unique_lock<std::mutex>& lock) {
            auto const enough = [&] { return waiting() >= wanted || ended; };
            if (changed.wait_for(lock, patience, enough) || waiting() > 0) return;
            wanted = 1;
            changed.wait(lock, enough);
            wanted = burst;
        }

        [[nodiscard]] auto waiting() const noexcept -> std::size_t { return filled - taken; }

        Source source;
        std::string name;
        std::array<slot, depth> ring;
        std::mutex mutex;
        std::condition_variable_any changed;
        std::size_t filled = 0;
        std::size_t taken = 0;
        std::size_t wanted = burst;
        bool ended = false;
        std::exception_ptr failure;
        mark_type mark{};  // of the last block that was taken
    };

    std::unique_ptr<state> state_;
    std::jthread thread_;  // joined before the state is destroyed
};

}  // namespace flowlog

#endif
