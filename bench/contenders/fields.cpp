// SPDX-License-Identifier: BSL-1.0
// The job "fields": decodes every field of every flow in a range-for, in one thread, and writes the
// sum of each to DIR/sums.csv.
//
//   fields DIR LOG…          the reader of the log's format is asked once, by `visit`
//   fields --any DIR LOG…    the loop runs over records of any format
#include <cstddef>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include <flowlog/flowlog.hpp>

#include "field_sums.hpp"

namespace {

auto sum_up(std::string const& path, bool any, bench::field_sums sums) -> bench::field_sums {
    auto log = flowlog::open(path);
    if (any) {
        for (auto const& flow : log) sums.add(flow);
    } else {
        log.visit([&sums](auto& reader) {
            for (auto const& flow : reader) sums.add(flow);
        });
    }
    return sums;
}

}  // namespace

auto main(int argc, char** argv) -> int try {
    auto const any = argc > 1 && std::string_view{argv[1]} == "--any";
    auto const first = any ? 2 : 1;
    if (argc < first + 2) return 2;
    auto sums = bench::field_sums{};
    for (auto i = first + 1; i < argc; ++i) sums = sum_up(argv[i], any, sums);
    auto out = std::ofstream{std::string{argv[first]} + "/sums.csv"};
    for (std::size_t i = 0; i < bench::field_sums::count; ++i)
        out << i + 1 << ',' << (sums.all()[i] & 0xFFFFFFFF) << '\n';
    return out.flush() ? 0 : 2;
} catch (std::exception const& failure) {
    std::cerr << "fields: " << failure.what() << '\n';
    return 2;
}
