// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_TEXT_MATCHER_HPP
#define FLOWLOG_QUERY_TEXT_MATCHER_HPP

#include <atomic>
#include <memory>
#include <string_view>

#include <flowlog/error.hpp>

namespace flowlog {

/// A compiled regular expression. Several threads may use one at once.
class text_matcher {
public:
    text_matcher() = default;
    text_matcher(text_matcher const&) = delete;
    auto operator=(text_matcher const&) -> text_matcher& = delete;
    virtual ~text_matcher() = default;

    /// Whether some part of the text matches. Must take time proportional to the length of the
    /// text, whatever the pattern: texts and patterns may be hostile.
    [[nodiscard]] virtual auto matches(std::string_view text) const noexcept -> bool = 0;
};

/// Compiles a pattern. Throws `errc::invalid_argument` with what is wrong with it.
using matcher_compiler = std::shared_ptr<text_matcher const> (*)(std::string_view pattern);

namespace detail {

inline constinit std::atomic<matcher_compiler> matcher_hook{nullptr};

}  // namespace detail

/// Makes regular expressions known to the whole program. A component does so in every program that
/// includes its header: `flowlog/query/re2.hpp`. The first registration stays. Always returns
/// true, so that it can initialise an inline variable.
inline auto register_matcher(matcher_compiler compile) -> bool {
    auto none = matcher_compiler{nullptr};
    detail::matcher_hook.compare_exchange_strong(none, compile);
    return true;
}

/// Whether the program can compile regular expressions.
[[nodiscard]] inline auto has_matcher() noexcept -> bool {
    return detail::matcher_hook.load() != nullptr;
}

/// Compiles a regular expression. Throws `errc::unsupported` if no component for them is built in,
/// and `errc::invalid_argument` with what is wrong with the pattern.
[[nodiscard]] inline auto compile_matcher(std::string_view pattern)
    -> std::shared_ptr<text_matcher const> {
    auto const compile = detail::matcher_hook.load();
    if (compile == nullptr) {
        throw error{errc::unsupported,
                    {},
                    "regular expressions need the component re2, which is not built in; "
                    "'=' with '*' needs none"};
    }
    return compile(pattern);
}

}  // namespace flowlog

#endif
