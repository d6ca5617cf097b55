// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_COLUMN_CACHE_HPP
#define FLOWLOG_AGGREGATE_DETAIL_COLUMN_CACHE_HPP

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <flowlog/aggregate/detail/addable_check.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/load_field.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog::detail {

/// The decoded columns of the flows of one batch, at most `check_size`, for many that read the same
/// columns.
class column_cache {
public:
    struct column {
        field_id id;
        bool known = false;                               ///< was decoded, or could not be
        bool good = false;                                ///< could be
        std::array<std::uint64_t, 2 * check_size> words;  // written before it is read, as are flags
        std::array<bool, check_size> flags;               // of an address, that it is IPv6
    };

    column_cache() = default;
    /// A copy begins empty.
    column_cache(column_cache const&) noexcept {}
    column_cache(column_cache&&) noexcept = default;
    auto operator=(column_cache other) noexcept -> column_cache& {
        columns_ = std::move(other.columns_);
        return *this;
    }
    ~column_cache() = default;

    /// Forgets all columns, for the next batch.
    void clear() noexcept {
        for (auto& one : columns_) one.known = false;
    }

    /// The column of a field. `load(column)` decodes it unless it is known, and returns whether it
    /// could.
    template <class Load>
    auto find(field_id id, Load load) -> column const& {
        auto& result = place(id);
        if (!result.known) {
            result.known = true;
            result.good = load(result);
        }
        return result;
    }

private:
    auto place(field_id id) -> column& {
        for (auto& one : columns_)
            if (one.id == id) return one;
        columns_.emplace_back();
        columns_.back().id = id;
        return columns_.back();
    }

    std::vector<column> columns_{};
};

/// A batch whose columns are decoded once, also for flows that are selected from it.
template <record_batch Batch>
class cached_batch {
public:
    using record_type = typename Batch::record_type;

    /// \pre the cache is empty, and the batch has at most `check_size` flows
    cached_batch(Batch const& flows, column_cache& cache) noexcept
        : all_{flows}, flows_{flows}, cache_{&cache} {}

    [[nodiscard]] auto size() const noexcept -> std::size_t { return flows_.size(); }
    [[nodiscard]] auto operator[](std::size_t i) const noexcept -> record_type { return flows_[i]; }

    [[nodiscard]] auto slice(std::size_t begin, std::size_t size) const -> cached_batch {
        if (mask_ == 0) return {all_, flows_.slice(begin, size), begin_ + begin, cache_};
        auto mask = mask_;
        for (std::size_t i = 0; i != begin; ++i) mask &= mask - 1;
        auto rest = mask;
        for (std::size_t i = 0; i != size; ++i) rest &= rest - 1;
        return {all_, flows_.slice(begin, size), begin_, cache_, mask & ~rest};
    }
    [[nodiscard]] auto select(std::uint64_t mask, selection_buffer& buffer) const -> cached_batch {
        // nobody selects from what was selected: the places of those flows are not known
        auto* const cache = mask_ == 0 ? cache_ : nullptr;
        return {all_, flows_.select(mask, buffer), begin_, cache, mask};
    }

    /// Whether a column can be read at once: then all its values are well formed, and all but
    /// actions are present.
    [[nodiscard]] auto reads(field_id id) const -> bool {
        auto const type = info(id).type;
        if (is_number(type)) return numbers_of(id).good;
        if (type == field_type::time) return times_of(id).good;
        if (type == field_type::action) return actions_of(id).good;
        return type == field_type::address && addresses_of(id).good;
    }

    [[nodiscard]] auto numbers(field_id id, std::uint64_t* out, std::size_t step = 1) const
        -> bool {
        if (cache_ != nullptr && copy(numbers_of(id), out, step)) return true;
        return decodes_selected() && flows_.numbers(id, out, step);
    }

    [[nodiscard]] auto times(field_id id, std::uint64_t* out, std::size_t step = 1) const -> bool {
        if (cache_ != nullptr && copy(times_of(id), out, step)) return true;
        return decodes_selected() && flows_.times(id, out, step);
    }

    template <class Note>
    [[nodiscard]] auto addresses(field_id id, std::uint64_t* out, std::size_t step, Note note) const
        -> bool {
        if (cache_ != nullptr) {
            auto const& known = addresses_of(id);
            if (known.good) {
                each_place([&](std::size_t i, std::size_t place) {
                    out[i * step] = known.words[2 * place];
                    out[i * step + 1] = known.words[2 * place + 1];
                    note(i, known.flags[place]);
                });
                return true;
            }
        }
        return decodes_selected() && flows_.addresses(id, out, step, note);
    }

    /// Reads actions; calls `note(i, is_present)` for each.
    template <class Note>
    [[nodiscard]] auto actions(field_id id, std::uint64_t* out, std::size_t step, Note note) const
        -> bool {
        if (cache_ == nullptr) return false;
        auto const& known = actions_of(id);
        if (!copy(known, out, step)) return false;
        each_place([&](std::size_t i, std::size_t place) { note(i, known.flags[place]); });
        return true;
    }

private:
    cached_batch(Batch const& all, Batch const& flows, std::size_t begin, column_cache* cache,
                 std::uint64_t mask = 0) noexcept
        : all_{all}, flows_{flows}, begin_{begin}, mask_{mask}, cache_{cache} {}

    using column = column_cache::column;

    [[nodiscard]] auto numbers_of(field_id id) const -> column const& {
        return cache_->find(id,
                            [&](column& into) { return all_.numbers(id, into.words.data(), 1); });
    }
    [[nodiscard]] auto times_of(field_id id) const -> column const& {
        return cache_->find(id, [&](column& into) { return all_.times(id, into.words.data(), 1); });
    }
    [[nodiscard]] auto addresses_of(field_id id) const -> column const& {
        return cache_->find(id, [&](column& into) {
            return all_.addresses(id, into.words.data(), 2,
                                  [&into](std::size_t i, bool is_v6) { into.flags[i] = is_v6; });
        });
    }
    [[nodiscard]] auto actions_of(field_id id) const -> column const& {
        return cache_->find(id, [&](column& into) {
            auto const note = [&into](std::size_t i, bool is_there) { into.flags[i] = is_there; };
            if constexpr (requires { all_.words_of_actions(id, into.words.data(), note); })
                if (all_.words_of_actions(id, into.words.data(), note)) return true;
            auto bad = false;
            for (std::size_t i = 0; i != all_.size(); ++i) {
                auto const record = all_[i];
                auto const value = load_field<action>(record, id);
                bad = bad || value.malformed();
                into.flags[i] = value.has_value();
                into.words[i] = value.has_value() ? static_cast<std::uint64_t>(*value) : 0;
            }
            return !bad;
        });
    }

    /// Whether flows are decoded again if a column of all flows could not be: some of them may have
    /// what others lack.
    [[nodiscard]] auto decodes_selected() const noexcept -> bool {
        return mask_ != 0 || cache_ == nullptr;
    }

    /// Calls `use(i, place)` for each flow, with its place in the columns of the cache.
    template <class Use>
    [[gnu::always_inline]] void each_place(Use use) const {
        if (mask_ == 0) {
            for (std::size_t i = 0; i != size(); ++i) use(i, begin_ + i);
            return;
        }
        auto left = mask_;
        for (std::size_t i = 0; left != 0; ++i, left &= left - 1)
            use(i, begin_ + static_cast<std::size_t>(std::countr_zero(left)));
    }

    [[nodiscard]] auto copy(column const& from, std::uint64_t* out, std::size_t step) const noexcept
        -> bool {
        if (!from.good) return false;
        each_place([&](std::size_t i, std::size_t place) { out[i * step] = from.words[place]; });
        return true;
    }

    Batch all_;               // the batch whose columns are in the cache
    Batch flows_;             // the part of it that this view shows
    std::size_t begin_ = 0;   // where that part begins in `all_`
    std::uint64_t mask_ = 0;  // which flows from there on it shows; 0: all
    column_cache* cache_;
};

}  // namespace flowlog::detail

#endif
