// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_DETAIL_FOREIGN_HPP
#define FLOWLOG_FORMAT_DETAIL_FOREIGN_HPP

#include <array>
#include <string_view>
#include <utility>

#include <flowlog/source/compression.hpp>

namespace flowlog::detail {

/// The format, as a message calls it, of a file that begins with these bytes and is no text log;
/// empty if they do not tell. The last rows of the table of formats: formats that are recognised
/// but not read, or that the text reader meets when it is used alone.
constexpr auto foreign_format(std::string_view bytes) noexcept -> std::string_view {
    using namespace std::string_view_literals;
    constexpr auto magics = std::to_array<std::pair<std::string_view, std::string_view>>({
        {"PK\x03\x04"sv, "a zip archive"},
        {"PAR1"sv, "a Parquet file"},
        {"Obj\x01"sv, "an Avro file"},
        {"\xCF\x10"sv, "a flow-tools archive"},
        {"\x0C\xA5"sv, "an nfdump archive"},
        {"\xA5\x0C"sv, "an nfdump archive of the other byte order"},
        {"\xFF\xFE"sv, "UTF-16 text"},
        {"\xFE\xFF"sv, "UTF-16 text"},
    });
    if (!compression_of(bytes).empty()) return "a compressed file";
    for (auto const& [magic, name] : magics) {
        if (bytes.starts_with(magic)) return name;
    }
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    auto const first = bytes.find_first_not_of(" \t\r\n");
    if (first == bytes.npos) return {};
    if (bytes[first] == '{' || bytes[first] == '[')
        return "JSON, as CloudWatch and Data Firehose wrap log lines";
    if (bytes.substr(first).starts_with("timestamp,message"))
        return "a CSV of the CloudWatch console";
    return {};
}

}  // namespace flowlog::detail

#endif
