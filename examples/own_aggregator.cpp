// SPDX-License-Identifier: BSL-1.0
// Finds the longest flow and the share of rejected bytes in one pass: own_aggregator LOG...
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <flowlog/flowlog.hpp>

namespace field = flowlog::field;
using flowlog::field_id;

// Partial results of several threads become one with `merge`.
struct summary {
    // needed in every record; a log without these columns is refused
    using fields = flowlog::field_list<field_id::bytes, field_id::start, field_id::end>;
    // may be '-', must be well formed
    using nullable_fields = flowlog::field_list<field_id::action>;

    std::uint64_t bytes = 0;
    std::uint64_t rejected = 0;
    std::chrono::microseconds longest{};

    void add(flowlog::flow_record auto const& record) {
        bytes += *record[field::bytes];
        if (record[field::action] == flowlog::action::reject) rejected += *record[field::bytes];
        longest = std::max(longest, *record[field::end] - *record[field::start]);
    }
    void merge(summary&& other) {
        bytes += other.bytes;
        rejected += other.rejected;
        longest = std::max(longest, other.longest);
    }
};

auto main(int argc, char** argv) -> int try {
    auto const found = flowlog::run(std::vector<std::string>(argv + 1, argv + argc), summary{});
    std::cout << found.value.rejected << " of " << found.value.bytes << " bytes rejected\n"
              << "longest flow: " << found.value.longest / std::chrono::seconds{1} << " s\n";
    return 0;
} catch (std::exception const& failure) {
    std::cerr << "own_aggregator: " << failure.what() << '\n';
    return 1;
}
