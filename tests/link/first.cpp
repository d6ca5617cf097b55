// SPDX-License-Identifier: BSL-1.0
#include "all_headers.hpp"

auto category_of_second() -> std::error_category const&;

auto main() -> int { return &flowlog::category() == &category_of_second() ? 0 : 1; }
