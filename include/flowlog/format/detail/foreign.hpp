// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_DETAIL_FOREIGN_HPP
#define FLOWLOG_FORMAT_DETAIL_FOREIGN_HPP

#include <array>
#include <cstddef>
#include <string_view>

#include <flowlog/source/compression.hpp>

namespace flowlog::detail {

/// A format that is recognised but not read, or that the text reader meets when it is used alone.
struct foreign {
    std::string_view name{};    ///< as a message calls it: `a zip archive`; empty: none
    std::string_view advice{};  ///< what to do with it; may be empty
};

/// What begins with two bytes in which every second one is zero, as ASCII in UTF-16 does.
constexpr auto looks_like_utf16(std::string_view bytes) noexcept -> bool {
    auto const letter = [](char c) { return c >= ' ' && c <= '~'; };
    return bytes.size() >= 4 &&
           ((letter(bytes[0]) && bytes[1] == 0 && letter(bytes[2]) && bytes[3] == 0) ||
            (bytes[0] == 0 && letter(bytes[1]) && bytes[2] == 0 && letter(bytes[3])));
}

/// Whether a block of 512 bytes is a header of tar, by its checksum: before POSIX, tar had no magic
/// number.
constexpr auto is_tar_header(std::string_view bytes) noexcept -> bool {
    constexpr std::size_t size = 512;
    constexpr std::size_t place = 148;  // of the checksum: octal digits between blanks or zeros
    constexpr std::size_t digits = 8;
    if (bytes.size() < size) return false;
    auto told = 0U;
    auto any = false;
    for (auto const c : bytes.substr(place, digits)) {
        if (c == ' ' || c == '\0') continue;
        if (c < '0' || c > '7') return false;
        told = told * 8 + static_cast<unsigned>(c - '0');
        any = true;
    }
    auto sum = static_cast<unsigned>(digits) * ' ';
    for (std::size_t i = 0; i < size; ++i)
        if (i < place || i >= place + digits) sum += static_cast<unsigned char>(bytes[i]);
    return any && sum == told;
}

/// The format of a file that begins with these bytes and is no text log; no name if they do not
/// tell. The last rows of the table of formats.
constexpr auto foreign_format(std::string_view bytes) noexcept -> foreign {
    using namespace std::string_view_literals;
    struct magic {
        std::string_view bytes;
        foreign format;
        std::size_t offset = 0;
    };
    constexpr auto utf16 = foreign{"UTF-16 text", "iconv -f UTF-16 -t UTF-8 makes it readable"};
    constexpr auto utf32 = foreign{"UTF-32 text", "iconv -f UTF-32 -t UTF-8 makes it readable"};
    constexpr auto tar = foreign{"a tar archive", "tar -xOf FILE | flowlog ... -"};
    constexpr auto samples =
        foreign{"sFlow datagrams, as switches send them", "sfcapd stores them in archives"};
    constexpr auto capture =
        foreign{"a packet capture (pcap)", "nfpcapd or softflowd makes flows of it"};
    constexpr auto datagrams = foreign{"NetFlow datagrams, as routers send them",
                                       "nfcapd or flow-capture stores them in archives"};
    constexpr auto magics = std::to_array<magic>({
        {"PK\x03\x04"sv, {"a zip archive", "unzip -p FILE | flowlog ... -"}},
        {"ustar"sv, tar, 257},
        {"070701"sv, {"a cpio archive", "cpio -i --to-stdout <FILE | flowlog ... -"}},
        {"7z\xBC\xAF\x27\x1C"sv, {"a 7z archive", "7z x -so FILE | flowlog ... -"}},
        {"Rar!\x1A\x07"sv, {"a rar archive", "unrar p -inul FILE | flowlog ... -"}},
        {"\x1F\x9D"sv, {"data of compress (.Z)", "gzip -dc FILE | flowlog ... -"}},
        {"\x5D\x00\x00"sv, {"lzma data", "xz --format=lzma -dc FILE | flowlog ... -"}},
        {"PAR1"sv,
         {"a Parquet file",
          "programs that include flowlog/format/parquet.hpp read it, with the component "
          "flowlog::arrow"}},
        {"Obj\x01"sv, {"an Avro file", ""}},
        {"\xCF\x10"sv, {"a flow-tools archive", ""}},
        {"\x0C\xA5"sv, {"an nfdump archive", ""}},
        {"\xA5\x0C"sv, {"an nfdump archive of the other byte order", ""}},
        {"ARROW1\x00"sv, {"an Arrow file", ""}},
        {"SQLite format 3\x00"sv, {"a database of SQLite", ""}},
        {"\xFF\xFE\x00\x00"sv, utf32},
        {"\x00\x00\xFE\xFF"sv, utf32},
        {"\xFF\xFE"sv, utf16},
        {"\xFE\xFF"sv, utf16},
        {"\xD4\xC3\xB2\xA1"sv, capture},
        {"\xA1\xB2\xC3\xD4"sv, capture},
        {"\x4D\x3C\xB2\xA1"sv, capture},
        {"\xA1\xB2\x3C\x4D"sv, capture},
        {"\x0A\x0D\x0D\x0A"sv, {"a packet capture (pcapng)", capture.advice}},
        {"\xDE\xAD\xBE\xEF"sv, {"a SiLK file", "rwcut prints its flows"}},
        {"\x00\x05\x00"sv, datagrams},
        {"\x00\x07\x00"sv, datagrams},
        {"\x00\x09\x00"sv, datagrams},
        {"\x00\x0A\x00"sv, datagrams},
        {"\x00\x0A\x01"sv, datagrams},
        {"\x00\x00\x00\x05\x00\x00\x00\x01"sv, samples},
        {"\x00\x00\x00\x05\x00\x00\x00\x02"sv, samples},
        {"<?xml"sv, {"XML, such as an error of a server", ""}},
        {"<!DOCTYPE"sv, {"HTML, such as an error of a server", ""}},
        {"<html"sv, {"HTML, such as an error of a server", ""}},
        {"\x78\x01"sv, {"zlib data", "pigz -dz FILE | flowlog ... -"}},
        {"\x78\x9C"sv, {"zlib data", "pigz -dz FILE | flowlog ... -"}},
        {"\x78\xDA"sv, {"zlib data", "pigz -dz FILE | flowlog ... -"}},
        {"H4sI"sv, {"base64 text of gzip data", "base64 -d FILE | flowlog ... -"}},
    });
    if (!compression_of(bytes).empty()) return {"a compressed file", ""};
    for (auto const& known : magics) {
        if (bytes.size() > known.offset && bytes.substr(known.offset).starts_with(known.bytes))
            return known.format;
    }
    if (is_tar_header(bytes)) return tar;
    if (looks_like_utf16(bytes)) return utf16;
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    auto const first = bytes.find_first_not_of(" \t\r\n");
    if (first == bytes.npos) return {};
    if (bytes[first] == '{' || bytes[first] == '[')
        return {"JSON",
                "programs that include flowlog/format/json.hpp read the flow logs of clouds in it, "
                "with the component flowlog::json"};
    return {};
}

}  // namespace flowlog::detail

#endif
