// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_GZIP_HPP
#define FLOWLOG_OUTPUT_GZIP_HPP

#ifndef FLOWLOG_GZIP_ISAL
#error "flowlog/output/gzip.hpp needs the component: target_link_libraries(... flowlog::gzip)"
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#if FLOWLOG_GZIP_ISAL
#include <isa-l/igzip_lib.h>
#else
#include <new>

#include <zlib.h>
#endif

#include <flowlog/output/encoder.hpp>

namespace flowlog {

/// Writes one gzip member, with the library that flowlog::gzip reads with.
class gzip_compressor final : public compressor {
public:
    explicit gzip_compressor(byte_sink out)
        : out_{std::move(out)}, buffer_{std::make_unique_for_overwrite<char[]>(buffer_size)} {
        begin();
    }

    void write(std::string_view bytes) override {
        constexpr auto max_size = std::size_t{1} << 30;
        for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), max_size)))
            compress(bytes.substr(0, max_size), false);
    }
    void finish() override { compress({}, true); }

private:
    static constexpr auto buffer_size = std::size_t{256} << 10;

#if FLOWLOG_GZIP_ISAL
    static constexpr auto level = 1;

    void begin() {
        ::isal_deflate_init(state_.get());
        state_->level = level;
        state_->level_buf = work_.get();
        state_->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
        state_->gzip_flag = IGZIP_GZIP;
    }

    void compress(std::string_view bytes, bool end) {
        state_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
        state_->avail_in = static_cast<std::uint32_t>(bytes.size());
        state_->end_of_stream = end ? 1 : 0;
        do {
            state_->next_out = reinterpret_cast<std::uint8_t*>(buffer_.get());
            state_->avail_out = static_cast<std::uint32_t>(buffer_size);
            ::isal_deflate(state_.get());
            if (auto const made = buffer_size - state_->avail_out; made != 0)
                out_({buffer_.get(), made});
        } while (state_->avail_out == 0 || state_->avail_in != 0);
    }

    std::unique_ptr<::isal_zstream> state_ = std::make_unique<::isal_zstream>();
    std::unique_ptr<std::uint8_t[]> work_ = std::make_unique<std::uint8_t[]>(ISAL_DEF_LVL1_DEFAULT);
#else
    static constexpr auto level = 6;

    struct deleter {
        void operator()(::z_stream* stream) const noexcept {
            ::deflateEnd(stream);
            delete stream;
        }
    };

    void begin() {
        constexpr auto gzip_window = 15 + 16;
        constexpr auto memory = 8;
        if (::deflateInit2(state_.get(), level, Z_DEFLATED, gzip_window, memory,
                           Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc{};
    }

    void compress(std::string_view bytes, bool end) {
        state_->next_in = reinterpret_cast<::Bytef*>(const_cast<char*>(bytes.data()));
        state_->avail_in = static_cast<::uInt>(bytes.size());
        do {
            state_->next_out = reinterpret_cast<::Bytef*>(buffer_.get());
            state_->avail_out = static_cast<::uInt>(buffer_size);
            ::deflate(state_.get(), end ? Z_FINISH : Z_NO_FLUSH);
            if (auto const made = buffer_size - state_->avail_out; made != 0)
                out_({buffer_.get(), made});
        } while (state_->avail_out == 0);
    }

    std::unique_ptr<::z_stream, deleter> state_{new ::z_stream{}};
#endif

    byte_sink out_;
    std::unique_ptr<char[]> buffer_;
};

inline bool const gzip_encoder_registered =
    register_encoder({.name = "gzip", .make = [](byte_sink out) -> std::unique_ptr<compressor> {
                          return std::make_unique<gzip_compressor>(std::move(out));
                      }});

}  // namespace flowlog

#endif
