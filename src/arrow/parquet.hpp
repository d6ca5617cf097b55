// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SRC_ARROW_PARQUET_HPP
#define FLOWLOG_SRC_ARROW_PARQUET_HPP

#include <cstdint>

#include "module.hpp"

namespace flowlog_arrow {

// The functions of `parquet_functions` that write; in parquet_writer.cpp.
auto create_parquet(void* context, flowlog::detail::module_write_callback write,
                    ArrowSchema* schema, flowlog::detail::parquet_write_options const* options,
                    void** writer, char** error) -> std::int32_t;
auto write_parquet(void* writer, ArrowArray* array, char** error) -> std::int32_t;
auto finish_parquet(void* writer, char** error) -> std::int32_t;
void abandon_parquet(void* writer);

}  // namespace flowlog_arrow

#endif
