// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <limits>

#include <flowlog/output/numbers.hpp>

#include "catch.hpp"

namespace test_output_numbers {

using namespace flowlog;

TEST_CASE("Numbers have commas between groups of three digits", "[numbers]") {
    CHECK(number_text(0) == "0");
    CHECK(number_text(999) == "999");
    CHECK(number_text(1000) == "1,000");
    CHECK(number_text(123456) == "123,456");
    CHECK(number_text(std::numeric_limits<std::uint64_t>::max()) == "18,446,744,073,709,551,615");
}

TEST_CASE("A noun follows its number", "[numbers]") {
    CHECK(count_text(0, "line") == "0 lines");
    CHECK(count_text(1, "line") == "1 line");
    CHECK(count_text(2000, "line") == "2,000 lines");
}

TEST_CASE("Bytes have three digits and a unit", "[numbers]") {
    CHECK(bytes_text(0) == "0 B");
    CHECK(bytes_text(999) == "999 B");
    CHECK(bytes_text(1000) == "1 kB");
    CHECK(bytes_text(1234) == "1.23 kB");
    CHECK(bytes_text(999'499) == "999 kB");
    CHECK(bytes_text(999'500) == "1 MB");
    CHECK(bytes_text(5.6e9) == "5.6 GB");
    CHECK(bytes_text(9.99e17) == "999 PB");
    CHECK(bytes_text(18446744073709551615.0) == "18.4 EB");
    CHECK(bytes_text(1e23) == "1e+05 EB");
}

TEST_CASE("Shares have one decimal", "[numbers]") {
    CHECK(percent_text(1, 8) == "12.5%");
    CHECK(percent_text(0, 3) == "0.0%");
    CHECK(percent_text(3, 3) == "100.0%");
    CHECK(percent_text(0, 0) == "-");
}

TEST_CASE("Durations are as long as they need to be", "[numbers]") {
    CHECK(duration_text(0) == "0 ms");
    CHECK(duration_text(0.0034) == "3.4 ms");
    CHECK(duration_text(0.9994) == "999 ms");
    CHECK(duration_text(0.9996) == "1.00 s");
    CHECK(duration_text(59.994) == "59.99 s");
    CHECK(duration_text(65) == "1:05 min");
    CHECK(duration_text(3599.9) == "59:59 min");
    CHECK(duration_text(3725) == "1:02:05 h");
}

}  // namespace test_output_numbers
