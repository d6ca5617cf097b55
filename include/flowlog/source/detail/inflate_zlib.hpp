// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_DETAIL_INFLATE_ZLIB_HPP
#define FLOWLOG_SOURCE_DETAIL_INFLATE_ZLIB_HPP

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string_view>

#include <zlib.h>

#include <flowlog/source/detail/inflate_status.hpp>

namespace flowlog::detail {

/// Inflates streams with zlib, one after the other.
class zlib_inflater {
public:
    /// Whether checksums are checked here.
    static constexpr bool checks = true;

    /// Throws `std::bad_alloc`.
    explicit zlib_inflater(deflate_wrapper wrapper) {
        auto stream = std::make_unique<::z_stream>();
        auto const window_bits = MAX_WBITS + (wrapper == deflate_wrapper::gzip ? 16 : 0);
        if (::inflateInit2(stream.get(), window_bits) != Z_OK) throw std::bad_alloc{};
        stream_.reset(stream.release());
    }

    /// Prepares for the first byte of a stream.
    void begin() noexcept { ::inflateReset(stream_.get()); }

    /// Inflates until a stream ends, `in` is used up or `out` is full; removes from both what was
    /// used.
    [[nodiscard]] auto inflate(std::string_view& in, std::span<char>& out) -> inflate_status {
        constexpr std::size_t max_size = std::size_t{1} << 30;
        auto const given = std::min(in.size(), max_size);
        auto const capacity = std::min(out.size(), max_size);
        stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
        stream_->avail_in = static_cast<uInt>(given);
        stream_->next_out = reinterpret_cast<Bytef*>(out.data());
        stream_->avail_out = static_cast<uInt>(capacity);
        auto const result = ::inflate(stream_.get(), Z_NO_FLUSH);
        in.remove_prefix(given - stream_->avail_in);
        out = out.subspan(capacity - stream_->avail_out);
        if (result == Z_STREAM_END) return inflate_status::end;
        if (result == Z_OK || result == Z_BUF_ERROR) return inflate_status::more;
        if (result == Z_MEM_ERROR) throw std::bad_alloc{};
        return inflate_status::damaged;
    }

    /// How many bytes after the end of the stream were taken: zlib takes none.
    [[nodiscard]] static constexpr auto excess() noexcept -> std::size_t { return 0; }

    /// Why the data are damaged.
    [[nodiscard]] auto reason() const noexcept -> std::string_view {
        return stream_->msg != nullptr ? stream_->msg : "invalid data";
    }

private:
    struct ending {
        void operator()(::z_stream* stream) const noexcept {
            ::inflateEnd(stream);
            delete stream;
        }
    };

    std::unique_ptr<::z_stream, ending> stream_;  // zlib keeps its address
};

}  // namespace flowlog::detail

#endif
