// SPDX-License-Identifier: BSL-1.0
// Parquet files, written by parquet::arrow.
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/compression.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <flowlog/version.hpp>

#include "parquet.hpp"

namespace flowlog_arrow {
namespace {

using flowlog::detail::module_write_callback;
using flowlog::detail::parquet_write_options;

/// The program's output.
class callback_stream final : public arrow::io::OutputStream {
public:
    callback_stream(void* context, module_write_callback write)
        : context_{context}, write_{write} {}

    auto Close() -> arrow::Status override {
        closed_ = true;
        return arrow::Status::OK();
    }
    /// From now on, what is written is dropped.
    void mute() { muted_ = true; }
    [[nodiscard]] auto closed() const -> bool override { return closed_; }
    [[nodiscard]] auto Tell() const -> arrow::Result<std::int64_t> override { return at_; }

    using OutputStream::Write;
    auto Write(void const* bytes, std::int64_t size) -> arrow::Status override {
        if (muted_) return arrow::Status::OK();
        if (write_(context_, static_cast<char const*>(bytes), static_cast<std::uint64_t>(size)) !=
            0)
            return arrow::Status::Cancelled("the file cannot be written");
        at_ += size;
        return arrow::Status::OK();
    }

private:
    void* context_;
    module_write_callback write_;
    std::int64_t at_ = 0;
    bool closed_ = false;
    bool muted_ = false;
};

struct writer {
    std::shared_ptr<callback_stream> out;
    std::shared_ptr<arrow::Schema> schema;
    std::unique_ptr<parquet::arrow::FileWriter> file;
};

/// Texts get dictionaries, as they come. Of numbers, the differences between neighbours are stored:
/// faster than to collect a dictionary of them, and smaller.
void choose_encodings(arrow::Schema const& schema, parquet::WriterProperties::Builder& how) {
    for (auto const& field : schema.fields()) {
        auto const type = field->type()->id();
        if (!arrow::is_integer(type) && type != arrow::Type::TIMESTAMP) continue;
        how.disable_dictionary(field->name());
        how.encoding(field->name(), parquet::Encoding::DELTA_BINARY_PACKED);
    }
}

auto properties_of(arrow::Schema const& schema, parquet_write_options const& options)
    -> arrow::Result<std::shared_ptr<parquet::WriterProperties>> {
    auto codec = std::string{options.codec};
    if (codec == "none") codec = "uncompressed";
    if (codec == "lz4") codec = "lz4_raw";  // Parquet does not have the frames of the other one
    ARROW_ASSIGN_OR_RAISE(auto const compression, arrow::util::Codec::GetCompressionType(codec));
    auto how = parquet::WriterProperties::Builder{};
    how.created_by("flowlog version " + std::string{flowlog::version});
    how.compression(compression);
    if (options.level >= 0) how.compression_level(options.level);
    how.max_row_group_length(std::numeric_limits<std::int64_t>::max());  // `write` ends it
    how.write_batch_size(std::int64_t{1} << 16);
    how.dictionary_pagesize_limit(std::int64_t{16} << 20);
    choose_encodings(schema, how);
    for (auto i = 0; i < options.no_statistics_count; ++i)
        how.disable_statistics(schema.field(options.no_statistics[i])->name());
    return how.build();
}

/// The types that the file has: texts come as dictionaries, which is their encoding in the file.
auto create(void* context, module_write_callback write, ArrowSchema* schema,
            parquet_write_options const& options) -> arrow::Result<std::unique_ptr<writer>> {
    auto result = std::make_unique<writer>();
    ARROW_ASSIGN_OR_RAISE(result->schema, arrow::ImportSchema(schema));
    ARROW_ASSIGN_OR_RAISE(auto properties, properties_of(*result->schema, options));
    result->out = std::make_shared<callback_stream>(context, write);
    ARROW_ASSIGN_OR_RAISE(result->file, parquet::arrow::FileWriter::Open(
                                            *result->schema, arrow::default_memory_pool(),
                                            result->out, std::move(properties)));
    return result;
}

auto as_writer(void* handle) -> writer& { return *static_cast<writer*>(handle); }

}  // namespace

auto create_parquet(void* context, module_write_callback write, ArrowSchema* schema,
                    parquet_write_options const* options, void** into, char** error)
    -> std::int32_t {
    return guarded(error, [&]() -> arrow::Status {
        ARROW_ASSIGN_OR_RAISE(auto made, create(context, write, schema, *options));
        *into = made.release();
        return arrow::Status::OK();
    });
}

auto write_parquet(void* handle, ArrowArray* array, char** error) -> std::int32_t {
    return guarded(error, [&]() -> arrow::Status {
        auto& to = as_writer(handle);
        ARROW_ASSIGN_OR_RAISE(auto const batch, arrow::ImportRecordBatch(array, to.schema));
        ARROW_RETURN_NOT_OK(to.file->NewRowGroup());
        for (auto const& column : batch->columns())
            ARROW_RETURN_NOT_OK(to.file->WriteColumnChunk(*column));
        return arrow::Status::OK();
    });
}

auto finish_parquet(void* handle, char** error) -> std::int32_t {
    return guarded(error, [&] { return as_writer(handle).file->Close(); });
}

void abandon_parquet(void* handle) {
    try {
        as_writer(handle).out->mute();  // a file that is not finished finishes itself
        delete &as_writer(handle);
    } catch (...) {  // what it still wanted to write does not matter
    }
}

}  // namespace flowlog_arrow
