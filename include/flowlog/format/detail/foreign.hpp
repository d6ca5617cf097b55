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

/// What begins with letters of ASCII that are four bytes each, as in UTF-32.
constexpr auto looks_like_utf32(std::string_view bytes) noexcept -> bool {
    using namespace std::string_view_literals;
    auto const letter = [](char c) { return c >= ' ' && c <= '~'; };
    return bytes.size() >= 8 && ((letter(bytes[0]) && bytes.substr(1, 3) == "\0\0\0"sv &&
                                  letter(bytes[4]) && bytes.substr(5, 3) == "\0\0\0"sv) ||
                                 (bytes.starts_with("\0\0\0"sv) && letter(bytes[3]) &&
                                  bytes.substr(4, 3) == "\0\0\0"sv && letter(bytes[7])));
}

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

/// Whether a file begins with a header of cpio: its magic number, and other numbers without blanks
/// between them. A log may begin with an account that looks like the magic number.
constexpr auto is_cpio_header(std::string_view bytes) noexcept -> bool {
    constexpr std::size_t size = 76;
    return (bytes.starts_with("070701") || bytes.starts_with("070702") ||
            bytes.starts_with("070707")) &&
           bytes.size() >= size &&
           bytes.substr(0, size).find_first_not_of("0123456789ABCDEFabcdef") == bytes.npos;
}

/// Whether a text begins with a word in lower case, whatever the case of its own letters.
constexpr auto begins_as(std::string_view text, std::string_view word) noexcept -> bool {
    auto const lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return text.size() >= word.size() &&
           std::equal(word.begin(), word.end(), text.begin(),
                      [lower](char a, char b) { return a == lower(b); });
}

/// The format of a text that begins with a tag, without blanks before it.
constexpr auto markup_format(std::string_view text) noexcept -> foreign {
    if (begins_as(text, "<?xml") || begins_as(text, "<error>") ||
        begins_as(text, "<listbucketresult"))
        return {"XML, such as an error of a server", ""};
    if (begins_as(text, "<!doctype") || begins_as(text, "<html") || begins_as(text, "<head>") ||
        begins_as(text, "<!--"))
        return {"HTML, such as an error of a server", ""};
    return {};
}

/// Whether a text is an object or an array of JSON, and not a line with a time in brackets.
constexpr auto begins_json(std::string_view text) noexcept -> bool {
    if (!text.starts_with('[')) return text.starts_with('{');
    auto const inner = text.find_first_not_of(" \t\r\n", 1);
    return inner == text.npos || std::string_view{"{[\"]"}.find(text[inner]) != text.npos;
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
    constexpr auto zip =
        foreign{"a zip archive", "unzip -p FILE | flowlog ... -, or save a spreadsheet as CSV"};
    constexpr auto zlib = foreign{"zlib data", "pigz -dz FILE | flowlog ... -"};
    constexpr auto datagrams = foreign{"NetFlow datagrams, as routers send them",
                                       "nfcapd or flow-capture stores them in archives"};
    constexpr auto magics = std::to_array<magic>({
        {"PK\x03\x04"sv, zip},
        {"PK\x05\x06"sv, zip},
        {"PK\x07\x08"sv, zip},
        {"ustar"sv, tar, 257},
        {"!<arch>\n"sv, {"an ar archive", "ar p FILE | flowlog ... -"}},
        {"7z\xBC\xAF\x27\x1C"sv, {"a 7z archive", "7z x -so FILE | flowlog ... -"}},
        {"Rar!\x1A\x07"sv, {"a rar archive", "unrar p -inul FILE | flowlog ... -"}},
        {"\x1F\x9D"sv, {"data of compress (.Z)", "gzip -dc FILE | flowlog ... -"}},
        {"\x5D\x00\x00"sv, {"lzma data", "xz --format=lzma -dc FILE | flowlog ... -"}},
        {"LZIP\x01"sv, {"lzip data", "lzip -dc FILE | flowlog ... -"}},
        {"\x89LZO\x00\r\n\x1A\n"sv, {"lzop data", "lzop -dc FILE | flowlog ... -"}},
        {"\x02\x21\x4C\x18"sv, {"lz4 data of its old format", "lz4 -dc FILE | flowlog ... -"}},
        {"\xFF\x06\x00\x00sNaPpY"sv, {"snappy data", "snzip -dc FILE | flowlog ... -"}},
        {"PAR1"sv,
         {"a Parquet file",
          "programs that include flowlog/format/parquet.hpp read it, with the component "
          "flowlog::arrow"}},
        {"Obj\x01"sv, {"an Avro file", ""}},
        {"ORC\x0A"sv, {"an ORC file", ""}},
        {"FEA1\x00\x00\x00\x00"sv, {"a Feather file", ""}},
        {"\x89HDF\r\n"sv, {"an HDF5 file", ""}},
        {"\xCF\x10"sv, {"a flow-tools archive", ""}},
        {"\x0C\xA5"sv, {"an nfdump archive", ""}},
        {"\xA5\x0C"sv, {"an nfdump archive of the other byte order", ""}},
        {"ARROW1\x00"sv, {"an Arrow file", ""}},
        {"SQLite format 3\x00"sv, {"a database of SQLite", ""}},
        {"\xD0\xCF\x11\xE0"sv, {"a document of Microsoft Office", "save it as CSV"}},
        {"%PDF-"sv, {"a PDF document", ""}},
        {"\x7F"
         "ELF"sv,
         {"a program (ELF)", ""}},
        {"version https://git-lfs"sv, {"a pointer of Git LFS", "git lfs pull fetches the file"}},
        {"-----BEGIN PGP MESSAGE"sv, {"data that PGP encrypted", "gpg -d FILE | flowlog ... -"}},
        {"age-encryption.org/"sv, {"data that age encrypted", "age -d FILE | flowlog ... -"}},
        {"Salted__"sv, {"data that OpenSSL encrypted", "openssl enc -d decrypts it"}},
        {"\xFF\xFE\x00\x00"sv, utf32},
        {"\x00\x00\xFE\xFF"sv, utf32},
        {"\xFF\xFE"sv, utf16},
        {"\xFE\xFF"sv, utf16},
        {"\xD4\xC3\xB2\xA1"sv, capture},
        {"\xA1\xB2\xC3\xD4"sv, capture},
        {"\x4D\x3C\xB2\xA1"sv, capture},
        {"\xA1\xB2\x3C\x4D"sv, capture},
        {"\x34\xCD\xB2\xA1"sv, capture},
        {"\xA1\xB2\xCD\x34"sv, capture},
        {"snoop\x00\x00\x00"sv, {"a packet capture (snoop)", capture.advice}},
        {"\x0A\x0D\x0D\x0A"sv, {"a packet capture (pcapng)", capture.advice}},
        {"\xDE\xAD\xBE\xEF"sv, {"a SiLK file", "rwcut prints its flows"}},
        {"\x00\x01\x00"sv, datagrams},
        {"\x00\x05\x00"sv, datagrams},
        {"\x00\x07\x00"sv, datagrams},
        {"\x00\x08\x00"sv, datagrams},
        {"\x00\x09\x00"sv, datagrams},
        {"\x00\x0A"sv, datagrams},  // IPFIX: its length follows
        {"\x00\x00\x00\x05\x00\x00\x00\x01"sv, samples},
        {"\x00\x00\x00\x05\x00\x00\x00\x02"sv, samples},
        {"\x78\x01"sv, zlib},
        {"\x78\x5E"sv, zlib},
        {"\x78\x9C"sv, zlib},
        {"\x78\xDA"sv, zlib},
        {"Date first seen"sv,
         {"text as nfdump prints it", "the archive itself is read, and what nfdump -o csv prints"}},
        {R"({"flowlog":"partial")"sv,
         {"a partial result of flowlog", "flowlog merge FILE prints it"}},
        {"H4sI"sv, {"base64 text of gzip data", "base64 -d FILE | flowlog ... -"}},
    });
    if (!compression_of(bytes).empty()) return {"a compressed file", ""};
    for (auto const& known : magics) {
        if (bytes.size() > known.offset && bytes.substr(known.offset).starts_with(known.bytes))
            return known.format;
    }
    if (is_tar_header(bytes)) return tar;
    if (is_cpio_header(bytes))
        return {"a cpio archive", "cpio -i --to-stdout <FILE | flowlog ... -"};
    // without a byte order mark, iconv takes the order of the machine
    auto const is_big_endian = bytes.starts_with('\0');
    if (looks_like_utf16(bytes))
        return {utf16.name, is_big_endian ? "iconv -f UTF-16BE -t UTF-8 makes it readable"
                                          : "iconv -f UTF-16LE -t UTF-8 makes it readable"};
    if (looks_like_utf32(bytes))
        return {utf32.name, is_big_endian ? "iconv -f UTF-32BE -t UTF-8 makes it readable"
                                          : "iconv -f UTF-32LE -t UTF-8 makes it readable"};
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    auto const first = bytes.find_first_not_of(" \t\r\n");
    if (first == bytes.npos) return {};
    if (bytes[first] == '<') return markup_format(bytes.substr(first));
    if (begins_json(bytes.substr(first)))
        return {"JSON",
                "programs that include flowlog/format/json.hpp read the flow logs of clouds in it, "
                "with the component flowlog::json"};
    return {};
}

}  // namespace flowlog::detail

#endif
