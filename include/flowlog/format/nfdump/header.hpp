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
#include <flowlog/source/block_codec.hpp>

namespace flowlog::detail {

/// Whether an input that begins with these bytes is an nfdump archive, of either byte order.
[[nodiscard]] constexpr auto is_nfdump(std::string_view first_bytes) noexcept -> bool {
    constexpr auto little_1 = std::string_view{"\x0C\xA5\x01\x00", 4};
    constexpr auto little_2 = std::string_view{"\x0C\xA5\x02\x00", 4};
    constexpr auto big_1 = std::string_view{"\xA5\x0C\x00\x01", 4};
    constexpr auto big_2 = std::string_view{"\xA5\x0C\x00\x02", 4};
    auto const magic = first_bytes.substr(0, 4);
    return magic == little_1 || magic == little_2 || magic == big_1 || magic == big_2;
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
    /// Bytes of the two layouts' headers; layout 1 with the counts after it.
    static constexpr std::size_t prefix_size = 4;
    static constexpr std::size_t size_1 = 276;
    static constexpr std::size_t size_2 = 40;

    std::uint16_t layout = 0;
    bool swapped = false;  ///< whether the file's byte order is not this machine's
    std::optional<codec> compression{};
    bool anonymized = false;
    std::uint32_t blocks = 0;  ///< data blocks; 0 if the writer did not close the archive
    std::string ident{};       ///< name of the source, as configured in the collector
    std::optional<nfdump_statistic> statistic{};

    std::uint32_t writer_version = 0;  ///< layout 2: 0x01070100 is nfdump 1.7.1
    std::uint32_t creator = 0;
    std::uint16_t appendix_blocks = 0;
    std::int64_t appendix_offset = 0;

    [[nodiscard]] auto size() const noexcept -> std::size_t {
        return layout == 1 ? size_1 : size_2;
    }
};

/// The header of each block, in both layouts.
struct nfdump_block_header {
    static constexpr std::size_t size = 12;
    /// nfdump reads no larger block, packed or unpacked.
    static constexpr std::size_t max_block = std::size_t{5} << 20;

    std::uint32_t records = 0;
    std::uint32_t stored = 0;  ///< bytes that the block takes in the archive after this header
    std::uint16_t type = 0;

    [[nodiscard]] static auto read(char const* at, bool swapped) noexcept -> nfdump_block_header {
        return {.records = load<std::uint32_t>(at, swapped),
                .stored = load<std::uint32_t>(at + 4, swapped),
                .type = load<std::uint16_t>(at + 8, swapped)};
    }

    [[nodiscard]] auto has_sane_length() const noexcept -> bool {
        return stored != 0 && stored <= max_block - size;
    }
};

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
        if (header_.layout != 1 && header_.layout != 2)
            fail(
                errc::unsupported, 2,
                "has the layout version " + std::to_string(header_.layout) + "; 1 and 2 are known");
        return header_.size();
    }

    /// Reads the whole header, the prefix included.
    [[nodiscard]] auto parse(std::string_view bytes) -> nfdump_header {
        if (bytes.size() < header_.size()) fail_short(bytes.size());
        bytes_ = bytes;
        if (header_.layout == 1) {
            parse_1();
        } else {
            parse_2();
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
        header_.compression = known_compression(static_cast<unsigned char>(bytes_[16]));
        if (bytes_[17] != 0)
            fail(errc::unsupported, 17,
                 "is encrypted (kind " + std::to_string(static_cast<unsigned char>(bytes_[17])) +
                     ")");
        header_.appendix_blocks = value<std::uint16_t>(18);
        header_.creator = value<std::uint32_t>(20);
        header_.appendix_offset = static_cast<std::int64_t>(value<std::uint64_t>(24));
        header_.blocks = value<std::uint32_t>(36);
    }

    [[nodiscard]] auto known_compression(unsigned code) const -> std::optional<codec> {
        constexpr auto codecs = std::array{codec::lzo, codec::bzip2, codec::lz4, codec::zstd};
        if (code == 0) return std::nullopt;
        if (code <= codecs.size()) return codecs[code - 1];
        fail(errc::unsupported, 16, "is compressed in the unknown way " + std::to_string(code));
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
