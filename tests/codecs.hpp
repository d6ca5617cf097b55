// SPDX-License-Identifier: BSL-1.0
// The components that unpack what nfdump has packed, those that are built.
#ifndef FLOWLOG_TESTS_CODECS_HPP
#define FLOWLOG_TESTS_CODECS_HPP

#ifdef FLOWLOG_TEST_BZIP2
#include <flowlog/source/bzip2.hpp>
#endif
#ifdef FLOWLOG_TEST_LZ4
#include <flowlog/source/lz4.hpp>
#endif
#ifdef FLOWLOG_TEST_LZO
#include <flowlog/source/lzo.hpp>
#endif
#ifdef FLOWLOG_TEST_ZSTD
#include <flowlog/source/zstd.hpp>
#endif

#endif
