// SPDX-License-Identifier: BSL-1.0
// Prints the flows of a NetFlow archive under the names that py3flowtools gives to their
// attributes: netflow_attributes ARCHIVE
#include <exception>
#include <iostream>

#include <flowlog/flowlog.hpp>

namespace field = flowlog::field;

auto main(int argc, char** argv) -> int try {
    for (auto const& flow : flowlog::open(argc > 1 ? argv[1] : "-")) {
        std::cout << "first=" << flow[field::first] << " last=" << flow[field::last]
                  << " srcaddr=" << flow[field::srcaddr]
                  << " srcaddr_raw=" << flow[field::srcaddr_raw]
                  << " dstaddr=" << flow[field::dstaddr]
                  << " dstaddr_raw=" << flow[field::dstaddr_raw]
                  << " srcport=" << flow[field::srcport] << " dstport=" << flow[field::dstport]
                  << " prot=" << flow[field::prot] << " dOctets=" << flow[field::dOctets]
                  << " dPkts=" << flow[field::dPkts] << " tcp_flags=" << flow[field::tcp_flags]
                  << '\n';
    }
    return 0;
} catch (std::exception const& failure) {
    std::cerr << "netflow_attributes: " << failure.what() << '\n';
    return 1;
}
