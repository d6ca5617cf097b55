// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as a log in JSON: every field of every flow, and then a few fields alone, in
// blocks whose size the first byte determines. Aborts if the two ways of reading differ.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/json.hpp>
#include <flowlog/source/memory.hpp>

namespace {

using flowlog::field_id;
namespace field = flowlog::field;

template <class Value>
auto copied(Value const& value) {
    return value ? std::optional{*value} : std::nullopt;
}

/// What a job that reads a few fields sees of a flow.
auto few_fields(auto const& record) {
    return std::tuple{copied(record[field::srcaddr]), copied(record[field::dstport]),
                      copied(record[field::bytes])};
}
using few = decltype(few_fields(std::declval<flowlog::flow const&>()));

/// Keeps a few fields of the flows, so that the reader need not read the others.
struct keeper {
    std::vector<few> flows{};

    [[nodiscard]] auto uses() const -> std::vector<flowlog::field_use> {
        return {{field_id::srcaddr, true, true},
                {field_id::dstport, true, true},
                {field_id::bytes, true, true}};
    }

    template <flowlog::flow_record Record>
    void add(Record const& record) {
        flows.push_back(few_fields(record));
    }
    void merge(keeper&&) {}
};

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size == 0) return 0;
    auto const from =
        flowlog::memory_input{std::string{reinterpret_cast<char const*>(data) + 1, size - 1}};
    auto flows = std::vector<few>{};
    auto malformed = std::uint64_t{0};
    auto how = flowlog::open_options{.on_malformed = [&](auto const&) { ++malformed; }};
    how.two_way = data[0] % 2 == 0 ? flowlog::two_way::split : flowlog::two_way::reverse;
    try {
        auto log = flowlog::open(from.in_blocks_of(1 + data[0]), how);
        static_cast<void>(log.describe());
        auto records = std::uint64_t{0};
        auto bad = false;  // a field of a message, which is read when it is asked for
        for (auto const& record : log) {
            static_cast<void>(flowlog::flow{record});
            bad = bad || flowlog::find_offending_field(keeper{}, record).has_value();
            flows.push_back(few_fields(record));
            ++records;
        }
        if (log.stats().records != records || log.stats().malformed != malformed) std::abort();
        auto again = flowlog::open(from.in_blocks_of(1 + data[0]), {.two_way = how.two_way});
        auto const some = flowlog::aggregate(again, keeper{});
        // a record may be malformed in a field that is not read the second time
        if (malformed == 0 && !bad && some.flows != flows) std::abort();
    } catch (flowlog::error const&) {
        // of another format, or damaged
    }
    return 0;
}
