// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_RE2_HPP
#define FLOWLOG_QUERY_RE2_HPP

#include <memory>
#include <string_view>

#include <re2/re2.h>

#include <flowlog/error.hpp>
#include <flowlog/query/text_matcher.hpp>

// The component flowlog::re2: regular expressions in filters, `instance-tag ~ '^web[0-9]+$'`.
//
// RE2 matches in time proportional to the length of the text, and in bounded memory, whatever the
// pattern. Engines that backtrack, such as std::regex and Boost.Regex, take exponential time for
// patterns such as `(a+)+$`, or give up in the middle of a log.

namespace flowlog {

/// A pattern of RE2.
class re2_matcher : public text_matcher {
public:
    /// Throws `errc::invalid_argument` with what is wrong with the pattern.
    explicit re2_matcher(std::string_view pattern)
        : pattern_{re2::StringPiece{pattern.data(), pattern.size()}, quiet()} {
        if (!pattern_.ok()) throw error{errc::invalid_argument, {}, pattern_.error()};
    }

    [[nodiscard]] auto matches(std::string_view text) const noexcept -> bool override {
        return RE2::PartialMatch(re2::StringPiece{text.data(), text.size()}, pattern_);
    }

private:
    /// Errors are thrown, not logged; the compiled pattern and its cache take at most 8 MiB.
    [[nodiscard]] static auto quiet() -> RE2::Options {
        auto options = RE2::Options{};
        options.set_log_errors(false);
        options.set_max_mem(8 << 20);
        return options;
    }

    RE2 pattern_;
};

namespace detail {

inline bool const re2_registered =
    register_matcher([](std::string_view pattern) -> std::shared_ptr<text_matcher const> {
        return std::make_shared<re2_matcher const>(pattern);
    });

}  // namespace detail

}  // namespace flowlog

#endif
