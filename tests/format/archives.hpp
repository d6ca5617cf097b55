// SPDX-License-Identifier: BSL-1.0
// What the tests of archives have in common: fixtures, their truth files, and reading them.
#ifndef FLOWLOG_TESTS_FORMAT_ARCHIVES_HPP
#define FLOWLOG_TESTS_FORMAT_ARCHIVES_HPP

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/source/memory.hpp>

namespace archives {

inline auto directory(std::string const& kind) -> std::filesystem::path {
    return std::filesystem::path{FLOWLOG_TEST_DATA} / "netflow" / kind;
}

inline auto read(std::filesystem::path const& path) -> std::string {
    auto file = std::ifstream{path, std::ios::binary};
    if (!file) throw std::runtime_error{"cannot open " + path.string()};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// The names, without extension, of the fixtures in a directory; never empty.
inline auto names(std::filesystem::path const& in, std::string const& extension)
    -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const& entry : std::filesystem::directory_iterator{in}) {
        if (entry.path().extension() == extension) result.push_back(entry.path().stem().string());
    }
    std::ranges::sort(result);
    if (result.empty()) throw std::runtime_error{"no fixtures in " + in.string()};
    return result;
}

/// The truth about an archive: a heading and a row for each flow.
struct table {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;

    [[nodiscard]] auto column(std::string_view name) const -> std::size_t {
        auto const found = std::ranges::find(columns, name);
        if (found == columns.end()) throw std::runtime_error{"no column " + std::string{name}};
        return static_cast<std::size_t>(found - columns.begin());
    }
    [[nodiscard]] auto at(std::size_t row, std::string_view name) const -> std::string const& {
        return rows.at(row).at(column(name));
    }
    [[nodiscard]] auto number(std::size_t row, std::string_view name) const -> std::uint64_t {
        return std::stoull(at(row, name));
    }
};

inline auto split(std::string const& line) -> std::vector<std::string> {
    auto cells = std::vector<std::string>{};
    auto in = std::istringstream{line};
    for (auto cell = std::string{}; std::getline(in, cell, ',');) cells.push_back(cell);
    return cells;
}

inline auto read_table(std::filesystem::path const& path) -> table {
    auto in = std::istringstream{read(path)};
    auto result = table{};
    auto line = std::string{};
    std::getline(in, line);
    result.columns = split(line.starts_with("#:") ? line.substr(2) : line);
    while (std::getline(in, line)) result.rows.push_back(split(line));
    return result;
}

/// The text of a value as the original tools print it; empty if it is absent.
template <class T>
auto print(flowlog::field_value<T> const& value) -> std::string {
    if (!value) return value.malformed() ? "malformed" : "";
    if constexpr (std::unsigned_integral<T>) {
        return std::to_string(*value);
    } else if constexpr (std::same_as<T, flowlog::address>) {
        return value->to_string();
    } else if constexpr (std::same_as<T, flowlog::timestamp>) {
        return std::to_string(value->time_since_epoch().count());
    } else {
        return "?";
    }
}

/// Microseconds since 1970.
inline auto micros(flowlog::field_value<flowlog::timestamp> const& value) -> std::int64_t {
    if (!value) throw std::runtime_error{"no time"};
    return value->time_since_epoch().count();
}

/// A time as py3flowtools prints it.
inline auto iso(flowlog::field_value<flowlog::timestamp> const& value) -> std::string {
    auto const count = micros(value);
    auto const day = std::chrono::floor<std::chrono::days>(*value);
    auto const date = std::chrono::year_month_day{day};
    auto const rest = count - std::chrono::microseconds{day.time_since_epoch()}.count();
    auto out = std::ostringstream{};
    auto const digits = [&](auto number, int width, char const* after) {
        auto text = std::to_string(number);
        while (static_cast<int>(text.size()) < width) text.insert(0, 1, '0');
        out << text << after;
    };
    digits(static_cast<int>(date.year()), 4, "-");
    digits(static_cast<unsigned>(date.month()), 2, "-");
    digits(static_cast<unsigned>(date.day()), 2, "T");
    digits(rest / 3'600'000'000, 2, ":");
    digits(rest / 60'000'000 % 60, 2, ":");
    digits(rest / 1'000'000 % 60, 2, ".");
    digits(rest % 1'000'000, 6, "");
    return out.str();
}

/// The result of reading an archive to its end or to an error.
struct outcome {
    std::vector<flowlog::flow> flows{};
    std::optional<flowlog::error> failure{};
    flowlog::statistics stats{};
};

/// Reads bytes, in blocks of a size, with a reader made by `make(source)`.
template <class Make>
auto run(std::string_view bytes, Make make, std::size_t block_size = std::size_t{256} << 10,
         bool keep = true) -> outcome {
    auto result = outcome{};
    auto reader = make(flowlog::memory_source{bytes, "input", block_size});
    try {
        for (auto const& record : reader) {
            if (keep) result.flows.emplace_back(record);
        }
    } catch (flowlog::error const& failure) {
        result.failure = failure;
    }
    result.stats = reader.stats();
    return result;
}

/// Numbers for test data (xorshift), the same on every run and machine.
class random_numbers {
public:
    explicit random_numbers(std::uint64_t seed) : state_{seed * 0x9E3779B97F4A7C15ULL + 1} {}
    auto operator()(std::size_t below) -> std::size_t {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<std::size_t>((state_ >> 11) % below);
    }

private:
    std::uint64_t state_;
};

}  // namespace archives

#endif
