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

/// Where a member of gzip data ends, and what it says of its bytes.
struct member_end {
    gzip_trailer trailer;
    std::uint64_t offset = 0;  ///< behind the trailer
};

/// What gzip and zlib sources have in common. Memory is bounded, whatever the data expand to. Where
/// the inflater does not check gzip members, the last block of each is marked; it may be empty.
template <byte_source Source, class Inflater = inflater>
class inflate_source {
public:
    using mark_type = std::optional<member_end>;

    inflate_source(Source source, deflate_wrapper wrapper, std::uint64_t offset)
        : input_{std::move(source), offset}, wrapper_{wrapper}, inflater_{wrapper} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(block_room);
        return next({buffer_.get(), block_room});
    }

    [[nodiscard]] auto next(std::span<char> room) -> std::span<char const> {
        auto rest = room;
        mark_.reset();
        while (rest.size() == room.size() && !mark_) {
            if (failure_) throw *failure_;
            if (!input_.fetch()) {
                // an inflater may hold what it had no room for, or what it looked ahead at
                if (place_ == place::within) inflate(rest);
                if (failure_ || rest.size() != room.size()) continue;
                if (place_ == place::within || place_ == place::start)
                    input_.fail_truncated(unit() + " stream");
                return {};
            }
            if (place_ != place::within && !begin()) continue;
            inflate(rest);
        }
        return room.first(room.size() - rest.size());
    }

    /// That of the last block.
    [[nodiscard]] auto mark() const noexcept -> mark_type const& { return mark_; }

    [[nodiscard]] auto name() const -> std::string { return input_.name(); }

private:
    enum class place : std::uint8_t { start, within, behind, padding };

    /// Begins a stream where one stands; passes over zeros, as tapes and pre-allocated files have
    /// them at their end.
    [[nodiscard]] auto begin() -> bool {
        auto const ahead = input_.ahead();
        auto const gzip = wrapper_ == deflate_wrapper::gzip;
        if (place_ == place::start || (place_ == place::behind && gzip && ahead[0] == '\x1F')) {
            inflater_.begin();
            place_ = place::within;
            return true;
        }
        if (!gzip || ahead[0] != '\0') {
            fail_behind(input_.offset());
            return false;
        }
        place_ = place::padding;
        auto const end = ahead.find_first_not_of('\0');
        input_.skip(end == ahead.npos ? ahead.size() : end);
        return false;
    }

    void inflate(std::span<char>& room) {
        auto rest = input_.ahead();
        auto const before = room.size();
        auto const status = inflater_.inflate(rest, room);
        auto const used = input_.ahead().size() - rest.size();
        input_.skip(used);
        if (status == inflate_status::end) {
            place_ = place::behind;
            if constexpr (!Inflater::checks) {
                if (wrapper_ == deflate_wrapper::gzip)
                    mark_ = member_end{inflater_.trailer(), input_.offset()};
            }
            if (inflater_.excess() != 0) fail_behind(input_.offset() - inflater_.excess());
        } else if (status == inflate_status::damaged) {
            fail("holds damaged " + unit() + " data before byte " +
                 std::to_string(input_.offset() + 1) + ": " + std::string{inflater_.reason()});
        } else if (used == 0 && room.size() == before && !rest.empty()) {
            fail("holds " + unit() + " data that lead nowhere, at byte " +
                 std::to_string(input_.offset()));
        }
    }

    /// To be thrown as soon as all that is good was handed out.
    void fail(std::string message) {
        failure_.emplace(errc::corrupt, location{name()}, std::move(message));
    }

    void fail_behind(std::uint64_t offset) {
        fail("holds bytes behind the end of its " + unit() + " data, at byte " +
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

/// Checks what a source inflates from gzip members, which end where it marks its blocks.
template <byte_source Inflated, class Inflater = inflater>
class checked_members {
public:
    explicit checked_members(Inflated source) : source_{std::move(source)} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        return checked([this] { return source_.next(); });
    }
    [[nodiscard]] auto next(std::span<char> room) -> std::span<char const> {
        return checked([&] { return next_block(source_, room); });
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

    /// A failure is thrown after the block, as all before it may be good.
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

/// Whether an input that begins with these bytes is gzip, as far as they tell.
[[nodiscard]] inline auto is_gzip(std::string_view first_bytes) -> bool {
    return first_bytes.size() >= 2 &&
           std::string_view{"\x1F\x8B\x08"}.starts_with(first_bytes.substr(0, 3));
}

}  // namespace detail

/// Inflates gzip data (RFC 1952): one member or many, as `cat a.gz b.gz` and pigz make them.
///
/// Zeros behind the last member are passed over. `next()` throws `errc::truncated` where the input
/// ends within a member, `errc::corrupt` where data, a checksum or a length are wrong or something
/// else follows; it names the byte, and all that is good was handed out before.
template <byte_source Source = any_source>
class gzip_source : public detail::checked_members<detail::inflate_source<Source>> {
public:
    /// `offset` is that of the source's first byte in its input; messages count from there.
    template <std::same_as<Source> S>
    explicit gzip_source(S source, std::uint64_t offset = 0)
        : detail::checked_members<detail::inflate_source<Source>>{detail::inflate_source<Source>{
              std::move(source), detail::deflate_wrapper::gzip, offset}} {}
};

template <byte_source Source>
gzip_source(Source, std::uint64_t = 0) -> gzip_source<Source>;

/// Inflates one stream of zlib data (RFC 1950), as flow-tools writes it. Errors are those of
/// `gzip_source`.
template <byte_source Source = any_source>
class zlib_source : public detail::inflate_source<Source> {
public:
    /// `offset` is that of the source's first byte in its input; messages count from there.
    template <std::same_as<Source> S>
    explicit zlib_source(S source, std::uint64_t offset = 0)
        : detail::inflate_source<Source>{std::move(source), detail::deflate_wrapper::zlib, offset} {
    }
};

template <byte_source Source>
zlib_source(Source, std::uint64_t = 0) -> zlib_source<Source>;

namespace detail {

// zlib data have no mark of their own: they are found by name alone
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
