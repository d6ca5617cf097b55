// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_FLOWD_HPP
#define FLOWLOG_FORMAT_FLOWD_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/select.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/flowd/frame.hpp>
#include <flowlog/format/flowd/record.hpp>
#include <flowlog/format/reader.hpp>
#include <flowlog/source/byte_cursor.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

/// How a store of flowd (its name for an archive) is read.
struct flowd_options {
    /// Corrects the times of flows if the uptime of the router, 32 bits of milliseconds, wrapped
    /// around between a flow and its export. flowd itself gives no times, and the times of
    /// py3flowtools are then 49.7 days in the future.
    bool repair_wraps = true;
    /// Corrects the engine, which flowd on a little-endian machine stores shifted for NetFlow v5: 3
    /// is stored as 768.
    bool repair_engine = true;
    /// Counts records with a wrong checksum as malformed. Otherwise they are flows like others.
    bool check_checksums = true;
    /// Called for every malformed record, and for every flow that `reject` takes back. `line` is
    /// the number of the record.
    malformed_handler on_malformed{};
};

/// Reads a store of flowd, version 2 or 3: an input range of `flowd_record`. A `log_reader`.
///
///     for (auto const& flow : flowlog::flowd_reader{flowlog::file_source{"/var/log/flowd"}}) …
///
///     version 2   │ file header │ record │ record │ …
///     version 3   │ record │ record │ …
///                 ├────────┴────────────────────────────────┐
///                 │ marker, size │ mask │ groups │ checksum │   version 2 has no marker and size
///
/// The bits of the mask say which groups of fields follow: addresses, ports, times and others.
///
/// A record with a wrong checksum or contradicting fields is malformed. The reader passes over it
/// if a sound record follows where its length says. If none does, or the store is cut off, the
/// reader delivers every whole record before the damage, and then throws `errc::corrupt` or
/// `errc::truncated`, which name the byte. `errc::unknown_format`: not even the first record is
/// sound. Records are views into the reader. Use it from one thread at a time.
template <byte_source Source = any_source>
class flowd_reader : public selectable<flowd_reader<Source>> {
public:
    using record_type = flowd_record;

    explicit flowd_reader(Source source, flowd_options options = {})
        : options_{std::move(options)}, cursor_{std::move(source)} {}

    /// Moves to the first flow, or to the next one if the reader has begun.
    [[nodiscard]] auto begin() -> record_iterator<flowd_reader> { return ++record_iterator{*this}; }
    [[nodiscard]] auto end() const noexcept -> std::default_sentinel_t { return {}; }

    /// What became of the records so far.
    [[nodiscard]] auto stats() const noexcept -> statistics {
        auto result = stats_;
        result.bytes = cursor_.offset();
        return result;
    }

    /// What the store says of itself, which is little. Reads its first bytes unless that is done.
    [[nodiscard]] auto describe() -> archive_info {
        read_header();
        auto info = archive_info{.format = "flowd",
                                 .version = "store version " + std::to_string(version_),
                                 .byte_order = "big-endian",
                                 .compression = "none",
                                 .first = created_};
        info.notes.emplace_back(
            options_.repair_wraps
                ? "times are corrected if the uptime of the router wrapped around"
                : "times are as stored if the uptime of the router wrapped around");
        if (!options_.check_checksums) info.notes.emplace_back("checksums are not checked");
        return info;
    }

    /// Whether the flows of such stores can have this field.
    [[nodiscard]] static constexpr auto has(field_id id) noexcept -> bool {
        return flowd_record::may_have(id);
    }

    /// Takes the current record back: it counts as malformed, not as a flow, and goes to
    /// `on_malformed`.
    void reject(field_id offending_field, reason why) {
        --stats_.records;
        report(cursor_.offset() - size_, offending_field, why);
    }

    /// Hands out every flow that is left, as `log_reader` says, one at a time.
    template <class Use, class UseBatch, class Refused>
    void each(Use use, UseBatch&&, Refused refused, std::vector<field_use> const&) {
        while (advance()) use_or_reject(*this, std::as_const(record_), use, refused);
    }

    /// The name of the input.
    [[nodiscard]] auto name() const -> std::string { return cursor_.name(); }

private:
    friend record_iterator<flowd_reader>;
    using frame = detail::flowd_frame;
    using fault = detail::flowd_fault;

    static constexpr std::size_t header_size = 16;  // of a store of version 2

    [[nodiscard]] auto current() const noexcept -> flowd_record const& { return record_; }

    auto advance() -> bool {
        read_header();
        while (!ended_) {
            if (!fetch_prefix()) return false;
            auto const at = cursor_.ahead();
            auto found = detail::read_flowd_frame(at, version_, shape_);
            if (found.fault == fault::none) found.fault = examine(found);
            if (found.fault == fault::none) {
                size_ = found.size;
                record_ = flowd_record{cursor_.ahead().data(), shape_, options_.repair_wraps,
                                       options_.repair_engine};
                cursor_.skip(size_);
                ++stats_.records;
                return true;
            }
            pass_over(found);
        }
        return false;
    }

    /// Fetches the frame of the next record; false at the end of the store.
    auto fetch_prefix() -> bool {
        if (cursor_.fetch(frame::prefix(version_))) return true;
        ended_ = true;
        if (!cursor_.ahead().empty()) throw_cut();
        return false;
    }

    /// Fetches a whole record and checks its checksum.
    [[nodiscard]] auto examine(frame const& found) -> fault {
        if (!cursor_.fetch(found.size)) {
            ended_ = true;
            throw_cut();
        }
        auto const holds = !options_.check_checksums ||
                           detail::flowd_checksum_holds(cursor_.ahead(), shape_, found);
        return holds ? fault::none : fault::checksum;
    }

    /// Passes over a damaged record if its length leads to a sound one or to the end; else throws.
    void pass_over(frame const& damaged) {
        auto const trusted = damaged.fault != fault::marker && damaged.size <= frame::max_size &&
                             !(version_ == 2 && damaged.fault == fault::unknown_fields);
        if (!trusted || !leads_on(damaged.size)) {
            ended_ = true;
            throw_damaged(damaged.fault);
        }
        auto const at = cursor_.offset();
        cursor_.skip(damaged.size);
        report(at, std::nullopt, reason::bad_value);
    }

    /// Whether a sound record follows `size` bytes from here, or the end does and it is clear that
    /// this is a store of flowd.
    [[nodiscard]] auto leads_on(std::size_t size) -> bool {
        if (!cursor_.fetch(size)) return false;
        if (!cursor_.fetch(size + 1)) return !is_first();
        if (!cursor_.fetch(size + frame::prefix(version_))) return false;
        auto shape = detail::flowd_shape{};
        auto const next = detail::read_flowd_frame(cursor_.ahead().substr(size), version_, shape);
        if (next.fault != fault::none || !cursor_.fetch(size + next.size)) return false;
        return detail::flowd_checksum_holds(cursor_.ahead().substr(size), shape, next);
    }

    /// Determines the version of the store: version 2 has a file header.
    void read_header() {
        if (version_ != 0) return;
        auto const magic = detail::flowd_v2_magic;
        if (!cursor_.fetch(magic.size()) || !cursor_.ahead().starts_with(magic)) {
            version_ = 3;
            return;
        }
        version_ = 2;
        if (!cursor_.fetch(header_size)) {
            ended_ = true;
            fail(errc::truncated, cursor_.ahead().size(),
                 "ends within the header of a flowd store");
        }
        auto const* const header = cursor_.ahead().data();
        if (auto const found = detail::load_big<std::uint32_t>(header + 4); found != 2) {
            ended_ = true;
            fail(
                errc::unsupported, 4,
                "is a flowd store of the version " + std::to_string(found) + "; 2 and 3 are known");
        }
        created_ = timestamp{std::chrono::seconds{detail::load_big<std::uint32_t>(header + 8)}};
        cursor_.skip(header_size);
    }

    void report(std::uint64_t offset, std::optional<field_id> offending_field, reason why) {
        ++stats_.malformed;
        if (!options_.on_malformed) return;
        options_.on_malformed({.source = name(),
                               .line = stats_.lines(),
                               .offset = offset,
                               .field = offending_field,
                               .reason = why});
    }

    /// Whether nothing has shown yet that this is a store of flowd.
    [[nodiscard]] auto is_first() const noexcept -> bool {
        return version_ == 3 && stats_.lines() == 0;
    }

    [[noreturn]] void throw_cut() const {
        throw_unless_flowd();
        fail(errc::truncated, cursor_.ahead().size(), "ends within a flow");
    }

    [[noreturn]] void throw_damaged(fault found) const {
        throw_unless_flowd();
        fail(errc::corrupt, 0, "holds a record that " + std::string{detail::describe(found)});
    }

    /// Throws if this is the first record and does not begin as records of flowd do.
    void throw_unless_flowd() const {
        auto const ahead = cursor_.ahead();
        auto const of_later_version = ahead.size() >= 4 &&
                                      static_cast<unsigned char>(ahead[0]) >> 5 == 3 &&
                                      ahead[2] == 0 && ahead[3] == 0;
        if (!is_first() || ahead[0] == '\x60' || of_later_version) return;
        fail(errc::unknown_format, 0,
             "is no flowd store: it begins with '" + escaped(ahead.substr(0, 8), 32) + "'");
    }

    [[noreturn]] void fail(errc code, std::size_t at, std::string const& what) const {
        throw error{code, {name()}, what + ", at byte " + std::to_string(cursor_.offset() + at)};
    }

    flowd_options options_;
    byte_cursor<Source> cursor_;
    flowd_record record_;
    statistics stats_;
    detail::flowd_shape shape_;  // of the last record
    std::size_t size_ = 0;       // of the last record
    std::uint8_t version_ = 0;   // of the store; 0 before it is known
    bool ended_ = false;
    std::optional<timestamp> created_;
};

}  // namespace flowlog

#endif
