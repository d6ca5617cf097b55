// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_SOURCE_HPP
#define FLOWLOG_SOURCE_SOURCE_HPP

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace flowlog {

/// Hands out an input's bytes in order, block by block, and knows nothing of what they mean.
///
/// `next()` returns the next block, valid until the call after it, and an empty one at the end; it
/// throws `flowlog::error` where the system fails in the middle. `name()` is what the user calls
/// the input.
template <class T>
concept byte_source = requires(T source) {
    { source.next() } -> std::convertible_to<std::span<char const>>;
    { source.name() } -> std::convertible_to<std::string>;
} && std::movable<T>;

/// A byte source that makes its bytes, and can make the next block in memory that it is given:
/// `next(room)` is `next()`, but what it returns may stand in `room` and then is valid as long as
/// that. `room` has at least `block_room` bytes.
template <class T>
concept block_maker = byte_source<T> && requires(T source, std::span<char> room) {
    { source.next(room) } -> std::convertible_to<std::span<char const>>;
};

/// The bytes of a room that a `block_maker` can fill.
inline constexpr std::size_t block_room = std::size_t{256} << 10;

/// The next block of a source, in `room` where the source can put it there.
template <byte_source Source>
[[nodiscard]] auto next_block(Source& source, std::span<char> room) -> std::span<char const> {
    if constexpr (block_maker<Source>)
        return source.next(room);
    else
        return source.next();
}

/// Any byte source behind one type; a virtual call per block.
class any_source {
public:
    /// An empty input.
    any_source() = default;

    // in this order: whether any_source is a byte_source cannot be asked here
    template <class Source>
        requires(!std::same_as<std::remove_cvref_t<Source>, any_source> && byte_source<Source>)
    any_source(Source source) : source_{std::make_unique<model<Source>>(std::move(source))} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        return source_ ? source_->next() : std::span<char const>{};
    }
    [[nodiscard]] auto next(std::span<char> room) -> std::span<char const> {
        return source_ ? source_->next(room) : std::span<char const>{};
    }
    [[nodiscard]] auto name() const -> std::string { return source_ ? source_->name() : ""; }

private:
    struct interface {
        interface() = default;
        interface(interface const&) = delete;
        auto operator=(interface const&) -> interface& = delete;
        virtual ~interface() = default;
        virtual auto next() -> std::span<char const> = 0;
        virtual auto next(std::span<char> room) -> std::span<char const> = 0;
        [[nodiscard]] virtual auto name() const -> std::string = 0;
    };

    template <class Source>
    struct model final : interface {
        explicit model(Source s) : source{std::move(s)} {}
        auto next() -> std::span<char const> override { return source.next(); }
        auto next(std::span<char> room) -> std::span<char const> override {
            return next_block(source, room);
        }
        [[nodiscard]] auto name() const -> std::string override { return source.name(); }
        Source source;
    };

    std::unique_ptr<interface> source_;
};

/// Puts bytes that were already read in front of a source, so that a format can be told by its
/// first bytes.
template <byte_source Source>
class rewound_source {
public:
    /// `front` holds the first bytes of the input, `rest` the source that follows them.
    rewound_source(std::string front, Source rest)
        : front_{std::move(front)}, rest_{std::move(rest)} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        if (front_given_ || front_.empty()) return rest_.next();
        front_given_ = true;
        return front_;
    }
    [[nodiscard]] auto next(std::span<char> room) -> std::span<char const> {
        return front_given_ || front_.empty() ? next_block(rest_, room) : next();
    }
    [[nodiscard]] auto name() const -> std::string { return rest_.name(); }

private:
    std::string front_;
    Source rest_;
    bool front_given_ = false;
};

/// Hands a source's blocks on and adds up their bytes where a watcher can see them.
template <byte_source Source>
class counted_source {
public:
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
