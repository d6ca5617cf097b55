// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_OBJECT_STORE_HPP
#define FLOWLOG_SOURCE_OBJECT_STORE_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/error.hpp>

namespace flowlog {

/// An object of a store, or a folder: a prefix that a listing found below another one.
struct stored_object {
    std::string path{};      ///< `bucket/key`; a folder ends with `/`
    std::uint64_t size = 0;  ///< in bytes
    std::optional<std::chrono::sys_time<std::chrono::microseconds>> modified{};
    bool is_folder = false;
};

/// There is no such object, bucket or container. An error of the code `errc::cannot_open`.
class no_such_object : public error {
public:
    no_such_object(std::string path, std::string message)
        : error{errc::cannot_open, {std::move(path)}, std::move(message)} {}
};

/// Writes one object. It appears in the store when `finish` returns; a writer that is destroyed
/// before leaves nothing behind.
class object_writer {
public:
    object_writer() = default;
    object_writer(object_writer const&) = delete;
    auto operator=(object_writer const&) -> object_writer& = delete;
    virtual ~object_writer() = default;
    virtual void write(std::span<char const> bytes) = 0;
    virtual void finish() = 0;
};

/// A store of objects that are found by their names: a bucket of S3, a folder of this machine. All
/// functions may be called by several threads at once. They throw `no_such_object` if there is no
/// such object or bucket, `errc::cannot_open` if the store refuses it, `errc::read_failed` if the
/// store fails or cannot be reached, and `errc::write_failed` if it does not take what is written.
class object_store {
public:
    object_store() = default;
    object_store(object_store const&) = delete;
    auto operator=(object_store const&) -> object_store& = delete;
    virtual ~object_store() = default;

    /// What a path begins with in messages and reports: `s3://`; empty for a folder of this
    /// machine.
    [[nodiscard]] virtual auto scheme() const -> std::string = 0;

    /// Calls `use` with what is below a path, in order of name: all objects, or, if not
    /// `recursive`, the objects and folders one level below. A listing of a path that nothing is
    /// below is empty. `use` returns whether to go on.
    virtual void list(std::string const& path, bool recursive,
                      std::function<bool(stored_object const&)> const& use) = 0;

    /// How many requests the listings have made so far.
    [[nodiscard]] virtual auto list_requests() const -> std::uint64_t = 0;

    /// An object's size; what changes when it does goes to `tag` (an ETag), if the store has that.
    [[nodiscard]] virtual auto stat(std::string const& path, std::string* tag = nullptr)
        -> std::uint64_t = 0;

    /// Reads `buffer.size()` bytes of an object of at most `object_size` bytes, in one request;
    /// fewer only at the end.
    [[nodiscard]] virtual auto read_at(std::string const& path, std::uint64_t object_size,
                                       std::uint64_t offset, std::span<char> buffer)
        -> std::size_t = 0;

    /// Begins to write an object.
    [[nodiscard]] virtual auto create(std::string const& path)
        -> std::unique_ptr<object_writer> = 0;
};

}  // namespace flowlog

#endif
