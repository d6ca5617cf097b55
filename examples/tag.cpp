// SPDX-License-Identifier: BSL-1.0
// Counts the tags of a log's flows: tag LOOKUP_TABLE LOG...
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <flowlog/flowlog.hpp>

auto main(int argc, char** argv) -> int try {
    if (argc < 3) {
        std::cerr << "usage: tag LOOKUP_TABLE LOG...\n";
        return 2;
    }
    auto const table = flowlog::tag_table::load(argv[1]);
    auto const logs = std::vector<std::string>(argv + 2, argv + argc);

    auto const found = flowlog::run(logs, flowlog::tag_counter{table}).value.totals();

    for (auto const& [tag, count] : found.tags) std::cout << tag << ' ' << count << '\n';
    std::cout << "Untagged " << found.untagged << '\n';
    return 0;
} catch (std::exception const& failure) {
    std::cerr << "tag: " << failure.what() << '\n';
    return 1;
}
