// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SRC_ARROW_MODULE_HPP
#define FLOWLOG_SRC_ARROW_MODULE_HPP

#include <cstring>
#include <exception>
#include <string>

#include <arrow/status.h>

#include <flowlog/detail/arrow_module.hpp>

namespace flowlog_arrow {

extern flowlog::detail::store_functions const store;
extern flowlog::detail::parquet_functions const parquet_files;

/// Hands a failure over to the program.
inline auto fail(flowlog::detail::module_status status, std::string const& message, char** error)
    -> std::int32_t {
    *error = ::strdup(message.c_str());
    return status;
}

/// Calls a function that returns an `arrow::Status`; nothing that it throws leaves the module.
template <class Function>
auto guarded(char** error, Function function) -> std::int32_t {
    using namespace flowlog::detail;
    try {
        arrow::Status const status = function();
        if (status.ok()) return module_ok;
        auto const kind = status.IsNotImplemented()                             ? module_unsupported
                          : status.IsInvalid() || status.IsSerializationError() ? module_corrupt
                          : status.IsCancelled()                                ? module_stopped
                                                                                : module_failed;
        return fail(kind, status.message(), error);
    } catch (std::exception const& failure) {
        return fail(module_corrupt, failure.what(), error);
    } catch (...) {
        return fail(module_failed, "unknown failure", error);
    }
}

}  // namespace flowlog_arrow

#endif
