// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_BZIP2_HPP
#define FLOWLOG_SOURCE_BZIP2_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <bzlib.h>

#include <flowlog/error.hpp>
#include <flowlog/source/block_codec.hpp>
#include <flowlog/source/decoder.hpp>
#include <flowlog/source/detail/packed_input.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

namespace detail {

inline auto decode_bzip2_block(std::span<char const> in, std::span<char> out)
    -> std::optional<std::size_t> {
    constexpr std::size_t max_size = std::numeric_limits<unsigned int>::max();
    if (in.size() > max_size) return std::nullopt;
    auto size = static_cast<unsigned int>(std::min(out.size(), max_size));
    auto const status = BZ2_bzBuffToBuffDecompress(out.data(), &size, const_cast<char*>(in.data()),
                                                   static_cast<unsigned int>(in.size()), 0, 0);
    if (status != BZ_OK) return std::nullopt;
    return static_cast<std::size_t>(size);
}

/// Whether the input begins with "BZh", a level, and the mark of a block or of the end, as far as
/// there are bytes.
inline auto is_bzip2(std::string_view first_bytes) -> bool {
    constexpr auto block = std::string_view{"\x31\x41\x59\x26\x53\x59"};
    constexpr auto end = std::string_view{"\x17\x72\x45\x38\x50\x90"};
    if (first_bytes.size() < 5 || !first_bytes.starts_with("BZh")) return false;
    if (first_bytes[3] < '1' || first_bytes[3] > '9') return false;
    auto const mark = first_bytes.substr(4, 6);
    return block.starts_with(mark) || end.starts_with(mark);
}

struct bzip2_end {
    void operator()(bz_stream* stream) const noexcept {
        BZ2_bzDecompressEnd(stream);
        delete stream;
    }
};

}  // namespace detail

/// A byte source that decodes a bzip2 file: one stream, or several in a row as `cat a.bz2 b.bz2`
/// makes them. Needs 4 MB, whatever the file holds.
///
/// `next()` throws `errc::truncated` if the input ends inside a stream, and `errc::corrupt` if the
/// library finds damage or if bytes follow that are no stream. All good bytes are handed out
/// before.
template <byte_source Source = any_source>
class bzip2_source {
public:
    static constexpr std::size_t block_size = std::size_t{256} << 10;

    /// `offset` is the offset of the source's first byte in its file, for messages.
    template <std::same_as<Source> S>  // an any_source can be made of this class, which
                                       // would make the concepts circular
    explicit bzip2_source(S source, std::uint64_t offset = 0) : input_{std::move(source), offset} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(block_size);
        std::size_t filled = 0;
        while (filled == 0) {
            if (failed_) input_.fail_corrupt("bzip2");
            if (!full_ && !input_.fetch()) {
                if (stream_) input_.fail_truncated("bzip2 stream");
                return {};
            }
            if (!stream_) begin();
            filled = decode();
        }
        return {buffer_.get(), filled};
    }

    [[nodiscard]] auto name() const -> std::string { return input_.name(); }

private:
    void begin() {
        auto fresh = std::make_unique<bz_stream>();
        if (BZ2_bzDecompressInit(fresh.get(), 0, 0) != BZ_OK) throw std::bad_alloc{};
        stream_.reset(fresh.release());
    }

    /// Decodes as much as fits, or as the current block gives; returns how many bytes.
    auto decode() -> std::size_t {
        auto const ahead = input_.ahead();
        auto const size = std::min<std::size_t>(ahead.size(), std::size_t{1} << 30);
        stream_->next_in = const_cast<char*>(ahead.data());
        stream_->avail_in = static_cast<unsigned int>(size);
        stream_->next_out = buffer_.get();
        stream_->avail_out = block_size;
        auto const status = BZ2_bzDecompress(stream_.get());
        input_.skip(size - stream_->avail_in);
        auto const filled = block_size - stream_->avail_out;
        full_ = filled == block_size &&
                status == BZ_OK;  // the stream may hold more without further input
        if (status == BZ_STREAM_END) {
            stream_.reset();
        } else if (status == BZ_MEM_ERROR) {
            throw std::bad_alloc{};
        } else if (status != BZ_OK) {
            failed_ = true;
            if (filled == 0) input_.fail_corrupt("bzip2");
        }
        return filled;
    }

    detail::packed_input<Source> input_;
    std::unique_ptr<bz_stream, detail::bzip2_end> stream_;
    std::unique_ptr<char[]> buffer_;
    bool full_ = false;
    bool failed_ = false;
};

template <byte_source Source>
bzip2_source(Source) -> bzip2_source<Source>;
template <byte_source Source>
bzip2_source(Source, std::uint64_t) -> bzip2_source<Source>;

namespace detail {

inline bool const bzip2_registered =
    register_block_codec(codec::bzip2, &decode_bzip2_block) &&
    register_decoder({.name = "bzip2",
                      .matches = &is_bzip2,
                      .wrap = [](any_source packed, std::uint64_t offset) {
                          return any_source{bzip2_source<any_source>{std::move(packed), offset}};
                      }});

}  // namespace detail

}  // namespace flowlog

#endif
