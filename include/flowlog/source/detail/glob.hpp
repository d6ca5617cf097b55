// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_DETAIL_GLOB_HPP
#define FLOWLOG_SOURCE_DETAIL_GLOB_HPP

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace flowlog::detail {

/// Matches a `[…]` at the beginning of a pattern with `c`: sets `matches` and returns what follows
/// the `]`. An unclosed `[` is an ordinary character.
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

/// Whether a file name matches a pattern of `*`, `?` and `[…]`. The time is at most the product of
/// the two lengths.
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

/// Whether the name of a file or folder begins with a dot.
inline auto is_hidden(std::filesystem::path const& path) -> bool {
    auto const name = path.filename().string();
    return name.starts_with('.') && name != "." && name != "..";
}

/// Calls `visit(path, type)` for everything below a folder, except what is hidden or in a hidden
/// folder. Links to folders are not followed, so that a link upwards is no endless loop. A folder
/// below it that cannot be read goes to `failed(path, error_code)`; if the folder itself cannot be
/// read, throws `filesystem_error`.
template <class Visit, class Failed>
void walk_folder(std::filesystem::path const& folder, Visit visit, Failed failed) {
    namespace fs = std::filesystem;
    for (auto it = fs::recursive_directory_iterator{folder};
         it != fs::recursive_directory_iterator{}; ++it) {
        if (is_hidden(it->path())) {
            it.disable_recursion_pending();
            continue;
        }
        auto failure = std::error_code{};
        auto const type = it->status(failure).type();
        auto const is_link = it->is_symlink(failure);
        failure.clear();
        if (type == fs::file_type::directory && !is_link)
            fs::directory_iterator{it->path(), failure};
        if (failure) {
            it.disable_recursion_pending();
            failed(it->path(), failure);
            continue;
        }
        visit(it->path(), type, is_link);
    }
}

/// Appends all files below a folder, except pipes and sockets, on which a run would wait. What
/// cannot be read goes to `failed(path, error_code)`.
template <class Failed>
void add_folder(std::filesystem::path const& folder, std::vector<std::string>& files,
                Failed failed) {
    using std::filesystem::file_type;
    auto const add = [&](auto const& path, file_type type, bool) {
        if (type != file_type::directory && type != file_type::fifo && type != file_type::socket)
            files.push_back(path.string());
    };
    walk_folder(folder, add, failed);
}

/// The existing paths that match a pattern, found folder by folder. A component `**` matches any
/// number of folders, including none. A folder that cannot be searched goes to
/// `failed(path, error_code)`, possibly more than once.
template <class Failed>
class globber {
public:
    using path = std::filesystem::path;

    explicit globber(Failed failed) : failed_{std::move(failed)} {}

    [[nodiscard]] auto expand(path const& pattern) -> std::vector<path> {
        auto found = std::vector<path>{pattern.is_absolute() ? pattern.root_path() : path{}};
        for (auto const& component : pattern.relative_path()) {
            auto next = std::vector<path>{};
            for (auto const& base : found) add_matches(base, component, next);
            std::ranges::sort(next);
            next.erase(std::unique(next.begin(), next.end()), next.end());
            found = std::move(next);
        }
        return found;
    }

private:
    void add_matches(path const& base, path const& component, std::vector<path>& into) {
        auto const name = component.string();
        auto failure = std::error_code{};
        auto const folder = base.empty() ? path{"."} : base;
        if (name == "**") {
            add_folders(base, folder, into);
        } else if (name.find_first_of("*?[") == name.npos) {
            if (std::filesystem::exists(base / component, failure))
                into.push_back(base / component);
        } else {
            for (auto const& entry : std::filesystem::directory_iterator{folder, failure}) {
                auto const file = entry.path().filename();
                if (is_hidden(file) == name.starts_with('.') && matches(name, file.string()))
                    into.push_back(base / file);
            }
        }
        if (failure && !means_no_match(failure)) failed_(folder, failure);
    }

    /// Whether what cannot be opened for this reason is no folder in which anything could match.
    [[nodiscard]] static auto means_no_match(std::error_code failure) -> bool {
        return failure == std::errc::no_such_file_or_directory ||
               failure == std::errc::not_a_directory ||
               failure == std::errc::too_many_symbolic_link_levels ||
               failure == std::errc::filename_too_long;
    }

    /// A folder and all folders below it.
    static void add_folders(path const& base, path const& folder, std::vector<path>& into) {
        using std::filesystem::file_type;
        if (!std::filesystem::is_directory(folder)) return;
        into.push_back(base);
        auto const add = [&](path const& below) {
            into.push_back(base / below.lexically_relative(folder));
        };
        auto const visit = [&](path const& below, file_type type, bool is_link) {
            if (type == file_type::directory && !is_link) add(below);
        };
        // whether a folder that cannot be read matters turns out where its files are asked for
        walk_folder(folder, visit, [&](path const& below, std::error_code) { add(below); });
    }

    Failed failed_;
};

}  // namespace flowlog::detail

#endif
