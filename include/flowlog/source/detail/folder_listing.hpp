// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_DETAIL_FOLDER_LISTING_HPP
#define FLOWLOG_SOURCE_DETAIL_FOLDER_LISTING_HPP

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <flowlog/source/object_store.hpp>

namespace flowlog::detail {

/// What is in a folder, listed by a thread of its own, which waits if it is some thousand entries
/// ahead: so the memory does not depend on how many objects there are. A listing that is destroyed
/// before its end stops.
template <class = void>
class folder_listing {
public:
    using chunk = std::vector<stored_object>;

    /// Begins to list. `recursive`: all objects below the folder, and no folders.
    folder_listing(std::shared_ptr<object_store> store, std::string path, bool recursive)
        : store_{std::move(store)}, path_{std::move(path)}, recursive_{recursive} {
        if (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
        thread_ = std::jthread{[this] { run(); }};
    }
    folder_listing(folder_listing const&) = delete;
    auto operator=(folder_listing const&) -> folder_listing& = delete;
    ~folder_listing() {
        auto const lock = std::scoped_lock{mutex_};
        stopped_ = true;
        changed_.notify_all();
    }

    /// The next entries, in order of name; none at the end, which a failure is, too.
    [[nodiscard]] auto next() -> chunk {
        auto lock = std::unique_lock{mutex_};
        changed_.wait(lock, [this] { return !chunks_.empty() || ended_; });
        if (chunks_.empty()) return {};
        auto result = std::move(chunks_.front());
        chunks_.pop_front();
        changed_.notify_all();
        return result;
    }

    /// Why the listing ended early, if it did. \pre `next` has returned no entries
    [[nodiscard]] auto failure() const noexcept -> std::exception_ptr const& { return failure_; }

private:
    static constexpr std::size_t chunk_size = 1000;  // as a page of S3
    static constexpr std::size_t max_chunks = 8;

    void run() {
        auto found = chunk{};
        try {
            store_->list(path_, recursive_, [&](stored_object const& entry) {
                if (!entry.is_folder || !recursive_) found.push_back(entry);
                return found.size() < chunk_size || give(std::exchange(found, {}));
            });
        } catch (...) {
            failure_ = std::current_exception();
        }
        if (!found.empty()) static_cast<void>(give(std::move(found)));
        auto const lock = std::scoped_lock{mutex_};
        ended_ = true;
        changed_.notify_all();
    }

    /// Returns whether to go on.
    [[nodiscard]] auto give(chunk entries) -> bool {
        auto lock = std::unique_lock{mutex_};
        changed_.wait(lock, [this] { return chunks_.size() < max_chunks || stopped_; });
        if (stopped_) return false;
        chunks_.push_back(std::move(entries));
        changed_.notify_all();
        return true;
    }

    std::shared_ptr<object_store> store_;
    std::string path_;
    bool recursive_;
    std::mutex mutex_{};
    std::condition_variable changed_{};
    std::deque<chunk> chunks_{};
    std::exception_ptr failure_{};
    bool ended_ = false;     // nothing comes any more
    bool stopped_ = false;   // nobody asks for more
    std::jthread thread_{};  // joined before the rest is destroyed
};

}  // namespace flowlog::detail

#endif
