// SPDX-License-Identifier: BSL-1.0
// The one symbol of libflowlog_arrow.
#include "module.hpp"

#include <cstdint>

#include <flowlog/detail/arrow_module.hpp>

extern "C" [[gnu::visibility("default")]] auto flowlog_arrow_module(std::int32_t version)
    -> flowlog::detail::arrow_module const* {
    static constexpr auto module =
        flowlog::detail::arrow_module{&flowlog_arrow::store, &flowlog_arrow::parquet_files};
    return version == flowlog::detail::arrow_module_version ? &module : nullptr;
}
