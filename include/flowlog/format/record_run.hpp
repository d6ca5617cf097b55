// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_RECORD_RUN_HPP
#define FLOWLOG_FORMAT_RECORD_RUN_HPP

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/format/packed_column.hpp>

namespace flowlog {

/// Flows of an archive that stand one behind the other and are laid out alike; for aggregators that
/// load many values of a field at once. A view: valid until its reader moves on.
template <class Record>
class record_run {
public:
    using record_type = Record;

    /// So many flows make a run at most.
    static constexpr std::size_t most = 128;

    /// `like` is any flow that is laid out as these are, which stand at `places`.
    record_run(Record const& like, std::span<char const* const> places) noexcept
        : like_{like}, places_{places} {}

    [[nodiscard]] auto size() const noexcept -> std::size_t { return places_.size(); }

    /// The flow at a position.
    [[nodiscard]] auto operator[](std::size_t flow) const noexcept -> Record {
        auto record = like_;
        record.move_to(places_[flow]);
        return record;
    }

    /// Some of the flows.
    [[nodiscard]] auto part(std::size_t begin, std::size_t size) const noexcept -> record_run {
        return {like_, places_.subspan(begin, size)};
    }

    /// Where flows stand that were picked.
    using room = std::vector<char const*>;

    /// The flows, among the first 64, at the set bits of `which`; where they stand is put into
    /// `into`, which must outlive what is returned.
    [[nodiscard]] auto picked(std::uint64_t which, room& into) const -> record_run {
        into.clear();
        for (; which != 0; which &= which - 1)
            into.push_back(places_[static_cast<std::size_t>(std::countr_zero(which))]);
        return {like_, into};
    }

    /// Where a field stands that is a number or an address and is there in every flow; none where
    /// it is another field, or more has to be done to load it.
    [[nodiscard]] auto column(field_id id) const noexcept -> std::optional<detail::packed_column> {
        return like_.column(id);
    }

    /// Where the flows stand.
    [[nodiscard]] auto places() const noexcept -> std::span<char const* const> { return places_; }

private:
    Record like_;
    std::span<char const* const> places_;
};

}  // namespace flowlog

#endif
