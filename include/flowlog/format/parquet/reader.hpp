// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_PARQUET_READER_HPP
#define FLOWLOG_FORMAT_PARQUET_READER_HPP

//      row group     batch   batch   batch
//                    |-------|-------|---|
//      srcaddr       stream_: the columns that are wanted
//      dstport       |
//      bytes                 late_: a stream of its own, begun when a flow was first asked for
//                            bytes; from the next row group on, bytes is wanted

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_bounds.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/chunk.hpp>
#include <flowlog/format/column_batch.hpp>
#include <flowlog/format/column_reader.hpp>
#include <flowlog/format/formats.hpp>
#include <flowlog/format/open_options.hpp>
#include <flowlog/format/parquet/columns.hpp>
#include <flowlog/format/parquet/decode.hpp>
#include <flowlog/format/parquet/describe.hpp>
#include <flowlog/format/parquet/file.hpp>
#include <flowlog/format/parquet/prune.hpp>

namespace flowlog::detail {

/// One column of a row group, read up to where it is needed.
class late_column {
public:
    late_column(parquet_file& file, std::int32_t group, std::int32_t column, std::int64_t rows)
        : stream_{file.select(group, {&column, 1}, rows)} {}

    /// The pieces that hold `count` rows from row `begin` on. Each call must begin at or after the
    /// end of the rows of the last one. The result is valid until the next call.
    template <class = void>
    auto take(parquet_file const& file, std::size_t begin, std::size_t count)
        -> std::vector<array_piece> {
        arrays_.clear();
        auto pieces = std::vector<array_piece>{};
        while (count != 0) {
            if (begin >= end_ && !fetch()) throw_short(file);
            auto const size = rows(array_);
            auto const skipped = begin - std::min(begin, end_ - size);
            if (skipped < size && begin < end_) {
                auto const taken = std::min(count, end_ - begin);
                pieces.push_back({array_->children[0], skipped, taken});
                begin += taken;
                count -= taken;
                if (count != 0) arrays_.push_back(std::move(array_));
            }
        }
        return pieces;
    }

    [[noreturn]] static void throw_short(parquet_file const& file) {
        file.fail(errc::corrupt, "is a damaged Parquet file: a column has too few values");
    }
    [[nodiscard]] static auto rows(arrow_array const& array) noexcept -> std::size_t {
        return static_cast<std::size_t>(array->length);
    }

private:
    auto fetch() -> bool {
        array_ = stream_.next();
        if (!array_) return false;
        end_ += rows(array_);
        return true;
    }

    parquet_stream stream_;
    arrow_array array_;
    std::size_t end_ = 0;              // the row after the last one of `array_`
    std::vector<arrow_array> arrays_;  // that pieces refer to
};

/// Reads row groups of a Parquet file. Reads the columns that are wanted, and others when a flow is
/// first asked for them.
class parquet_reader final : public column_reader {
public:
    /// Rows of a batch.
    static constexpr std::int64_t batch_rows = 1 << 15;

    /// Reads the groups from `begin` up to `end`, all of them by default.
    parquet_reader(std::unique_ptr<parquet_file> file, std::shared_ptr<parquet_layout const> layout,
                   std::atomic<std::uint64_t>* progress, std::size_t begin = 0,
                   std::optional<std::size_t> end = {})
        : file_{std::move(file)},
          layout_{std::move(layout)},
          decoder_{layout_->exact},
          progress_{progress},
          next_group_{begin},
          groups_end_{end.value_or(layout_->groups.size())} {}

    [[nodiscard]] auto next(column_batch& batch) -> bool override {
        while (row_ == group_rows_) {
            if (!begin_group()) return false;
        }
        decoder_.begin();
        array_.reset();
        batch_begin_ = row_;
        selected_.empty() ? pass_rows(batch) : read_rows(batch);
        if (row_ == group_rows_) end_group();
        return true;
    }

    [[nodiscard]] auto has(field_id id) -> bool override { return layout_->find(id) != nullptr; }

    [[nodiscard]] auto describe() -> archive_info override {
        return describe_parquet(*file_, *layout_);
    }
    [[nodiscard]] auto name() const -> std::string override { return file_->name(); }
    [[nodiscard]] auto bytes() const -> std::uint64_t override { return file_->bytes_read(); }

    void want(std::span<field_use const> wanted) override {
        for (auto const& use : wanted) {
            if (auto const* const column = layout_->find(use.id)) add_wanted(*column);
        }
    }

    void restrict(std::span<field_bounds const> wanted) override { pruner_.restrict(wanted); }
    [[nodiscard]] auto unread() const -> std::uint64_t override { return unread_; }

    void load(column_batch& batch, field_id id) override {
        auto const* const column = layout_->find(id);
        if (column == nullptr) return;
        if (!late_.contains(column->number)) add_wanted(*column);
        load_late(batch, *column);
    }

    [[nodiscard]] auto other_columns() -> std::vector<std::string> override {
        auto names = std::vector<std::string>{};
        for (auto const& column : layout_->texts) names.push_back(column.name);
        return names;
    }

    auto load_text(column_batch& batch, std::string_view name) -> bool override {
        auto const column = std::ranges::find(layout_->texts, name, &parquet_column::name);
        if (column == layout_->texts.end()) return false;
        load_late(batch, *column);
        return true;
    }

    void locate(std::size_t row, malformed_line& line) const override {
        auto const& group = layout_->groups[static_cast<std::size_t>(group_)];
        line.offset = group.offset;
        place_ = "row " + std::to_string(group.first_row +
                                         static_cast<std::int64_t>(batch_begin_ + row + 1));
        if (line.field) place_ += column_text(*line.field, row);
        line.text = place_;
    }

private:
    /// Moves to the next group that may have a wanted flow; false at the end.
    auto begin_group() -> bool {
        late_.clear();
        stream_.end();
        for (; next_group_ < groups_end_; ++next_group_) {
            group_ = static_cast<std::int32_t>(next_group_);
            auto const& group = layout_->groups[next_group_];
            if (group.rows == 0) continue;
            if (!pruner_.excludes(*file_, *layout_, group_)) break;
            unread_ += static_cast<std::uint64_t>(group.rows);
            count_progress(group.size);
        }
        if (next_group_ == groups_end_) return false;
        group_rows_ = static_cast<std::size_t>(layout_->groups[next_group_].rows);
        row_ = 0;
        ++next_group_;
        selected_ = wanted_;
        if (!selected_.empty()) stream_ = file_->select(group_, numbers(), batch_rows);
        return true;
    }

    void end_group() { count_progress(layout_->groups[static_cast<std::size_t>(group_)].size); }

    void count_progress(std::uint64_t bytes) {
        if (progress_ != nullptr) *progress_ += bytes;
    }

    /// A batch of columns that are loaded when they are asked for.
    void pass_rows(column_batch& batch) {
        auto const count = std::min(group_rows_ - row_, static_cast<std::size_t>(batch_rows));
        batch.begin(count);
        row_ += count;
    }

    void read_rows(column_batch& batch) {
        array_ = stream_.next();
        if (!array_ || late_column::rows(array_) > group_rows_ - row_)
            late_column::throw_short(*file_);
        auto const count = late_column::rows(array_);
        batch.begin(count);
        for (std::size_t i = 0; i < selected_.size(); ++i) {
            auto const piece = array_piece{array_->children[i], 0, count};
            decoder_.decode(batch, *selected_[i], {&piece, 1});
        }
        row_ += count;
    }

    /// Reads a column of the last batch with a stream of its own.
    void load_late(column_batch& batch, parquet_column const& column) {
        auto found = late_.find(column.number);
        if (found == late_.end()) {
            auto stream = late_column{*file_, group_, column.number, batch_rows};
            found = late_.emplace(column.number, std::move(stream)).first;
        }
        decoder_.decode(batch, column, found->second.take(*file_, batch_begin_, batch.size()));
    }

    void add_wanted(parquet_column const& column) {
        auto const place = std::ranges::lower_bound(
            wanted_, column.number, {}, [](auto const* other) { return other->number; });
        if (place == wanted_.end() || *place != &column) wanted_.insert(place, &column);
    }

    [[nodiscard]] auto numbers() const -> std::vector<std::int32_t> {
        auto result = std::vector<std::int32_t>{};
        for (auto const* column : selected_) result.push_back(column->number);
        return result;
    }

    /// The name of a field's column, and its value if it is at hand.
    [[nodiscard]] auto column_text(field_id id, std::size_t row) const -> std::string {
        auto const* const column = layout_->find(id);
        if (column == nullptr) return {};
        auto result = ", column " + column->name;
        auto const place = std::ranges::find(selected_, column);
        if (place == selected_.end() || !array_) return result;
        auto const* const array = array_->children[place - selected_.begin()];
        auto const value = text_of(*column, {array, row, 1});
        return value.empty() ? result : result + ": " + value;
    }

    std::unique_ptr<parquet_file> file_;
    std::shared_ptr<parquet_layout const> layout_;
    parquet_decoder decoder_;
    parquet_pruner pruner_;
    std::atomic<std::uint64_t>* progress_;
    std::vector<parquet_column const*> wanted_;    // in the order of the file
    std::vector<parquet_column const*> selected_;  // the wanted columns that `stream_` reads
    parquet_stream stream_;
    arrow_array array_;                         // the last batch of `stream_`
    std::map<std::int32_t, late_column> late_;  // by column
    std::size_t next_group_;
    std::size_t groups_end_;
    std::int32_t group_ = 0;
    std::size_t group_rows_ = 0;
    std::size_t row_ = 0;  // of the group: the next one
    std::size_t batch_begin_ = 0;
    std::uint64_t unread_ = 0;
    mutable std::string place_;
};

/// A range of row groups for each chunk.
class parquet_splitter final : public column_splitter {
public:
    parquet_splitter(std::unique_ptr<parquet_file> file,
                     std::shared_ptr<parquet_layout const> layout, std::uint64_t chunk_size)
        : file_{std::move(file)}, layout_{std::move(layout)}, chunk_size_{chunk_size} {}

    /// Whether a file can be divided: its groups follow each other.
    [[nodiscard]] static auto can_split(parquet_layout const& layout, std::uint64_t size) -> bool {
        auto last = std::uint64_t{0};
        for (auto const& group : layout.groups) {
            if (group.offset <= last || group.offset >= size) return false;
            last = group.offset;
        }
        return layout.groups.size() > 1;
    }

    [[nodiscard]] auto next() -> std::optional<chunk> override {
        auto const& groups = layout_->groups;
        if (next_ == groups.size()) return std::nullopt;
        auto const begin = next_ == 0 ? 0 : groups[next_].offset;
        auto size = std::uint64_t{0};
        while (next_ != groups.size() && size < chunk_size_) size += groups[next_++].size;
        auto const last = next_ == groups.size();
        return chunk{
            .begin = begin, .end = last ? file_->size() : groups[next_].offset, .last = last};
    }

    [[nodiscard]] auto open(chunk const& which, open_options const& options) const
        -> std::unique_ptr<column_reader> override {
        return std::make_unique<parquet_reader>(
            std::make_unique<parquet_file>(file_->source(), file_.get()), layout_, options.progress,
            group_at(which.begin), group_at(which.end));
    }

private:
    /// The first group that begins at an offset or after it.
    [[nodiscard]] auto group_at(std::uint64_t offset) const -> std::size_t {
        return static_cast<std::size_t>(
            std::ranges::lower_bound(layout_->groups, offset, {}, &parquet_layout::group::offset) -
            layout_->groups.begin());
    }

    std::unique_ptr<parquet_file> file_;
    std::shared_ptr<parquet_layout const> layout_;
    std::uint64_t chunk_size_;
    std::size_t next_ = 0;
};

}  // namespace flowlog::detail

#endif
