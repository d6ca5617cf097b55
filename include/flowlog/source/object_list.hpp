// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_OBJECT_LIST_HPP
#define FLOWLOG_SOURCE_OBJECT_LIST_HPP

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/source/detail/glob.hpp>
#include <flowlog/source/object_store.hpp>

namespace flowlog {

namespace detail {

/// Whether a path matches a pattern, component by component; `**` matches any number of them.
inline auto matches_path(std::string_view pattern, std::string_view path) -> bool {
    auto const end = pattern.find('/');
    auto const component = pattern.substr(0, end);
    auto const rest = end == pattern.npos ? std::string_view{} : pattern.substr(end + 1);
    if (component == "**") {
        while (true) {
            if (end == pattern.npos || matches_path(rest, path)) return true;
            auto const slash = path.find('/');
            if (slash == path.npos) return false;
            path.remove_prefix(slash + 1);
        }
    }
    auto const slash = path.find('/');
    if (!matches(component, path.substr(0, slash))) return false;
    if (slash == path.npos || end == pattern.npos) return slash == path.npos && end == pattern.npos;
    return matches_path(rest, path.substr(slash + 1));
}

/// Finds the objects that a path or pattern names.
template <class = void>
class object_finder {
public:
    object_finder(object_store& store, std::string const& path) : store_{store}, path_{path} {}

    [[nodiscard]] auto find() -> std::vector<stored_object> {
        auto const bucket_end = path_.find('/');
        if (path_.empty() || bucket_end == 0) fail("the name of a bucket is missing");
        if (is_pattern(path_.substr(0, bucket_end))) fail("the name of a bucket is no pattern");
        if (bucket_end != path_.npos && !path_.ends_with('/') && add_object()) return found_;
        if (!is_pattern(path_)) {
            add_below(path_);
            if (found_.empty()) fail_of_empty();
        } else if (path_.find("**") != path_.npos) {
            add_deep();
        } else {
            walk(path_.substr(0, bucket_end + 1), path_.substr(bucket_end + 1));
        }
        if (found_.empty()) fail("no object matches");
        return std::move(found_);
    }

private:
    static auto is_pattern(std::string_view text) -> bool {
        return text.find_first_of("*?[") != text.npos;
    }

    /// Adds the one object that has this name; false if there is none.
    auto add_object() -> bool {
        try {
            found_.push_back({.path = path_, .size = store_.stat(path_)});
            return true;
        } catch (no_such_object const&) {
            return false;
        }
    }

    void add(stored_object const& object) {
        if (object.size != 0) {
            found_.push_back(object);
        } else {
            ++empty_;
        }
    }

    /// Adds the objects in a folder.
    void add_below(std::string const& folder) {
        store_.list(without_slash(folder), true, [&](stored_object const& object) {
            add(object);
            return true;
        });
    }

    /// A pattern with `**`: all below the part without a pattern is listed.
    void add_deep() {
        auto const fixed = path_.rfind('/', path_.find_first_of("*?["));
        auto const pattern = std::string_view{path_}.substr(fixed + 1);
        store_.list(path_.substr(0, fixed), true, [&](stored_object const& object) {
            if (matches_path(pattern, std::string_view{object.path}.substr(fixed + 1))) add(object);
            return true;
        });
    }

    /// Another pattern: folder by folder, of which only those that match are listed.
    void walk(std::string const& folder, std::string_view pattern) {
        auto const at = pattern.find_first_of("*?[");
        if (at == pattern.npos) return walk_fixed(folder + std::string{pattern});
        auto const begin = pattern.rfind('/', at) + 1;  // 0 if there is no slash
        auto const end = std::min(pattern.find('/', at), pattern.size());
        auto const base = folder + std::string{pattern.substr(0, begin)};
        auto const component = pattern.substr(begin, end - begin);
        auto const last = end == pattern.size();
        auto folders = std::vector<std::string>{};
        store_.list(without_slash(base), false, [&](stored_object const& object) {
            auto name = std::string_view{object.path}.substr(base.size());
            if (object.is_folder) name.remove_suffix(1);
            if (!matches(component, name)) return true;
            if (object.is_folder) {
                folders.push_back(object.path);
            } else if (last) {
                add(object);
            }
            return true;
        });
        for (auto const& below : folders)
            last ? add_below(below) : walk(below, pattern.substr(end + 1));
        if (last) std::ranges::sort(found_, {}, &stored_object::path);
    }

    /// What follows the last component with a pattern: an object or a folder.
    void walk_fixed(std::string const& path) {
        auto name = object_finder{store_, path};
        if (path.ends_with('/') || !name.add_object()) name.add_below(path);
        empty_ += name.empty_;
        std::ranges::move(name.found_, std::back_inserter(found_));
    }

    static auto without_slash(std::string path) -> std::string {
        while (path.ends_with('/')) path.pop_back();
        return path;
    }

    [[noreturn]] void fail_of_empty() const {
        if (empty_ != 0) fail("all objects below it are empty");
        fail(path_.find('/') == path_.npos ? "the bucket is empty"
                                           : "no object has this name, and none is below it");
    }
    [[noreturn]] void fail(std::string const& why) const {
        throw no_such_object{store_.scheme() + path_, "cannot open: " + why};
    }

    object_store& store_;
    std::string const& path_;
    std::vector<stored_object> found_;
    std::size_t empty_ = 0;
};

}  // namespace detail

/// The objects that a path `bucket/key` names, in order of name: the object of this name; else all
/// objects below it that are not empty, as if it were a folder; or those that match a pattern of
/// `*`, `?`, `[…]` and `**`, as for `expand_inputs`. Throws `no_such_object` if there are none.
///
/// Only what may match is listed: with `**`, all below the part of the path before the first
/// special character; else only the folders that match.
template <class = void>
[[nodiscard]] auto find_objects(object_store& store, std::string const& path)
    -> std::vector<stored_object> {
    return detail::object_finder<>{store, path}.find();
}

}  // namespace flowlog

#endif
