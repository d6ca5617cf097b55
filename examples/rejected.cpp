// SPDX-License-Identifier: BSL-1.0
// Prints the flows that were rejected, and the port that they tried: rejected [LOG]
#include <exception>
#include <iostream>

#include <flowlog/flowlog.hpp>

namespace field = flowlog::field;

auto main(int argc, char** argv) -> int try {
    for (auto const& flow : flowlog::open(argc > 1 ? argv[1] : "-")) {
        if (flow[field::action] != flowlog::action::reject) continue;
        std::cout << flow[field::srcaddr] << " -> " << flow[field::dstaddr] << " port "
                  << flow[field::dstport] << '\n';
    }
    return 0;
} catch (std::exception const& failure) {
    std::cerr << "rejected: " << failure.what() << '\n';
    return 1;
}
