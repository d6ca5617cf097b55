// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_FLOW_TOOLS_RECORDS_HPP
#define FLOWLOG_FORMAT_FLOW_TOOLS_RECORDS_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <flowlog/error.hpp>
#include <flowlog/format/archive_batch.hpp>
#include <flowlog/format/flow_tools/header.hpp>
#include <flowlog/format/flow_tools/layout.hpp>
#include <flowlog/format/flow_tools/record.hpp>
#include <flowlog/source/byte_cursor.hpp>
#include <flowlog/source/decoder.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog::detail {

/// How records are read; see `flow_tools_options`.
struct flow_tools_mode {
    bool repair_wraps = true;
    bool written_by_little_endian = false;
    bool overlap = false;
};

/// Walks through the records of a flow-tools archive, and of the archives that were joined to it.
template <byte_source Source>
class flow_tools_records {
public:
    flow_tools_records(Source source, flow_tools_mode mode)
        : mode_{mode}, cursor_{std::move(source)} {}

    /// Walks through a range of an archive, and stops where another archive may begin.
    flow_tools_records(Source source, flow_tools_mode mode, flow_tools_range const& range)
        : mode_{mode},
          cursor_{std::move(source), range.offset},
          header_{range.header},
          begin_{range.offset},
          before_{range.records},
          stops_at_joined_{true} {
        if (begin_ == 0) static_cast<void>(cursor_.fetch(header_.size));
        begin_records(header_, begin_ == 0 ? header_.size : 0);
        announced_from_ = 0;
        if (!range.last) announced_ = std::nullopt;
    }

    /// Moves to the next record; false at the end.
    auto advance() -> bool {
        do {
            if (cursor_.ahead().size() < size_ && !fetch()) return false;
        } while (may_be_flow_tools(cursor_.ahead().data()) && begin_joined());
        record_.move_to(cursor_.ahead().data());
        cursor_.skip(size_);
        ++taken_;
        return true;
    }

    /// The record that `advance` moved to.
    [[nodiscard]] auto record() const noexcept -> flow_tools_record const& { return record_; }

    /// Offset of that record in the archive.
    [[nodiscard]] auto record_offset() const noexcept -> std::uint64_t { return offset() - size_; }

    /// Hands the records ahead, up to where another archive may begin, to `use_batch`.
    template <class UseBatch>
    void take_batch(UseBatch& use_batch) {
        auto const ahead = cursor_.ahead();
        std::array<char const*, archive_batch<flow_tools_record>::max_size>
            pointers;  // filled as far as used
        auto const max_count = std::min(pointers.size(), ahead.size() / size_);
        std::size_t count = 0;
        for (auto const* at = ahead.data(); count != max_count && !may_be_flow_tools(at);
             at += size_) {
            pointers[count++] = at;
            __builtin_prefetch(at + 8192);  // 1.08 times as fast
        }
        if (count == 0) return;
        auto const taken = use_batch(archive_batch{record_, {pointers.data(), count}});
        cursor_.skip(taken * size_);
        taken_ += taken;
    }

    /// Reads the header of the first archive, unless that is done.
    void read_first_header() {
        if (layout_ != nullptr) return;
        header_ = read_header();
        begin_records(header_, header_.size);
    }

    /// The header of the first archive.
    [[nodiscard]] auto header() const noexcept -> flow_tools_header const& { return header_; }
    /// The layout of the current archive's records; null before the first header is read.
    [[nodiscard]] auto layout() const noexcept -> flow_tools_layout const* { return layout_; }
    /// Whether the current archive is compressed.
    [[nodiscard]] auto compressed() const noexcept -> bool { return compressed_; }

    /// Records taken so far.
    [[nodiscard]] auto taken() const noexcept -> std::uint64_t { return taken_; }
    /// Archives after the first that were begun.
    [[nodiscard]] auto joined() const noexcept -> std::size_t { return joined_; }
    /// Whether all records were taken.
    [[nodiscard]] auto ended() const noexcept -> bool { return ended_; }
    /// Whether the range was left where another archive may begin.
    [[nodiscard]] auto stopped() const noexcept -> bool { return stopped_; }

    /// Offset of the next byte in the archive, which counts as inflated if it is compressed.
    [[nodiscard]] auto offset() const noexcept -> std::uint64_t { return cursor_.offset(); }
    /// Bytes read so far.
    [[nodiscard]] auto bytes() const noexcept -> std::uint64_t { return offset() - begin_; }
    [[nodiscard]] auto name() const -> std::string { return cursor_.name(); }

private:
    static constexpr std::size_t unknown = std::numeric_limits<std::size_t>::max();

    /// Fetches a whole record; false at the end of the archive.
    auto fetch() -> bool {
        if (ended_) return false;
        read_first_header();
        do {
            if (!inflating_ && compressed_ && !inflate()) break;
            if (cursor_.fetch(size_)) return true;
        } while (begin_joined() && !ended_);
        if (std::exchange(ended_, true)) return false;
        if (!cursor_.ahead().empty()) throw_cut_record();
        check_count();
        return false;
    }

    [[nodiscard]] auto read_header() -> flow_tools_header {
        auto parser = flow_tools_header_parser{name(), offset()};
        static_cast<void>(cursor_.fetch(flow_tools_header::prefix_size));
        static_cast<void>(cursor_.fetch(parser.parse_prefix(cursor_.ahead())));
        return parser.parse(cursor_.ahead());
    }

    /// Moves to the first record after a header, `size` bytes of which lie ahead.
    void begin_records(flow_tools_header const& from, std::size_t size) {
        cursor_.skip(size);
        layout_ = from.layout();
        compressed_ = from.has(flow_tools_header::compressed);
        size_ = compressed_ ? unknown : layout_->size;
        announced_ = from.has(flow_tools_header::done) ? from.flow_count : std::nullopt;
        announced_from_ = before_ + taken_;
        auto const unswapped = mode_.written_by_little_endian && from.order == std::endian::big;
        record_ = flow_tools_record{*layout_, from.swap(), mode_.repair_wraps, unswapped};
    }

    /// Whether another archive begins where the next record would. If so, moves to its first
    /// record, or stops.
    [[gnu::noinline]] auto begin_joined() -> bool {
        if (inflating_ || !is_flow_tools(cursor_.ahead())) return false;
        if (stops_at_joined_) {
            ended_ = stopped_ = true;
            size_ = unknown;
            return true;
        }
        auto const next = joined_header();
        if (!next) return false;
        check_count();
        begin_records(*next, next->size);
        ++joined_;
        return true;
    }

    /// The header that lies ahead; none if it is a record that looks like one.
    [[nodiscard]] auto joined_header() -> std::optional<flow_tools_header> try {
        auto parser = flow_tools_header_parser{name(), offset()};
        if (!cursor_.fetch(flow_tools_header::prefix_size)) return std::nullopt;
        if (!cursor_.fetch(parser.parse_prefix(cursor_.ahead()))) return std::nullopt;
        return parser.parse(cursor_.ahead());
    } catch (flow_tools_header_error const&) {
        return std::nullopt;
    }

    /// Inflates everything from here on with zlib. False if nothing follows, as in the file of a
    /// collector that has not filled its first buffer.
    auto inflate() -> bool {
        if (!cursor_.fetch(1)) return false;
        auto const zlib = find_decoder_named("zlib");
        if (!zlib) {
            throw error{
                errc::unsupported,
                {name()},
                "the flows are compressed with zlib; this program was built without flowlog::gzip"};
        }
        inflating_ = true;
        cursor_.decode_rest(*zlib, mode_.overlap);
        size_ = layout_->size;
        return true;
    }

    /// Throws if the archive has fewer flows than it announces, as an archive does that was closed
    /// properly.
    void check_count() const {
        auto const found = before_ + taken_ - announced_from_;
        if (!announced_ || found >= *announced_) return;
        throw error{errc::truncated,
                    {name()},
                    "ends after " + std::to_string(found) + " of " + std::to_string(*announced_) +
                        " flows, at byte " + position()};
    }

    [[noreturn]] void throw_cut_record() const {
        auto const left = cursor_.ahead().size();
        throw error{errc::truncated,
                    {name()},
                    "ends within a flow: " + std::to_string(left) + " of its " +
                        std::to_string(layout_->size) + " bytes are there, at byte " + position()};
    }

    [[nodiscard]] auto position() const -> std::string {
        return std::to_string(offset()) + (inflating_ ? " of the inflated archive" : "");
    }

    flow_tools_mode mode_;
    byte_cursor<Source> cursor_;
    std::size_t size_ = unknown;  // of a record; `unknown` until records lie ahead
    flow_tools_record record_;
    std::uint64_t taken_ = 0;

    flow_tools_header header_;  // of the first archive
    flow_tools_layout const* layout_ = nullptr;
    bool compressed_ = false;
    bool inflating_ = false;
    bool ended_ = false;
    std::optional<std::uint64_t> announced_;  // flows of the current archive
    std::uint64_t announced_from_ = 0;        // records before the current archive
    std::size_t joined_ = 0;

    std::uint64_t begin_ = 0;       // offset of the source's first byte in the archive
    std::uint64_t before_ = 0;      // records before the source's first one
    bool stops_at_joined_ = false;  // whether the source holds a range of an archive
    bool stopped_ = false;
};

}  // namespace flowlog::detail

#endif
