// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_FLOW_TOOLS_HEADER_HPP
#define FLOWLOG_FORMAT_FLOW_TOOLS_HEADER_HPP

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <flowlog/detail/load.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/format/flow_tools/layout.hpp>

namespace flowlog::detail {

/// Whether an input that begins with these bytes is a flow-tools archive.
[[nodiscard]] constexpr auto is_flow_tools(std::string_view first_bytes) noexcept -> bool {
    return first_bytes.size() >= 4 && first_bytes.starts_with("\xCF\x10") &&
           (first_bytes[2] == 1 || first_bytes[2] == 2) &&
           (first_bytes[3] == 1 || first_bytes[3] == 3);
}

/// Whether an archive may begin at `record`: true if `is_flow_tools` is, and rarely otherwise. For
/// hot loops.
[[nodiscard]] inline auto may_be_flow_tools(char const* record) noexcept -> bool {
    return ((load_little<std::uint32_t>(record) ^ 0x010110CFU) & ~0x02030000U) == 0;
}

/// The error of a header that is damaged or not known.
class flow_tools_header_error : public error {
public:
    using error::error;
};

/// The header of a flow-tools archive, before its records.
struct flow_tools_header {
    /// The first bytes of the header, which give its size.
    static constexpr std::size_t prefix_size = 8;
    /// flow-tools writes at most 16384.
    static constexpr std::size_t max_size = std::size_t{1} << 20;

    enum flag : std::uint32_t { done = 0x1, compressed = 0x2, streaming = 0x8, preloaded = 0x20 };

    std::endian order = std::endian::little;
    std::uint8_t stream_version = 0;
    std::uint32_t size = 0;  ///< of the header, and so the offset of the first record
    std::uint16_t export_version = 0;
    std::uint8_t aggregation_version = 0;
    std::uint8_t aggregation_method = 0;
    std::uint32_t flags = 0;
    std::optional<std::uint32_t> exporter{};
    std::optional<std::uint32_t> capture_start{};
    std::optional<std::uint32_t> capture_end{};
    std::optional<std::uint32_t> flow_count{};
    std::uint32_t lost = 0;
    std::uint32_t misordered = 0;
    std::uint32_t corrupt = 0;
    std::uint32_t sequence_resets = 0;
    std::string hostname{};
    std::string comment{};
    bool overrun = false;  ///< an entry is longer than the rest of the header

    [[nodiscard]] auto has(flag f) const noexcept -> bool { return (flags & f) != 0; }
    [[nodiscard]] auto swap() const noexcept -> bool { return order != std::endian::native; }

    /// The layout of records of these versions; null if the versions are not known.
    [[nodiscard]] auto layout() const noexcept -> flow_tools_layout const* {
        if (stream_version == 1) {
            for (auto const& known : old_flow_tools_layouts) {
                if (known.export_version == export_version) return &known;
            }
            return nullptr;
        }
        if (export_version == 8 && aggregation_version != 2) return nullptr;
        auto const method = export_version == 8 ? aggregation_method : std::uint8_t{0};
        for (auto const& known : flow_tools_layouts) {
            if (known.export_version == export_version && known.method == method) return &known;
        }
        return nullptr;
    }
};

/// The range of an archive, not compressed, that a source holds.
struct flow_tools_range {
    flow_tools_header header{};
    std::uint64_t offset = 0;   ///< of the range's first byte; 0 if it begins with the header
    std::uint64_t records = 0;  ///< records before the range
    bool last = true;           ///< whether the range reaches to the end of the archive
};

/// Reads a header in two steps, because its first bytes give its size. Throws
/// `flow_tools_header_error`, whose message names the input `name` and counts bytes from `offset`,
/// the header's offset in the input.
class flow_tools_header_parser {
public:
    flow_tools_header_parser(std::string name, std::uint64_t offset)
        : name_{std::move(name)}, offset_{offset} {}

    /// Returns the size of the header, from its first `flow_tools_header::prefix_size` bytes, or
    /// from fewer if the input has no more.
    [[nodiscard]] auto parse_prefix(std::string_view bytes) -> std::size_t {
        auto const magic = bytes.substr(0, 2);
        if (magic != std::string_view{"\xCF\x10"}.substr(0, magic.size()))
            fail(errc::unknown_format, 0,
                 "is no flow-tools archive: it begins with '" + escaped(bytes.substr(0, 4), 16) +
                     "'");
        if (bytes.size() < flow_tools_header::prefix_size) fail_short(bytes.size());
        if (bytes[2] != 1 && bytes[2] != 2)
            fail(errc::corrupt, 2,
                 "has the byte order " + number(bytes[2]) + ", which is neither 1 nor 2");
        header_.order = bytes[2] == 1 ? std::endian::little : std::endian::big;
        header_.stream_version = static_cast<std::uint8_t>(bytes[3]);
        if (header_.stream_version == 1) {
            header_.size = old_size;
        } else if (header_.stream_version == 3) {
            header_.size = load<std::uint32_t>(bytes.data() + 4, header_.swap());
        } else {
            fail(errc::unsupported, 3,
                 "has the stream version " + number(bytes[3]) + "; 1 and 3 are known");
        }
        if (header_.size < flow_tools_header::prefix_size ||
            header_.size > flow_tools_header::max_size)
            fail(errc::corrupt, 4, "has a header length of " + std::to_string(header_.size));
        return header_.size;
    }

    /// Reads the whole header, the prefix included.
    [[nodiscard]] auto parse(std::string_view bytes) -> flow_tools_header {
        if (bytes.size() < header_.size) fail_short(bytes.size());
        bytes_ = bytes.substr(0, header_.size);
        if (header_.stream_version == 1) {
            parse_old();
        } else {
            parse_entries();
        }
        if (header_.export_version == 0)
            fail(errc::corrupt, 8, "has a header without an export version");
        if (header_.layout() == nullptr)
            fail(errc::unsupported, 8, "has " + described() + ", which is not known");
        return std::move(header_);
    }

private:
    static constexpr std::uint32_t old_size = 360;

    /// Stream version 1: everything has a fixed offset.
    void parse_old() {
        header_.export_version = value<std::uint16_t>(4);
        if (header_.export_version == 0xFFFF)
            header_.export_version = 1;  // "unknown", as flow-tools takes it
        header_.capture_start = value<std::uint32_t>(8);
        header_.capture_end = value<std::uint32_t>(12);
        header_.flags = value<std::uint32_t>(16);
        header_.flow_count = value<std::uint32_t>(24);
        header_.lost = value<std::uint32_t>(28);
        header_.misordered = value<std::uint32_t>(32);
        header_.hostname = text(36, 68);
        header_.comment = text(104, 256);
    }

    /// Stream version 3: entries of type, length and value. Of several with one type the last
    /// counts.
    void parse_entries() {
        auto at = flow_tools_header::prefix_size;
        while (bytes_.size() - at >= 4) {
            auto const type = value<std::uint16_t>(at);
            auto const length = value<std::uint16_t>(at + 2);
            at += 4;
            if (length > bytes_.size() - at) {
                header_.overrun = true;
                return;
            }
            parse_entry(type, at, length);
            at += length;
        }
    }

    void parse_entry(std::uint16_t type, std::size_t at, std::uint16_t length) {
        switch (type) {
            case 0x02: header_.export_version = entry<std::uint16_t>(type, at, length); break;
            case 0x03: header_.aggregation_version = entry<std::uint8_t>(type, at, length); break;
            case 0x04: header_.aggregation_method = entry<std::uint8_t>(type, at, length); break;
            case 0x05: header_.exporter = entry<std::uint32_t>(type, at, length); break;
            case 0x06: header_.capture_start = entry<std::uint32_t>(type, at, length); break;
            case 0x07: header_.capture_end = entry<std::uint32_t>(type, at, length); break;
            case 0x08: header_.flags = entry<std::uint32_t>(type, at, length); break;
            case 0x0A: header_.flow_count = entry<std::uint32_t>(type, at, length); break;
            case 0x0B: header_.lost = entry<std::uint32_t>(type, at, length); break;
            case 0x0C: header_.misordered = entry<std::uint32_t>(type, at, length); break;
            case 0x0D: header_.corrupt = entry<std::uint32_t>(type, at, length); break;
            case 0x0E: header_.sequence_resets = entry<std::uint32_t>(type, at, length); break;
            case 0x0F: header_.hostname = text(at, length); break;
            case 0x10: header_.comment = text(at, length); break;
            default: break;
        }
    }

    template <class T>
    [[nodiscard]] auto entry(std::uint16_t type, std::size_t at, std::uint16_t length) const -> T {
        if (length < sizeof(T)) {
            fail(errc::corrupt, at - 4,
                 "has a header entry of type " + std::to_string(type) + " with " +
                     std::to_string(length) + " bytes in place of " + std::to_string(sizeof(T)));
        }
        return value<T>(at);
    }

    template <class T>
    [[nodiscard]] auto value(std::size_t at) const noexcept -> T {
        return load<T>(bytes_.data() + at, header_.swap());
    }

    /// The text up to its first NUL, if it has one.
    [[nodiscard]] auto text(std::size_t at, std::size_t length) const -> std::string {
        auto const whole = bytes_.substr(at, length);
        return std::string{whole.substr(0, whole.find('\0'))};
    }

    [[nodiscard]] auto described() const -> std::string {
        auto result = "export version " + std::to_string(header_.export_version);
        if (header_.stream_version == 1) return result + " in the stream version 1";
        if (header_.export_version != 8) return result;
        return result + " with aggregation version " + number(header_.aggregation_version) +
               " and method " + number(header_.aggregation_method);
    }

    template <class T>
    [[nodiscard]] static auto number(T byte) -> std::string {
        return std::to_string(static_cast<std::uint8_t>(byte));
    }

    [[noreturn]] void fail_short(std::size_t size) const {
        fail(errc::truncated, size, "ends within the header of a flow-tools archive");
    }

    [[noreturn]] void fail(errc code, std::size_t at, std::string const& what) const {
        throw flow_tools_header_error{
            code, {name_}, what + ", at byte " + std::to_string(offset_ + at)};
    }

    std::string name_;
    std::uint64_t offset_;
    std::string_view bytes_;
    flow_tools_header header_;
};

}  // namespace flowlog::detail

#endif
