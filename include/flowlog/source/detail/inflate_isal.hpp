// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_DETAIL_INFLATE_ISAL_HPP
#define FLOWLOG_SOURCE_DETAIL_INFLATE_ISAL_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <flowlog/detail/load.hpp>
#include <flowlog/source/detail/inflate_status.hpp>

namespace flowlog::detail {

/// Inflates streams with Intel's ISA-L, one after the other.
class isal_inflater {
public:
    /// Whether checksums are checked here. The checksums of gzip are not: another thread can check
    /// them, which takes 6 % of the time of `igzip -dc` (Zen 3).
    static constexpr bool checks = false;

    /// Continues a CRC-32, which begins with 0.
    [[nodiscard]] static auto crc32(std::uint32_t before, std::span<char const> bytes) noexcept
        -> std::uint32_t {
        return ::crc32_gzip_refl(before, reinterpret_cast<unsigned char const*>(bytes.data()),
                                 bytes.size());
    }

    explicit isal_inflater(deflate_wrapper wrapper)
        : state_{std::make_unique<::inflate_state>()}, wrapper_{wrapper} {}

    /// Prepares for the first byte of a stream.
    void begin() noexcept {
        auto const gzip = wrapper_ == deflate_wrapper::gzip;
        ::isal_inflate_init(state_.get());
        state_->crc_flag = gzip ? ISAL_DEFLATE : ISAL_ZLIB_NO_HDR_VER;
        gzip_header_ = {};
        zlib_header_ = {};
        in_header_ = true;
        in_trailer_ = false;
        trailer_size_ = 0;
    }

    /// Inflates until a stream ends, `in` is used up or `out` is full; removes from both what was
    /// used.
    [[nodiscard]] auto inflate(std::string_view& in, std::span<char>& out) noexcept
        -> inflate_status {
        constexpr std::size_t max_size = std::size_t{1} << 30;
        auto const given = std::min(in.size(), max_size);
        auto const capacity = std::min(out.size(), max_size);
        state_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(in.data()));
        state_->avail_in = static_cast<std::uint32_t>(given);
        state_->next_out = reinterpret_cast<std::uint8_t*>(out.data());
        state_->avail_out = static_cast<std::uint32_t>(capacity);
        auto const result = in_trailer_ ? ISAL_DECOMP_OK : advance();
        auto const damaged = result != ISAL_DECOMP_OK && result != ISAL_END_INPUT;
        auto ended = !in_header_ && state_->block_state == ISAL_BLOCK_FINISH;
        if (ended && !damaged && wrapper_ == deflate_wrapper::gzip) ended = take_trailer();
        auto const unused = state_->avail_in + (ended || damaged ? held() : 0);
        excess_ = ended && unused > given ? unused - given : 0;
        in.remove_prefix(given - std::min(unused, given));
        out = out.subspan(capacity - state_->avail_out);
        if (damaged) {
            reason_ = describe(result);
            return inflate_status::damaged;
        }
        return ended ? inflate_status::end : inflate_status::more;
    }

    /// The trailer of the gzip member that ended.
    [[nodiscard]] auto trailer() const noexcept -> gzip_trailer {
        return {.crc32 = load_little<std::uint32_t>(trailer_.data()),
                .isize = load_little<std::uint32_t>(trailer_.data() + 4)};
    }

    /// How many bytes after the end of the stream were taken by calls before the one that found the
    /// end.
    [[nodiscard]] auto excess() const noexcept -> std::size_t { return excess_; }

    /// Why the data are damaged.
    [[nodiscard]] auto reason() const noexcept -> std::string_view { return reason_; }

private:
    // isal_inflate reads headers too, but only headers that are in one block (its issue 224)
    auto advance() noexcept -> int {
        if (in_header_) {
            auto const result = wrapper_ == deflate_wrapper::gzip
                                    ? ::isal_read_gzip_header(state_.get(), &gzip_header_)
                                    : ::isal_read_zlib_header(state_.get(), &zlib_header_);
            if (result != ISAL_DECOMP_OK) return result;
            in_header_ = false;
            if (zlib_header_.dict_flag != 0) return ISAL_NEED_DICT;
        }
        return ::isal_inflate(state_.get());
    }

    /// Takes the bytes of a trailer that there are; the first of them may be held by ISA-L. Returns
    /// whether the trailer is complete.
    auto take_trailer() noexcept -> bool {
        if (!in_trailer_) {
            state_->read_in >>= state_->read_in_length % 8;
            for (auto left = held(); left != 0; --left, state_->read_in >>= 8)
                trailer_[trailer_size_++] = static_cast<char>(state_->read_in & 0xFF);
            state_->read_in_length = 0;
            in_trailer_ = true;
        }
        auto const taken = std::min<std::size_t>(trailer_.size() - trailer_size_, state_->avail_in);
        std::copy_n(state_->next_in, taken, trailer_.data() + trailer_size_);
        state_->next_in += taken;
        state_->avail_in -= static_cast<std::uint32_t>(taken);
        trailer_size_ += taken;
        return trailer_size_ == trailer_.size();
    }

    /// How many bytes ISA-L has read ahead of the byte at which it stopped.
    [[nodiscard]] auto held() const noexcept -> std::size_t {
        return static_cast<std::size_t>(std::max(state_->read_in_length, 0)) / 8;
    }

    static auto describe(int result) noexcept -> std::string_view {
        switch (result) {
            case ISAL_INVALID_BLOCK: return "invalid block";
            case ISAL_INVALID_SYMBOL: return "invalid symbol";
            case ISAL_INVALID_LOOKBACK: return "reference to before the beginning";
            case ISAL_INVALID_WRAPPER: return "invalid header";
            case ISAL_UNSUPPORTED_METHOD: return "unknown method";
            case ISAL_INCORRECT_CHECKSUM: return "wrong checksum";
            case ISAL_NEED_DICT: return "needs a dictionary";
            default: return "invalid data";
        }
    }

    std::unique_ptr<::inflate_state> state_;
    ::isal_gzip_header gzip_header_{};
    ::isal_zlib_header zlib_header_{};
    deflate_wrapper wrapper_;
    bool in_header_ = true;
    bool in_trailer_ = false;
    std::array<char, gzip_trailer::size> trailer_{};
    std::size_t trailer_size_ = 0;  // how much of it was taken
    std::size_t excess_ = 0;
    std::string_view reason_;
};

}  // namespace flowlog::detail

#endif
