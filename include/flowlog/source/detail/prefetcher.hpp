// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_DETAIL_PREFETCHER_HPP
#define FLOWLOG_SOURCE_DETAIL_PREFETCHER_HPP

//      objects    0      1      2        3        4         5        6     7     8
//                 open   open   fetched  fetched  fetching  fetching  -     -     -
//                        ^newest                            ^next
//                 |<- readers ->|<--- held: at most `buffer` bytes, --->|
//                                     at most `fetches` at a time
//
// The readers open the objects roughly in order; some threads fetch the objects after the newest
// that was opened. An object that is opened before its turn is fetched by its reader, who does not
// wait for room in the buffer: that could take for ever.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <flowlog/source/detail/object_fetch.hpp>
#include <flowlog/source/object_store.hpp>
#include <flowlog/source/store_options.hpp>

namespace flowlog::detail {

/// What all who fetch share: how many requests run, and how many bytes are held.
struct fetch_account {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::uint64_t held = 0;  ///< bytes that were fetched, or are being fetched, and not released
    unsigned active = 0;     ///< requests that run
    unsigned waiting = 0;    ///< readers that wait to begin one, before whom no thread begins one
};

/// Bytes of an object, which count as held as long as they live. \pre of the destructor: the
/// account is not locked by this thread
class fetched_bytes {
public:
    /// The bytes are already counted.
    fetched_bytes(std::shared_ptr<fetch_account> account, std::uint64_t size)
        : account_{std::move(account)}, size_{static_cast<std::size_t>(size)} {}
    fetched_bytes(fetched_bytes const&) = delete;
    auto operator=(fetched_bytes const&) -> fetched_bytes& = delete;
    ~fetched_bytes() {
        auto const lock = std::scoped_lock{account_->mutex};
        account_->held -= size_;
        account_->changed.notify_all();
    }

    /// Memory for the bytes, and `surplus` more.
    [[nodiscard]] auto allocate(std::size_t surplus = 0) -> std::span<char> {
        bytes_ = std::make_unique_for_overwrite<char[]>(size_ + surplus);
        return {bytes_.get(), size_ + surplus};
    }
    [[nodiscard]] auto bytes() const noexcept -> std::span<char const> {
        return {bytes_.get(), bytes_ ? size_ : 0};
    }

private:
    std::shared_ptr<fetch_account> account_;
    std::size_t size_;
    std::unique_ptr<char[]> bytes_;
};

using shared_bytes = std::shared_ptr<fetched_bytes const>;

/// A range of a large object that is being fetched.
struct fetched_range {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    bool done = false;
    shared_bytes bytes{};
    std::exception_ptr failure{};
};

/// Fetches the objects of one listing, ahead of their readers. It has no thread before something is
/// opened, and ends its threads when it is destroyed.
template <class = void>
class prefetcher {
public:
    prefetcher(std::shared_ptr<object_store> store, std::vector<stored_object> objects,
               fetch_options const& how)
        : store_{std::move(store)}, how_{how} {
        how_.fetches = std::max(1U, how_.fetches);
        for (auto& object : objects) slots_.emplace_back(*store_, std::move(object), stopped_);
        next_ = slots_.size();
    }
    prefetcher(prefetcher const&) = delete;
    auto operator=(prefetcher const&) -> prefetcher& = delete;
    ~prefetcher() {
        stopped_ = true;
        for (auto& thread : threads_) thread.request_stop();
        threads_.clear();
    }

    [[nodiscard]] auto size() const noexcept -> std::size_t { return slots_.size(); }
    [[nodiscard]] auto how() const noexcept -> fetch_options const& { return how_; }
    [[nodiscard]] auto object(std::size_t index) -> fetched_object<>& {
        return slots_[index].object;
    }

    /// Whether an object is fetched whole.
    [[nodiscard]] auto is_whole(std::size_t index) const noexcept -> bool {
        return slots_[index].object.size() <= how_.whole_limit();
    }

    /// The bytes of an object that is fetched whole, which are kept for the next one to ask unless
    /// they are taken.
    [[nodiscard]] auto bytes_of(std::size_t index, bool take) -> shared_bytes {
        auto& mine = slots_[index];
        auto dropped = std::vector<shared_bytes>{};  // destroyed after the lock
        auto lock = std::unique_lock{account_->mutex};
        advance(index, dropped);
        if (!take) oldest_ = std::min(oldest_, index);
        account_->changed.wait(lock, [&] { return mine.state != slot::fetching; });
        if (auto living = mine.living.lock()) {
            if (take && mine.state == slot::fetched) forget(mine);
            return living;
        }
        if (mine.state == slot::idle) {
            mine.state = slot::fetching;
            account_->held += mine.object.size();
            begin_request(lock);
            fetch(mine, lock);
        }
        auto const failure = std::exchange(mine.failure, nullptr);
        if (failure) {
            mine.state = slot::idle;
            std::rethrow_exception(failure);
        }
        auto result = mine.bytes;
        mine.living = result;
        if (take) forget(mine);
        return result;
    }

    /// Begins to fetch a range of a large object, if the buffer has room for it; null if not.
    [[nodiscard]] auto fetch_ahead(std::size_t index, std::uint64_t offset, std::uint64_t size)
        -> std::shared_ptr<fetched_range> {
        auto const lock = std::scoped_lock{account_->mutex};
        if (account_->held + size > how_.buffer) return nullptr;
        account_->held += size;
        auto range = std::make_shared<fetched_range>(fetched_range{.offset = offset, .size = size});
        ranges_.emplace_back(index, range);
        want_threads(ranges_.size());
        account_->changed.notify_all();
        return range;
    }

    /// Waits for such a range, and takes its bytes.
    [[nodiscard]] auto take(fetched_range& range) -> shared_bytes {
        auto lock = std::unique_lock{account_->mutex};
        account_->changed.wait(lock, [&] { return range.done; });
        if (range.failure) std::rethrow_exception(std::exchange(range.failure, nullptr));
        return std::move(range.bytes);
    }

    /// Gives up a range; its request is not made if it has not begun.
    void abandon(std::shared_ptr<fetched_range> const& range) {
        auto const lock = std::scoped_lock{account_->mutex};
        auto const given =
            std::erase_if(ranges_, [&](auto const& queued) { return queued.second == range; });
        if (given != 0) account_->held -= range->size;
    }

    /// Fetches a range of a large object now, in this thread.
    [[nodiscard]] auto fetch_now(std::size_t index, std::uint64_t offset, std::uint64_t size)
        -> shared_bytes {
        auto lock = std::unique_lock{account_->mutex};
        account_->held += size;
        auto range = fetched_range{.offset = offset, .size = size};
        begin_request(lock);
        fetch(index, range, lock);
        if (range.failure) std::rethrow_exception(range.failure);
        return std::move(range.bytes);
    }

    /// Reads bytes of a large object at any offset, in this thread.
    void read_at(std::size_t index, std::uint64_t offset, std::span<char> buffer) {
        auto lock = std::unique_lock{account_->mutex};
        begin_request(lock);
        lock.unlock();
        auto failure = std::exception_ptr{};
        try {
            slots_[index].object.read_range(buffer, offset, how_);
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        end_request();
        if (failure) std::rethrow_exception(failure);
    }

private:
    struct slot {
        slot(object_store& store, stored_object o, std::atomic<bool> const& stopped)
            : object{store, std::move(o), stopped} {}
        enum { idle, fetching, fetched } state = idle;
        fetched_object<> object;
        shared_bytes bytes{};
        std::weak_ptr<fetched_bytes const> living{};  // bytes that a reader has
        std::exception_ptr failure{};
    };

    /// Leaves the bytes of an object to the reader that has them.
    static void forget(slot& mine) {
        mine.bytes.reset();
        mine.state = slot::idle;
    }

    /// Objects that are fetched ahead are at most this far ahead of the newest one that was opened.
    [[nodiscard]] auto window() const noexcept -> std::size_t {
        return std::size_t{2} * how_.fetches;
    }

    /// How far ahead objects are fetched now: not far for a reader who may only want the first.
    [[nodiscard]] auto ahead() const noexcept -> std::size_t {
        return std::min(window(), 4 * opened_count_);
    }

    /// An object is opened: those after it are next.
    void advance(std::size_t index, std::vector<shared_bytes>& dropped) {
        if (opened_any_ && index <= newest_) return;
        if (!opened_any_) oldest_ = index;
        next_ = opened_any_ ? std::max(next_, index + 1) : index + 1;
        opened_any_ = true;
        newest_ = index;
        ++opened_count_;
        if (account_->held > how_.buffer / 2) drop_passed(dropped);
        std::size_t wanted = 0;
        for (auto i = next_; i < slots_.size() && i <= newest_ + ahead(); ++i) ++wanted;
        want_threads(wanted);
        account_->changed.notify_all();
    }

    /// Drops the bytes of objects that the readers have passed by. (One that is only late fetches
    /// its object again.)
    void drop_passed(std::vector<shared_bytes>& dropped) {
        for (; oldest_ + window() < newest_; ++oldest_) {
            auto& passed = slots_[oldest_];
            if (passed.state == slot::fetching) return;
            if (passed.state != slot::fetched) continue;
            dropped.push_back(std::move(passed.bytes));
            passed.failure = nullptr;
            passed.state = slot::idle;
        }
    }

    void want_threads(std::size_t wanted) {
        wanted = std::min<std::size_t>(wanted, how_.fetches);
        while (threads_.size() < wanted)
            threads_.emplace_back([this](std::stop_token const& stop) { work(stop); });
    }

    /// Whether a thread has an object to fetch ahead: `slots_[next_]`.
    [[nodiscard]] auto has_next() -> bool {
        while (next_ < slots_.size() && (slots_[next_].state != slot::idle || !is_whole(next_) ||
                                         slots_[next_].object.size() == 0))
            ++next_;
        return next_ < slots_.size() && next_ <= newest_ + ahead() &&
               account_->held + slots_[next_].object.size() <= how_.buffer;
    }

    void work(std::stop_token const& stop) {
        auto lock = std::unique_lock{account_->mutex};
        auto const has_work = [&] {
            return account_->active < how_.fetches && account_->waiting == 0 &&
                   (!ranges_.empty() || has_next());
        };
        while (account_->changed.wait(lock, stop, has_work) && !stop.stop_requested()) {
            ++account_->active;
            if (!ranges_.empty()) {
                auto [index, range] = std::move(ranges_.front());
                ranges_.pop_front();
                fetch(index, *range, lock);
                lock.unlock();
                range.reset();  // bytes that nobody waits for are released without the lock
                lock.lock();
            } else {
                auto& mine = slots_[next_++];
                mine.state = slot::fetching;
                account_->held += mine.object.size();
                fetch(mine, lock);
            }
        }
    }

    void begin_request(std::unique_lock<std::mutex>& lock) {
        ++account_->waiting;
        account_->changed.wait(lock, [&] { return account_->active < how_.fetches; });
        --account_->waiting;
        ++account_->active;
    }
    void end_request() {
        --account_->active;
        account_->changed.notify_all();
    }

    /// Calls `read(bytes)` without the lock. What it throws goes to `failure`.
    template <class Read>
    [[nodiscard]] auto fetch_bytes(std::uint64_t size, std::exception_ptr& failure,
                                   std::unique_lock<std::mutex>& lock, Read read) -> shared_bytes {
        lock.unlock();
        auto bytes = std::make_shared<fetched_bytes>(account_, size);
        try {
            read(*bytes);
        } catch (...) {
            failure = std::current_exception();
            bytes.reset();
        }
        lock.lock();
        end_request();
        return bytes;
    }

    void fetch(slot& mine, std::unique_lock<std::mutex>& lock) {
        auto failure = std::exception_ptr{};
        auto bytes = fetch_bytes(mine.object.size(), failure, lock, [&](fetched_bytes& into) {
            if (mine.object.size() != 0) mine.object.read_whole(into.allocate(1), how_);
        });
        mine.bytes = std::move(bytes);
        mine.failure = failure;
        mine.state = slot::fetched;
    }

    void fetch(std::size_t index, fetched_range& range, std::unique_lock<std::mutex>& lock) {
        auto failure = std::exception_ptr{};
        auto bytes = fetch_bytes(range.size, failure, lock, [&](fetched_bytes& into) {
            slots_[index].object.read_range(into.allocate(), range.offset, how_);
        });
        range.bytes = std::move(bytes);
        range.failure = failure;
        range.done = true;
    }

    std::shared_ptr<object_store> store_;
    fetch_options how_;
    std::atomic<bool> stopped_ = false;
    std::shared_ptr<fetch_account> account_ = std::make_shared<fetch_account>();
    // all below is guarded by the mutex of the account
    std::deque<slot> slots_;
    std::deque<std::pair<std::size_t, std::shared_ptr<fetched_range>>> ranges_;
    std::size_t next_ = 0;    // object to fetch ahead
    std::size_t newest_ = 0;  // object that was opened
    std::size_t opened_count_ = 0;
    std::size_t oldest_ = 0;  // object that may have been fetched and passed by
    bool opened_any_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace flowlog::detail

#endif
