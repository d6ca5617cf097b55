// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_DETAIL_OBJECT_SOURCE_HPP
#define FLOWLOG_SOURCE_DETAIL_OBJECT_SOURCE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include <flowlog/source/detail/prefetcher.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog::detail {

/// A byte source over bytes of an object that are in memory, in blocks.
class fetched_source {
public:
    fetched_source(shared_bytes bytes, std::span<char const> part, std::string name)
        : bytes_{std::move(bytes)}, rest_{part}, name_{std::move(name)} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        auto const block = rest_.first(std::min(rest_.size(), block_buffer_size));
        rest_ = rest_.subspan(block.size());
        return block;
    }
    [[nodiscard]] auto name() const -> std::string { return name_; }

private:
    shared_bytes bytes_;
    std::span<char const> rest_;
    std::string name_;
};

/// A byte source over a large object, of which ranges are fetched ahead. The first range is small,
/// and nothing is fetched ahead before the second is asked for: whoever only wants to recognise a
/// format reads no more.
template <class = void>
class ranged_source {
public:
    ranged_source(std::shared_ptr<prefetcher<>> from, std::size_t index, std::uint64_t begin,
                  std::uint64_t end)
        : from_{std::move(from)}, index_{index}, at_{begin}, end_{end} {}
    ranged_source(ranged_source&&) noexcept = default;
    auto operator=(ranged_source&& other) noexcept -> ranged_source& {
        std::swap(from_, other.from_);
        std::swap(ahead_, other.ahead_);
        std::swap(current_, other.current_);
        index_ = other.index_;
        at_ = other.at_;
        end_ = other.end_;
        rest_ = other.rest_;
        begun_ = other.begun_;
        return *this;
    }
    ~ranged_source() {
        for (auto const& range : ahead_) from_->abandon(range);
    }

    [[nodiscard]] auto next() -> std::span<char const> {
        if (rest_.empty()) advance();
        auto const block = rest_.first(std::min(rest_.size(), block_buffer_size));
        rest_ = rest_.subspan(block.size());
        return block;
    }
    [[nodiscard]] auto name() const -> std::string { return from_->object(index_).name(); }

private:
    /// How many ranges are fetched ahead.
    static constexpr std::size_t depth = 4;

    void advance() {
        current_.reset();
        if (!begun_) {
            begun_ = true;
            current_ = fetch(std::min<std::uint64_t>(block_buffer_size, from_->how().range_size()));
        } else {
            fetch_ahead();
            if (!ahead_.empty()) {
                auto const range = std::move(ahead_.front());
                ahead_.pop_front();
                current_ = from_->take(*range);
                fetch_ahead();
            } else {
                current_ = fetch(from_->how().range_size());
            }
        }
        rest_ = current_ ? current_->bytes() : std::span<char const>{};
    }

    [[nodiscard]] auto fetch(std::uint64_t most) -> shared_bytes {
        auto const size = std::min(most, end_ - at_);
        if (size == 0) return nullptr;
        auto bytes = from_->fetch_now(index_, at_, size);
        at_ += size;
        return bytes;
    }

    void fetch_ahead() {
        while (ahead_.size() < depth && at_ < end_) {
            auto const size = std::min(from_->how().range_size(), end_ - at_);
            auto range = from_->fetch_ahead(index_, at_, size);
            if (!range) return;
            ahead_.push_back(std::move(range));
            at_ += size;
        }
    }

    std::shared_ptr<prefetcher<>> from_;
    std::size_t index_;
    std::uint64_t at_;  // what is fetched next
    std::uint64_t end_;
    bool begun_ = false;
    std::deque<std::shared_ptr<fetched_range>> ahead_;
    shared_bytes current_;
    std::span<char const> rest_;
};

}  // namespace flowlog::detail

#endif
