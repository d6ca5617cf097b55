// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_TESTS_SOURCE_DRAINED_HPP
#define FLOWLOG_TESTS_SOURCE_DRAINED_HPP

#include <string>

#include <flowlog/error.hpp>
#include <flowlog/source/source.hpp>

/// What a source hands out, up to its end or to its error.
struct drained {
    std::string bytes{};
    flowlog::errc code{};  ///< 0: none
    std::string what{};

    template <flowlog::byte_source Source>
    static auto of(Source source) -> drained {
        auto result = drained{};
        try {
            for (auto block = source.next(); !block.empty(); block = source.next())
                result.bytes.append(block.data(), block.size());
        } catch (flowlog::error const& e) {
            result.code = static_cast<flowlog::errc>(e.code().value());
            result.what = e.what();
        }
        return result;
    }
};

#endif
