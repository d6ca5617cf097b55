// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOWLOG_HPP
#define FLOWLOG_FLOWLOG_HPP

#include <flowlog/error.hpp>
#include <flowlog/version.hpp>

#endif
