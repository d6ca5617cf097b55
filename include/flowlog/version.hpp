// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_VERSION_HPP
#define FLOWLOG_VERSION_HPP

#include <string_view>

#define FLOWLOG_VERSION_MAJOR 0
#define FLOWLOG_VERSION_MINOR 1
#define FLOWLOG_VERSION_PATCH 0

namespace flowlog {

/// The version of these headers, as `major.minor.patch`. The build and the packages read it from
/// here.
inline constexpr std::string_view version = "0.1.0";

}  // namespace flowlog

#endif
