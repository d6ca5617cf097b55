// SPDX-License-Identifier: BSL-1.0
// Prints every flow of a log of any format: iterate [LOG]
#include <exception>
#include <iostream>

#include <flowlog/flowlog.hpp>

namespace field = flowlog::field;

auto main(int argc, char** argv) -> int try {
    auto log = flowlog::open(argc > 1 ? argv[1] : "data/flow_logs.txt");
    for (auto const& flow : log) {
        // a value is present, absent ('-', or no such column) or malformed
        if (auto const source = flow[field::srcaddr]) std::cout << *source;
        if (auto const destination = flow[field::dstaddr]) std::cout << " -> " << *destination;
        std::cout << ':' << flow[field::dstport] << ' ' << flow[field::bytes].value_or(0)
                  << " bytes\n";
    }
    auto const stats = log.stats();
    std::cout << stats.records << " flows, " << stats.malformed << " malformed lines\n";
    return 0;
} catch (std::exception const& failure) {
    std::cerr << "iterate: " << failure.what() << '\n';
    return 1;
}
