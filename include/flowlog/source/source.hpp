// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_SOURCE_HPP
#define FLOWLOG_SOURCE_SOURCE_HPP

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace flowlog {

/// Hands out the bytes of an input in order, block by block, and knows nothing of what they mean.
///
/// `next()` returns the next block, which is valid until the call after it; an empty block is the
/// end. It throws `flowlog::error` if the system fails in the middle. `name()` is what the user
/// calls the input.
template <class T>
concept byte_source = requires(T source) {
    { source.next() } -> std::convertible_to<std::span<char const>>;
    { source.name() } -> std::convertible_to<std::string>;
} && std::movable<T>;

/// A byte source that computes its bytes, and can write the next block to memory that it is given:
/// `next(buffer)` does what `next()` does, but the block that it returns may be in `buffer`, and is
/// then valid as long as that is unchanged. `buffer` has at least `block_buffer_size` bytes.
template <class T>
concept block_maker = byte_source<T> && requires(T source, std::span<char> buffer) {
    { source.next(buffer) } -> std::convertible_to<std::span<char const>>;
};

/// The size of the buffers that are given to a `block_maker`.
inline constexpr std::size_t block_buffer_size = std::size_t{256} << 10;

/// The next block of a source, in `buffer` if the source can write it there.
template <byte_source Source>
[[nodiscard]] auto next_block(Source& source, std::span<char> buffer) -> std::span<char const> {
    if constexpr (block_maker<Source>)
        return source.next(buffer);
    else
        return source.next();
}

/// A byte source of any type; one virtual call per block.
class any_source {
public:
    /// An empty input.
    any_source() = default;

    /// Takes over a byte source.
    // the constraints in this order: any_source is not complete here, so that byte_source cannot be
    // asked of it
    template <class Source>
        requires(!std::same_as<std::remove_cvref_t<Source>, any_source> && byte_source<Source>)
    any_source(Source source) : source_{std::make_unique<model<Source>>(std::move(source))} {}

    /// The next block; empty at the end.
    [[nodiscard]] auto next() -> std::span<char const> {
        return source_ ? source_->next() : std::span<char const>{};
    }
    [[nodiscard]] auto next(std::span<char> buffer) -> std::span<char const> {
        return source_ ? source_->next(buffer) : std::span<char const>{};
    }
    [[nodiscard]] auto name() const -> std::string { return source_ ? source_->name() : ""; }

private:
    struct interface {
        interface() = default;
        interface(interface const&) = delete;
        auto operator=(interface const&) -> interface& = delete;
        virtual ~interface() = default;
        virtual auto next() -> std::span<char const> = 0;
        virtual auto next(std::span<char> buffer) -> std::span<char const> = 0;
        [[nodiscard]] virtual auto name() const -> std::string = 0;
    };

    template <class Source>
    struct model final : interface {
        explicit model(Source s) : source{std::move(s)} {}
        auto next() -> std::span<char const> override { return source.next(); }
        auto next(std::span<char> buffer) -> std::span<char const> override {
            return next_block(source, buffer);
        }
        [[nodiscard]] auto name() const -> std::string override { return source.name(); }
        Source source;
    };

    std::unique_ptr<interface> source_;
};

/// A byte source that hands out bytes that were already read before the bytes of another source, so
/// that a format can be recognised by its first bytes.
template <byte_source Source>
class rewound_source {
public:
    /// `front` holds the first bytes of the input; `rest` hands out what follows them. If `failure`
    /// is set, it is thrown in place of what follows.
    rewound_source(std::string front, Source rest, std::exception_ptr failure = {})
        : front_{std::move(front)}, rest_{std::move(rest)}, failure_{std::move(failure)} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        if (is_past_front()) return rest_.next();
        front_given_ = true;
        return front_;
    }
    [[nodiscard]] auto next(std::span<char> buffer) -> std::span<char const> {
        return is_past_front() ? next_block(rest_, buffer) : next();
    }
    [[nodiscard]] auto name() const -> std::string { return rest_.name(); }

private:
    [[nodiscard]] auto is_past_front() const -> bool {
        auto const past = front_given_ || front_.empty();
        if (past && failure_) std::rethrow_exception(failure_);
        return past;
    }

    std::string front_;
    Source rest_;
    std::exception_ptr failure_;
    bool front_given_ = false;
};

/// Passes on the blocks of another byte source and adds their sizes to a counter that other threads
/// can read.
template <byte_source Source>
class counted_source {
public:
    /// `bytes` must outlive the source.
    counted_source(Source source, std::atomic<std::uint64_t>& bytes)
        : source_{std::move(source)}, bytes_{&bytes} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        auto const block = std::span<char const>{source_.next()};
        bytes_->fetch_add(block.size(), std::memory_order_relaxed);
        return block;
    }
    [[nodiscard]] auto name() const -> std::string { return source_.name(); }

private:
    Source source_;
    std::atomic<std::uint64_t>* bytes_;
};

}  // namespace flowlog

#endif
