// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_HPP
#define FLOWLOG_FORMAT_NFDUMP_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/detail/load.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/archive_batch.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/nfdump/blocks.hpp>
#include <flowlog/format/nfdump/info.hpp>
#include <flowlog/format/nfdump/record.hpp>
#include <flowlog/format/nfdump/shapes.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

namespace detail {

class nfdump_splitter;

}  // namespace detail

/// How an nfdump archive is read.
struct nfdump_options {
    /// Called for every record that is no readable flow: `bad_value` (its parts do not fit its
    /// size), `absent_value` (it lacks the part with times and counters), `no_layout` (its
    /// extension map is missing). `line` is the number of the record; `offset` that of its first
    /// byte, or of its block where that is compressed.
    malformed_handler on_malformed{};
};

/// Reads an archive of nfdump 1.6 (layout 1) or 1.7 (layout 2): an input range of `nfdump_record`.
///
///     for (auto const& flow : flowlog::nfdump_reader{flowlog::file_source{"nfcapd.2024"}}) …
///
/// Compressed blocks need a component: `flowlog::lzo`, `bzip2`, `lz4` or `zstd`, and its header
/// included somewhere in the program; without it `errc::unsupported` names it. Where the archive is
/// damaged or cut off, every whole record before is delivered (of a compressed block, all or none);
/// then `errc::truncated` or `errc::corrupt` is thrown and names the byte, and again whenever the
/// reader is asked for more. Records that are no flows (extension maps, exporters, samplers and
/// unknown ones) count as headers. Records are views into the reader; one thread at a time.
template <byte_source Source = any_source>
class nfdump_reader {
public:
    using record_type = nfdump_record;

    explicit nfdump_reader(Source source, nfdump_options options = {})
        : options_{std::move(options)}, blocks_{std::move(source)} {}

    /// Single-pass; `*it` is valid until `++it`.
    class iterator {
    public:
        using value_type = nfdump_record;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        explicit iterator(nfdump_reader& reader) noexcept : reader_{&reader} {}
        auto operator*() const noexcept -> nfdump_record const& { return reader_->record_; }
        auto operator->() const noexcept -> nfdump_record const* { return &reader_->record_; }
        auto operator++() -> iterator& {
            done_ = !reader_->advance();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend auto operator==(iterator const& it, std::default_sentinel_t) noexcept -> bool {
            return it.done_;
        }

    private:
        nfdump_reader* reader_;
        bool done_ = false;
    };

    /// Moves to the first flow, or to the next one where the reader has begun.
    [[nodiscard]] auto begin() -> iterator { return ++iterator{*this}; }
    [[nodiscard]] auto end() const noexcept -> std::default_sentinel_t { return {}; }

    /// What became of the records so far.
    [[nodiscard]] auto stats() const noexcept -> statistics {
        auto result = stats_;
        result.bytes = blocks_.bytes();
        return result;
    }

    /// What the archive says of itself: its header, which is read if that was not done yet, and
    /// what was met so far. The layout 2 has its counts and times at the end; see `skip_to_end`.
    /// Answers after an error too, unless it was in the header.
    [[nodiscard]] auto describe() -> archive_info {
        if (!blocks_.begun()) guarded([&] { return blocks_.header().layout; });
        return detail::describe(blocks_.header(), met());
    }

    /// Passes over all that is left without unpacking or decoding it, so that `describe` knows what
    /// the end says.
    void skip_to_end() {
        guarded([&] {
            at_ = end_ = run_ = nullptr;
            in_block_ = false;
            blocks_.skip_to_end();
            return true;
        });
    }

    /// Whether flows of nfdump can have this field.
    [[nodiscard]] static constexpr auto has(field_id id) noexcept -> bool {
        return detail::nfdump_has(id);
    }

    /// Takes the current record back: it counts as malformed, not as a flow, and goes to
    /// `on_malformed`.
    void reject(field_id offending_field, reason why) {
        --stats_.records;
        report(record_.bytes(), why, offending_field);
    }

    /// Hands every flow that is left to an aggregating loop: faster than a loop over the range.
    /// `use_batch(run)` is given `archive_batch`s and returns how many of its flows it took, from
    /// the first on. The flow that it did not take, and those that are no part of a run, go to
    /// `use(record)`; where it returns false, `refused(record)` says what to `reject`.
    template <class Use, class UseRun, class Refused>
    void each(Use use, UseRun use_batch, Refused refused, std::vector<field_use> const&) {
        for (;;) {
            take_batch(use_batch);
            if (!advance()) return;
            if (use(std::as_const(record_))) continue;
            auto const [offending_field, why] = refused(std::as_const(record_));
            reject(offending_field, why);
        }
    }

    /// The name of the input.
    [[nodiscard]] auto name() const -> std::string { return blocks_.name(); }

private:
    friend detail::nfdump_splitter;
    using types = detail::nfdump_record_header;

    /// Reads a part of an archive, in front of which these maps stand.
    nfdump_reader(Source source, nfdump_options options, detail::nfdump_stretch stretch,
                  detail::nfdump_maps maps)
        : options_{std::move(options)}, blocks_{std::move(source), std::move(stretch)} {
        shapes_.set_maps(std::move(maps));
    }

    auto advance() -> bool {
        auto const left = static_cast<std::size_t>(end_ - at_);
        if (auto const* const known = shapes_.known_v3(at_, left)) [[likely]] {
            record_.move_to(std::exchange(at_, at_ + known->size), known->shape);
            ++seen_;
            ++stats_.records;
            return true;
        }
        return advance_slowly();
    }

    /// Takes the flows ahead that are laid out alike, if there are several.
    template <class UseRun>
    void take_batch(UseRun& use_batch) {
        constexpr std::size_t several = 4;
        constexpr std::size_t many = 8;
        constexpr std::size_t fetched_ahead = std::size_t{16} << 10;
        auto const left = static_cast<std::size_t>(end_ - at_);
        auto const* const known = shapes_.known_v3(at_, left);
        if (known == nullptr) return;
        std::array<char const*, archive_batch<nfdump_record>::max_size>
            places;  // filled as far as used
        auto const size = known->size;
        auto const there = std::min(places.size(), left / size);
        std::size_t count = 1;
        // to see them many at a time takes this function 0.75 of the instructions
        while (count + many <= there && shapes_.are_like(*known, at_ + count * size, many))
            count += many;
        while (count < there && shapes_.is_like(*known, at_ + count * size, size)) ++count;
        if (count < several) return;
        for (std::size_t i = 0; i < count; ++i) {
            places[i] = at_ + i * size;
            __builtin_prefetch(places[i] + fetched_ahead);  // 1.06 times as fast
            __builtin_prefetch(places[i] + fetched_ahead + 64);
        }
        record_.move_to(at_, known->shape);
        auto const taken = use_batch(archive_batch{record_, {places.data(), count}});
        at_ += taken * size;
        seen_ += static_cast<std::uint32_t>(taken);
        stats_.records += taken;
    }

    /// As `advance`, of whatever lies ahead.
    [[gnu::noinline]] auto advance_slowly() -> bool {
        for (;;) {
            auto size = whole_record();
            if (size == 0) {
                if (!refill()) return false;
                size = whole_record();
            }
            auto const* const record = std::exchange(at_, at_ + size);
            ++seen_;
            auto const type = detail::load<std::uint16_t>(record, swapped_);
            auto const* shape = static_cast<detail::nfdump_shape const*>(nullptr);
            if (type == types::v3) {
                shape = shapes_.v3(record, size);
            } else if (type == types::common || type == types::old_common) {
                shape = shapes_.common(record, size);
            } else {
                take_other(type, {record, size});
                continue;
            }
            if (shape != nullptr) {
                record_.move_to(record, *shape);
                ++stats_.records;
                return true;
            }
            report({record, size}, detail::reason_of(shapes_.fault()), std::nullopt);
        }
    }

    /// The size of the record at hand; 0 where it is not whole.
    [[nodiscard]] auto whole_record() const noexcept -> std::size_t {
        auto const left = static_cast<std::size_t>(end_ - at_);
        if (left < types::size) return 0;
        auto const size = detail::load<std::uint16_t>(at_ + 2, swapped_);
        return size < types::size || size > left ? 0U : size;
    }

    /// Makes a whole record stand at `at_`; false at the end of the archive.
    auto refill() -> bool {
        return guarded([&] {
            for (;;) {
                if (in_block_) {
                    auto const run = blocks_.records(static_cast<std::size_t>(at_ - run_));
                    run_ = at_ = run.data();
                    end_ = run_ + run.size();
                    if (!run.empty()) return true;
                    if (seen_ != blocks_.announced()) blocks_.fail_count(seen_);
                    in_block_ = false;
                }
                if (!blocks_.next_block()) return false;
                swapped_ = blocks_.header().swapped;
                shapes_.set_swapped(swapped_);
                in_block_ = true;
                run_ = at_ = end_ = nullptr;
                seen_ = 0;
            }
        });
    }

    /// A record that is no flow.
    void take_other(std::uint16_t type, std::string_view record) {
        if (type == types::v4) return report(record, reason::bad_value, std::nullopt);
        if (type == types::extension_map && !shapes_.add_map(record))
            return report(record, reason::bad_value, std::nullopt);
        if (type == types::ident || type == types::statistic) blocks_.take_appendix(record);
        met_.take(type, record, swapped_);
        ++stats_.headers;
    }

    void report(std::string_view record, reason why, std::optional<field_id> offending_field) {
        ++stats_.malformed;
        if (!options_.on_malformed) return;
        options_.on_malformed(
            {.source = name(),
             .line = stats_.lines(),
             .offset = blocks_.offset(static_cast<std::size_t>(record.data() - run_)),
             .field = offending_field,
             .reason = why,
             .text = record});
    }

    /// What was met so far, as `describe` tells it.
    [[nodiscard]] auto met() const -> detail::nfdump_met {
        auto result = met_;
        result.flags |= shapes_.flags();
        result.foreign_blocks = blocks_.foreign_blocks();
        result.appendix_unread = blocks_.appendix_unread();
        if (blocks_.all_read()) result.flows = stats_.records + stats_.malformed;
        return result;
    }

    /// Remembers what went wrong, so that nobody takes what came before for the whole.
    template <class Function>
    auto guarded(Function function) -> decltype(function()) {
        if (failure_) std::rethrow_exception(failure_);
        try {
            return function();
        } catch (...) {
            failure_ = std::current_exception();
            at_ = end_ = run_;
            throw;
        }
    }

    nfdump_options options_;
    detail::nfdump_blocks<Source> blocks_;
    detail::nfdump_shapes shapes_;
    detail::nfdump_met met_;
    nfdump_record record_;
    statistics stats_;

    char const* run_ = nullptr;  // begin of the records at hand
    char const* at_ = nullptr;   // the next one
    char const* end_ = nullptr;
    std::uint32_t seen_ = 0;  // records of the block
    bool swapped_ = false;
    bool in_block_ = false;
    std::exception_ptr failure_;
};

}  // namespace flowlog

#endif
