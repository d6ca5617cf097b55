// SPDX-License-Identifier: BSL-1.0
// Prints three fields of every flow, then adds up the bytes: select [LOG]
#include <cstdint>
#include <exception>
#include <iostream>

#include <flowlog/flowlog.hpp>

namespace field = flowlog::field;

auto main(int argc, char** argv) -> int try {
    auto const* const name = argc > 1 ? argv[1] : "data/flow_logs.txt";

    // values print as the command prints them: '-' is absent, '?' is malformed
    for (auto const& [source, port, bytes] :
         flowlog::open(name).select(field::srcaddr, field::dstport, field::bytes))
        std::cout << source << " -> port " << port << ": " << bytes << " bytes\n";

    // flows without a usable value are counted as malformed, not as flows of 0 bytes
    auto log = flowlog::open(name);
    auto sum = std::uint64_t{0};
    for (auto const& flow : flowlog::checked(log, field::bytes)) sum += *flow[field::bytes];
    std::cout << sum << " bytes in " << log.stats().records << " flows, " << log.stats().malformed
              << " malformed lines\n";
    return 0;
} catch (std::exception const& failure) {
    std::cerr << "select: " << failure.what() << '\n';
    return 1;
}
