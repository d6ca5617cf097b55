// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_BLOCKS_HPP
#define FLOWLOG_FORMAT_NFDUMP_BLOCKS_HPP

//      layouts 1, 2   header │ block │ block │ … │ appendix (layout 2: counts, ident)
//
//      layout 3       header │ names │ flows │ flows │ exporters │ counts │ ident │ directory │
//      footer
//                              any order, and any number of each

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/detail/load.hpp>
#include <flowlog/detail/xxh3.hpp>
#include <flowlog/error.hpp>
#include <flowlog/format/nfdump/block.hpp>
#include <flowlog/format/nfdump/block_filter.hpp>
#include <flowlog/format/nfdump/directory.hpp>
#include <flowlog/format/nfdump/findings.hpp>
#include <flowlog/format/nfdump/header.hpp>
#include <flowlog/format/nfdump/layouts.hpp>
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
    std::uint64_t hash = 0;    ///< sum of `nfdump_entry_hash` of these blocks
    bool last = true;          ///< whether the range reaches to the end of the archive
};

/// Walks through the blocks of an nfdump archive and hands out the bytes of those with flows, which
/// begin with whole records. Uncompressed blocks are not copied together, unless they have a
/// checksum: their records come from the source's own blocks, while these are in the cache. The
/// directory of layout 3 is not needed to find blocks; it is compared with those that were found.
template <byte_source Source>
class nfdump_blocks {
public:
    explicit nfdump_blocks(Source source, bool check_checksums = true, nfdump_range range = {})
        : cursor_{std::move(source), range.offset},
          header_{std::move(range.header)},
          check_checksums_{check_checksums},
          begin_{range.offset},
          last_{range.last},
          blocks_{range.blocks},
          hash_{range.hash} {}

    /// Whether the header has been read.
    [[nodiscard]] auto begun() const noexcept -> bool { return header_.layout != 0; }

    /// The header, which it reads unless that is done.
    [[nodiscard]] auto header() -> nfdump_header& {
        if (!begun()) read_header();
        return header_;
    }

    /// Passes over blocks of flows that this excludes.
    [[nodiscard]] auto filter() noexcept -> nfdump_block_filter& { return filter_; }

    /// Moves into the next block of flows; false at the end of the archive.
    auto next_block() -> bool {
        if (header().encrypted && !skipping_) fail_encrypted(header_.layout == 3 ? 20 : 17);
        while (!ended_) {
            if (header_.layout == 2 && header_.blocks != 0 && blocks_ == header_.blocks) {
                read_appendix();
                ended_ = true;
            } else if (header_.layout == 3 && is_directory_ahead()) {
                read_directory();
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
        if (block_.compression) {
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
        if (!block_.compression) need(size, "ends inside a record");
        return ahead();
    }

    /// How many records the block announces.
    [[nodiscard]] auto announced() const noexcept -> std::uint32_t { return block_.records; }

    /// Offset in the archive of byte `within` of what `records` returned last; in a compressed
    /// block, the block's offset.
    [[nodiscard]] auto offset(std::size_t within) const noexcept -> std::uint64_t {
        return block_.compression ? block_offset_ : cursor_.offset() + within;
    }

    /// Bytes of the archive that were read.
    [[nodiscard]] auto bytes() const noexcept -> std::uint64_t { return cursor_.offset() - begin_; }

    /// Passes over all blocks of flows that are left without unpacking them.
    void skip_to_end() {
        static_cast<void>(header());
        if (!block_.compression) skip_bytes(left_);
        left_ = 0;
        skipping_ = true;
        static_cast<void>(next_block());
    }

    /// Throws that the block does not hold the number of records that it announces.
    [[noreturn]] void fail_count(std::uint32_t count) const {
        fail(errc::corrupt, block_offset_,
             "a block holds " + std::to_string(count) + " records and announces " +
                 std::to_string(block_.records));
    }

    /// Adds an ident or statistic record to the header.
    void take_appendix(nfdump_kind kind, std::string_view record) {
        auto const body = record.substr(nfdump_record_header::size);
        if (kind == nfdump_kind::ident) take_ident(body);
        if (kind == nfdump_kind::statistic) static_cast<void>(take_statistic(body));
    }

    /// How many blocks of the archive were begun, those before the range included.
    [[nodiscard]] auto begun_blocks() const noexcept -> std::uint32_t { return blocks_; }

    /// Whether every block was read.
    [[nodiscard]] auto all_read() const noexcept -> bool {
        return ended_ && !skipping_ && unread_ == 0;
    }

    /// Records of blocks that the filter excluded.
    [[nodiscard]] auto unread() const noexcept -> std::uint64_t { return unread_; }

    /// What the archive holds besides flows.
    [[nodiscard]] auto found() noexcept -> nfdump_findings& { return found_; }
    [[nodiscard]] auto found() const noexcept -> nfdump_findings const& { return found_; }

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

    /// Begins the next block; false if it holds no flows to read and was passed over.
    auto begin_block() -> bool {
        read_block_header();
        auto const content = block_.content;
        if (content != nfdump_content::flows) {
            if (content == nfdump_content::unknown) ++found_.foreign_blocks;
            auto const of_use =
                content < nfdump_content::nothing && content != nfdump_content::flows;
            if (of_use && block_.encryption == 0) return take_other_block(), false;
        } else if (!skipping_ && begin_flows()) {
            return true;
        }
        skip_bytes(stored_);
        return false;
    }

    void read_block_header() {
        block_offset_ = cursor_.offset();
        auto const size = header_.sizes().block_header_size;
        need(size, "ends inside the header of a block");
        block_ = read_nfdump_block(header_, cursor_.ahead().data());
        if (auto const fault = fault_of(header_, block_); !fault.empty())
            fail(errc::corrupt, block_offset_, "a block " + fault);
        cursor_.skip(size);
        stored_ = static_cast<std::size_t>(block_.stored);
        hash_ += nfdump_entry_hash(block_.type, block_.size, block_offset_);
        ++blocks_;
        if (block_.checksum != 0) ++found_.with_checksum;
        if (block_.checksum == 0) ++found_.without_checksum;
    }

    /// Moves to the records of a block of flows; false if the filter excludes it.
    auto begin_flows() -> bool {
        require_readable();
        auto const front = header_.layout == 3 ? filter_.front_size() : 0;
        if (front != 0 && is_excluded(front)) return false;
        ++found_.compressed[block_.compression ? 1 + static_cast<std::size_t>(*block_.compression)
                                               : 0];
        if (block_.compression) {
            body_ = unpacked_body();
            left_ = body_.size();
        } else {
            check_checksum();
            left_ = stored_;
        }
        if (header_.layout == 3) read_flows_head();
        return true;
    }

    /// Reads what a block of layout 3 has before its records.
    void read_flows_head() {
        constexpr auto size = nfdump_flows_head::size;
        if (left_ < size)
            fail(errc::corrupt, block_offset_,
                 "a block of flows has " + std::to_string(left_) + " bytes, less than its header");
        if (!block_.compression) need(size, "ends inside a block");
        block_.records = nfdump_flows_head::read(ahead().data(), header_.swapped).records;
        if (block_.compression) {
            body_.remove_prefix(size);
        } else {
            cursor_.skip(size);
        }
        left_ -= size;
    }

    /// Whether no flow of the block is wanted, by the first `size` bytes of its body, which alone
    /// are unpacked if the codec can do that.
    [[nodiscard]] auto is_excluded(std::size_t size) -> bool {
        auto front = std::string_view{};
        if (!block_.compression) {
            size = std::min(size, stored_);
            need(size, "ends inside a block");
            front = cursor_.ahead().substr(0, size);
        } else {
            auto const decode = find_block_front_codec(*block_.compression);
            if (decode == nullptr) return false;
            need(stored_, "ends inside a block");
            auto const room = buffer(std::max(size, body_size()));
            auto const got = decode(cursor_.ahead().substr(0, stored_), room.first(size));
            if (!got) return false;
            front = {room.data(), *got};
        }
        if (!filter_.excludes(front, header_.swapped)) return false;
        unread_ += nfdump_flows_head::read(front.data(), header_.swapped).records;
        return true;
    }

    /// Takes a block of layout 3 that holds something else than flows.
    void take_other_block() {
        auto const offset = block_offset_;
        if (block_.compression && find_block_codec(*block_.compression) == nullptr && skipping_) {
            found_.counts_unread = true;
            return skip_bytes(stored_);
        }
        require_readable();
        auto body = std::string_view{};
        if (block_.compression) {
            body = unpacked_body();
        } else {
            need(stored_, "ends inside a block");
            check_checksum();
            body = cursor_.ahead().substr(0, stored_);
        }
        switch (block_.content) {
            case nfdump_content::names:
                found_.take_names_block(body, header_.swapped, offset);
                break;
            case nfdump_content::exporters: found_.take_exporters(body, header_.swapped); break;
            case nfdump_content::ident: take_ident(body); break;
            default: found_.counts_unread = !take_statistic(body);
        }
        if (!block_.compression) cursor_.skip(stored_);
    }

    void take_ident(std::string_view text) {
        constexpr std::size_t max_ident = 128;
        header_.ident = text.substr(0, std::min(text.find('\0'), max_ident));
    }

    /// Takes the collector's counts; false if they are not whole.
    auto take_statistic(std::string_view body) -> bool {
        if (body.size() < 18 * 8) return false;
        auto const number = [&](std::size_t i) {
            return load<std::uint64_t>(body.data() + 8 * i, header_.swapped);
        };
        header_.statistic = nfdump_statistic{.flows = number(0),
                                             .first = number(15),
                                             .last = number(16),
                                             .sequence_failures = number(17)};
        return true;
    }

    /// Throws unless the body of the block can be decrypted and unpacked.
    void require_readable() const {
        if (block_.encryption != 0) {
            if (block_.encryption == 1) fail_encrypted(block_offset_);
            fail(errc::unsupported, block_offset_,
                 "a block is encrypted in the unknown way " + std::to_string(block_.encryption));
        }
        if (block_.unknown_compression != 0)
            fail(errc::unsupported, block_offset_,
                 "a block is compressed in the unknown way " +
                     std::to_string(block_.unknown_compression));
        if (!block_.compression || find_block_codec(*block_.compression) != nullptr) return;
        auto const codec_name = std::string{flowlog::name(*block_.compression)};
        fail(errc::unsupported, block_offset_,
             "the blocks are compressed with " + codec_name +
                 "; this program was built without flowlog::" + codec_name);
    }

    [[noreturn]] void fail_encrypted(std::uint64_t offset) const {
        fail(errc::unsupported, offset,
             header_.layout == 3
                 ? "is encrypted (ChaCha20-Poly1305, nfdump -K); only nfdump reads it"
                 : "is encrypted");
    }

    /// Throws if the block has a checksum and the stored bytes have another one.
    void check_checksum() {
        if (block_.checksum == 0 || !check_checksums_) return;
        need(stored_, "ends inside a block");
        if (xxh3::hash(cursor_.ahead().substr(0, stored_)) != block_.checksum)
            fail(errc::corrupt, block_offset_, "a block does not have its checksum (XXH3)");
    }

    /// Unpacks the block, and passes over it.
    [[nodiscard]] auto unpacked_body() -> std::string_view {
        need(stored_, "ends inside a block");
        check_checksum();
        auto const body = unpack(cursor_.ahead().substr(0, stored_));
        if (!body)
            fail(errc::corrupt, block_offset_,
                 "a block does not decompress (" + std::string{flowlog::name(*block_.compression)} +
                     ")");
        if (block_.unpacked && body->size() != body_size())
            fail(errc::corrupt, block_offset_,
                 "a block unpacks to " + std::to_string(body->size()) + " bytes and announces " +
                     std::to_string(body_size()));
        cursor_.skip(stored_);
        return *body;
    }

    /// The bytes that the block has after unpacking, at most.
    [[nodiscard]] auto body_size() const noexcept -> std::size_t {
        auto const& sizes = header_.sizes();
        return block_.unpacked ? *block_.unpacked - sizes.block_header_size : sizes.max_block;
    }

    /// A buffer of at least this size. Its bytes are valid until the next call.
    [[nodiscard]] auto buffer(std::size_t size) -> std::span<char> {
        if (size > unpacked_size_) {
            unpacked_ = std::make_unique_for_overwrite<char[]>(size);
            unpacked_size_ = size;
        }
        return {unpacked_.get(), unpacked_size_};
    }

    /// Unpacks a block; nothing if it is damaged or its codec is missing.
    [[nodiscard]] auto unpack(std::string_view packed) -> std::optional<std::string_view> {
        auto const decode = find_block_codec(*block_.compression);
        if (decode == nullptr) return std::nullopt;
        auto const room = buffer(std::max<std::size_t>(body_size(), 1));
        auto const size = decode(packed, room.first(body_size()));
        if (!size) return std::nullopt;
        return std::string_view{room.data(), *size};
    }

    /// The bytes of the block in memory.
    [[nodiscard]] auto ahead() const noexcept -> std::string_view {
        return block_.compression ? body_ : cursor_.ahead().substr(0, left_);
    }

    [[nodiscard]] auto record_size() -> std::size_t {
        if (!block_.compression) need(nfdump_record_header::size, "ends inside a record");
        return load<std::uint16_t>(ahead().data() + 2, header_.swapped);
    }

    void end_of_input() const {
        if (!last_) return;
        if (header_.layout == 3) {
            if (header_.directory_offset == 0) return;  // not closed
            fail(errc::truncated, cursor_.offset(),
                 "ends before the directory, which the header puts at byte " +
                     std::to_string(header_.directory_offset));
        }
        if (blocks_ >= header_.blocks) return;
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
        if (block_.compression) body = unpack(body).value_or(std::string_view{});
        cursor_.skip(stored_);
        if (body.empty()) found_.counts_unread = true;
        while (!body.empty()) {
            auto const size =
                body.size() < 4 ? 0U : load<std::uint16_t>(body.data() + 2, header_.swapped);
            if (size < nfdump_record_header::size || size > body.size()) {
                found_.counts_unread = true;
                return;
            }
            auto const type = load<std::uint16_t>(body.data(), header_.swapped);
            take_appendix(nfdump_kind_of(header_.layout, type), body.substr(0, size));
            body.remove_prefix(size);
        }
    }

    /// Whether the directory of layout 3 comes next, where a block's type would be.
    [[nodiscard]] auto is_directory_ahead() -> bool {
        if (!cursor_.fetch(1)) return false;
        auto const expected = cursor_.offset() == header_.directory_offset;
        if (!cursor_.fetch(4)) {
            if (expected) need(4, "ends inside the directory");
            return false;
        }
        auto const here =
            load<std::uint32_t>(cursor_.ahead().data(), header_.swapped) == nfdump_directory::magic;
        if (!here && expected)
            fail(errc::corrupt, cursor_.offset(), "no directory is where the header puts it");
        return here;
    }

    /// Reads the directory after the last block, and compares it with the blocks.
    void read_directory() {
        auto const at = cursor_.offset();
        need(nfdump_directory::head_size, "ends inside the directory");
        auto const count = load<std::uint32_t>(cursor_.ahead().data() + 4, header_.swapped);
        auto const size = nfdump_directory::size_of(count);
        fail_if(fault_of_directory_head(header_, at, count, blocks_));
        need(size, "ends inside the directory");
        auto const bytes = cursor_.ahead().substr(0, size);
        fail_if(fault_of_entries(header_, at, bytes, hash_));
        auto const checksum = check_checksums_ ? xxh3::hash(bytes) : 0;
        cursor_.skip(size);
        read_footer({.offset = at, .size = size, .checksum = checksum});
    }

    /// Reads what follows a directory.
    void read_footer(nfdump_directory const& directory) {
        auto const whole = cursor_.fetch(nfdump_directory::footer_size);
        auto const footer = cursor_.ahead().substr(0, nfdump_directory::footer_size);
        auto const offset = cursor_.offset();
        if (!whole && footer.size() != nfdump_directory::old_footer_size)
            fail(errc::truncated, offset + footer.size(), "ends inside the footer");
        // it repeats what the header says, and is not needed
        found_.footer_damaged =
            load<std::uint32_t>(footer.data(), header_.swapped) != nfdump_directory::footer_magic;
        if (!found_.footer_damaged)
            fail_if(fault_of_footer(header_, offset, footer, directory, check_checksums_));
        cursor_.skip(footer.size());
        if (cursor_.fetch(1))
            fail(errc::corrupt, cursor_.offset(),
                 found_.footer_damaged ? "bytes that are no footer follow the directory"
                                       : "bytes follow the footer");
    }

    void fail_if(nfdump_directory_fault const& fault) const {
        if (!fault.what.empty()) fail(errc::corrupt, fault.offset, fault.what);
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
    bool check_checksums_;
    std::uint64_t begin_;   // offset of the source's first byte
    bool last_;             // whether the source reaches to the end of the archive
    std::uint32_t blocks_;  // blocks of the archive that were begun
    std::uint64_t hash_;    // of these blocks, for the directory
    bool ended_ = false;
    bool skipping_ = false;
    nfdump_block_filter filter_;
    std::uint64_t unread_ = 0;

    nfdump_block block_;
    std::uint64_t block_offset_ = 0;
    std::size_t stored_ = 0;  // bytes of the block in the archive after its header
    std::size_t left_ = 0;    // bytes of its records that are left
    std::string_view body_;   // these bytes, if they were unpacked
    std::unique_ptr<char[]> unpacked_;
    std::size_t unpacked_size_ = 0;

    nfdump_findings found_;
};

}  // namespace flowlog::detail

#endif
