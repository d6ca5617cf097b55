// SPDX-License-Identifier: BSL-1.0
// Finds the longest flow and the share of rejected bytes in one pass: own_aggregator LOG...
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <flowlog/flowlog.hpp>

namespace field = flowlog::field;
using flowlog::field_id;

struct summary {
    // every record must have these; a log without these columns is refused
    using fields = flowlog::field_list<field_id::bytes, field_id::start, field_id::end>;
    // a record may lack these, but they must be well formed
    using nullable_fields = flowlog::field_list<field_id::action>;

    std::uint64_t bytes = 0;
    std::uint64_t rejected = 0;
    std::chrono::microseconds longest{};

    // Adds one record.
    void add(flowlog::flow_record auto const& record) {
        bytes += *record[field::bytes];
        if (record[field::action] == flowlog::action::reject) rejected += *record[field::bytes];
        longest = std::max(longest, *record[field::end] - *record[field::start]);
    }

    // Adds many records, column by column. Optional: it makes the aggregator as fast as the
    // library's own.
    template <flowlog::record_batch Batch>
    auto add_batch(Batch const& batch) -> std::size_t {
        return flowlog::add_columns<field::bytes, field::start, field::end,
                                    flowlog::nullable<field::action>>(
            *this, batch, [this](auto all_bytes, auto starts, auto ends, auto actions) {
                for (std::size_t i = 0; i < all_bytes.size(); ++i) {
                    bytes += all_bytes[i];
                    if (actions[i] == flowlog::action::reject) rejected += all_bytes[i];
                    longest = std::max(longest, ends[i] - starts[i]);
                }
            });
    }

    // Makes one result of the partial results of two threads.
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
