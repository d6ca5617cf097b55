// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_DETAIL_DISTINCT_TEXTS_HPP
#define FLOWLOG_OUTPUT_DETAIL_DISTINCT_TEXTS_HPP

//      texts of a column   eni-1  eni-2  eni-1  eni-1
//      numbers             0      1      0      0
//      bytes               eni-1eni-2
//      offsets             0    5    10

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/detail/mix.hpp>
#include <flowlog/detail/radix_sort.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/print.hpp>

namespace flowlog::detail {

/// Numbers values in the order of their first appearance: a hash table of numbers. The caller keeps
/// the values.
class value_numbers {
public:
    /// The number of a value. `equal(n)` says whether it is value number `n`; `add()` keeps it as
    /// the next one.
    template <class Equal, class Add>
    [[gnu::always_inline]] auto number(std::uint64_t hash, Equal equal, Add add) -> std::uint32_t {
        auto const tag = static_cast<std::uint32_t>(hash >> 32);
        for (std::size_t at = tag & mask_;; at = (at + 1) & mask_) {
            auto& found = slots_[at];
            if (found.number == none) {
                found = {tag, count_};
                add();
                if (++count_ * std::size_t{2} > slots_.size()) grow();
                return count_ - 1;
            }
            if (found.tag == tag && equal(found.number)) return found.number;
        }
    }

    [[nodiscard]] auto size() const noexcept -> std::uint32_t { return count_; }

    void clear() {
        slots_.assign(first_size, slot{});
        mask_ = first_size - 1;
        count_ = 0;
    }

private:
    static constexpr auto none = std::numeric_limits<std::uint32_t>::max();
    static constexpr std::size_t first_size = 256;

    struct slot {
        std::uint32_t tag = 0;  // of the hash; determines the place
        std::uint32_t number = none;
    };

    void grow() {
        auto larger = std::vector<slot>(slots_.size() * 4);
        mask_ = larger.size() - 1;
        for (auto const& old : slots_) {
            if (old.number == none) continue;
            auto at = old.tag & mask_;
            while (larger[at].number != none) at = (at + 1) & mask_;
            larger[at] = old;
        }
        slots_ = std::move(larger);
    }

    std::vector<slot> slots_ = std::vector<slot>(first_size);
    std::size_t mask_ = first_size - 1;
    std::uint32_t count_ = 0;
};

/// A hash of a text, in its upper half.
[[nodiscard]] inline auto hash_text(std::string_view text) noexcept -> std::uint64_t {
    constexpr auto factor = std::uint64_t{0xA0761D6478BD642F};
    auto hash = std::uint64_t{0x9E3779B97F4A7C15} ^ text.size();
    auto word = std::uint64_t{0};
    for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
        std::memcpy(&word, text.data(), sizeof word);
        hash = mix(hash ^ word, factor);
    }
    word = 0;
    for (auto const c : text) word = word << 8 | static_cast<unsigned char>(c);
    return mix(hash ^ word, factor);
}

/// The distinct texts of a column, one after the other.
class distinct_texts {
public:
    /// The number of a text.
    [[nodiscard]] auto number(std::string_view text) -> std::uint32_t {
        if (numbers_.size() != 0 && text == (*this)[last_]) return last_;  // often repeated
        last_ = numbers_.number(
            hash_text(text), [&](std::uint32_t n) { return (*this)[n] == text; },
            [&] { append(text); });
        return last_;
    }

    [[nodiscard]] auto operator[](std::uint32_t n) const noexcept -> std::string_view {
        auto const begin = static_cast<std::size_t>(offsets_[n]);
        return {bytes_.data() + begin, static_cast<std::size_t>(offsets_[n + 1]) - begin};
    }

    /// Appends a text without a look whether it is there.
    void append(std::string_view text) {
        bytes_.insert(bytes_.end(), text.begin(), text.end());
        offsets_.push_back(static_cast<std::int32_t>(bytes_.size()));
    }

    /// Puts U+FFFD in place of bytes that are not UTF-8. Texts must not be looked up after that.
    void make_utf8() {
        auto const is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
        if (std::ranges::all_of(bytes_, is_ascii)) return;
        auto all = distinct_texts{};
        for (std::uint32_t n = 0; n < size(); ++n) all.append(as_utf8((*this)[n]));
        bytes_ = std::move(all.bytes_);
        offsets_ = std::move(all.offsets_);
    }

    [[nodiscard]] auto size() const noexcept -> std::size_t { return offsets_.size() - 1; }
    [[nodiscard]] auto bytes() const noexcept -> std::vector<char> const& { return bytes_; }
    [[nodiscard]] auto offsets() const noexcept -> std::vector<std::int32_t> const& {
        return offsets_;
    }

    void clear() {
        numbers_.clear();
        bytes_.clear();
        offsets_.assign(1, 0);
        last_ = 0;
    }

private:
    value_numbers numbers_;
    std::vector<char> bytes_;
    std::vector<std::int32_t> offsets_ = std::vector<std::int32_t>(1);
    std::uint32_t last_ = 0;
};

/// The addresses of a column as numbers of distinct texts. IPv4 addresses get their numbers when
/// all of them are there, by sorting: a hash table of as many would miss the cache at each step.
class distinct_addresses {
public:
    /// Adds the address of a row; rows come in order.
    void add(std::size_t row, address const& value) {
        if (value.is_v4()) return quads_.push_back(std::uint64_t{value.to_v4()} << 32 | row);
        auto const hash =
            mix(mix(value.high() ^ 0x9E3779B97F4A7C15, 0xA0761D6478BD642F) ^ value.low(),
                0xE7037ED1A0B428DB);
        auto const n = numbers_.number(
            hash, [&](std::uint32_t other) { return others_[other] == value; },
            [&] {
                others_.push_back(value);
                append_text(value);
            });
        rows_of_others_.push_back(std::uint64_t{n} << 32 | row);
    }

    /// Drops the rows after the first `rows`.
    void cut(std::size_t rows) {
        for (auto* const list : {&quads_, &rows_of_others_})
            while (!list->empty() && row_of(list->back()) >= rows) list->pop_back();
    }

    /// Sets `numbers[row]` for each row that was added.
    void number_all(std::vector<std::int32_t>& numbers) {
        for (auto const item : rows_of_others_)
            numbers[row_of(item)] = static_cast<std::int32_t>(item >> 32);
        radix_sort(quads_, [](std::uint64_t item) { return item >> 32; });
        auto last = ~std::uint64_t{0};
        for (auto const item : quads_) {
            if (item >> 32 != last) {
                last = item >> 32;
                append_text(address::v4(static_cast<std::uint32_t>(last)));
            }
            numbers[row_of(item)] = static_cast<std::int32_t>(texts_.size() - 1);
        }
    }

    [[nodiscard]] auto texts() const noexcept -> distinct_texts const& { return texts_; }

    void clear() {
        numbers_.clear();
        others_.clear();
        quads_.clear();
        rows_of_others_.clear();
        texts_.clear();
    }

private:
    [[nodiscard]] static auto row_of(std::uint64_t item) noexcept -> std::size_t {
        return static_cast<std::uint32_t>(item);
    }

    void append_text(address const& value) {
        char text[max_printed];
        texts_.append({text, static_cast<std::size_t>(print_value(text, value) - text)});
    }

    // upper half: an address, or the number of one; lower half: its row
    std::vector<std::uint64_t> quads_;
    std::vector<std::uint64_t> rows_of_others_;
    value_numbers numbers_;  // of the other addresses
    std::vector<address> others_;
    distinct_texts texts_;
};

}  // namespace flowlog::detail

#endif
