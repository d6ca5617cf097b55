// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_ZSTD_HPP
#define FLOWLOG_SOURCE_ZSTD_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <zstd.h>
#include <zstd_errors.h>

#include <flowlog/error.hpp>
#include <flowlog/source/block_codec.hpp>
#include <flowlog/source/decoder.hpp>
#include <flowlog/source/detail/packed_input.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

namespace detail {

inline auto decode_zstd_block(std::span<char const> in, std::span<char> out)
    -> std::optional<std::size_t> {
    auto const size = ZSTD_decompress(out.data(), out.size(), in.data(), in.size());
    if (ZSTD_isError(size) != 0) return std::nullopt;
    return size;
}

/// Whether the input begins with the mark of a frame, or of one of the 16 kinds of skippable frames
/// that may come first. (RFC 8878 3.1)
inline auto is_zstd(std::string_view first_bytes) -> bool {
    if (first_bytes.size() < 4) return false;
    if (first_bytes.starts_with("\x28\xB5\x2F\xFD")) return true;
    return (static_cast<unsigned char>(first_bytes[0]) & 0xF0) == 0x50 &&
           first_bytes.substr(1, 3) == "\x2A\x4D\x18";
}

struct zstd_end {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

inline auto decode_zstd_front(std::span<char const> in, std::span<char> out)
    -> std::optional<std::size_t> {
    auto const context = std::unique_ptr<ZSTD_DCtx, zstd_end>{ZSTD_createDCtx()};
    if (!context) return std::nullopt;
    auto from = ZSTD_inBuffer{in.data(), in.size(), 0};
    auto to = ZSTD_outBuffer{out.data(), out.size(), 0};
    while (to.pos < to.size && from.pos < from.size) {
        auto const left = ZSTD_decompressStream(context.get(), &to, &from);
        if (ZSTD_isError(left) != 0) return std::nullopt;
        if (left == 0) break;
    }
    return to.pos;
}

}  // namespace detail

/// A byte source that decodes a zstd file: one frame or several in a row; skippable frames are
/// skipped. Frames that ask for a window of more than 128 MiB (`zstd --long=28` and more) are
/// refused, which bounds the memory.
///
/// `next()` throws `errc::unsupported` for such a window, `errc::truncated` if the input ends
/// inside a frame, and `errc::corrupt` if the library finds damage or if bytes follow that are no
/// frame. All good bytes are handed out before.
template <byte_source Source = any_source>
class zstd_source {
public:
    static constexpr int max_window_log = 27;

    /// `offset` is the offset of the source's first byte in its file, for messages.
    template <std::same_as<Source> S>  // an any_source can be made of this class, which
                                       // would make the concepts circular
    explicit zstd_source(S source, std::uint64_t offset = 0)
        : input_{std::move(source), offset}, context_{ZSTD_createDCtx()} {
        if (!context_) throw std::bad_alloc{};
        static_cast<void>(
            ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, max_window_log));
    }

    [[nodiscard]] auto next() -> std::span<char const> {
        if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(block_buffer_size);
        return next({buffer_.get(), block_buffer_size});
    }

    [[nodiscard]] auto next(std::span<char> buffer) -> std::span<char const> {
        std::size_t filled = 0;
        while (filled == 0) {
            if (!full_ && !input_.fetch()) {
                if (in_frame_) input_.fail_truncated("zstd frame");
                return {};
            }
            filled = decode(buffer);
        }
        return buffer.first(filled);
    }

    [[nodiscard]] auto name() const -> std::string { return input_.name(); }

private:
    static constexpr std::size_t frame_header = 18;

    /// Decodes at most one block and returns how many bytes: if one call met damage, the library
    /// would drop what it had decoded before in the same call.
    auto decode(std::span<char> buffer) -> std::size_t {
        auto in = ZSTD_inBuffer{input_.ahead().data(), std::min(input_.ahead().size(), wanted_), 0};
        auto out = ZSTD_outBuffer{buffer.data(), buffer.size(), 0};
        auto const status = ZSTD_decompressStream(context_.get(), &out, &in);
        input_.skip(in.pos);
        if (ZSTD_isError(status) != 0) fail(status);
        in_frame_ = status != 0;
        wanted_ = in_frame_ ? status : frame_header;
        full_ =
            out.pos == out.size && in_frame_;  // the context may hold more without further input
        return out.pos;
    }

    [[noreturn]] void fail(std::size_t status) const {
        if (ZSTD_getErrorCode(status) == ZSTD_error_memory_allocation) throw std::bad_alloc{};
        if (ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge) {
            throw error{errc::unsupported,
                        {name()},
                        "needs a window of more than 128 MiB to be unpacked, which is not done "
                        "here: zstd -dc --long=31 FILE | flowlog ... -"};
        }
        input_.fail_corrupt("zstd", ZSTD_getErrorName(status));
    }

    detail::packed_input<Source> input_;
    std::unique_ptr<ZSTD_DCtx, detail::zstd_end> context_;
    std::unique_ptr<char[]> buffer_;
    std::size_t wanted_ = frame_header;  // bytes of input that the library needs for its next step
    bool in_frame_ = false;
    bool full_ = false;
};

template <byte_source Source>
zstd_source(Source) -> zstd_source<Source>;
template <byte_source Source>
zstd_source(Source, std::uint64_t) -> zstd_source<Source>;

namespace detail {

inline bool const zstd_registered =
    register_block_codec(codec::zstd, &decode_zstd_block) &&
    register_block_front_codec(codec::zstd, &decode_zstd_front) &&
    register_decoder(
        {.name = "zstd", .matches = &is_zstd, .wrap = [](any_source packed, std::uint64_t offset) {
             return any_source{zstd_source<any_source>{std::move(packed), offset}};
         }});

}  // namespace detail

}  // namespace flowlog

#endif
