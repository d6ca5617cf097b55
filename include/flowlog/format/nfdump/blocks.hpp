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

/// The range of an archive that a source holds; by default all of it.
struct nfdump_range {
    nfdump_header header{};    ///< the archive's, if the range does not begin with it
    std::uint64_t offset = 0;  ///< of the range's first byte in the archive
    std::uint32_t blocks = 0;  ///< blocks before the range
    bool last = true;          ///< whether the range reaches to the end of the archive
};

/// Walks through the blocks of an nfdump archive and hands out their bytes, which begin with whole
/// records. Uncompressed blocks are not copied together: their records come from the source's own
/// blocks, while these are in the cache.
template <byte_source Source>
class nfdump_blocks {
public:
    /// nfdump reads no larger block, packed or unpacked.
    static constexpr std::size_t max_size = nfdump_block_header::max_block;

    explicit nfdump_blocks(Source source, nfdump_range range = {})
        : cursor_{std::move(source), range.offset},
          header_{std::move(range.header)},
          begin_{range.offset},
          last_{range.last},
          blocks_{range.blocks} {}

    /// Whether the header has been read.
    [[nodiscard]] auto begun() const noexcept -> bool { return header_.layout != 0; }

    /// The header, which it reads unless that is done.
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

    /// The bytes of the block after the first `used` bytes that the last call returned: at least
    /// one whole record, as many more as are in memory, and perhaps the beginning of another.
    /// Empty at the end of the block.
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
        if (!header_.compression) need(size, "ends inside a record");
        return ahead();
    }

    /// How many records the header of the block announces.
    [[nodiscard]] auto announced() const noexcept -> std::uint32_t { return announced_; }

    /// Offset in the archive of byte `within` of what `records` returned last; in a compressed
    /// block, the block's offset.
    [[nodiscard]] auto offset(std::size_t within) const noexcept -> std::uint64_t {
        return header_.compression ? block_offset_ : cursor_.offset() + within;
    }

    /// Bytes of the archive that were read.
    [[nodiscard]] auto bytes() const noexcept -> std::uint64_t { return cursor_.offset() - begin_; }

    /// Passes over all blocks that are left without unpacking them.
    void skip_to_end() {
        if (!header().compression) skip_bytes(left_);
        left_ = 0;
        skipping_ = true;
        static_cast<void>(next_block());
    }

    /// Throws that the block does not hold the number of records that its header announces.
    [[noreturn]] void fail_count(std::uint32_t count) const {
        fail(errc::corrupt, block_offset_,
             "a block holds " + std::to_string(count) + " records and announces " +
                 std::to_string(announced_));
    }

    /// Adds an ident or statistic record to the header.
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

    /// How many blocks of the archive were begun, those before the range included.
    [[nodiscard]] auto begun_blocks() const noexcept -> std::uint32_t { return blocks_; }

    /// Whether every block was read.
    [[nodiscard]] auto all_read() const noexcept -> bool { return ended_ && !skipping_; }

    /// Blocks that were passed over because they hold no records of this layout.
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

    /// Begins the next block; false if it holds no records to read and was passed over.
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

    /// Reads a block's header and returns its type.
    auto read_block_header() -> std::uint16_t {
        block_offset_ = cursor_.offset();
        need(nfdump_block_header::size, "ends inside the header of a block");
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
        need(stored_, "ends inside a block");
        auto const body = unpack(cursor_.ahead().substr(0, stored_));
        if (!body)
            fail(errc::corrupt, block_offset_, "a block does not decompress (" + codec_name + ")");
        cursor_.skip(stored_);
        body_ = *body;
        left_ = body_.size();
    }

    /// Unpacks a block; nothing if it is damaged or its codec is missing.
    [[nodiscard]] auto unpack(std::string_view packed) -> std::optional<std::string_view> {
        auto const decode = find_block_codec(*header_.compression);
        if (decode == nullptr) return std::nullopt;
        if (!unpacked_) unpacked_ = std::make_unique_for_overwrite<char[]>(max_size);
        auto const size = decode(packed, {unpacked_.get(), max_size});
        if (!size) return std::nullopt;
        return std::string_view{unpacked_.get(), *size};
    }

    /// The bytes of the block in memory.
    [[nodiscard]] auto ahead() const noexcept -> std::string_view {
        return header_.compression ? body_ : cursor_.ahead().substr(0, left_);
    }

    [[nodiscard]] auto record_size() -> std::size_t {
        if (!header_.compression) need(nfdump_record_header::size, "ends inside a record");
        return load<std::uint16_t>(ahead().data() + 2, header_.swapped);
    }

    void end_of_input() const {
        if (!last_ || blocks_ >= header_.blocks) return;
        fail(errc::truncated, cursor_.offset(),
             "ends after " + std::to_string(blocks_) + " of " + std::to_string(header_.blocks) +
                 " blocks");
    }

    /// Reads the appendix after the announced blocks. It holds no flows, but shows whether the
    /// header is right about the blocks.
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
        need(stored_, "ends inside the appendix");
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
            need(1, "ends inside a block");
            auto const some = std::min(size, cursor_.ahead().size());
            cursor_.skip(some);
            size -= some;
        }
    }

    /// Fetches bytes; if there are too few, throws `message`, which says inside what the archive
    /// ends.
    void need(std::size_t size, char const* message) {
        if (cursor_.fetch(size)) return;
        fail(errc::truncated, cursor_.offset() + cursor_.ahead().size(), message);
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
    std::uint32_t blocks_;  // blocks of the archive that were begun
    bool ended_ = false;
    bool skipping_ = false;

    std::uint64_t block_offset_ = 0;
    std::uint32_t announced_ = 0;
    std::uint32_t stored_ = 0;  // bytes of the block in the archive
    std::size_t left_ = 0;      // bytes of its records that are left
    std::string_view body_;     // these bytes, if they were unpacked
    std::unique_ptr<char[]> unpacked_;

    std::uint64_t foreign_ = 0;
    bool appendix_unread_ = false;
};

}  // namespace flowlog::detail

#endif
