// SPDX-License-Identifier: BSL-1.0
// Parquet files, read by parquet::arrow.
//
//      file     callbacks to the program's input; footer; one FileReader
//      stream   RecordBatchReader over some columns of one row group; its byte ranges are read when
//               it begins, neighbouring ones at once
#include "parquet.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type_traits.h>
#include <arrow/util/compression.h>
#include <arrow/util/future.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

#include "gzip_pages.hpp"

namespace flowlog_arrow {
namespace {

using flowlog::detail::module_read_callback;
using flowlog::detail::parquet_bounds;
using flowlog::detail::parquet_group;

/// Bounds what all files together may ask for, so that a damaged length is an error and not the
/// end of the program.
constexpr std::int64_t max_memory = std::int64_t{4} << 30;

auto memory() -> arrow::MemoryPool* {
    static auto pool = arrow::CappedMemoryPool{arrow::default_memory_pool(), max_memory};
    return &pool;
}

/// The program's input. All reads happen in the thread that asks.
class callback_file final : public arrow::io::RandomAccessFile {
public:
    callback_file(void* context, module_read_callback read, std::int64_t size)
        : context_{context}, read_{read}, size_{size} {}

    auto Close() -> arrow::Status override {
        closed_ = true;
        return arrow::Status::OK();
    }
    [[nodiscard]] auto closed() const -> bool override { return closed_; }
    [[nodiscard]] auto Tell() const -> arrow::Result<std::int64_t> override { return at_; }
    auto GetSize() -> arrow::Result<std::int64_t> override { return size_; }
    auto Seek(std::int64_t position) -> arrow::Status override {
        at_ = position;
        return arrow::Status::OK();
    }

    auto Read(std::int64_t size, void* out) -> arrow::Result<std::int64_t> override {
        ARROW_ASSIGN_OR_RAISE(auto const got, ReadAt(at_, size, out));
        at_ += got;
        return got;
    }
    auto Read(std::int64_t size) -> arrow::Result<std::shared_ptr<arrow::Buffer>> override {
        ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(at_, size));
        at_ += buffer->size();
        return buffer;
    }

    /// Reads ranges, and keeps them for `ReadAt` until `forget`.
    auto fetch(std::vector<arrow::io::ReadRange> const& ranges) -> arrow::Status {
        for (auto const& range : ranges) {
            ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(range.offset, range.length));
            fetched_.emplace_back(range.offset, std::move(buffer));
        }
        return arrow::Status::OK();
    }
    void forget() { fetched_.clear(); }

    using RandomAccessFile::ReadAsync;
    using RandomAccessFile::ReadAt;
    auto ReadAt(std::int64_t position, std::int64_t size, void* out)
        -> arrow::Result<std::int64_t> override {
        if (position < 0 || size < 0 || position > size_)
            return arrow::Status::Invalid("a part of the file is said to be beyond its end");
        auto const wanted = std::min(size, size_ - position);
        auto const got = read_(context_, static_cast<std::uint64_t>(position),
                               static_cast<char*>(out), static_cast<std::uint64_t>(wanted));
        if (got < 0) return arrow::Status::Cancelled("the file cannot be read");
        if (got < wanted) return arrow::Status::Invalid("the file has become shorter");
        return got;
    }
    auto ReadAt(std::int64_t position, std::int64_t size)
        -> arrow::Result<std::shared_ptr<arrow::Buffer>> override {
        if (position < 0 || size < 0 || position > size_ || size > size_ - position)
            return arrow::Status::Invalid("a part of the file is said to be beyond its end");
        for (auto const& [begin, bytes] : fetched_) {
            if (position >= begin && position + size <= begin + bytes->size())
                return arrow::SliceBuffer(bytes, position - begin, size);
        }
        ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(size, memory()));
        ARROW_ASSIGN_OR_RAISE(auto const got, ReadAt(position, size, buffer->mutable_data()));
        ARROW_RETURN_NOT_OK(buffer->Resize(got));
        return std::shared_ptr<arrow::Buffer>{std::move(buffer)};
    }
    auto ReadAsync(arrow::io::IOContext const&, std::int64_t position, std::int64_t size)
        -> arrow::Future<std::shared_ptr<arrow::Buffer>> override {
        return arrow::Future<std::shared_ptr<arrow::Buffer>>::MakeFinished(ReadAt(position, size));
    }

private:
    void* context_;
    module_read_callback read_;
    std::int64_t size_;
    std::int64_t at_ = 0;
    bool closed_ = false;
    std::vector<std::pair<std::int64_t, std::shared_ptr<arrow::Buffer>>> fetched_;  // by offset
};

/// Whether all pages of a column chunk refer to a dictionary.
auto has_only_dictionary_pages(parquet::ColumnChunkMetaData const& chunk) -> bool {
    auto const is_dictionary = [](parquet::Encoding::type encoding) {
        return encoding == parquet::Encoding::PLAIN_DICTIONARY ||
               encoding == parquet::Encoding::RLE_DICTIONARY;
    };
    auto const& pages = chunk.encoding_stats();
    if (pages.empty()) {
        auto const& encodings = chunk.encodings();
        return chunk.has_dictionary_page() &&
               std::find(encodings.begin(), encodings.end(), parquet::Encoding::PLAIN) ==
                   encodings.end();
    }
    return std::all_of(pages.begin(), pages.end(), [&](auto const& page) {
        return page.page_type == parquet::PageType::DICTIONARY_PAGE || is_dictionary(page.encoding);
    });
}

/// How the columns are handed out. Texts stay dictionaries where the first row group has them as
/// such: then a text that is repeated is decoded once.
auto reading_properties(parquet::FileMetaData const& footer) -> parquet::ArrowReaderProperties {
    auto properties = parquet::ArrowReaderProperties{false};
    properties.set_pre_buffer(false);  // `begin_stream` does that, in the thread that reads
    if (footer.num_row_groups() == 0) return properties;
    auto const first = footer.RowGroup(0);
    for (auto i = 0; i < footer.num_columns(); ++i) {
        auto const* const column = footer.schema()->Column(i);
        if (column->physical_type() != parquet::Type::BYTE_ARRAY ||
            column->max_repetition_level() != 0 || column->max_definition_level() > 1)
            continue;
        if (has_only_dictionary_pages(*first->ColumnChunk(i)))
            properties.set_read_dictionary(i, true);
    }
    return properties;
}

struct file {
    std::shared_ptr<callback_file> source;
    std::shared_ptr<parquet::FileMetaData> footer;
    std::unique_ptr<parquet::arrow::FileReader> reader;
    parquet::ParquetFileReader* plain;  // a part of `reader`
};

auto as_file(void* handle) -> file& { return *static_cast<file*>(handle); }

auto open_file(void* context, module_read_callback read, std::uint64_t size, file const* like)
    -> arrow::Result<std::unique_ptr<file>> {
    if (size > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
        return arrow::Status::Invalid("the file is too large");
    auto source = std::make_shared<callback_file>(context, read, static_cast<std::int64_t>(size));
    auto properties = parquet::ReaderProperties{memory()};
    properties.set_page_checksum_verification(true);
    auto opened = parquet::ParquetFileReader::Open(source, properties,
                                                   like == nullptr ? nullptr : like->footer);
    auto result = std::make_unique<file>();
    result->source = source;
    result->footer = opened->metadata();
    result->plain = opened.get();
    opened = with_fast_gzip(std::move(opened), source, properties);
    auto const how = reading_properties(*result->footer);
    ARROW_ASSIGN_OR_RAISE(result->reader,
                          parquet::arrow::FileReader::Make(memory(), std::move(opened), how));
    return result;
}

auto open(void* context, module_read_callback read, std::uint64_t size, void const* like,
          void** into, char** error) -> std::int32_t {
    return guarded(error, [&]() -> arrow::Status {
        ARROW_ASSIGN_OR_RAISE(auto opened,
                              open_file(context, read, size, static_cast<file const*>(like)));
        *into = opened.release();
        return arrow::Status::OK();
    });
}

void close(void* handle) { delete &as_file(handle); }

auto schema(void* handle, ArrowSchema* into, char** error) -> std::int32_t {
    return guarded(error, [&]() -> arrow::Status {
        auto found = std::shared_ptr<arrow::Schema>{};
        ARROW_RETURN_NOT_OK(as_file(handle).reader->GetSchema(&found));
        return arrow::ExportSchema(*found, into);
    });
}

auto created_by(void* handle) -> char const* {
    return as_file(handle).footer->created_by().c_str();
}

auto groups(void* handle) -> std::int32_t { return as_file(handle).footer->num_row_groups(); }

/// Where the pages of a column chunk begin.
auto offset_of(parquet::ColumnChunkMetaData const& chunk) -> std::int64_t {
    auto const data = chunk.data_page_offset();
    auto const dictionary = chunk.dictionary_page_offset();
    return chunk.has_dictionary_page() && dictionary > 0 ? std::min(dictionary, data) : data;
}

/// A damaged footer may say anything: what cannot be is 0.
auto not_negative(std::int64_t number) -> std::uint64_t {
    return number < 0 ? 0 : static_cast<std::uint64_t>(number);
}

void describe_group(file const& from, int index, parquet_group& into) {
    auto const group = from.footer->RowGroup(index);
    into.rows = group->num_rows();
    auto size = std::uint64_t{0};
    auto offset = std::numeric_limits<std::uint64_t>::max();
    for (auto i = 0; i < group->num_columns(); ++i) {
        auto const chunk = group->ColumnChunk(i);
        size += not_negative(chunk->total_compressed_size());
        offset = std::min(offset, not_negative(offset_of(*chunk)));
        if (i == 0) {
            static thread_local auto name = std::string{};
            name = arrow::util::Codec::GetCodecAsString(chunk->compression());
            into.codec = name.c_str();
        }
    }
    into.size = size;
    into.offset = group->num_columns() == 0 ? 0 : offset;
}

void group(void* handle, std::int32_t index, parquet_group* into) {
    *into = {.rows = 0, .offset = 0, .size = 0, .codec = ""};
    try {
        describe_group(as_file(handle), index, *into);
    } catch (std::exception const&) {
        *into = {.rows = 0, .offset = 0, .size = 0, .codec = ""};
    }
}

template <class Statistics>
auto bounds_of(parquet::Statistics const& statistics) -> parquet_bounds {
    auto const& typed = static_cast<Statistics const&>(statistics);
    return {1, typed.min(), typed.max()};
}

/// Numbers without a sign are kept in signed ones.
auto as_unsigned(parquet_bounds bounds, parquet::Type::type type) -> parquet_bounds {
    if (type == parquet::Type::INT32)
        return {1, static_cast<std::uint32_t>(bounds.min), static_cast<std::uint32_t>(bounds.max)};
    return bounds.min < 0 || bounds.max < 0 ? parquet_bounds{} : bounds;
}

auto find_bounds(file const& from, int index, int field) -> parquet_bounds {
    auto const& fields = from.reader->manifest().schema_fields;
    auto const& found = fields.at(static_cast<std::size_t>(field));
    if (!found.is_leaf() || arrow::is_decimal(found.field->type()->id())) return {};
    auto const chunk = from.footer->RowGroup(index)->ColumnChunk(found.column_index);
    auto const statistics = chunk->statistics();
    if (!statistics || !statistics->HasMinMax()) return {};
    auto const type = chunk->type();
    if (type != parquet::Type::INT32 && type != parquet::Type::INT64) return {};
    auto const bounds = type == parquet::Type::INT32
                            ? bounds_of<parquet::Int32Statistics>(*statistics)
                            : bounds_of<parquet::Int64Statistics>(*statistics);
    return arrow::is_unsigned_integer(found.field->type()->id()) ? as_unsigned(bounds, type)
                                                                 : bounds;
}

void bounds(void* handle, std::int32_t index, std::int32_t column, parquet_bounds* into) {
    *into = {};
    try {
        *into = find_bounds(as_file(handle), index, column);
    } catch (std::exception const&) {
        *into = {};  // the group is read
    }
}

auto finds_only(file const& from, int index, int field, std::string_view text) -> bool {
    auto const& fields = from.reader->manifest().schema_fields;
    auto const& found = fields.at(static_cast<std::size_t>(field));
    if (!found.is_leaf()) return false;
    auto const chunk = from.footer->RowGroup(index)->ColumnChunk(found.column_index);
    auto const statistics = chunk->statistics();
    if (chunk->type() != parquet::Type::BYTE_ARRAY || !statistics || !statistics->HasMinMax() ||
        !statistics->HasNullCount() || statistics->null_count() != 0)
        return false;
    auto const is_text = [text](parquet::ByteArray const& value) {
        return text == std::string_view{reinterpret_cast<char const*>(value.ptr), value.len};
    };
    auto const& typed = static_cast<parquet::ByteArrayStatistics const&>(*statistics);
    return is_text(typed.min()) && is_text(typed.max());
}

auto has_only(void* handle, std::int32_t index, std::int32_t column, char const* text)
    -> std::int32_t {
    try {
        return finds_only(as_file(handle), index, column, text) ? 1 : 0;
    } catch (std::exception const&) {
        return 0;  // the group is read
    }
}

struct stream {
    std::unique_ptr<arrow::RecordBatchReader> batches;
};

auto begin_stream(file& from, int group, std::vector<int> const& columns, std::int64_t rows)
    -> arrow::Result<std::unique_ptr<stream>> {
    auto const& fields = from.reader->manifest().schema_fields;
    auto leaves = std::vector<int>{};
    for (auto const column : columns) {
        auto const& found = fields.at(static_cast<std::size_t>(column));
        if (!found.is_leaf()) return arrow::Status::NotImplemented("the column is nested");
        leaves.push_back(found.column_index);
    }
    // neighbouring ranges are read at once; holes of a page or two cost less than another request
    constexpr auto max_hole = std::int64_t{64} << 10;
    constexpr auto max_range = std::int64_t{32} << 20;
    ARROW_ASSIGN_OR_RAISE(auto const ranges,
                          from.plain->GetReadRanges({group}, leaves, max_hole, max_range));
    ARROW_RETURN_NOT_OK(from.source->fetch(ranges));
    from.reader->set_batch_size(rows);
    auto result = std::make_unique<stream>();
    auto begun = from.reader->GetRecordBatchReader({group}, leaves);
    from.source->forget();  // the columns hold what they need
    ARROW_ASSIGN_OR_RAISE(result->batches, std::move(begun));
    return result;
}

auto select(void* handle, std::int32_t group, std::int32_t const* columns,
            std::int32_t column_count, std::int64_t rows, void** into, char** error)
    -> std::int32_t {
    return guarded(error, [&]() -> arrow::Status {
        ARROW_ASSIGN_OR_RAISE(auto begun, begin_stream(as_file(handle), group,
                                                       {columns, columns + column_count}, rows));
        *into = begun.release();
        return arrow::Status::OK();
    });
}

auto next(void* handle, ArrowArray* array, char** error) -> std::int32_t {
    array->release = nullptr;
    return guarded(error, [&]() -> arrow::Status {
        auto batch = std::shared_ptr<arrow::RecordBatch>{};
        ARROW_RETURN_NOT_OK(static_cast<stream*>(handle)->batches->ReadNext(&batch));
        if (!batch) return arrow::Status::OK();
        ARROW_RETURN_NOT_OK(batch->Validate());
        return arrow::ExportRecordBatch(*batch, array);
    });
}

void end(void* handle) { delete static_cast<stream*>(handle); }

}  // namespace

constinit flowlog::detail::parquet_functions const parquet_files{
    .open = open,
    .close = close,
    .schema = schema,
    .created_by = created_by,
    .groups = groups,
    .group = group,
    .bounds = bounds,
    .has_only = has_only,
    .select = select,
    .next = next,
    .end = end,
    .create = create_parquet,
    .write = write_parquet,
    .finish = finish_parquet,
    .abandon = abandon_parquet,
};

}  // namespace flowlog_arrow
