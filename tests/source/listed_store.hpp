// SPDX-License-Identifier: BSL-1.0
// An object store in memory, which counts the requests of its listings as S3 does.
#ifndef FLOWLOG_TESTS_SOURCE_LISTED_STORE_HPP
#define FLOWLOG_TESTS_SOURCE_LISTED_STORE_HPP

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/source/object_store.hpp>

namespace testing {

/// Objects by their paths, `bucket/key`. A listing is a request for each 1000 entries.
class listed_store final : public flowlog::object_store {
public:
    static constexpr std::size_t page_size = 1000;

    /// Without a scheme it is like a disk: there are no buckets.
    explicit listed_store(std::string scheme = "memory://") : scheme_{std::move(scheme)} {}

    /// Adds an object.
    void put(std::string const& path, std::string bytes = "x") {
        objects_[path] = std::move(bytes);
    }

    /// Makes the listing of a folder fail.
    void forbid(std::string const& path) { forbidden_.insert(path); }

    /// The paths that were listed so far.
    [[nodiscard]] auto listed() const -> std::multiset<std::string> { return listed_; }

    /// How many entries listings have given so far.
    [[nodiscard]] auto given() const -> std::size_t { return given_; }

    [[nodiscard]] auto scheme() const -> std::string override { return scheme_; }

    void list(std::string const& path, bool recursive,
              std::function<bool(flowlog::stored_object const&)> const& use) override {
        {
            auto const lock = std::scoped_lock{mutex_};
            listed_.insert(path);
        }
        if (forbidden_.contains(path)) {
            ++requests_;
            throw flowlog::error{
                flowlog::errc::cannot_open, {scheme_ + path}, "cannot open: Access Denied"};
        }
        auto const found = entries_of(path, recursive);
        requests_ += std::max<std::size_t>((found.size() + page_size - 1) / page_size, 1);
        for (auto const& entry : found) {
            ++given_;
            if (!use(entry)) return;
        }
    }

    [[nodiscard]] auto list_requests() const -> std::uint64_t override { return requests_; }

    [[nodiscard]] auto stat(std::string const& path, std::string* tag) -> std::uint64_t override {
        if (tag != nullptr) tag->clear();
        return at(path).size();
    }

    [[nodiscard]] auto read_at(std::string const& path, std::uint64_t /*object_size*/,
                               std::uint64_t offset, std::span<char> buffer)
        -> std::size_t override {
        return at(path).copy(buffer.data(), buffer.size(), static_cast<std::size_t>(offset));
    }

    [[nodiscard]] auto create(std::string const& path)
        -> std::unique_ptr<flowlog::object_writer> override {
        throw flowlog::error{flowlog::errc::write_failed, {path}, "cannot be written"};
    }

private:
    [[nodiscard]] auto at(std::string const& path) const -> std::string const& {
        auto const found = objects_.find(path);
        if (found != objects_.end()) return found->second;
        throw flowlog::error{flowlog::errc::cannot_open, {path}, "cannot open: no such object"};
    }

    [[nodiscard]] auto entries_of(std::string const& path, bool recursive) const
        -> std::vector<flowlog::stored_object> {
        auto const prefix = path.empty() ? path : path + '/';
        auto result = std::vector<flowlog::stored_object>{};
        for (auto it = objects_.lower_bound(prefix);
             it != objects_.end() && it->first.starts_with(prefix); ++it) {
            auto const slash = it->first.find('/', prefix.size());
            if (recursive || slash == std::string::npos) {
                result.push_back({.path = it->first, .size = it->second.size()});
            } else if (auto folder = it->first.substr(0, slash + 1);
                       result.empty() || result.back().path != folder) {
                result.push_back({.path = std::move(folder), .is_folder = true});
            }
        }
        return result;
    }

    std::string scheme_;
    std::map<std::string, std::string> objects_;
    std::set<std::string> forbidden_;
    std::mutex mutex_;
    std::multiset<std::string> listed_;
    std::atomic<std::uint64_t> requests_{0};
    std::atomic<std::size_t> given_{0};
};

}  // namespace testing

#endif
