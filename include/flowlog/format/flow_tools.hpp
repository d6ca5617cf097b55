// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_FLOW_TOOLS_HPP
#define FLOWLOG_FORMAT_FLOW_TOOLS_HPP

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/select.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/archive_batch.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/flow_tools/header.hpp>
#include <flowlog/format/flow_tools/info.hpp>
#include <flowlog/format/flow_tools/record.hpp>
#include <flowlog/format/flow_tools/records.hpp>
#include <flowlog/format/reader.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

namespace detail {

class flow_tools_splitter;

}  // namespace detail

/// How a flow-tools archive is read.
struct flow_tools_options {
    /// Corrects the times of flows if the uptime of the router, 32 bits of milliseconds, wrapped
    /// around between a flow and its export. flow-tools itself does not; its times of such flows
    /// are 49.7 days in the future.
    bool repair_wraps = true;
    /// Says that a little-endian machine wrote big-endian archives (`-b big`). flow-tools then
    /// leaves the bytes of the exporter and the tags of version 1005, and of dst-as of version
    /// 8.12, in the wrong order. Nothing in the archive shows it.
    bool written_by_little_endian = false;
    /// Inflates a compressed archive on a thread of its own.
    bool overlap = false;
    /// Called for every flow that `reject` takes back. `line` is the number of the record; `offset`
    /// is its offset in the archive, which counts as inflated if it is compressed.
    malformed_handler on_malformed{};
};

/// Reads a flow-tools archive, plain or compressed, of any version: an input range of
/// `flow_tools_record`. A `log_reader`.
///
///     for (auto const& flow :
///          flowlog::flow_tools_reader{flowlog::file_source{"ft-v05.2015-07-01"}}) …
///
///     header: magic, byte order, entries │ record │ record │ record │ … │ maybe another header │ …
///                                        └── all of one size and kind ──┘ (archives joined by cat)
///                                        └── or all of this as one zlib stream ──…
///
/// Archives that were joined with cat are read one after another (but not after a compressed one).
/// If the archive is damaged or cut off, the reader delivers every whole record before the damage,
/// and then throws `errc::truncated` or `errc::corrupt`, which name the byte. `errc::unsupported`:
/// an unknown version, or a compressed archive in a program without `flowlog::gzip`. Records are
/// views into the reader. Use it from one thread at a time.
template <byte_source Source = any_source>
class flow_tools_reader : public selectable<flow_tools_reader<Source>> {
public:
    using record_type = flow_tools_record;

    explicit flow_tools_reader(Source source, flow_tools_options options = {})
        : records_{std::move(source), mode_of(options)},
          on_malformed_{std::move(options.on_malformed)},
          repair_wraps_{options.repair_wraps} {}

    /// Moves to the first flow, or to the next one if the reader has begun.
    [[nodiscard]] auto begin() -> record_iterator<flow_tools_reader> {
        return ++record_iterator{*this};
    }
    [[nodiscard]] auto end() const noexcept -> std::default_sentinel_t { return {}; }

    /// What became of the records so far.
    [[nodiscard]] auto stats() const noexcept -> statistics {
        return {.records = records_.taken() - rejected_,
                .malformed = rejected_,
                .bytes = records_.bytes()};
    }

    /// What the header says; if several archives were joined, the first one's. Reads the header
    /// unless that is done.
    [[nodiscard]] auto describe() -> archive_info {
        records_.read_first_header();
        auto const all_read = records_.ended() && records_.joined() == 0;
        auto info = detail::describe(records_.header());
        detail::describe_reading(
            info, {.repairs_wraps = repair_wraps_,
                   .joined = records_.joined(),
                   .records = all_read ? std::optional{stats().records} : std::nullopt});
        return info;
    }

    /// Whether the flows have this field. Reads the header unless that is done.
    [[nodiscard]] auto has(field_id id) -> bool {
        records_.read_first_header();
        return id == field_id::start || id == field_id::end || id == field_id::netflow_version ||
               records_.layout()->has(id);
    }

    /// Takes the current record back: it counts as malformed, not as a flow, and goes to
    /// `on_malformed`.
    void reject(field_id offending_field, reason why) {
        ++rejected_;
        if (!on_malformed_) return;
        on_malformed_({.source = name(),
                       .line = records_.taken(),
                       .offset = records_.record_offset(),
                       .field = offending_field,
                       .reason = why});
    }

    /// Hands out every flow that is left, as `log_reader` says, in `archive_batch`es and alone.
    /// Faster than a loop over the range.
    template <class Use, class UseBatch, class Refused>
    void each(Use use, UseBatch use_batch, Refused refused, std::vector<field_use> const&) {
        for (;;) {
            records_.take_batch(use_batch);
            if (!advance()) return;
            use_or_reject(*this, current(), use, refused);
        }
    }

    /// The name of the input.
    [[nodiscard]] auto name() const -> std::string { return records_.name(); }

private:
    friend record_iterator<flow_tools_reader>;
    friend detail::flow_tools_splitter;

    /// Reads a range of an archive whose header is known, and stops where another archive may
    /// begin.
    flow_tools_reader(Source source, flow_tools_options options,
                      detail::flow_tools_range const& range)
        : records_{std::move(source), mode_of(options), range},
          on_malformed_{std::move(options.on_malformed)},
          repair_wraps_{options.repair_wraps} {}

    [[nodiscard]] static auto mode_of(flow_tools_options const& options) noexcept
        -> detail::flow_tools_mode {
        return {.repair_wraps = options.repair_wraps,
                .written_by_little_endian = options.written_by_little_endian,
                .overlap = options.overlap};
    }

    auto advance() -> bool { return records_.advance(); }
    [[nodiscard]] auto current() const noexcept -> flow_tools_record const& {
        return records_.record();
    }

    detail::flow_tools_records<Source> records_;
    malformed_handler on_malformed_;
    bool repair_wraps_;
    std::uint64_t rejected_ = 0;
};

}  // namespace flowlog

#endif
