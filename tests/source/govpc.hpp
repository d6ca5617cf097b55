// SPDX-License-Identifier: BSL-1.0
// What go-vpc expects: tests/data/govpc.
#ifndef FLOWLOG_TESTS_SOURCE_GOVPC_HPP
#define FLOWLOG_TESTS_SOURCE_GOVPC_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <flowlog/flow/field.hpp>

namespace testing {

/// The rows of a table, without its heading; each has at least five cells.
inline auto govpc_rows(std::string const& file) -> std::vector<std::vector<std::string>> {
    auto in = std::ifstream{FLOWLOG_TEST_DATA "/govpc/" + file};
    auto line = std::string{};
    if (!std::getline(in, line)) throw std::runtime_error{"cannot read " + file};
    auto rows = std::vector<std::vector<std::string>>{};
    while (std::getline(in, line)) {
        auto& cells = rows.emplace_back();
        for (std::size_t at = 0; at <= line.size();) {
            auto const end = std::min(line.find('\t', at), line.size());
            cells.push_back(line.substr(at, end - at));
            at = end + 1;
        }
        cells.resize(std::max<std::size_t>(cells.size(), 5));
    }
    return rows;
}

/// The time of `2018-10-17T00:30:00Z`.
inline auto govpc_time(std::string const& text) -> flowlog::timestamp {
    auto const number = [&](std::size_t at, std::size_t size) {
        return static_cast<unsigned>(std::stoul(text.substr(at, size)));
    };
    using namespace std::chrono;
    auto const date =
        year{static_cast<int>(number(0, 4))} / month{number(5, 2)} / day{number(8, 2)};
    return sys_days{date} + hours{number(11, 2)} + minutes{number(14, 2)} + seconds{number(17, 2)};
}

}  // namespace testing

#endif
