// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_SCHEME_HPP
#define FLOWLOG_SOURCE_SCHEME_HPP

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>

namespace flowlog {

class input;

/// Makes inputs out of a word such as `s3://bucket/logs/*.gz`: one for each object that the word
/// names, in order of name. Throws `flowlog::error` if it names none. Called from several threads.
using scheme_expander = std::function<std::vector<input>(std::string const& word)>;

/// The scheme of a word: `s3` of `s3://bucket/key`; empty if the word has none.
[[nodiscard]] constexpr auto scheme_of(std::string_view word) noexcept -> std::string_view {
    auto const is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    auto const end = word.find("://");
    if (end == word.npos || end == 0 || !is_letter(word[0])) return {};
    auto const scheme = word.substr(0, end);
    for (auto const c : scheme) {
        if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') return {};
    }
    return scheme;
}

namespace detail {

class scheme_registry {
public:
    static auto instance() -> scheme_registry& {
        static scheme_registry registry;
        return registry;
    }

    void add(std::string scheme, scheme_expander expand) {
        auto const lock = std::scoped_lock{mutex_};
        for (auto const& [known, expander] : schemes_) {
            if (known == scheme) return;
        }
        schemes_.emplace_back(std::move(scheme), std::move(expand));
    }

    [[nodiscard]] auto find(std::string_view scheme) -> std::optional<scheme_expander> {
        auto const lock = std::scoped_lock{mutex_};
        for (auto const& [known, expander] : schemes_) {
            if (known == scheme) return expander;
        }
        return std::nullopt;
    }

    [[nodiscard]] auto names() -> std::vector<std::string> {
        auto const lock = std::scoped_lock{mutex_};
        auto result = std::vector<std::string>{};
        for (auto const& known : schemes_) result.push_back(known.first);
        std::ranges::sort(result);
        return result;
    }

private:
    std::mutex mutex_;
    std::vector<std::pair<std::string, scheme_expander>> schemes_;
};

/// The component that reads a scheme; empty if no component of flowlog does.
constexpr auto component_of_scheme(std::string_view scheme) noexcept -> std::string_view {
    constexpr auto stores =
        std::to_array<std::string_view>({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "hdfs"});
    return std::ranges::find(stores, scheme) == stores.end() ? "" : "flowlog::arrow";
}

/// Throws the error for a word whose scheme is not registered.
[[noreturn]] inline void throw_unknown_scheme(std::string const& word) {
    auto const scheme = std::string{scheme_of(word)};
    auto why = "cannot open: ";
    if (auto const component = component_of_scheme(scheme); !component.empty()) {
        throw error{errc::unsupported,
                    {word},
                    why + scheme + ":// is read by the component " + std::string{component} +
                        ", and this program was built without it"};
    }
    auto known = std::string{};
    for (auto const& name : scheme_registry::instance().names())
        known += (known.empty() ? "" : ", ") + name;
    throw error{errc::cannot_open,
                {word},
                why + ("the scheme " + scheme + ":// is not known here; known: ") +
                    (known.empty() ? "none" : known)};
}

}  // namespace detail

/// Whether a word names objects of a store, as `s3://bucket/key` does.
[[nodiscard]] constexpr auto is_in_store(std::string_view word) noexcept -> bool {
    return !detail::component_of_scheme(scheme_of(word)).empty();
}

/// Makes a scheme known to the whole program: words that begin with `scheme://` are then expanded
/// by `expand`, in `expand_inputs` and wherever an `input` is made of a word. If a scheme is
/// registered twice, the first registration stays. Always returns true, so that it can initialise
/// an inline variable.
///
///     inline bool const registered = flowlog::register_scheme("s3", list_objects);
inline auto register_scheme(std::string scheme, scheme_expander expand) -> bool {
    detail::scheme_registry::instance().add(std::move(scheme), std::move(expand));
    return true;
}

}  // namespace flowlog

#endif
