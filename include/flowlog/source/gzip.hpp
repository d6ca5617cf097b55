// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_GZIP_HPP
#define FLOWLOG_SOURCE_GZIP_HPP

#ifndef FLOWLOG_GZIP_ISAL
#error "flowlog/source/gzip.hpp needs the component: target_link_libraries(... flowlog::gzip)"
#endif

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/error.hpp>
#include <flowlog/source/decoder.hpp>
#include <flowlog/source/detail/inflate_status.hpp>
#include <flowlog/source/detail/packed_input.hpp>
#include <flowlog/source/overlapped_source.hpp>
#include <flowlog/source/source.hpp>

#if FLOWLOG_GZIP_ISAL
#include <flowlog/source/detail/inflate_isal.hpp>
#else
#include <flowlog/source/detail/inflate_zlib.hpp>
#endif

namespace flowlog {

namespace detail {

#if FLOWLOG_GZIP_ISAL
using inflater = isal_inflater;
#else
using inflater = zlib_inflater;
#endif

/// The end of a member of gzip data: what it says of its bytes, and its offset.
struct member_end {
    gzip_trailer trailer;
    std::uint64_t offset = 0;  ///< just after the trailer
};

/// The common part of gzip and zlib sources. Memory is bounded, whatever the data expand to. If the
/// inflater does not check gzip members, the last block of each is marked; it may be empty.
template <byte_source Source, class Inflater = inflater>
class inflate_source {
public:
    using mark_type = std::optional<member_end>;

    inflate_source(Source source, deflate_wrapper wrapper, std::uint64_t offset)
        : input_{std::move(source), offset}, wrapper_{wrapper}, inflater_{wrapper} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(block_buffer_size);
        return next({buffer_.get(), block_buffer_size});
    }

    [[nodiscard]] auto next(std::span<char> buffer) -> std::span<char const> {
        auto rest = buffer;
        mark_.reset();
        while (rest.size() == buffer.size() && !mark_) {
            if (failure_) throw *failure_;
            if (!input_.fetch()) {
                // an inflater may hold bytes that did not fit, or that it has read ahead
                if (place_ == place::within) inflate(rest);
                if (failure_ || rest.size() != buffer.size()) continue;
                if (place_ == place::within || place_ == place::start)
                    input_.fail_truncated(unit() + " stream");
                return {};
            }
            if (place_ != place::within && !begin()) continue;
            inflate(rest);
        }
        return buffer.first(buffer.size() - rest.size());
    }

    /// The mark of the last block.
    [[nodiscard]] auto mark() const noexcept -> mark_type const& { return mark_; }

    [[nodiscard]] auto name() const -> std::string { return input_.name(); }

private:
    enum class place : std::uint8_t { start, within, after, padding };

    /// Begins a stream if one is ahead; returns whether it did. Skips zeros, which tapes and
    /// pre-allocated files have at their end.
    [[nodiscard]] auto begin() -> bool {
        auto const ahead = input_.ahead();
        auto const gzip = wrapper_ == deflate_wrapper::gzip;
        if (place_ == place::start || (place_ == place::after && gzip && ahead[0] == '\x1F')) {
            inflater_.begin();
            place_ = place::within;
            return true;
        }
        if (!gzip || ahead[0] != '\0') {
            fail_trailing(input_.offset());
            return false;
        }
        place_ = place::padding;
        auto const end = ahead.find_first_not_of('\0');
        input_.skip(end == ahead.npos ? ahead.size() : end);
        return false;
    }

    void inflate(std::span<char>& buffer) {
        auto rest = input_.ahead();
        auto const before = buffer.size();
        auto const status = inflater_.inflate(rest, buffer);
        auto const used = input_.ahead().size() - rest.size();
        input_.skip(used);
        if (status == inflate_status::end) {
            place_ = place::after;
            if constexpr (!Inflater::checks) {
                if (wrapper_ == deflate_wrapper::gzip)
                    mark_ = member_end{inflater_.trailer(), input_.offset()};
            }
            if (inflater_.excess() != 0) fail_trailing(input_.offset() - inflater_.excess());
        } else if (status == inflate_status::damaged) {
            fail("holds damaged " + unit() + " data before byte " +
                 std::to_string(input_.offset() + 1) + ": " + std::string{inflater_.reason()});
        } else if (used == 0 && buffer.size() == before && !rest.empty()) {
            fail("holds " + unit() + " data that lead nowhere, at byte " +
                 std::to_string(input_.offset()));
        }
    }

    /// Sets the failure, which is thrown after all good bytes were handed out.
    void fail(std::string message) {
        failure_.emplace(errc::corrupt, location{name()}, std::move(message));
    }

    void fail_trailing(std::uint64_t offset) {
        fail("holds bytes after the end of its " + unit() + " data, at byte " +
             std::to_string(offset));
    }

    [[nodiscard]] auto unit() const -> std::string {
        return wrapper_ == deflate_wrapper::gzip ? "gzip" : "zlib";
    }

    packed_input<Source> input_;
    deflate_wrapper wrapper_;
    place place_ = place::start;
    Inflater inflater_;
    std::unique_ptr<char[]> buffer_;
    std::optional<error> failure_;
    mark_type mark_;
};

/// A byte source that checks the checksums and lengths of gzip members. The source that inflates
/// them marks the block at which each ends.
template <byte_source Inflated, class Inflater = inflater>
class checked_members {
public:
    explicit checked_members(Inflated source) : source_{std::move(source)} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        return checked([this] { return source_.next(); });
    }
    [[nodiscard]] auto next(std::span<char> buffer) -> std::span<char const> {
        return checked([&] { return next_block(source_, buffer); });
    }
    [[nodiscard]] auto name() const -> std::string { return source_.name(); }

private:
    template <class Next>
    [[nodiscard]] auto checked(Next next) -> std::span<char const> {
        for (;;) {
            if (failure_) throw *failure_;
            auto const block = std::span<char const>{next()};
            auto const end = source_.mark();
            if constexpr (!Inflater::checks) {
                found_.crc32 = Inflater::crc32(found_.crc32, block);
                found_.isize += static_cast<std::uint32_t>(block.size());
            }
            if (end) check(*end);
            if (!block.empty() || !end) return block;
        }
    }

    /// A failure is thrown after the block was handed out, as its bytes may be good.
    void check(member_end const& end) {
        if (std::exchange(found_, {}) == end.trailer) return;
        failure_.emplace(errc::corrupt, location{name()},
                         "holds damaged gzip data before byte " + std::to_string(end.offset + 1) +
                             ": wrong checksum or length");
    }

    Inflated source_;
    gzip_trailer found_;
    std::optional<error> failure_;
};

/// Whether an input that begins with these bytes is gzip, as far as there are bytes.
[[nodiscard]] inline auto is_gzip(std::string_view first_bytes) -> bool {
    return first_bytes.size() >= 2 &&
           std::string_view{"\x1F\x8B\x08"}.starts_with(first_bytes.substr(0, 3));
}

}  // namespace detail

/// A byte source that inflates gzip data (RFC 1952): one member or many, as `cat a.gz b.gz` and
/// pigz make them.
///
/// Zeros after the last member are skipped. `next()` throws `errc::truncated` if the input ends
/// within a member, and `errc::corrupt` if data, a checksum or a length are wrong or something else
/// follows. The error names the byte, and all good bytes are handed out before.
template <byte_source Source = any_source>
class gzip_source : public detail::checked_members<detail::inflate_source<Source>> {
public:
    /// `offset` is the offset of the source's first byte in its input, for messages.
    template <std::same_as<Source> S>
    explicit gzip_source(S source, std::uint64_t offset = 0)
        : detail::checked_members<detail::inflate_source<Source>>{detail::inflate_source<Source>{
              std::move(source), detail::deflate_wrapper::gzip, offset}} {}
};

template <byte_source Source>
gzip_source(Source, std::uint64_t = 0) -> gzip_source<Source>;

/// A byte source that inflates one stream of zlib data (RFC 1950), as flow-tools writes it. Throws
/// what `gzip_source` throws.
template <byte_source Source = any_source>
class zlib_source : public detail::inflate_source<Source> {
public:
    /// `offset` is the offset of the source's first byte in its input, for messages.
    template <std::same_as<Source> S>
    explicit zlib_source(S source, std::uint64_t offset = 0)
        : detail::inflate_source<Source>{std::move(source), detail::deflate_wrapper::zlib, offset} {
    }
};

template <byte_source Source>
zlib_source(Source, std::uint64_t = 0) -> zlib_source<Source>;

namespace detail {

// zlib data have no magic number: the decoder is found only by name
inline bool const gzip_registered =
    register_decoder({.name = "gzip",
                      .matches = &is_gzip,
                      .wrap =
                          [](any_source packed, std::uint64_t offset) {
                              return any_source{gzip_source<any_source>{std::move(packed), offset}};
                          },
                      .wrap_overlapped =
                          [](any_source packed, std::uint64_t offset) {
                              // the thread that takes the blocks checks them
                              using inflated = inflate_source<any_source>;
                              using ahead = overlapped_source<inflated>;
                              return any_source{checked_members<ahead>{ahead{
                                  inflated{std::move(packed), deflate_wrapper::gzip, offset}}}};
                          }}) &&
    register_decoder({.name = "zlib",
                      .matches = [](std::string_view) { return false; },
                      .wrap =
                          [](any_source packed, std::uint64_t offset) {
                              return any_source{zlib_source<any_source>{std::move(packed), offset}};
                          }});

}  // namespace detail

}  // namespace flowlog

#endif
