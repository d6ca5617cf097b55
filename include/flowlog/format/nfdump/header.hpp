// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_HEADER_HPP
#define FLOWLOG_FORMAT_NFDUMP_HEADER_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/detail/load.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/format/nfdump/layouts.hpp>
#include <flowlog/source/block_codec.hpp>

namespace flowlog::detail {

/// Whether an input that begins with these bytes is an nfdump archive, of either byte order. One
/// of a layout that is not known is one, too, so that an error can name the layout.
[[nodiscard]] constexpr auto is_nfdump(std::string_view first_bytes) noexcept -> bool {
    if (first_bytes.size() < 4) return false;
    auto const begins = [&](std::string_view magic) { return first_bytes.starts_with(magic); };
    return (begins("\x0C\xA5") && first_bytes[2] != 0 && first_bytes[3] == 0) ||
           (begins("\xA5\x0C") && first_bytes[2] == 0 && first_bytes[3] != 0);
}

/// The collector's counts.
struct nfdump_statistic {
    std::uint64_t flows = 0;
    std::uint64_t first = 0;  ///< milliseconds of the Unix clock
    std::uint64_t last = 0;
    std::uint64_t sequence_failures = 0;
};

/// The header of an nfdump archive, before its first block.
struct nfdump_header {
    /// The bytes that give the layout.
    static constexpr std::size_t prefix_size = 4;

    std::uint16_t layout = 0;
    bool swapped = false;  ///< whether the file's byte order is not this machine's
    /// How blocks are compressed. In layout 3 each block says it for itself.
    std::optional<codec> compression{};
    bool encrypted = false;
    bool anonymized = false;
    std::uint32_t blocks = 0;  ///< data blocks; 0 if the writer did not close the archive
    std::string ident{};       ///< name of the source, as configured in the collector
    std::optional<nfdump_statistic> statistic{};

    std::uint32_t writer_version = 0;  ///< layouts 2 and 3: 0x01070100 is nfdump 1.7.1
    std::uint32_t creator = 0;
    std::uint16_t appendix_blocks = 0;  ///< of layout 2
    std::int64_t appendix_offset = 0;

    std::uint32_t max_block = 0;         ///< of layout 3: of an unpacked block with its header
    std::uint64_t directory_offset = 0;  ///< of layout 3; 0 if the writer did not close the archive
    std::uint32_t directory_size = 0;

    [[nodiscard]] auto sizes() const noexcept -> nfdump_layout const& {
        return nfdump_layouts[layout - 1U];
    }
    [[nodiscard]] auto size() const noexcept -> std::size_t { return sizes().header_size; }
};

/// The codec with this number, as layout 2 counts them; none if it is not known.
[[nodiscard]] constexpr auto nfdump_codec(unsigned code) noexcept -> std::optional<codec> {
    constexpr auto codecs = std::array{codec::lzo, codec::bzip2, codec::lz4, codec::zstd};
    if (code == 0 || code > codecs.size()) return std::nullopt;
    return codecs[code - 1];
}

/// Throws an error that names the byte.
[[noreturn]] inline void fail_at(errc code, std::string name, std::uint64_t offset,
                                 std::string const& what) {
    throw error{code, {std::move(name)}, what + ", at byte " + std::to_string(offset)};
}

/// Reads the header of an nfdump archive in two steps, because its first bytes give its size.
/// Throws `flowlog::error`, whose message begins with `name`.
class nfdump_header_parser {
public:
    explicit nfdump_header_parser(std::string name) : name_{std::move(name)} {}

    /// Returns the size of the header, from its first `nfdump_header::prefix_size` bytes, or from
    /// fewer if the input has no more.
    [[nodiscard]] auto parse_prefix(std::string_view bytes) -> std::size_t {
        if (bytes.size() < nfdump_header::prefix_size) fail_short(bytes.size());
        auto const magic = load<std::uint16_t>(bytes.data(), false);
        header_.swapped = magic == 0x0CA5;
        if (magic != 0xA50C && magic != 0x0CA5)
            fail(errc::unknown_format, 0,
                 "is no nfdump archive: it begins with '" + escaped(bytes.substr(0, 4)) + "'");
        header_.layout = load<std::uint16_t>(bytes.data() + 2, header_.swapped);
        if (find_nfdump_layout(header_.layout) == nullptr)
            fail(errc::unsupported, 2,
                 "has the layout version " + std::to_string(header_.layout) +
                     "; 1, 2 and 3 are known");
        return header_.size();
    }

    /// Reads the whole header, the prefix included.
    [[nodiscard]] auto parse(std::string_view bytes) -> nfdump_header {
        if (bytes.size() < header_.size()) fail_short(bytes.size());
        bytes_ = bytes;
        switch (header_.layout) {
            case 1: parse_1(); break;
            case 2: parse_2(); break;
            default: parse_3(); break;
        }
        return std::move(header_);
    }

private:
    void parse_1() {
        auto const flags = value<std::uint32_t>(4);
        // if several bits are set, nfdump takes the first
        if ((flags & 0x1) != 0) {
            header_.compression = codec::lzo;
        } else if ((flags & 0x8) != 0) {
            header_.compression = codec::bzip2;
        } else if ((flags & 0x10) != 0) {
            header_.compression = codec::lz4;
        }
        header_.anonymized = (flags & 0x2) != 0;
        header_.blocks = value<std::uint32_t>(8);
        auto const ident = bytes_.substr(12, 128);
        header_.ident = ident.substr(0, ident.find('\0'));
        auto const ms = [&](std::size_t seconds, std::size_t rest) {
            return value<std::uint32_t>(seconds) * std::uint64_t{1000} + value<std::uint16_t>(rest);
        };
        header_.statistic = nfdump_statistic{.flows = value<std::uint64_t>(140),
                                             .first = ms(260, 268),
                                             .last = ms(264, 270),
                                             .sequence_failures = value<std::uint32_t>(272)};
    }

    void parse_2() {
        header_.writer_version = value<std::uint32_t>(4);
        header_.compression = known_compression(static_cast<unsigned char>(bytes_[16]), 16);
        header_.encrypted = bytes_[17] != 0;
        header_.appendix_blocks = value<std::uint16_t>(18);
        header_.creator = value<std::uint32_t>(20);
        header_.appendix_offset = static_cast<std::int64_t>(value<std::uint64_t>(24));
        header_.blocks = value<std::uint32_t>(36);
    }

    void parse_3() {
        header_.writer_version = value<std::uint32_t>(4);
        header_.creator = value<std::uint16_t>(16);
        // 0 is not defined, and 1 is none
        auto const code = value<std::uint16_t>(18);
        if (code > 1) header_.compression = known_compression(code - 1U, 18);
        header_.encrypted = (value<std::uint32_t>(20) & 1) != 0;
        header_.max_block = value<std::uint32_t>(24);
        if (header_.max_block == 0 || header_.max_block > header_.sizes().max_block)
            fail(errc::corrupt, 24,
                 "has blocks of up to " + std::to_string(header_.max_block) +
                     " bytes; nfdump allows 1 to " + std::to_string(header_.sizes().max_block));
        header_.directory_size = value<std::uint32_t>(28);
        header_.directory_offset = value<std::uint64_t>(32);
    }

    [[nodiscard]] auto known_compression(unsigned code, std::size_t at) const
        -> std::optional<codec> {
        if (code == 0) return std::nullopt;
        if (auto const known = nfdump_codec(code)) return known;
        fail(errc::unsupported, at,
             "is compressed in the unknown way " + std::to_string(code + (at == 18 ? 1U : 0U)));
    }

    template <std::unsigned_integral T>
    [[nodiscard]] auto value(std::size_t at) const noexcept -> T {
        return load<T>(bytes_.data() + at, header_.swapped);
    }

    [[noreturn]] void fail_short(std::size_t size) const {
        fail(errc::truncated, size, size == 0 ? "is empty" : "ends inside the header");
    }
    [[noreturn]] void fail(errc code, std::size_t offset, std::string const& what) const {
        fail_at(code, name_, offset, what);
    }

    std::string name_;
    std::string_view bytes_;
    nfdump_header header_;
};

}  // namespace flowlog::detail

#endif
