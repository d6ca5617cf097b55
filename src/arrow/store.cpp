// SPDX-License-Identifier: BSL-1.0
#include "module.hpp"

namespace flowlog_arrow {

constinit flowlog::detail::store_functions const store{};

}  // namespace flowlog_arrow
