// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_INFLATE_ISAL_HPP
#define FLOWLOG_DETAIL_INFLATE_ISAL_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <isa-l/igzip_lib.h>

#include <flowlog/detail/inflate_status.hpp>

namespace flowlog::detail {

/// Inflates streams with Intel's ISA-L, one after the other.
class isal_inflater {
public:
    explicit isal_inflater(deflate_wrapper wrapper)
        : state_{std::make_unique<::inflate_state>()}, wrapper_{wrapper} {}

    /// Makes ready for the first byte of a stream.
    void begin() noexcept {
        ::isal_inflate_init(state_.get());
        state_->crc_flag = wrapper_ == deflate_wrapper::gzip ? ISAL_GZIP : ISAL_ZLIB;
    }

    /// Inflates until a stream ends, `in` is used up or `out` is full; takes off both what was
    /// used.
    [[nodiscard]] auto inflate(std::string_view& in, std::span<char>& out) noexcept
        -> inflate_status {
        constexpr std::size_t most = std::size_t{1} << 30;
        auto const given = std::min(in.size(), most);
        auto const room = std::min(out.size(), most);
        state_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(in.data()));
        state_->avail_in = static_cast<std::uint32_t>(given);
        state_->next_out = reinterpret_cast<std::uint8_t*>(out.data());
        state_->avail_out = static_cast<std::uint32_t>(room);
        auto const result = ::isal_inflate(state_.get());
        in.remove_prefix(given - std::min<std::size_t>(state_->avail_in, given));
        out = out.subspan(room - std::min<std::size_t>(state_->avail_out, room));
        if (result != ISAL_DECOMP_OK) {
            reason_ = describe(result);
            return inflate_status::damaged;
        }
        return state_->block_state == ISAL_BLOCK_FINISH ? inflate_status::end
                                                        : inflate_status::more;
    }

    /// Why the data are damaged.
    [[nodiscard]] auto reason() const noexcept -> std::string_view { return reason_; }

private:
    static auto describe(int result) noexcept -> std::string_view {
        switch (result) {
            case ISAL_INVALID_BLOCK: return "invalid block";
            case ISAL_INVALID_SYMBOL: return "invalid symbol";
            case ISAL_INVALID_LOOKBACK: return "reference to before the beginning";
            case ISAL_INVALID_WRAPPER: return "invalid header";
            case ISAL_UNSUPPORTED_METHOD: return "unknown method";
            case ISAL_INCORRECT_CHECKSUM: return "wrong checksum or length";
            case ISAL_NEED_DICT: return "needs a dictionary";
            default: return "invalid data";
        }
    }

    std::unique_ptr<::inflate_state> state_;
    deflate_wrapper wrapper_;
    std::string_view reason_;
};

}  // namespace flowlog::detail

#endif
