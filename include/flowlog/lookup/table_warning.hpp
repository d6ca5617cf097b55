// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_LOOKUP_TABLE_WARNING_HPP
#define FLOWLOG_LOOKUP_TABLE_WARNING_HPP

#include <string>

#include <flowlog/error.hpp>

namespace flowlog {

/// Something in a table that is probably a mistake.
struct table_warning {
    location where;
    std::string message;
};

}  // namespace flowlog

#endif
