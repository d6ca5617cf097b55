// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <string_view>

#include <flowlog/source/decoder.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_source_decoder {

using namespace flowlog;

namespace {

auto wrap_nothing(any_source packed, std::uint64_t) -> any_source { return packed; }

/// A decoder for inputs that begin with `%1`, as long as the program runs.
bool const registered =
    register_decoder({.name = "test-1",
                      .matches = [](std::string_view bytes) { return bytes.starts_with("%1"); },
                      .wrap = &wrap_nothing});

}  // namespace

TEST_CASE("Decoders are found by the first bytes and by name", "[decoder]") {
    CHECK(registered);
    REQUIRE(find_decoder("%1 and more").has_value());
    CHECK(find_decoder("%1 and more")->name == "test-1");
    CHECK(find_decoder_named("test-1")->wrap == &wrap_nothing);
    CHECK_FALSE(find_decoder("%2").has_value());
    CHECK_FALSE(find_decoder("").has_value());
    CHECK_FALSE(find_decoder_named("test-2").has_value());
}

TEST_CASE("Of several decoders with one name the first stays", "[decoder]") {
    CHECK(register_decoder({.name = "test-1",
                            .matches = [](std::string_view bytes) { return bytes == "%3"; },
                            .wrap = &wrap_nothing}));
    CHECK_FALSE(find_decoder("%3").has_value());
    CHECK(find_decoder_named("test-1")->matches("%1"));
}

}  // namespace test_source_decoder
