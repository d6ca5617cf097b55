// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/did_you_mean.hpp>

#include "catch.hpp"

namespace test_did_you_mean {

using flowlog::did_you_mean;

TEST_CASE("A hint names the words that are most like a mistyped one", "[did_you_mean]") {
    constexpr auto words = std::array<std::string_view, 3>{"srcaddr", "dstaddr", "bytes"};
    CHECK(did_you_mean("srcadr", words) == "; did you mean 'srcaddr'?");
    CHECK(did_you_mean("sstaddr", words) == "; did you mean 'dstaddr'?");
    CHECK(did_you_mean("ratio", words).empty());
    CHECK(did_you_mean("xtcp", std::vector<std::string>{"tcp", "tcpx", "icmp"}) ==
          "; did you mean 'tcp'?");
    CHECK(did_you_mean("tcp", std::vector<std::string>{}).empty());
}

}  // namespace test_did_you_mean
