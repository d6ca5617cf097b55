// SPDX-License-Identifier: BSL-1.0
// The file of the target that precompiles flowlog.hpp for all tests.
