// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_DETAIL_OBJECT_FETCH_HPP
#define FLOWLOG_SOURCE_DETAIL_OBJECT_FETCH_HPP

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include <flowlog/error.hpp>
#include <flowlog/source/object_store.hpp>
#include <flowlog/source/store_options.hpp>

namespace flowlog::detail {

/// Waits before a request is repeated: a random part of a time that doubles with each failure.
inline void wait_before_retry(fetch_options const& how, unsigned failures) {
    using std::chrono::milliseconds;
    auto const most = std::min<milliseconds>(how.delay * (1LL << std::min(failures - 1, 8U)),
                                             milliseconds{20'000});
    if (most.count() == 0) return;
    thread_local auto random = std::minstd_rand{std::random_device{}()};
    auto const wait = std::uniform_int_distribution<milliseconds::rep>{0, most.count()}(random);
    std::this_thread::sleep_for(milliseconds{wait});
}

/// One object of a store, and how it is read. All functions may be called by several threads.
template <class = void>
class fetched_object {
public:
    /// After `stopped` has become true, nothing is asked for again.
    fetched_object(object_store& store, stored_object object, std::atomic<bool> const& stopped)
        : store_{store}, object_{std::move(object)}, stopped_{stopped} {}

    [[nodiscard]] auto name() const -> std::string { return store_.scheme() + object_.path; }
    [[nodiscard]] auto size() const noexcept -> std::uint64_t { return object_.size; }

    /// Reads the whole object, in one request if none fails, into a buffer that has one byte more:
    /// it is asked for as well, so that an object that has grown is noticed. Throws `errc::changed`
    /// if the object does not have the size that was listed. \pre `size() > 0`
    void read_whole(std::span<char> buffer, fetch_options const& how) const {
        read_exactly(buffer, object_.size, 0, object_.size + 1, how);
    }

    /// Reads a range, which must be inside the object. Throws `errc::changed` if the object is no
    /// longer the one whose tag was learnt first; a store without tags cannot tell.
    void read_range(std::span<char> buffer, std::uint64_t offset, fetch_options const& how) {
        auto const before = pin();
        read_exactly(buffer, buffer.size(), offset, object_.size, how);
        if (!before.empty() && current_tag() != before) throw_changed("has been replaced");
    }

    /// Learns the tag of the object, unless it is known. All ranges are read from the object that
    /// has this tag. Returns it.
    auto pin() -> std::string {
        auto const lock = std::scoped_lock{mutex_};
        if (!tag_) tag_ = current_tag();
        return *tag_;
    }

private:
    [[nodiscard]] auto current_tag() const -> std::string {
        auto result = std::string{};
        if (store_.stat(object_.path, &result) != object_.size)
            throw_changed("has another size than when it was listed");
        return result;
    }

    /// Fills the buffer with `expected` bytes, no fewer and no more. A store may take an object for
    /// shorter than it is (see `store_functions::read`), so if bytes are missing, though the object
    /// has its size, they are asked for again.
    void read_exactly(std::span<char> buffer, std::uint64_t expected, std::uint64_t offset,
                      std::uint64_t end, fetch_options const& how) const {
        constexpr auto attempts = 5;
        for (auto i = 0; i < attempts; ++i) {
            if (fill(buffer, offset, end, how) == expected) return;
            static_cast<void>(current_tag());  // throws if the size is another one
        }
        throw_changed("ends earlier than its size says");
    }

    [[noreturn]] void throw_changed(char const* how) const {
        throw error{errc::changed, {name()}, std::string{"the object "} + how};
    }

    /// The smallest request into which a range is divided that fails.
    static constexpr std::size_t min_piece = std::size_t{256} << 10;

    /// Fills the buffer; returns how many bytes there are up to the end of the object. What has
    /// arrived is kept: after a failure only the rest is asked for, in smaller pieces.
    [[nodiscard]] auto fill(std::span<char> buffer, std::uint64_t offset, std::uint64_t end,
                            fetch_options const& how) const -> std::size_t {
        std::size_t done = 0;
        auto piece = buffer.size();
        for (unsigned failures = 0; done < buffer.size();) {
            auto const rest = buffer.size() - done;
            // a last byte is not left over: it may be after the end, where a request is an error
            auto const wanted = rest <= piece + 1 ? rest : piece;
            try {
                auto const got =
                    store_.read_at(object_.path, end, offset + done, buffer.subspan(done, wanted));
                done += got;
                if (got < wanted) break;
            } catch (error const& failure) {
                if (failure.code() != errc::read_failed || ++failures > how.retries || stopped_)
                    throw;
                piece = std::max(piece / 4, std::min(piece, min_piece));
                wait_before_retry(how, failures);
            }
        }
        return done;
    }

    object_store& store_;
    stored_object object_;
    std::atomic<bool> const& stopped_;
    std::mutex mutex_;
    std::optional<std::string> tag_;
};

}  // namespace flowlog::detail

#endif
