// SPDX-License-Identifier: BSL-1.0
#include <iostream>

#include <flowlog/flowlog.hpp>

auto main(int argc, char** argv) -> int {
    std::cout << "flowlog " << flowlog::version << '\n';
#ifdef FLOWLOG_COMPILED
    // This is linked, and not called.
    for (auto i = 1; i < argc; ++i) std::cout << flowlog::open(argv[i]).name() << '\n';
#else
    static_cast<void>(argc);
    static_cast<void>(argv);
#endif
}
