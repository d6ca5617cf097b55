// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_RECORDS_HPP
#define FLOWLOG_FORMAT_NFDUMP_RECORDS_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>
#include <utility>

#include <flowlog/detail/load.hpp>
#include <flowlog/format/nfdump/blocks.hpp>
#include <flowlog/format/nfdump/header.hpp>
#include <flowlog/format/nfdump/shape.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog::detail {

/// Walks through the records of an nfdump archive, flows and others, one whole record at a time.
/// After an error it throws the same error again, so that nobody takes the records before it for
/// the whole archive.
template <byte_source Source>
class nfdump_records {
public:
    explicit nfdump_records(Source source, bool check_checksums = true, nfdump_range range = {})
        : blocks_{std::move(source), check_checksums, std::move(range)} {}

    [[nodiscard]] auto blocks() noexcept -> nfdump_blocks<Source>& { return blocks_; }
    [[nodiscard]] auto blocks() const noexcept -> nfdump_blocks<Source> const& { return blocks_; }

    /// The header, which it reads unless that is done.
    [[nodiscard]] auto header() -> nfdump_header const& {
        if (!blocks_.begun()) guarded([&] { static_cast<void>(blocks_.header()); });
        return blocks_.header();
    }

    /// Whether the file's byte order is not this machine's. For after the first record.
    [[nodiscard]] auto swapped() const noexcept -> bool { return swapped_; }

    /// The bytes in memory from the next record on. They may end within a record.
    [[nodiscard]] auto ahead() const noexcept -> std::string_view {
        return {at_, static_cast<std::size_t>(end_ - at_)};
    }

    /// Passes over `count` records of `size` bytes each, which lie ahead.
    void pass(std::size_t size, std::size_t count = 1) noexcept {
        at_ += size * count;
        seen_ += static_cast<std::uint32_t>(count);
    }

    /// Takes the next record; empty at the end of the archive. Valid until the next call.
    [[nodiscard]] auto next() -> std::string_view {
        auto size = whole_record();
        if (size == 0) {
            if (!guarded([&] { return refill(); })) return {};
            size = whole_record();
        }
        auto const record = std::string_view{at_, size};
        pass(size);
        return record;
    }

    /// Offset in the archive of a record that was taken; in a compressed block, the block's offset.
    [[nodiscard]] auto offset(char const* record) const noexcept -> std::uint64_t {
        return blocks_.offset(static_cast<std::size_t>(record - begin_));
    }

    /// Passes over everything that is left without unpacking or decoding it.
    void skip_to_end() {
        guarded([&] {
            at_ = end_ = begin_ = nullptr;
            in_block_ = false;
            blocks_.skip_to_end();
        });
    }

private:
    /// The size of the next record; 0 if it is not whole.
    [[nodiscard]] auto whole_record() const noexcept -> std::size_t {
        auto const left = ahead().size();
        if (left < nfdump_record_header::size) return 0;
        auto const size = load<std::uint16_t>(at_ + 2, swapped_);
        return size < nfdump_record_header::size || size > left ? 0U : size;
    }

    /// Moves the window so that a whole record lies ahead; false at the end of the archive.
    auto refill() -> bool {
        for (;;) {
            if (in_block_) {
                auto const records = blocks_.records(static_cast<std::size_t>(at_ - begin_));
                begin_ = at_ = records.data();
                end_ = begin_ + records.size();
                if (!records.empty()) return true;
                if (seen_ != blocks_.announced()) blocks_.fail_count(seen_);
                in_block_ = false;
            }
            if (!blocks_.next_block()) return false;
            swapped_ = blocks_.header().swapped;
            in_block_ = true;
            begin_ = at_ = end_ = nullptr;
            seen_ = 0;
        }
    }

    /// Remembers an error of `function`, and throws it whenever there is one.
    template <class Function>
    auto guarded(Function function) -> decltype(function()) {
        if (failure_) std::rethrow_exception(failure_);
        try {
            return function();
        } catch (...) {
            failure_ = std::current_exception();
            at_ = end_ = begin_;
            throw;
        }
    }

    nfdump_blocks<Source> blocks_;
    char const* begin_ = nullptr;  // of the records in memory
    char const* at_ = nullptr;     // the next one
    char const* end_ = nullptr;
    std::uint32_t seen_ = 0;  // records of the block that were passed
    bool swapped_ = false;
    bool in_block_ = false;
    std::exception_ptr failure_;
};

}  // namespace flowlog::detail

#endif
