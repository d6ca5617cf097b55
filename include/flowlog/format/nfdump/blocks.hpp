// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_BLOCKS_HPP
#define FLOWLOG_FORMAT_NFDUMP_BLOCKS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/detail/load.hpp>
#include <flowlog/error.hpp>
#include <flowlog/format/nfdump/header.hpp>
#include <flowlog/format/nfdump/shape.hpp>
#include <flowlog/source/block_codec.hpp>
#include <flowlog/source/byte_cursor.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog::detail {

/// Which part of an archive a source holds; by default the whole of it.
struct nfdump_stretch {
    nfdump_header header{};    ///< the archive's, where the part does not begin with it
    std::uint64_t offset = 0;  ///< of the part's first byte in the archive
    std::uint32_t blocks = 0;  ///< that come before it
    bool last = true;          ///< whether it reaches to the end of the archive
};

/// Walks through the blocks of an nfdump archive and hands out their records in runs of whole ones.
/// Uncompressed blocks are not put together: their records come from the source's own blocks, while
/// they are in the cache.
template <byte_source Source>
class nfdump_blocks {
public:
    /// nfdump reads no larger block, neither packed nor unpacked.
    static constexpr std::size_t max_size = nfdump_block_header::max_block;

    explicit nfdump_blocks(Source source, nfdump_stretch stretch = {})
        : cursor_{std::move(source), stretch.offset},
          header_{std::move(stretch.header)},
          begin_{stretch.offset},
          last_{stretch.last},
          blocks_{stretch.blocks} {}

    /// Whether the header was read.
    [[nodiscard]] auto begun() const noexcept -> bool { return header_.layout != 0; }

    /// The header; reads it if that was not done yet.
    [[nodiscard]] auto header() -> nfdump_header& {
        if (!begun()) read_header();
        return header_;
    }

    /// Moves into the next block of records; false at the end of the archive.
    auto next_block() -> bool {
        while (!ended_) {
            if (header().layout == 2 && header_.blocks != 0 && blocks_ == header_.blocks) {
                read_appendix();
                ended_ = true;
            } else if (!cursor_.fetch(1)) {
                end_of_input();
                ended_ = true;
            } else if (begin_block()) {
                return true;
            }
        }
        return false;
    }

    /// What comes after the first `used` bytes of the run before: as many whole records as lie in
    /// one piece, and maybe part of another. Empty at the end of the block.
    [[nodiscard]] auto records(std::size_t used) -> std::string_view {
        if (header_.compression) {
            body_.remove_prefix(used);
        } else {
            cursor_.skip(used);
        }
        left_ -= used;
        if (left_ == 0) return {};
        if (left_ < nfdump_record_header::size) fail_record("a block ends inside a record");
        auto const size = record_size();
        if (size < nfdump_record_header::size || size > left_)
            fail_record("a record has the length " + std::to_string(size) + " where " +
                        std::to_string(left_) + " bytes are left");
        if (!header_.compression) need(size, "a record");
        return ahead();
    }

    /// How many records the header of the block announces.
    [[nodiscard]] auto announced() const noexcept -> std::uint32_t { return announced_; }

    /// Offset of the byte that lies `within` the last run; in a compressed block, that of the
    /// block.
    [[nodiscard]] auto offset(std::size_t within) const noexcept -> std::uint64_t {
        return header_.compression ? block_offset_ : cursor_.offset() + within;
    }

    /// Bytes read of the archive.
    [[nodiscard]] auto bytes() const noexcept -> std::uint64_t { return cursor_.offset() - begin_; }

    /// Passes over all blocks that are left, without unpacking them.
    void skip_to_end() {
        if (!header().compression) skip_bytes(left_);
        left_ = 0;
        skipping_ = true;
        static_cast<void>(next_block());
    }

    /// Says that the block holds another number of records than its header announces.
    [[noreturn]] void fail_count(std::uint32_t count) const {
        fail(errc::corrupt, block_offset_,
             "a block holds " + std::to_string(count) + " records and announces " +
                 std::to_string(announced_));
    }

    /// Takes what an ident or statistic record says.
    void take_appendix(std::string_view record) {
        auto const type = load<std::uint16_t>(record.data(), header_.swapped);
        auto const body = record.substr(nfdump_record_header::size);
        if (type == nfdump_record_header::ident) header_.ident = body.substr(0, body.find('\0'));
        if (type != nfdump_record_header::statistic || body.size() < 18 * 8) return;
        auto const number = [&](std::size_t i) {
            return load<std::uint64_t>(body.data() + 8 * i, header_.swapped);
        };
        header_.statistic = nfdump_statistic{.flows = number(0),
                                             .first = number(15),
                                             .last = number(16),
                                             .sequence_failures = number(17)};
    }

    /// How many blocks of the archive were begun, those before its part included.
    [[nodiscard]] auto begun_blocks() const noexcept -> std::uint32_t { return blocks_; }

    /// Whether every block was read.
    [[nodiscard]] auto all_read() const noexcept -> bool { return ended_ && !skipping_; }

    /// Blocks passed over as they hold no records of this layout.
    [[nodiscard]] auto foreign_blocks() const noexcept -> std::uint64_t { return foreign_; }

    /// Whether the appendix could not be read.
    [[nodiscard]] auto appendix_unread() const noexcept -> bool { return appendix_unread_; }

    [[nodiscard]] auto name() const -> std::string { return cursor_.name(); }

private:
    void read_header() {
        auto parser = nfdump_header_parser{name()};
        static_cast<void>(cursor_.fetch(nfdump_header::prefix_size));
        auto const size = parser.parse_prefix(cursor_.ahead());
        static_cast<void>(cursor_.fetch(size));
        header_ = parser.parse(cursor_.ahead());
        cursor_.skip(size);
    }

    /// Reads a block's header; true where records follow, false where it was passed over.
    auto begin_block() -> bool {
        auto const type = read_block_header();
        auto const known = type == 2 || (type == 3 && header_.layout == 2);
        if (!known) ++foreign_;
        if (!known || skipping_) {
            skip_bytes(stored_);
            return false;
        }
        left_ = stored_;
        if (header_.compression) unpack_block();
        return true;
    }

    auto read_block_header() -> std::uint16_t {
        block_offset_ = cursor_.offset();
        need(nfdump_block_header::size, "the header of a block");
        auto const read = nfdump_block_header::read(cursor_.ahead().data(), header_.swapped);
        announced_ = read.records;
        stored_ = read.stored;
        if (!read.has_sane_length())
            fail(errc::corrupt, block_offset_, "a block has the length " + std::to_string(stored_));
        if (announced_ == 0) fail(errc::corrupt, block_offset_, "a block announces no records");
        cursor_.skip(nfdump_block_header::size);
        ++blocks_;
        return read.type;
    }

    void unpack_block() {
        auto const codec_name = std::string{flowlog::name(*header_.compression)};
        if (find_block_codec(*header_.compression) == nullptr) {
            fail(errc::unsupported, block_offset_,
                 "the blocks are compressed with " + codec_name +
                     "; this program was built without flowlog::" + codec_name);
        }
        need(stored_, "a block");
        auto const body = unpack(cursor_.ahead().substr(0, stored_));
        if (!body)
            fail(errc::corrupt, block_offset_, "a block does not decompress (" + codec_name + ")");
        cursor_.skip(stored_);
        body_ = *body;
        left_ = body_.size();
    }

    /// What a compressed block holds; nothing where it is damaged or its codec is not there.
    [[nodiscard]] auto unpack(std::string_view packed) -> std::optional<std::string_view> {
        auto const decode = find_block_codec(*header_.compression);
        if (decode == nullptr) return std::nullopt;
        if (!unpacked_) unpacked_ = std::make_unique_for_overwrite<char[]>(max_size);
        auto const size = decode(packed, {unpacked_.get(), max_size});
        if (!size) return std::nullopt;
        return std::string_view{unpacked_.get(), *size};
    }

    /// The bytes at hand of the block.
    [[nodiscard]] auto ahead() const noexcept -> std::string_view {
        return header_.compression ? body_ : cursor_.ahead().substr(0, left_);
    }

    [[nodiscard]] auto record_size() -> std::size_t {
        if (!header_.compression) need(nfdump_record_header::size, "a record");
        return load<std::uint16_t>(ahead().data() + 2, header_.swapped);
    }

    void end_of_input() const {
        if (!last_ || blocks_ >= header_.blocks) return;
        fail(errc::truncated, cursor_.offset(),
             "ends after " + std::to_string(blocks_) + " of " + std::to_string(header_.blocks) +
                 " blocks");
    }

    /// Reads what stands behind the announced blocks: it holds no flows, but shows whether the
    /// header is right about them.
    void read_appendix() {
        auto const at = cursor_.offset();
        if (header_.appendix_blocks != 0 &&
            static_cast<std::uint64_t>(header_.appendix_offset) != at) {
            fail(errc::corrupt, at,
                 "the announced blocks end where the header puts no appendix (but at byte " +
                     std::to_string(header_.appendix_offset) + ")");
        }
        for (unsigned i = 0; i < header_.appendix_blocks; ++i) read_appendix_block();
        if (cursor_.fetch(1))
            fail(errc::corrupt, cursor_.offset(), "bytes follow the last announced block");
    }

    void read_appendix_block() {
        read_block_header();
        need(stored_, "the appendix");
        auto body = cursor_.ahead().substr(0, stored_);
        if (header_.compression) body = unpack(body).value_or(std::string_view{});
        cursor_.skip(stored_);
        if (body.empty()) appendix_unread_ = true;
        while (!body.empty()) {
            auto const size =
                body.size() < 4 ? 0U : load<std::uint16_t>(body.data() + 2, header_.swapped);
            if (size < nfdump_record_header::size || size > body.size()) {
                appendix_unread_ = true;
                return;
            }
            take_appendix(body.substr(0, size));
            body.remove_prefix(size);
        }
    }

    void skip_bytes(std::size_t size) {
        while (size != 0) {
            need(1, "a block");
            auto const part = std::min(size, cursor_.ahead().size());
            cursor_.skip(part);
            size -= part;
        }
    }

    void need(std::size_t size, char const* unit) {
        if (cursor_.fetch(size)) return;
        fail(errc::truncated, cursor_.offset() + cursor_.ahead().size(),
             std::string{"ends inside "} + unit);
    }

    [[noreturn]] void fail_record(std::string const& what) const {
        fail(errc::corrupt, offset(0), what);
    }
    [[noreturn]] void fail(errc code, std::uint64_t offset, std::string const& what) const {
        fail_at(code, name(), offset, what);
    }

    byte_cursor<Source> cursor_;
    nfdump_header header_;
    std::uint64_t begin_;   // offset of the source's first byte
    bool last_;             // whether the source reaches to the end of the archive
    std::uint32_t blocks_;  // of the archive, that were begun
    bool ended_ = false;
    bool skipping_ = false;

    std::uint64_t block_offset_ = 0;
    std::uint32_t announced_ = 0;
    std::uint32_t stored_ = 0;  // bytes of the block in the archive
    std::size_t left_ = 0;      // bytes of its records that were not handed out
    std::string_view body_;     // these, where they were unpacked
    std::unique_ptr<char[]> unpacked_;

    std::uint64_t foreign_ = 0;
    bool appendix_unread_ = false;
};

}  // namespace flowlog::detail

#endif
