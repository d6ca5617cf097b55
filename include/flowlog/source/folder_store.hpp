// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_FOLDER_STORE_HPP
#define FLOWLOG_SOURCE_FOLDER_STORE_HPP

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <flowlog/error.hpp>
#include <flowlog/source/detail/glob.hpp>
#include <flowlog/source/file.hpp>
#include <flowlog/source/object_store.hpp>

namespace flowlog {

namespace detail {

/// Writes a file beside the one that it becomes.
template <class = void>
class folder_writer final : public object_writer {
public:
    explicit folder_writer(std::string const& path) : path_{path} {
        static std::atomic<unsigned> count{0};
        auto const target = std::filesystem::path{path};
        auto failed = std::error_code{};
        std::filesystem::create_directories(target.parent_path(), failed);
        if (failed) fail(failed.value());
        temporary_ = (target.parent_path() /
                      ("." + target.filename().string() + '.' + std::to_string(::getpid()) + '-' +
                       std::to_string(count++) + ".tmp"))
                         .string();
        descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor_ < 0) fail(errno);
    }
    ~folder_writer() override {
        if (descriptor_ < 0) return;
        ::close(descriptor_);
        ::unlink(temporary_.c_str());
    }

    void write(std::span<char const> bytes) override {
        while (!bytes.empty()) {
            auto const done = ::write(descriptor_, bytes.data(), bytes.size());
            if (done < 0 && errno != EINTR) fail(errno);
            if (done > 0) bytes = bytes.subspan(static_cast<std::size_t>(done));
        }
    }

    void finish() override {
        auto const closed = ::close(std::exchange(descriptor_, -1)) == 0;
        if (closed && std::rename(temporary_.c_str(), path_.c_str()) == 0) return;
        auto const why = errno;
        ::unlink(temporary_.c_str());
        fail(why);
    }

private:
    [[noreturn]] void fail(int why) const {
        throw error{
            errc::write_failed, {path_}, "cannot write: " + std::system_category().message(why)};
    }

    std::string path_;
    std::string temporary_;
    int descriptor_ = -1;
};

}  // namespace detail

/// The folders of this machine as an object store. A path is that of a file or folder. Hidden files
/// and folders are not listed, nor are pipes and sockets; links to folders are not followed.
template <class = void>
class basic_folder_store final : public object_store {
public:
    [[nodiscard]] auto scheme() const -> std::string override { return {}; }

    /// Each folder that is read counts as a request. Those that cannot be read are left out, and
    /// the error of the first is thrown at the end.
    void list(std::string const& path, bool recursive,
              std::function<bool(stored_object const&)> const& use) override {
        auto failure = std::exception_ptr{};
        list_into(path, recursive, use, failure);
        if (failure) std::rethrow_exception(failure);
    }

    [[nodiscard]] auto list_requests() const -> std::uint64_t override { return requests_; }

    [[nodiscard]] auto stat(std::string const& path, std::string* tag = nullptr)
        -> std::uint64_t override {
        if (tag != nullptr) tag->clear();
        auto ignored = std::error_code{};
        if (std::filesystem::status(path, ignored).type() == std::filesystem::file_type::not_found)
            throw no_such_object{path, "cannot open: No such file or directory"};
        return file{path}.size().value_or(0);
    }

    [[nodiscard]] auto read_at(std::string const& path, std::uint64_t /*object_size*/,
                               std::uint64_t offset, std::span<char> buffer)
        -> std::size_t override {
        return file{path}.read(buffer, offset);
    }

    [[nodiscard]] auto create(std::string const& path) -> std::unique_ptr<object_writer> override {
        return std::make_unique<detail::folder_writer<>>(path);
    }

private:
    using user = std::function<bool(stored_object const&)>;

    /// Returns whether to go on.
    auto list_into(std::string const& path, bool recursive, user const& use,
                   std::exception_ptr& failure) -> bool {
        auto found = std::vector<stored_object>{};
        try {
            found = entries_of(path);
        } catch (error const&) {
            if (!failure) failure = std::current_exception();
        }
        for (auto const& entry : found) {
            auto const deeper = entry.is_folder && recursive;
            if (!(deeper ? list_into(entry.path, true, use, failure) : use(entry))) return false;
        }
        return true;
    }

    /// What is in a folder, in order of path; nothing if there is no such folder.
    [[nodiscard]] auto entries_of(std::string const& path) -> std::vector<stored_object> {
        namespace fs = std::filesystem;
        ++requests_;
        auto failed = std::error_code{};
        auto result = std::vector<stored_object>{};
        auto entry = fs::directory_iterator{path.empty() ? fs::path{"."} : fs::path{path}, failed};
        for (; !failed && entry != fs::directory_iterator{}; entry.increment(failed)) {
            if (detail::is_hidden(entry->path())) continue;
            auto const name = path.empty() ? entry->path().filename() : entry->path();
            if (auto object = object_at(name.string())) result.push_back(*std::move(object));
        }
        auto const missing =
            failed == std::errc::no_such_file_or_directory || failed == std::errc::not_a_directory;
        if (failed && !missing)
            throw error{errc::cannot_open, {path}, "cannot open: " + failed.message()};
        std::ranges::sort(result, {}, &stored_object::path);
        return result;
    }

    /// A file, or a folder that is no link. What cannot be looked at, such as a link to nowhere,
    /// counts as one byte, so that it is opened, which says why it cannot be read.
    [[nodiscard]] static auto object_at(std::string path) -> std::optional<stored_object> {
        struct ::stat status{};
        struct ::stat link{};
        auto const known = ::stat(path.c_str(), &status) == 0;
        if (known && S_ISDIR(status.st_mode)) {
            if (::lstat(path.c_str(), &link) != 0 || S_ISLNK(link.st_mode)) return std::nullopt;
            return stored_object{.path = path + '/', .is_folder = true};
        }
        if (known && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode))) return std::nullopt;
        auto result = stored_object{.path = std::move(path), .size = 1};
        if (known) {
            result.size = static_cast<std::uint64_t>(status.st_size);
            result.modified =
                std::chrono::sys_seconds{std::chrono::seconds{std::int64_t{status.st_mtime}}};
        }
        return result;
    }

    std::atomic<std::uint64_t> requests_{0};
};

using folder_store = basic_folder_store<>;

}  // namespace flowlog

#endif
