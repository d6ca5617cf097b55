// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_PARQUET_FILE_HPP
#define FLOWLOG_FORMAT_PARQUET_FILE_HPP

//      input  <-- read_at --  parquet_file  --C-->  src/arrow/parquet.cpp
//                                 |
//                            parquet_stream: arrays of some columns of a row group

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/detail/arrow_module.hpp>
#include <flowlog/error.hpp>
#include <flowlog/source/arrow_module.hpp>
#include <flowlog/source/input.hpp>

namespace flowlog::detail {

/// Owns a structure of the Arrow C data interface: an `ArrowArray` or an `ArrowSchema`.
template <class T>
class arrow_owner {
public:
    arrow_owner() = default;
    arrow_owner(arrow_owner&& other) noexcept : held_{std::exchange(other.held_, T{})} {}
    auto operator=(arrow_owner&& other) noexcept -> arrow_owner& {
        std::swap(held_, other.held_);
        return *this;
    }
    ~arrow_owner() { reset(); }

    void reset() noexcept {
        if (held_.release != nullptr) held_.release(&held_);
        held_ = T{};
    }
    [[nodiscard]] explicit operator bool() const noexcept { return held_.release != nullptr; }
    [[nodiscard]] auto operator*() const noexcept -> T const& { return held_; }
    [[nodiscard]] auto operator->() const noexcept -> T const* { return &held_; }

    /// Where a function is to put a structure.
    [[nodiscard]] auto fill() noexcept -> T* {
        reset();
        return &held_;
    }

private:
    T held_{};
};
using arrow_array = arrow_owner<ArrowArray>;
using arrow_schema = arrow_owner<ArrowSchema>;

class parquet_stream;

/// An open Parquet file. Its functions throw `flowlog::error`. Used by one thread at a time.
class parquet_file {
public:
    /// Reads the footer, or takes it over from `like`: the same input, opened before. Throws
    /// `errc::unsupported` if the component cannot be loaded.
    template <class = void>
    explicit parquet_file(input from, parquet_file const* like = nullptr)
        : from_{std::move(from)},
          size_{from_.size().value_or(0)},
          module_{load_arrow_module(from_.name(), "is a Parquet file, which is read").parquet} {
        if (like == nullptr) read_end();
        char* message = nullptr;
        auto const status = module_->open(
            this, read, size_, like == nullptr ? nullptr : like->handle_, &handle_, &message);
        check(status, message);
    }
    parquet_file(parquet_file const&) = delete;
    auto operator=(parquet_file const&) -> parquet_file& = delete;
    ~parquet_file() {
        if (handle_ != nullptr) module_->close(handle_);
    }

    [[nodiscard]] auto name() const -> std::string { return from_.name(); }
    [[nodiscard]] auto source() const -> input const& { return from_; }
    [[nodiscard]] auto size() const noexcept -> std::uint64_t { return size_; }
    [[nodiscard]] auto bytes_read() const noexcept -> std::uint64_t { return bytes_read_; }
    [[nodiscard]] auto functions() const noexcept -> parquet_functions const& { return *module_; }

    [[nodiscard]] auto schema() -> arrow_schema {
        auto result = arrow_schema{};
        char* message = nullptr;
        auto const status = module_->schema(handle_, result.fill(), &message);
        check(status, message);
        return result;
    }
    [[nodiscard]] auto created_by() const -> std::string { return module_->created_by(handle_); }
    [[nodiscard]] auto groups() const -> std::int32_t { return module_->groups(handle_); }
    [[nodiscard]] auto group(std::int32_t index) const -> parquet_group {
        auto result = parquet_group{};
        module_->group(handle_, index, &result);
        return result;
    }
    [[nodiscard]] auto bounds(std::int32_t group, std::int32_t column) const -> parquet_bounds {
        auto result = parquet_bounds{};
        module_->bounds(handle_, group, column, &result);
        return result;
    }

    /// Whether the statistics of a row group say that all its rows have this text in a column.
    [[nodiscard]] auto has_only(std::int32_t group, std::int32_t column, char const* text) const
        -> bool {
        return module_->has_only(handle_, group, column, text) != 0;
    }

    /// Begins to read columns of a row group, in ascending order of their numbers.
    [[nodiscard]] auto select(std::int32_t group, std::span<std::int32_t const> columns,
                              std::int64_t rows) -> parquet_stream;

    /// Throws if a function of the module failed.
    void check(std::int32_t status, char* message) {
        auto const text = take_text(message);
        if (auto const thrown = std::exchange(failure_, {})) std::rethrow_exception(thrown);
        if (status == module_ok) return;
        if (status == module_corrupt) fail(errc::corrupt, "is a damaged Parquet file: " + text);
        fail(status == module_unsupported ? errc::unsupported : errc::read_failed,
             "cannot be read: " + text);
    }

    [[noreturn]] void fail(errc code, std::string const& message) const {
        throw error{code, {name()}, message};
    }

private:
    /// Reads the end of the file, which has the footer, in one request. A file that was cut off and
    /// a file that is damaged are different errors.
    void read_end() {
        constexpr auto magic_size = std::size_t{4};
        constexpr auto max_end = std::uint64_t{64} << 10;  // as much as Arrow reads first
        end_.resize(static_cast<std::size_t>(std::min(size_, max_end)));
        end_.resize(from_.read_at(size_ - end_.size(), end_));
        bytes_read_ += end_.size();
        auto const whole = size_ >= 3 * magic_size && end_.size() == std::min(size_, max_end);
        auto const magic =
            std::string_view{end_}.substr(end_.size() - std::min(end_.size(), magic_size));
        if (magic == "PARE") fail(errc::unsupported, "is a Parquet file with an encrypted footer");
        if (!whole || magic != "PAR1")
            fail(errc::truncated,
                 "is a Parquet file without its end: it was cut off, or is still being written");
    }

    /// Reads for the module, unless the bytes are there already.
    [[nodiscard]] auto read_at(std::uint64_t offset, std::span<char> buffer) -> std::size_t {
        auto const end_begin = size_ - end_.size();
        if (offset >= end_begin && buffer.size() <= size_ - offset) {
            end_.copy(buffer.data(), buffer.size(), static_cast<std::size_t>(offset - end_begin));
            return buffer.size();
        }
        auto const got = from_.read_at(offset, buffer);
        bytes_read_ += got;
        return got;
    }

    static auto read(void* context, std::uint64_t offset, char* buffer, std::uint64_t size)
        -> std::int64_t {
        auto& self = *static_cast<parquet_file*>(context);
        try {
            return static_cast<std::int64_t>(
                self.read_at(offset, {buffer, static_cast<std::size_t>(size)}));
        } catch (...) {
            self.failure_ = std::current_exception();
            return -1;
        }
    }

    input from_;
    std::uint64_t size_;
    parquet_functions const* module_;
    std::string end_;  // the last bytes of the file
    void* handle_ = nullptr;
    std::uint64_t bytes_read_ = 0;
    std::exception_ptr failure_;
};

/// Some columns of a row group, from the first row to the last. The file must outlive it.
class parquet_stream {
public:
    parquet_stream() = default;
    parquet_stream(parquet_file& from, void* handle) noexcept : from_{&from}, handle_{handle} {}
    parquet_stream(parquet_stream&& other) noexcept
        : from_{other.from_}, handle_{std::exchange(other.handle_, nullptr)} {}
    auto operator=(parquet_stream&& other) noexcept -> parquet_stream& {
        std::swap(from_, other.from_);
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~parquet_stream() { end(); }

    void end() noexcept {
        if (handle_ != nullptr) from_->functions().end(std::exchange(handle_, nullptr));
    }

    /// The next rows: a struct array of the columns; empty at the end of the row group.
    [[nodiscard]] auto next() -> arrow_array {
        auto result = arrow_array{};
        char* message = nullptr;
        auto const status = from_->functions().next(handle_, result.fill(), &message);
        from_->check(status, message);
        return result;
    }

private:
    parquet_file* from_ = nullptr;
    void* handle_ = nullptr;
};

inline auto parquet_file::select(std::int32_t group, std::span<std::int32_t const> columns,
                                 std::int64_t rows) -> parquet_stream {
    void* handle = nullptr;
    char* message = nullptr;
    auto const status =
        module_->select(handle_, group, columns.data(), static_cast<std::int32_t>(columns.size()),
                        rows, &handle, &message);
    auto result = parquet_stream{*this, handle};
    check(status, message);
    return result;
}

}  // namespace flowlog::detail

#endif
