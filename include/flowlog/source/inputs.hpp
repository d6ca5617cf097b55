// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_INPUTS_HPP
#define FLOWLOG_SOURCE_INPUTS_HPP

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/source/detail/glob.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/scheme.hpp>

namespace flowlog {

/// The inputs that a command's words name, and an error for each word that names none.
struct input_list {
    std::vector<input> files;
    std::vector<error> missing;
};

namespace detail {

/// Makes inputs out of one word.
template <class = void>
class word_expander {
public:
    explicit word_expander(input_list& into) : into_{into}, failed_before_{into.missing.size()} {}

    void expand(std::string const& word) try {
        if (!scheme_of(word).empty()) {
            auto const expander = scheme_registry::instance().find(scheme_of(word));
            if (!expander) throw_unknown_scheme(word);
            for (auto& object : (*expander)(word)) into_.files.push_back(std::move(object));
        } else if (word == "-" || exists(word)) {
            add({word}, word, false);
        } else if (word.find_first_of("*?[") != word.npos) {
            auto const failed = [this](auto const& folder, auto why) { fail_once(folder, why); };
            add(globber{failed}.expand(word), word, word.find("**") != word.npos);
        } else {
            fail(word, word.empty()                  ? "the name is empty"
                       : word.find('{') == word.npos ? "No such file or directory"
                                                     : "No such file or directory; a shell "
                                                       "expands {a,b}, but not in quotes");
        }
    } catch (std::filesystem::filesystem_error const& failure) {
        fail(word, failure.code().message());
    } catch (error const& failure) {
        into_.missing.push_back(failure);
    }

private:
    /// Also true for a link to nowhere, and where it cannot be told: opening the file says why.
    [[nodiscard]] static auto exists(std::string const& path) -> bool {
        auto ignored = std::error_code{};
        return std::filesystem::symlink_status(path, ignored).type() !=
               std::filesystem::file_type::not_found;
    }

    /// Adds each file once, though a pattern may match both a folder and a file in it.
    void add(std::vector<std::filesystem::path> found, std::string const& word, bool deep) {
        auto given = std::set<std::string>{};
        auto const add_file = [&](std::string file) {
            if (given.insert(file).second) into_.files.emplace_back(std::move(file));
        };
        auto ignored = std::error_code{};
        std::ranges::sort(found);
        for (auto const& path : found) {
            if (path == "-" || !std::filesystem::is_directory(path, ignored)) {
                add_file(path.string());
                continue;
            }
            auto const failures = into_.missing.size();
            auto below = files_below(path);
            if (below.empty() && !deep && into_.missing.size() == failures)
                fail(path.string(), "no file in this folder");
            for (auto& file : below) add_file(std::move(file));
        }
        if ((found.empty() || (deep && given.empty())) && into_.missing.size() == failed_before_)
            fail(word, "no file matches");
    }

    /// The files below a folder, sorted. Folders that cannot be read are named, each once.
    [[nodiscard]] auto files_below(std::filesystem::path const& folder)
        -> std::vector<std::string> {
        auto result = std::vector<std::string>{};
        auto const failed = [this](auto const& path, auto why) { fail_once(path, why); };
        try {
            add_folder(folder, result, failed);
        } catch (std::filesystem::filesystem_error const& failure) {
            failed(folder, failure.code());
        }
        std::ranges::sort(result);
        return result;
    }

    void fail_once(std::filesystem::path const& folder, std::error_code why) {
        if (unreadable_.insert(folder.string()).second) fail(folder.string(), why.message());
    }

    void fail(std::string const& name, std::string const& why) {
        into_.missing.emplace_back(errc::cannot_open, location{name}, "cannot open: " + why);
    }

    input_list& into_;
    std::size_t failed_before_;
    std::set<std::string> unreadable_;
};

}  // namespace detail

/// Makes a list of inputs out of words. A word is a file; "-" for standard input; a folder, for all
/// files below it except hidden ones; a pattern of `*`, `?`, `[…]` and `**`; or `scheme://…`, if
/// `register_scheme` was called for that scheme.
///
/// A component `**` of a pattern matches any number of folders, none included (`logs/**/*.gz`); it
/// does not follow links. The inputs come in the order of the words; the files of one folder or
/// pattern are sorted by path, each one once. Never throws for a word that names nothing: `missing`
/// then has an error, `errc::cannot_open` or, if a component is missing, `errc::unsupported`. It
/// also has one for each folder that cannot be read below a folder that can, and for each that a
/// pattern would have to look into.
template <class = void>
[[nodiscard]] auto expand_inputs(std::vector<std::string> const& words) -> input_list {
    auto result = input_list{};
    for (auto const& word : words) detail::word_expander<>{result}.expand(word);
    return result;
}

#ifdef FLOWLOG_COMPILED
extern template auto expand_inputs<void>(std::vector<std::string> const&) -> input_list;
#endif

}  // namespace flowlog

#endif
