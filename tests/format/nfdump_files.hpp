// SPDX-License-Identifier: BSL-1.0
// The nfdump archives of tests/data, and their flows as the truth files next to them have them.
#ifndef FLOWLOG_TESTS_FORMAT_NFDUMP_FILES_HPP
#define FLOWLOG_TESTS_FORMAT_NFDUMP_FILES_HPP

#include <chrono>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/flow/flow.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/source/memory.hpp>

#include "../codecs.hpp"

namespace nfdump_files {

inline auto path(std::string const& name) -> std::string {
    return std::string{FLOWLOG_TEST_DATA} + "/netflow/nfdump/" + name;
}

inline auto contents(std::string const& name) -> std::string {
    auto file = std::ifstream{path(name), std::ios::binary};
    if (!file) throw std::runtime_error{"no such file: " + path(name)};
    return {std::istreambuf_iterator<char>{file}, {}};
}

inline auto lines(std::string const& text) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    auto in = std::istringstream{text};
    for (std::string line; std::getline(in, line);) result.push_back(line);
    return result;
}

/// nfdump 1.6 and 1.7.1 print TCP flags as letters, and only those of TCP; 1.7.8 prints a number.
enum class flags_as { letters, number };

template <flowlog::flow_record Record>
auto tcp_flags(Record const& flow, flags_as how) -> std::string {
    auto const flags = *flow[flowlog::field::tcp_flags];
    if (how == flags_as::number) return std::to_string(flags);
    auto result = std::string{"CEUAPRSF"};
    for (std::size_t i = 0; i < 8; ++i) {
        if ((flags & (0x80U >> i)) == 0 || flow[flowlog::field::protocol] != 6) result[i] = '.';
    }
    return result;
}

inline auto seconds(flowlog::field_value<flowlog::timestamp> const& time) -> std::string {
    auto const ms =
        std::chrono::duration_cast<std::chrono::milliseconds>((*time).time_since_epoch()).count();
    auto rest = std::to_string(1000 + ms % 1000);
    return std::to_string(ms / 1000) + "." + rest.substr(1);
}

/// A flow as nfdump prints it in the format of the truth files: an absent field is 0.
template <flowlog::flow_record Record>
auto row(Record const& flow, flags_as how) -> std::string {
    using namespace flowlog;
    auto const number = [](auto const& value) { return std::to_string(*value); };
    auto const icmp = flow[field::protocol] == 1 || flow[field::protocol] == 58;
    auto const dstport = *flow[field::dstport];
    auto const shown = icmp ? std::to_string(dstport >> 8) + "." + std::to_string(dstport & 255)
                            : std::to_string(dstport);
    auto result = std::string{};
    for (auto const& cell : {seconds(flow[field::start]),
                             seconds(flow[field::end]),
                             number(flow[field::protocol]),
                             tcp_flags(flow, how),
                             (*flow[field::srcaddr]).to_string(),
                             number(flow[field::srcport]),
                             (*flow[field::dstaddr]).to_string(),
                             shown,
                             number(flow[field::packets]),
                             number(flow[field::bytes]),
                             number(flow[field::out_packets]),
                             number(flow[field::out_bytes]),
                             number(flow[field::tos]),
                             number(flow[field::input]),
                             number(flow[field::output]),
                             number(flow[field::src_as]),
                             number(flow[field::dst_as]),
                             number(flow[field::src_mask]),
                             number(flow[field::dst_mask]),
                             (*flow[field::next_hop]).to_string(),
                             (*flow[field::exporter]).to_string()})
        result += (result.empty() ? "" : ",") + cell;
    return result;
}

/// The rows of a truth file, without the heading.
inline auto truth(std::string const& name) -> std::vector<std::string> {
    auto result = lines(contents(name));
    result.erase(result.begin());
    return result;
}

struct outcome {
    std::vector<std::string> rows;
    flowlog::statistics stats;
    flowlog::errc code{};  ///< 0: none
    std::string what;
};

/// Reads an archive to its end, or to the error.
template <class Reader>
auto read(Reader&& reader, flags_as how = flags_as::number) -> outcome {
    auto result = outcome{};
    try {
        for (auto const& flow : reader) result.rows.push_back(row(flow, how));
    } catch (flowlog::error const& e) {
        result.code = static_cast<flowlog::errc>(e.code().value());
        result.what = e.message();
    }
    result.stats = reader.stats();
    return result;
}

inline auto read_bytes(std::string_view bytes, std::size_t block_size = 1 << 16) -> outcome {
    return read(flowlog::nfdump_reader{flowlog::memory_source{bytes, "archive", block_size}});
}

}  // namespace nfdump_files

#endif
