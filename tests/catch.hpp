// SPDX-License-Identifier: BSL-1.0
// The one include of Catch2: 2.13 and 3.x have different headers.
#ifndef FLOWLOG_TESTS_CATCH_HPP
#define FLOWLOG_TESTS_CATCH_HPP

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#endif
