// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_PROJECTION_HPP
#define FLOWLOG_FORMAT_TEXT_PROJECTION_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/text/record.hpp>
#include <flowlog/format/text/scan.hpp>

namespace flowlog::detail {

/// The position of each field of a `text_record`, by field.
using field_positions = std::array<std::uint16_t, fields.size()>;

/// The columns of a log that a job reads. The scanner need not write the delimiters of the others.
class projection {
public:
    projection() = default;

    /// The columns of `wanted` and the log-status; all columns if `wanted` is empty, or if fewer
    /// would take no less time.
    projection(std::shared_ptr<layout const> columns, std::vector<field_use> const& wanted)
        : columns_{std::move(columns)} {
        auto kept = std::vector<bool>(columns_->size(), wanted.empty());
        for (auto const field : wanted) keep(field.id, kept);
        keep(field_id::log_status, kept);
        delimiters_ = kept_delimiters{kept};
        if (!chosen_scanner().can_keep(delimiters_)) {
            kept.assign(kept.size(), true);
            delimiters_ = kept_delimiters{kept};
        }
        all_ = std::find(kept.begin(), kept.end(), false) == kept.end();
        for (auto const& f : fields)
            positions_[static_cast<std::size_t>(f.id)] = position(f.id, kept);
    }

    /// The columns of the log; null if there is no projection yet.
    [[nodiscard]] auto columns() const noexcept -> layout const* { return columns_.get(); }

    /// The delimiters at both ends of the columns that are read.
    [[nodiscard]] auto delimiters() const noexcept -> kept_delimiters const& { return delimiters_; }

    /// The positions of the fields in a record that has only those delimiters; if these are all
    /// delimiters, the array of the layout. \pre there is a projection
    [[nodiscard]] auto positions() const noexcept -> std::uint16_t const* {
        return all_ ? columns_->columns_by_field().data() : positions_.data();
    }

private:
    /// Keeps the delimiters at both ends of a column.
    void keep(field_id id, std::vector<bool>& kept) const {
        auto const column = columns_->column(id);
        if (column == layout::none) return;
        kept[column] = true;
        if (column != 0) kept[column - 1U] = true;
    }

    /// The number of the delimiter before a field's token among those that are kept.
    [[nodiscard]] auto position(field_id id, std::vector<bool> const& kept) const -> std::uint16_t {
        auto const column = columns_->column(id);
        if (column == layout::none) return layout::none;
        auto const last = column + 1U == kept.size();
        if ((!kept[column] && !last) || (column != 0 && !kept[column - 1U])) return far;
        return static_cast<std::uint16_t>(std::count(kept.begin(), kept.begin() + column, true));
    }

    std::shared_ptr<layout const> columns_;
    kept_delimiters delimiters_;
    field_positions positions_{};
    bool all_ = false;
};

}  // namespace flowlog::detail

#endif
