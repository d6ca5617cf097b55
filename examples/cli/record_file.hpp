// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_RECORD_FILE_HPP
#define FLOWLOG_CLI_RECORD_FILE_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/output/encoder.hpp>
#include <flowlog/output/parquet.hpp>
#include <flowlog/output/records.hpp>

#include "columns.hpp"

namespace cli {

/// The format of a file of records; none of the texts: Parquet.
struct file_format {
    std::optional<flowlog::record_format> text{};
    std::string compression{};  ///< "gzip" or "zstd"; empty: none
    std::string ending{};       ///< of a file's name: ".log.gz"

    [[nodiscard]] auto is_parquet() const noexcept -> bool { return !text; }
};

/// The format that the ending of a name means, or `to`, if that is not empty: `parquet`, `csv`,
/// `tsv`, `json`, `ndjson` or `log`. Throws `usage_error` if neither says.
auto file_format_of(std::string_view name, std::string const& to) -> file_format;

/// How times are written; absent: as the format has them.
using times_option = std::optional<flowlog::time_format>;

/// Records of any format, written as a file.
class record_file {
public:
    /// `name` is for messages.
    record_file(std::string name, file_format const& format, columns const& shown,
                times_option times, flowlog::byte_sink out);

    /// Adds a record, unless a value is malformed: then returns that field.
    template <class Record>
    auto write(Record const& record) -> std::optional<flowlog::field_id> {
        return parquet_ ? parquet_->write(record) : text_->write(record);
    }

    /// Adds all records of a batch; false, with none added, if they must be added one by one.
    template <class Batch>
    auto write_batch(Batch const& batch) -> bool {
        return parquet_ && parquet_->write_batch(batch);
    }

    /// How many records are in memory.
    [[nodiscard]] auto pending_rows() const noexcept -> std::size_t {
        return parquet_ ? parquet_->pending_rows() : 0;
    }
    [[nodiscard]] auto rows() const noexcept -> std::uint64_t {
        return parquet_ ? parquet_->rows() : text_->rows();
    }

    /// Writes the records that are in memory.
    void flush();

    /// Writes the end of the file. If inputs are missing from it, and the format has comments, the
    /// last line is one that says so.
    void finish(std::string const& missing);

private:
    void put(std::string_view bytes);

    flowlog::byte_sink out_;
    std::unique_ptr<flowlog::compressor> compressor_;
    std::unique_ptr<flowlog::parquet_writer> parquet_;
    std::unique_ptr<flowlog::record_writer> text_;
    bool has_comments_ = false;
};

}  // namespace cli

#endif
