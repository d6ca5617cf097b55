// SPDX-License-Identifier: BSL-1.0
// Counts flows by destination port and protocol, on all cores: count_ports LOG...
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <flowlog/flowlog.hpp>

auto main(int argc, char** argv) -> int try {
    auto const inputs = flowlog::expand_inputs(std::vector<std::string>(argv + 1, argv + argc));
    for (auto const& failure : inputs.missing) std::cerr << failure.what() << '\n';

    auto const found = flowlog::run(inputs.files, flowlog::port_protocol_counter{});

    for (auto const& [port, protocol, count] : found.value.counts())
        std::cout << port << ' ' << flowlog::protocol_name(protocol) << ' ' << count << '\n';
    std::cout << found.stats.records << " flows in " << found.inputs.size() << " files\n";
    return inputs.missing.empty() ? 0 : 1;
} catch (std::exception const& failure) {
    std::cerr << "count_ports: " << failure.what() << '\n';
    return 1;
}
