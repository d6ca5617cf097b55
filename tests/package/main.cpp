// SPDX-License-Identifier: BSL-1.0
#include <iostream>

#include <flowlog/flowlog.hpp>
#ifdef FLOWLOG_ARROW_LINKED
#include <flowlog/format/parquet.hpp>
#include <flowlog/source/arrow_store.hpp>
#endif

auto main(int argc, char** argv) -> int {
#ifdef FLOWLOG_ARROW_LINKED
    auto const session = flowlog::object_store_session{};
    for (auto i = 1; i < argc; ++i) std::cout << flowlog::expand_objects(argv[i]).size() << '\n';
#endif
    std::cout << "flowlog " << flowlog::version << '\n';
#ifdef FLOWLOG_COMPILED
    // This is linked, and not called.
    for (auto i = 1; i < argc; ++i) std::cout << flowlog::open(argv[i]).name() << '\n';
#else
    static_cast<void>(argc);
    static_cast<void>(argv);
#endif
}
