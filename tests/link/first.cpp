// SPDX-License-Identifier: BSL-1.0
// Reads the log that is its argument, without flowlog::compiled: the headers alone are enough.
#include "all_headers.hpp"

#ifdef FLOWLOG_COMPILED
#error "this test is about the headers alone"
#endif

auto category_of_second() -> std::error_category const&;

auto main(int, char** argv) -> int {
    std::uint64_t flows = 0;
    for (auto const& flow : flowlog::open(argv[1])) flows += flow[flowlog::field::bytes] ? 1U : 0U;
    auto const found = flowlog::run({argv[1]}, flowlog::port_protocol_counter{});
    auto const one_category = &flowlog::category() == &category_of_second();
    return one_category && flows != 0 && found.value.total() == flows ? 0 : 1;
}
