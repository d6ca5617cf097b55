// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_DETAIL_PACKED_INPUT_HPP
#define FLOWLOG_SOURCE_DETAIL_PACKED_INPUT_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/error.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog::detail {

/// What a decompressing source reads from: the current block, its offset, and the errors for data
/// that are damaged.
template <byte_source Source>
class packed_input {
public:
    packed_input(Source source, std::uint64_t offset)
        : source_{std::move(source)}, offset_{offset} {}

    /// Whether bytes are ahead; fetches the next block if there are none.
    [[nodiscard]] auto fetch() -> bool {
        if (ahead_.empty() && !ended_) {
            auto const block = std::span<char const>{source_.next()};
            ahead_ = {block.data(), block.size()};
            ended_ = block.empty();
        }
        return !ahead_.empty();
    }

    /// The bytes ahead in the current block.
    [[nodiscard]] auto ahead() const noexcept -> std::string_view { return ahead_; }

    /// The offset in the file of the first byte ahead.
    [[nodiscard]] auto offset() const noexcept -> std::uint64_t { return offset_; }

    /// Moves past `size` bytes of `ahead`.
    void skip(std::size_t size) noexcept {
        ahead_.remove_prefix(size);
        offset_ += size;
    }

    [[nodiscard]] auto name() const -> std::string { return source_.name(); }

    [[noreturn]] void fail_truncated(std::string const& unit) const {
        throw error{errc::truncated,
                    {name()},
                    "ends inside a " + unit + ", at byte " + std::to_string(offset_)};
    }
    [[noreturn]] void fail_corrupt(std::string const& what, std::string const& reason = {}) const {
        throw error{errc::corrupt,
                    {name()},
                    "holds damaged " + what + " data near byte " + std::to_string(offset_) +
                        (reason.empty() ? "" : ": " + reason)};
    }

private:
    Source source_;
    std::uint64_t offset_;
    std::string_view ahead_;
    bool ended_ = false;
};

}  // namespace flowlog::detail

#endif
