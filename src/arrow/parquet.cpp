// SPDX-License-Identifier: BSL-1.0
#include "module.hpp"

namespace flowlog_arrow {

constinit flowlog::detail::parquet_functions const parquet_files{};

}  // namespace flowlog_arrow
