// SPDX-License-Identifier: BSL-1.0
#include "all_headers.hpp"

auto category_of_second() -> std::error_category const& { return flowlog::category(); }
