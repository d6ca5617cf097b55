// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_ZSTD_HPP
#define FLOWLOG_OUTPUT_ZSTD_HPP

#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <zstd.h>

#include <flowlog/error.hpp>
#include <flowlog/output/encoder.hpp>

namespace flowlog {

/// Writes one zstd frame with a checksum.
class zstd_compressor final : public compressor {
public:
    static constexpr int default_level = 3;

    explicit zstd_compressor(byte_sink out, int level = default_level)
        : out_{std::move(out)},
          context_{ZSTD_createCCtx()},
          size_{ZSTD_CStreamOutSize()},
          buffer_{std::make_unique_for_overwrite<char[]>(size_)} {
        if (!context_) throw std::bad_alloc{};
        check(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level));
        check(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1));
    }

    void write(std::string_view bytes) override { compress(bytes, ZSTD_e_continue); }
    void finish() override { compress({}, ZSTD_e_end); }

private:
    struct deleter {
        void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
    };

    static auto check(std::size_t result) -> std::size_t {
        if (ZSTD_isError(result) == 0) return result;
        throw error{errc::write_failed, {}, std::string{"zstd: "} + ZSTD_getErrorName(result)};
    }

    void compress(std::string_view bytes, ZSTD_EndDirective how) {
        auto in = ZSTD_inBuffer{bytes.data(), bytes.size(), 0};
        for (auto left = std::size_t{1}; how == ZSTD_e_end ? left != 0 : in.pos != in.size;) {
            auto out = ZSTD_outBuffer{buffer_.get(), size_, 0};
            left = check(ZSTD_compressStream2(context_.get(), &out, &in, how));
            if (out.pos != 0) out_({buffer_.get(), out.pos});
        }
    }

    byte_sink out_;
    std::unique_ptr<ZSTD_CCtx, deleter> context_;
    std::size_t size_;
    std::unique_ptr<char[]> buffer_;
};

inline bool const zstd_encoder_registered =
    register_encoder({.name = "zstd", .make = [](byte_sink out) -> std::unique_ptr<compressor> {
                          return std::make_unique<zstd_compressor>(std::move(out));
                      }});

}  // namespace flowlog

#endif
