// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_PARQUET_HPP
#define FLOWLOG_OUTPUT_PARQUET_HPP

//      records  -->  columns of a row group  --Arrow C data-->  src/arrow/parquet_writer.cpp
//                                                                          |
//      sink     <----------------------------- bytes ----------------------+

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/detail/arrow_module.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/batch.hpp>
#include <flowlog/output/detail/parquet_column.hpp>
#include <flowlog/output/record_column.hpp>
#include <flowlog/source/arrow_module.hpp>

namespace flowlog {

/// How a `parquet_writer` writes.
struct parquet_options {
    std::string name = "the Parquet file";  ///< of the file, for messages
    std::size_t group_rows = 1'000'000;     ///< rows of a row group
    std::string codec = "zstd";             ///< or "snappy", "gzip", "lz4", "none"
    int level = 1;                          ///< of the codec; negative: its default
    /// Whether times are timestamps in microseconds, and not seconds in 64 bits, as AWS has them.
    /// If absent, they are if the first row group has a time with a fraction.
    std::optional<bool> timestamps{};
};

/// Writes records of any format as a Parquet file, with AWS's names and types of columns; absent
/// values are null. Needs the component flowlog::arrow.
///
///     auto writer = flowlog::parquet_writer{flowlog::columns_of(log), {}, write_to_file};
///     for (auto const& record : log) writer.write(record);
///     writer.finish();
class parquet_writer {
public:
    /// Takes over blocks of bytes.
    using sink = std::function<void(std::string_view)>;

    template <class = void>
    parquet_writer(std::vector<record_column> const& columns, parquet_options options, sink out)
        : options_{std::move(options)},
          out_{std::move(out)},
          module_{detail::load_arrow_module(options_.name, "is written").parquet},
          columns_{columns.begin(), columns.end()} {
        for (auto const& column : columns) {
            if (column.computed)
                throw error{
                    errc::invalid_argument,
                    {},
                    escaped(column.name, 60) + " is computed, and is not written to Parquet files"};
            fields_.push_back(column.field);
        }
    }
    parquet_writer(parquet_writer const&) = delete;
    auto operator=(parquet_writer const&) -> parquet_writer& = delete;
    ~parquet_writer() {
        if (handle_ != nullptr) module_->abandon(handle_);
    }

    /// Adds a record. If a field among the columns is malformed, or has a number of more than 63
    /// bits, adds nothing and returns that field.
    template <flow_record Record>
    auto write(Record const& record) -> std::optional<field_id> {
        if constexpr (requires { record.visit([](auto const&) {}); }) {
            return record.visit([this](auto const& inner) { return this->write(inner); });
        } else {
            for (std::size_t i = 0; i < columns_.size(); ++i) {
                if (columns_[i].append(record)) [[likely]]
                    continue;
                for (auto& column : columns_) column.cut(group_rows_);
                return fields_[i];
            }
            ++rows_;
            if (++group_rows_ % check_rows == 0 && is_full()) flush();
            return std::nullopt;
        }
    }

    /// Adds all records of a batch, column by column, which is faster. If a field of one cannot be
    /// written, adds nothing and returns false.
    template <record_batch Batch>
    [[nodiscard]] auto write_batch(Batch const& batch) -> bool {
        for (auto& column : columns_) {
            if (column.append_all(batch)) [[likely]]
                continue;
            for (auto& other : columns_) other.cut(group_rows_);
            return false;
        }
        rows_ += batch.size();
        group_rows_ += batch.size();
        if (is_full()) flush();
        return true;
    }

    /// The number of records written.
    [[nodiscard]] auto rows() const noexcept -> std::uint64_t { return rows_; }

    /// The number of records that are kept for the next row group.
    [[nodiscard]] auto pending_rows() const noexcept -> std::size_t { return group_rows_; }

    /// Ends the row group, although it may be smaller than others.
    template <class = void>
    void flush() {
        if (group_rows_ == 0) return;
        create();
        auto children = std::vector<ArrowArray>(columns_.size());
        auto dictionaries = std::vector<ArrowArray>(columns_.size());
        auto pointers = std::vector<ArrowArray*>{};
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            require_fitting_times(columns_[i]);
            columns_[i].export_to(children[i], dictionaries[i], *options_.timestamps);
            pointers.push_back(&children[i]);
        }
        void const* nothing = nullptr;
        auto group = ArrowArray{.length = static_cast<std::int64_t>(group_rows_),
                                .null_count = 0,
                                .offset = 0,
                                .n_buffers = 1,
                                .n_children = static_cast<std::int64_t>(pointers.size()),
                                .buffers = &nothing,
                                .children = pointers.data(),
                                .dictionary = nullptr,
                                .release = [](ArrowArray* self) { self->release = nullptr; },
                                .private_data = nullptr};
        call([&](char** error) { return module_->write(handle_, &group, error); });
        for (auto& column : columns_) column.clear();
        group_rows_ = 0;
    }

    /// Writes what is left and the footer.
    template <class = void>
    void finish() {
        flush();
        create();
        call([&](char** error) { return module_->finish(handle_, error); });
    }

private:
    static constexpr std::size_t check_rows = 1000;
    static constexpr std::size_t max_text_bytes = std::size_t{256} << 20;

    [[nodiscard]] auto is_full() const -> bool {
        return group_rows_ >= options_.group_rows ||
               std::ranges::any_of(columns_, [](auto const& column) {
                   return column.text_bytes() >= max_text_bytes;
               });
    }

    /// Begins the file, unless it has begun.
    void create() {
        if (handle_ != nullptr) return;
        if (!options_.timestamps) {
            options_.timestamps =
                !std::ranges::all_of(columns_, &detail::parquet_column_builder::seconds_fit);
        }
        auto children = std::vector<ArrowSchema>{};
        auto texts = plain_schema("u", "");
        for (auto const& column : columns_) {
            auto const* const format = column.format(*options_.timestamps);
            children.push_back(plain_schema(format, column.name().c_str()));
            if (column.is_text()) children.back().dictionary = &texts;
        }
        auto pointers = std::vector<ArrowSchema*>{};
        for (auto& child : children) pointers.push_back(&child);
        auto schema = plain_schema("+s", "");
        schema.flags = 0;
        schema.n_children = static_cast<std::int64_t>(pointers.size());
        schema.children = pointers.data();
        auto const addresses = address_columns();
        auto const how = detail::parquet_write_options{
            .codec = options_.codec.c_str(),
            .level = options_.level,
            .no_statistics = addresses.data(),
            .no_statistics_count = static_cast<std::int32_t>(addresses.size())};
        call([&](char** error) {
            return module_->create(this, take_bytes, &schema, &how, &handle_, error);
        });
    }

    /// The columns of addresses: their texts are not in the order of the addresses, so that no
    /// reader would make use of statistics.
    [[nodiscard]] auto address_columns() const -> std::vector<std::int32_t> {
        auto result = std::vector<std::int32_t>{};
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (columns_[i].is_address()) result.push_back(static_cast<std::int32_t>(i));
        }
        return result;
    }

    [[nodiscard]] static auto plain_schema(char const* format, char const* name) noexcept
        -> ArrowSchema {
        constexpr auto nullable = std::int64_t{2};  // ARROW_FLAG_NULLABLE
        return {.format = format,
                .name = name,
                .metadata = nullptr,
                .flags = nullable,
                .n_children = 0,
                .children = nullptr,
                .dictionary = nullptr,
                .release = [](ArrowSchema* self) { self->release = nullptr; },
                .private_data = nullptr};
    }

    void require_fitting_times(detail::parquet_column_builder const& column) const {
        if (*options_.timestamps || column.seconds_fit()) return;
        throw error{errc::write_failed,
                    {options_.name},
                    "cannot be written: " + column.name() +
                        " has a time that is no whole number of seconds, after a row group "
                        "without any; times must be written as timestamps"};
    }

    /// Calls a function of the module. Throws what the sink threw, or `errc::write_failed`.
    template <class Function>
    void call(Function function) {
        char* message = nullptr;
        auto const status = function(&message);
        auto const text = detail::take_text(message);
        if (auto const thrown = std::exchange(failure_, {})) std::rethrow_exception(thrown);
        if (status != detail::module_ok)
            throw error{errc::write_failed, {options_.name}, "cannot be written: " + text};
    }

    static auto take_bytes(void* context, char const* bytes, std::uint64_t size) -> std::int32_t {
        auto& self = *static_cast<parquet_writer*>(context);
        try {
            self.out_({bytes, static_cast<std::size_t>(size)});
            return 0;
        } catch (...) {
            self.failure_ = std::current_exception();
            return 1;
        }
    }

    parquet_options options_;
    sink out_;
    detail::parquet_functions const* module_;
    std::vector<detail::parquet_column_builder> columns_;
    std::vector<std::optional<field_id>> fields_;
    void* handle_ = nullptr;
    std::exception_ptr failure_;
    std::uint64_t rows_ = 0;
    std::size_t group_rows_ = 0;
};

}  // namespace flowlog

#endif
