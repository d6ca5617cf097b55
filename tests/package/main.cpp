// SPDX-License-Identifier: BSL-1.0
#include <iostream>

#include <flowlog/flowlog.hpp>

auto main() -> int { std::cout << "flowlog " << flowlog::version << '\n'; }
