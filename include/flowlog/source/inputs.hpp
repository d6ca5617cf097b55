// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_INPUTS_HPP
#define FLOWLOG_SOURCE_INPUTS_HPP

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>

namespace flowlog {

namespace detail {

/// What follows a `[…]` of a pattern, and whether it matches `c`; an unclosed `[` is an ordinary
/// character.
constexpr auto match_set(std::string_view set, char c, bool& matches) noexcept -> std::string_view {
    auto const negated = set.size() > 1 && (set[1] == '!' || set[1] == '^');
    auto const first = negated ? 2U : 1U;
    auto const close = set.find(']', first + 1);
    if (close == set.npos) {
        matches = c == '[';
        return set.substr(1);
    }
    matches = false;
    for (auto i = std::size_t{first}; i < close; ++i) {
        auto const range = i + 2 < close && set[i + 1] == '-';
        auto const last = range ? set[i + 2] : set[i];
        if (set[i] <= c && c <= last) matches = true;
        if (range) i += 2;
    }
    matches = matches != negated;
    return set.substr(close + 1);
}

/// Whether a file name matches a pattern of `*`, `?` and `[…]`. Linear in both for each `*`.
constexpr auto matches(std::string_view pattern, std::string_view text) noexcept -> bool {
    auto retry = std::string_view{};
    auto retry_text = std::string_view{};
    auto starred = false;
    while (!text.empty() || !pattern.empty()) {
        auto good = false;
        if (!pattern.empty() && pattern[0] == '*') {
            retry = pattern = pattern.substr(1);
            retry_text = text;
            starred = true;
            continue;
        }
        if (!pattern.empty() && !text.empty()) {
            auto rest = pattern.substr(1);
            good = pattern[0] == '?' || pattern[0] == text[0];
            if (pattern[0] == '[') rest = match_set(pattern, text[0], good);
            if (good) pattern = rest;
        }
        if (good) {
            text.remove_prefix(1);
        } else if (starred && !retry_text.empty()) {
            retry_text.remove_prefix(1);
            pattern = retry;
            text = retry_text;
        } else {
            return false;
        }
    }
    return true;
}

inline auto is_hidden(std::filesystem::path const& path) -> bool {
    return path.filename().string().starts_with('.');
}

// Templates, as is `expand_inputs`, so that only programs that call it spend the time to compile
// it.

/// All files below a folder, but hidden ones, what stands in hidden folders, and pipes, on which a
/// run would wait.
template <class = void>
void add_folder(std::filesystem::path const& folder, std::vector<std::string>& files) {
    namespace fs = std::filesystem;
    for (auto it = fs::recursive_directory_iterator{folder};
         it != fs::recursive_directory_iterator{}; ++it) {
        auto ignored = std::error_code{};
        auto const type = it->status(ignored).type();
        if (is_hidden(it->path())) {
            if (type == fs::file_type::directory) it.disable_recursion_pending();
        } else if (type != fs::file_type::directory && type != fs::file_type::fifo &&
                   type != fs::file_type::socket) {
            files.push_back(it->path().string());
        }
    }
}

/// The existing paths that match a pattern, folder by folder.
template <class = void>
auto expand_glob(std::filesystem::path const& pattern) -> std::vector<std::filesystem::path> {
    namespace fs = std::filesystem;
    auto found = std::vector<fs::path>{pattern.is_absolute() ? pattern.root_path() : fs::path{}};
    for (auto const& part : pattern.relative_path()) {
        auto const name = part.string();
        auto next = std::vector<fs::path>{};
        for (auto const& base : found) {
            auto ignored = std::error_code{};
            if (name.find_first_of("*?[") == name.npos) {
                if (fs::exists(base / part, ignored)) next.push_back(base / part);
                continue;
            }
            auto const folder = base.empty() ? fs::path{"."} : base;
            for (auto const& entry : fs::directory_iterator{folder, ignored}) {
                auto const file = entry.path().filename();
                if (is_hidden(file) == name.starts_with('.') && matches(name, file.string()))
                    next.push_back(base / file);
            }
        }
        found = std::move(next);
    }
    return found;
}

}  // namespace detail

/// The files that a command's arguments stand for, and the arguments that stand for none.
struct input_list {
    std::vector<std::string> files;
    std::vector<error> missing;
};

/// Makes a list of files out of names: a file, "-" for standard input, a folder (all files below it
/// but hidden ones), or a pattern of `*`, `?` and `[…]`. The order is that of the names; within a
/// folder or pattern, by path. Never throws for what is not there: that stands in `missing`, one
/// `errc::cannot_open` each.
template <class = void>
[[nodiscard]] auto expand_inputs(std::vector<std::string> const& names) -> input_list {
    namespace fs = std::filesystem;
    auto result = input_list{};
    auto const missing = [&](std::string const& name, std::string const& why) {
        result.missing.emplace_back(errc::cannot_open, location{name}, "cannot open: " + why);
    };
    for (auto const& name : names) try {
            auto ignored = std::error_code{};
            auto found = std::vector<fs::path>{name};
            if (name != "-" && !fs::exists(fs::symlink_status(name, ignored))) {
                if (name.find_first_of("*?[") != name.npos) {
                    found = detail::expand_glob(name);
                    if (found.empty()) missing(name, "no file matches");
                } else {
                    found.clear();
                    missing(name, name.empty() ? "the name is empty" : "No such file or directory");
                }
            }
            std::sort(found.begin(), found.end());
            for (auto const& path : found) {
                if (name == "-" || !fs::is_directory(path, ignored)) {
                    result.files.push_back(path.string());
                    continue;
                }
                auto below = std::vector<std::string>{};
                detail::add_folder(path, below);
                if (below.empty()) missing(path.string(), "no file in this folder");
                std::sort(below.begin(), below.end());
                result.files.insert(result.files.end(), below.begin(), below.end());
            }
        } catch (fs::filesystem_error const& failure) {
            missing(name, failure.code().message());
        }
    return result;
}

}  // namespace flowlog

#endif
