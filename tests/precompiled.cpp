// SPDX-License-Identifier: BSL-1.0
// A file to precompile the headers with that all tests include.
