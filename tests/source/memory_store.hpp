// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_TESTS_SOURCE_MEMORY_STORE_HPP
#define FLOWLOG_TESTS_SOURCE_MEMORY_STORE_HPP

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <flowlog/source/object_store.hpp>

/// A store whose objects are in memory. It counts its requests, and fails as a test wants.
class memory_store final : public flowlog::object_store {
public:
    struct request {
        std::string path;
        std::uint64_t offset;
        std::size_t size;
        bool operator==(request const&) const = default;
    };

    std::map<std::string, std::string> objects{};
    std::map<std::string, std::string> tags{};
    /// Called before a read is answered, without a lock; may throw.
    std::function<void(request const&)> on_read = [](request const&) {};
    /// How many bytes of a read are left out at its end, though they are there.
    std::function<std::size_t(request const&)> lost = [](request const&) { return 0U; };
    std::chrono::milliseconds latency{0};

    [[nodiscard]] auto scheme() const -> std::string override { return "mem://"; }

    void list(std::string const& path, bool recursive,
              std::function<bool(flowlog::stored_object const&)> const& use) override {
        ++lists;
        auto const prefix = path + '/';
        auto last = std::string{};
        for (auto const& [name, bytes] : objects) {
            if (!name.starts_with(prefix)) continue;
            auto const slash = name.find('/', prefix.size());
            if (recursive || slash == name.npos) {
                if (!use({.path = name, .size = bytes.size()})) return;
            } else if (auto folder = name.substr(0, slash + 1); folder != last) {
                if (!use({.path = folder, .is_folder = true})) return;
                last = folder;
            }
        }
    }
    [[nodiscard]] auto list_requests() const -> std::uint64_t override { return lists; }

    [[nodiscard]] auto stat(std::string const& path, std::string* tag) -> std::uint64_t override {
        auto const lock = std::scoped_lock{mutex};
        ++stats;
        if (tag != nullptr) *tag = tags[path];
        return find(path).size();
    }

    [[nodiscard]] auto read_at(std::string const& path, std::uint64_t, std::uint64_t offset,
                               std::span<char> buffer) -> std::size_t override {
        auto const mine = request{path, offset, buffer.size()};
        {
            auto const lock = std::scoped_lock{mutex};
            reads.push_back(mine);
            most_active = std::max(most_active, ++active);
        }
        struct end {
            memory_store& store;
            ~end() {
                auto const lock = std::scoped_lock{store.mutex};
                --store.active;
            }
        } const at_end{*this};
        if (latency.count() != 0) std::this_thread::sleep_for(latency);
        on_read(mine);
        auto const lock = std::scoped_lock{mutex};
        auto const& bytes = find(path);
        if (offset >= bytes.size())
            throw flowlog::error{flowlog::errc::cannot_open, {path}, "416: no such range"};
        return bytes.copy(buffer.data(), buffer.size(), offset) - lost(mine);
    }

    [[nodiscard]] auto create(std::string const& path)
        -> std::unique_ptr<flowlog::object_writer> override {
        throw flowlog::error{flowlog::errc::write_failed, {path}, "this store is read only"};
    }

    /// How many requests an object has had.
    [[nodiscard]] auto reads_of(std::string const& path) const -> std::size_t {
        auto const lock = std::scoped_lock{mutex};
        return static_cast<std::size_t>(std::ranges::count(reads, path, &request::path));
    }
    [[nodiscard]] auto read_count() const -> std::size_t {
        auto const lock = std::scoped_lock{mutex};
        return reads.size();
    }

    mutable std::mutex mutex;
    std::vector<request> reads{};
    std::uint64_t lists = 0;
    std::uint64_t stats = 0;
    unsigned active = 0;
    unsigned most_active = 0;

private:
    [[nodiscard]] auto find(std::string const& path) const -> std::string const& {
        auto const found = objects.find(path);
        if (found == objects.end())
            throw flowlog::no_such_object{scheme() + path, "404: no such key"};
        return found->second;
    }
};

#endif
