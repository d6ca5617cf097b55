// SPDX-License-Identifier: BSL-1.0
//      ParquetFileReader          RowGroupReader         PageReader
//      file_contents         -->  group_contents    -->  inflating_pages   for columns in gzip
//      (the reader of Arrow)      (the one of Arrow)     (that of Arrow)   for others
#include "gzip_pages.hpp"

#include <utility>

#if FLOWLOG_ARROW_ISAL

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include <arrow/buffer.h>
#include <isa-l/igzip_lib.h>
#include <parquet/column_page.h>
#include <parquet/column_reader.h>
#include <parquet/exception.h>
#include <parquet/metadata.h>

namespace flowlog_arrow {
namespace {

using buffer_pointer = std::shared_ptr<arrow::Buffer>;

/// Inflates gzip members, one after the other.
class inflater {
public:
    explicit inflater(arrow::MemoryPool* pool) : pool_{pool} {}

    /// Inflates what follows the first `plain` bytes, which are copied. `size` is how many bytes
    /// the result has; 0: that is not known.
    auto inflate(arrow::Buffer const& from, std::size_t plain, std::size_t size) -> buffer_pointer {
        if (plain > static_cast<std::size_t>(from.size())) fail();
        auto capacity =
            size != 0 ? size
                      : std::max<std::size_t>(4096, 4 * static_cast<std::size_t>(from.size()));
        if (capacity < plain) fail();
        PARQUET_ASSIGN_OR_THROW(
            auto out, arrow::AllocateResizableBuffer(static_cast<std::int64_t>(capacity), pool_));
        std::copy_n(from.data(), plain, out->mutable_data());
        state_.next_in = const_cast<std::uint8_t*>(from.data()) + plain;
        state_.avail_in = static_cast<std::uint32_t>(static_cast<std::size_t>(from.size()) - plain);
        auto done = plain;
        while (state_.avail_in != 0) done = inflate_member(*out, done, size != 0);
        if (size != 0 && done != size) fail();
        PARQUET_THROW_NOT_OK(out->Resize(static_cast<std::int64_t>(done), false));
        return out;
    }

private:
    [[noreturn]] static void fail() {
        throw parquet::ParquetException("a page in gzip is damaged");
    }

    /// Inflates one member to `out` from `done` on; returns the new `done`.
    auto inflate_member(arrow::ResizableBuffer& out, std::size_t done, bool fixed) -> std::size_t {
        auto* const next = state_.next_in;
        auto const left = state_.avail_in;
        ::isal_inflate_init(&state_);
        state_.next_in = next;
        state_.avail_in = left;
        state_.crc_flag = *next == 0x1F ? ISAL_GZIP : ISAL_ZLIB;
        for (;;) {
            auto const space = static_cast<std::size_t>(out.size()) - done;
            state_.next_out = out.mutable_data() + done;
            state_.avail_out = static_cast<std::uint32_t>(
                std::min<std::size_t>(space, std::numeric_limits<std::uint32_t>::max()));
            auto const given = state_.avail_out;
            if (::isal_inflate(&state_) != ISAL_DECOMP_OK) fail();
            done += given - state_.avail_out;
            if (state_.block_state == ISAL_BLOCK_FINISH) return done;
            if (state_.avail_out != 0 || fixed) fail();  // it breaks off, or is too long
            PARQUET_THROW_NOT_OK(out.Resize(out.size() * 2, false));
        }
    }

    arrow::MemoryPool* pool_;
    ::inflate_state state_{};
};

/// Inflates the pages that another reader takes for uncompressed ones.
class inflating_pages final : public parquet::PageReader {
public:
    inflating_pages(std::unique_ptr<parquet::PageReader> packed, arrow::MemoryPool* pool)
        : packed_{std::move(packed)}, inflater_{pool} {}

    auto NextPage() -> std::shared_ptr<parquet::Page> override {
        auto const page = packed_->NextPage();
        if (!page) return page;
        switch (page->type()) {
            case parquet::PageType::DATA_PAGE:
                return inflated(static_cast<parquet::DataPageV1 const&>(*page));
            case parquet::PageType::DATA_PAGE_V2: {
                auto const& data = static_cast<parquet::DataPageV2 const&>(*page);
                return data.is_compressed() ? inflated(data) : page;
            }
            case parquet::PageType::DICTIONARY_PAGE:
                return inflated(static_cast<parquet::DictionaryPage const&>(*page));
            default: return page;
        }
    }
    void set_max_page_header_size(std::uint32_t size) override {
        packed_->set_max_page_header_size(size);
    }

private:
    auto inflated(parquet::DataPageV1 const& page) -> std::shared_ptr<parquet::Page> {
        auto const size = static_cast<std::size_t>(page.uncompressed_size());
        return std::make_shared<parquet::DataPageV1>(
            size == 0 ? page.buffer() : inflater_.inflate(*page.buffer(), 0, size),
            page.num_values(), page.encoding(), page.definition_level_encoding(),
            page.repetition_level_encoding(), page.uncompressed_size(), page.statistics(),
            page.first_row_index(), page.size_statistics());
    }

    auto inflated(parquet::DataPageV2 const& page) -> std::shared_ptr<parquet::Page> {
        auto const levels = static_cast<std::size_t>(page.definition_levels_byte_length()) +
                            static_cast<std::size_t>(page.repetition_levels_byte_length());
        auto const size = static_cast<std::size_t>(page.uncompressed_size());
        return std::make_shared<parquet::DataPageV2>(
            size == 0 ? page.buffer() : inflater_.inflate(*page.buffer(), levels, size),
            page.num_values(), page.num_nulls(), page.num_rows(), page.encoding(),
            page.definition_levels_byte_length(), page.repetition_levels_byte_length(),
            page.uncompressed_size(), false, page.statistics(), page.first_row_index(),
            page.size_statistics());
    }

    auto inflated(parquet::DictionaryPage const& page) -> std::shared_ptr<parquet::Page> {
        return std::make_shared<parquet::DictionaryPage>(inflater_.inflate(*page.buffer(), 0, 0),
                                                         page.num_values(), page.encoding(),
                                                         page.is_sorted());
    }

    std::unique_ptr<parquet::PageReader> packed_;
    inflater inflater_;
};

/// What all row groups of a file share.
struct shared_file {
    std::unique_ptr<parquet::ParquetFileReader> reader;
    std::shared_ptr<arrow::io::RandomAccessFile> source;
    parquet::ReaderProperties properties;
};

class group_contents final : public parquet::RowGroupReader::Contents {
public:
    group_contents(std::shared_ptr<shared_file> file, int group)
        : file_{std::move(file)}, group_{file_->reader->RowGroup(group)} {}

    auto GetColumnPageReader(int column) -> std::unique_ptr<parquet::PageReader> override {
        auto const chunk = metadata()->ColumnChunk(column);
        if (chunk->compression() != parquet::Compression::GZIP || chunk->crypto_metadata())
            return group_->GetColumnPageReader(column);
        auto begin = chunk->data_page_offset();
        if (chunk->has_dictionary_page() && chunk->dictionary_page_offset() > 0)
            begin = std::min(begin, chunk->dictionary_page_offset());
        auto stream =
            file_->properties.GetStream(file_->source, begin, chunk->total_compressed_size());
        auto packed = parquet::PageReader::Open(
            std::move(stream), chunk->num_values(), parquet::Compression::UNCOMPRESSED,
            file_->properties, *metadata()->schema()->Column(column));
        return std::make_unique<inflating_pages>(std::move(packed),
                                                 file_->properties.memory_pool());
    }
    [[nodiscard]] auto metadata() const -> parquet::RowGroupMetaData const* override {
        return group_->metadata();
    }
    [[nodiscard]] auto properties() const -> parquet::ReaderProperties const* override {
        return &file_->properties;
    }

private:
    std::shared_ptr<shared_file> file_;
    std::shared_ptr<parquet::RowGroupReader> group_;
};

class file_contents final : public parquet::ParquetFileReader::Contents {
public:
    explicit file_contents(std::shared_ptr<shared_file> file) : file_{std::move(file)} {}

    void Close() override { file_->reader->Close(); }
    auto GetRowGroup(int group) -> std::shared_ptr<parquet::RowGroupReader> override {
        return std::make_shared<parquet::RowGroupReader>(
            std::make_unique<group_contents>(file_, group));
    }
    [[nodiscard]] auto metadata() const -> std::shared_ptr<parquet::FileMetaData> override {
        return file_->reader->metadata();
    }
    auto GetPageIndexReader() -> std::shared_ptr<parquet::PageIndexReader> override {
        return file_->reader->GetPageIndexReader();
    }
    auto GetBloomFilterReader() -> parquet::BloomFilterReader& override {
        return file_->reader->GetBloomFilterReader();
    }

private:
    std::shared_ptr<shared_file> file_;
};

}  // namespace

auto with_fast_gzip(std::unique_ptr<parquet::ParquetFileReader> reader,
                    std::shared_ptr<arrow::io::RandomAccessFile> source,
                    parquet::ReaderProperties const& properties)
    -> std::unique_ptr<parquet::ParquetFileReader> {
    auto shared = std::make_shared<shared_file>(
        shared_file{std::move(reader), std::move(source), properties});
    auto result = std::make_unique<parquet::ParquetFileReader>();
    result->Open(std::make_unique<file_contents>(std::move(shared)));
    return result;
}

}  // namespace flowlog_arrow

#else

namespace flowlog_arrow {

auto with_fast_gzip(std::unique_ptr<parquet::ParquetFileReader> reader,
                    std::shared_ptr<arrow::io::RandomAccessFile>, parquet::ReaderProperties const&)
    -> std::unique_ptr<parquet::ParquetFileReader> {
    return reader;
}

}  // namespace flowlog_arrow

#endif
