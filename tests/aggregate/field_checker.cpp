// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/field_checker.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_aggregate_field_checker {

using namespace flowlog;

static_assert(aggregator<field_checker>);

TEST_CASE("A field checker refuses records with any malformed field", "[field_checker]") {
    auto const text = std::string{
        "srcaddr dstport bytes note\n10.0.0.1 443 40 x\n10.0.0.256 443 40 x\n"
        "10.0.0.1 - - -\n10.0.0.1 443 -40 x\n"};
    auto refused = std::string{};
    auto const note = [&](malformed_line const& line) { refused += info(*line.field).name; };
    auto reader = text_reader{memory_source{text}, {.on_malformed = note}};
    static_cast<void>(aggregate(reader, field_checker{}));
    CHECK(reader.stats().records == 2);
    CHECK(reader.stats().malformed == 2);
    CHECK(refused == "srcaddrbytes");
    CHECK_FALSE(field_checker{}.offending_field_of(flow{}).has_value());
}

}  // namespace test_aggregate_field_checker
