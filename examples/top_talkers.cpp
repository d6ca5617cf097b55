// SPDX-License-Identifier: BSL-1.0
// Prints who sent most bytes in accepted flows: top_talkers LOG...
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <flowlog/flowlog.hpp>
#include <flowlog/grammar/filter.hpp>

namespace field = flowlog::field;
using namespace flowlog::measures;

auto main(int argc, char** argv) -> int try {
    auto const logs = std::vector<std::string>(argv + 1, argv + argc);
    auto const accepted = flowlog::where("action = ACCEPT");
    auto const found = flowlog::run(
        logs, flowlog::filtered{accepted, flowlog::group_by<field::srcaddr, field::protocol>(
                                              sum<field::bytes>, count, min<field::start>)});

    auto const& talkers = found.value.inner();
    for (auto const& [source, protocol, bytes, flows, first] : talkers.top(5, sum<field::bytes>)) {
        std::cout << (*source).to_string() << ' ' << flowlog::protocol_name(*protocol) << ": "
                  << bytes << " bytes in " << flows << " flows since " << flowlog::to_text(*first)
                  << '\n';
    }
    auto const [bytes, flows, first] = talkers.totals();
    std::cout << talkers.size() << " talkers sent " << bytes << " bytes\n";
    return 0;
} catch (std::exception const& failure) {
    std::cerr << "top_talkers: " << failure.what() << '\n';
    return 1;
}
