// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_LOOKUP_DETAIL_TAG_INDEX_HPP
#define FLOWLOG_LOOKUP_DETAIL_TAG_INDEX_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace flowlog::detail {

inline constexpr std::uint16_t any_protocol = 256;
inline constexpr std::size_t port_count = 65'536;
inline constexpr std::size_t ports_per_page = 256;

/// What a row says: flows to these ports over this protocol have this tag.
struct tag_rule {
    std::uint16_t first;
    std::uint16_t last;
    std::uint16_t protocol;  // or `any_protocol`
    std::uint32_t tag;
    std::uint32_t row;  // shared by the rules of one row; later rows have higher numbers

    [[nodiscard]] auto width() const noexcept -> std::uint32_t { return last - first + 1U; }

    /// Sorts rules by protocol, then by width, the narrowest first, then by port.
    [[nodiscard]] auto order() const noexcept -> std::uint64_t {
        return std::uint64_t{protocol} << 33 | std::uint64_t{width()} << 16 | first;
    }
};

/// Two rows of equal rank that give a flow different tags.
struct tag_conflict {
    std::uint32_t earlier;
    std::uint32_t later;
    std::uint16_t port;  // the first port that both rows match
    std::uint16_t protocol;

    /// Orders by the later row, then by the earlier row.
    friend auto operator<(tag_conflict const& a, tag_conflict const& b) noexcept -> bool {
        auto const rows = [](tag_conflict const& c) {
            return std::uint64_t{c.later} << 32 | c.earlier;
        };
        return rows(a) != rows(b) ? rows(a) < rows(b) : a.port < b.port;
    }
};

/// Which of several rules of equal rank wins.
enum class tag_tie : std::uint8_t { last, first, all };

/// Numbered lists of tags: list 0 is empty, list `tag + 1` holds a single tag, and lists of several
/// tags are appended after those.
class tag_sets {
public:
    tag_sets() = default;

    explicit tag_sets(std::uint32_t tags) : tags_(tags), ends_(tags + std::size_t{1}) {
        std::iota(tags_.begin(), tags_.end(), 0U);
        std::iota(ends_.begin(), ends_.end(), 0U);
    }

    [[nodiscard]] auto operator[](std::uint32_t set) const noexcept
        -> std::span<std::uint32_t const> {
        auto const first = set == 0 ? 0 : ends_[set - 1];
        return {tags_.data() + first, tags_.data() + ends_[set]};
    }

    /// How many tags the appended lists hold together.
    [[nodiscard]] auto appended() const noexcept -> std::size_t { return appended_; }

    template <class Tags>
    auto append(Tags const& tags) -> std::uint32_t {
        for (auto const& entry : tags) tags_.push_back(entry.first);
        appended_ += tags.size();
        ends_.push_back(static_cast<std::uint32_t>(tags_.size()));
        return static_cast<std::uint32_t>(ends_.size() - 1);
    }

private:
    std::vector<std::uint32_t> tags_;
    std::vector<std::uint32_t> ends_;
    std::size_t appended_ = 0;
};

/// A set of ports that finds the next port that it lacks. It takes 8 KB; a table with the next free
/// port of each port took 256 KB, which had to be filled before the first rule.
class port_set {
public:
    void insert(std::uint32_t port) noexcept {
        auto& word = words_[port / 64];
        word |= std::uint64_t{1} << port % 64;
        if (word == all) full_[port / 4096] |= std::uint64_t{1} << port / 64 % 64;
    }

    /// The first port from `port` on that is not in the set; `port_count` if there is none.
    [[nodiscard]] auto next_free(std::uint32_t port) const noexcept -> std::uint32_t {
        if (port == port_count) return port;
        auto const free = ~words_[port / 64] >> port % 64;
        if (free != 0) return port + static_cast<std::uint32_t>(std::countr_zero(free));
        auto word = port / 64 + 1;
        for (; word < words_.size(); word = (word / 64 + 1) * 64) {
            auto const not_full = ~full_[word / 64] >> word % 64;
            if (not_full == 0) continue;
            word += static_cast<std::uint32_t>(std::countr_zero(not_full));
            return word * 64 + static_cast<std::uint32_t>(std::countr_one(words_[word]));
        }
        return port_count;
    }

private:
    static constexpr auto all = ~std::uint64_t{0};

    std::array<std::uint64_t, port_count / 64> words_{};
    std::array<std::uint64_t, port_count / 4096> full_{};  // the words that are `all`
};

/// The tags of the ports of one protocol. Rules paint their ports, the narrowest rule first; a port
/// that is painted keeps its paint.
class port_canvas {
public:
    using page = std::span<std::uint32_t const, ports_per_page>;

    void clear() {
        painted_ = {};
        touched_ = {};
    }

    /// The first unpainted port from `port` on; `port_count` if there is none.
    [[nodiscard]] auto next_free(std::uint32_t port) const noexcept -> std::uint32_t {
        return painted_.next_free(port);
    }

    void paint(std::uint32_t first, std::uint32_t last, std::uint32_t set, std::uint32_t width) {
        for (auto at = next_free(first); at <= last; at = next_free(at)) {
            touch(at / ports_per_page);
            sets_[at] = set;
            widths_[at] = static_cast<std::uint16_t>(width - 1);
            painted_.insert(at);
        }
    }

    /// Whether a port of the page was painted.
    [[nodiscard]] auto touched(std::size_t number) const noexcept -> bool {
        return touched_[number];
    }

    /// The paint of the ports of a touched page; 0 for unpainted ports.
    [[nodiscard]] auto sets(std::size_t number) const noexcept -> page {
        return page{sets_.get() + number * ports_per_page, ports_per_page};
    }

    /// The width of the rule that painted the port.
    [[nodiscard]] auto width(std::size_t port) const noexcept -> std::uint32_t {
        return widths_[port] + 1U;
    }

private:
    void touch(std::size_t number) {
        if (std::exchange(touched_[number], true)) return;
        std::fill_n(sets_.get() + number * ports_per_page, ports_per_page, 0U);
    }

    port_set painted_;
    std::array<bool, port_count / ports_per_page> touched_{};
    // not initialized: memory that a small table never touches costs it nothing
    std::unique_ptr<std::uint32_t[]> sets_ =
        std::make_unique_for_overwrite<std::uint32_t[]>(port_count);
    std::unique_ptr<std::uint16_t[]> widths_ =  // less 1
        std::make_unique_for_overwrite<std::uint16_t[]>(port_count);
};

/// Finds the tags of a port and protocol with four dependent reads, whatever the rules were.
///
///     plane_             directory_                           cells_
///     tcp: plane 1  ->   plane 1: | page 3 | page 0 | ...  -> page 3: | list 7 | list 0 | ...
///     udp: plane 0       plane 0: | page 0 | page 0 | ...     page 0: | list 0 | list 0 | ...
///                        (256 pages of 256 ports)             (a list of tags for each port)
///
/// Each protocol with rules of its own has a plane of 256 pages of 256 ports; a page that equals
/// the page stored before it is stored once. This takes at most 64 MB (1 KB for each page that
/// differs). A hash map of exact ports beside an interval tree takes less, but has to distinguish
/// cases. Measured with 10,000 rows: 0.5 MB, and 3 ns for a lookup.
template <class = void>
class basic_tag_index {
public:
    /// Finds nothing.
    basic_tag_index() = default;

    [[nodiscard]] auto find(std::uint16_t port, std::uint8_t protocol) const noexcept
        -> std::span<std::uint32_t const> {
        if (directory_.empty()) return {};
        auto const page = directory_[plane_[protocol] * page_count + port / ports_per_page];
        return sets_[cells_[page * ports_per_page + port % ports_per_page]];
    }

    /// Reserves memory for a number of pages. Call it first.
    void reserve(std::size_t pages) { cells_.reserve((pages + 1) * ports_per_page); }

    /// Sets the tags of protocols that have no rules of their own. Call it before `set_protocol`.
    void set_any(port_canvas const& any) {
        directory_.assign(page_count, 0);
        cells_.assign(ports_per_page, 0);
        for (std::size_t page = 0; page < page_count; ++page) {
            if (any.touched(page)) directory_[page] = store(any.sets(page));
        }
    }

    /// Sets the tags of a protocol. Its own rules count, except for ports for which a rule for any
    /// protocol is narrower.
    void set_protocol(std::uint8_t protocol, port_canvas const& own, port_canvas const& any) {
        auto const begin = directory_.size();
        plane_[protocol] = static_cast<std::uint16_t>(begin / page_count);
        directory_.resize(begin + page_count);
        for (std::size_t page = 0; page < page_count; ++page) {
            directory_[begin + page] = !own.touched(page)  ? directory_[page]
                                       : any.touched(page) ? store(joined(page, own, any))
                                                           : store(own.sets(page));
        }
    }

    /// Sets the lists that the paint of the canvases refers to. Call it last.
    void set_lists(tag_sets sets) { sets_ = std::move(sets); }

private:
    static constexpr std::size_t page_count = port_count / ports_per_page;

    using page_cells = std::array<std::uint32_t, ports_per_page>;

    [[nodiscard]] static auto joined(std::size_t page, port_canvas const& own,
                                     port_canvas const& any) -> page_cells {
        auto cells = page_cells{};
        auto const special = own.sets(page);
        auto const general = any.sets(page);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            auto const port = page * ports_per_page + i;
            auto const both = special[i] != 0 && general[i] != 0;
            cells[i] = !both                                      ? special[i] | general[i]
                       : own.width(port) <= any.width(port) * 256 ? special[i]
                                                                  : general[i];
        }
        return cells;
    }

    /// Stores a page, unless the last page has the same cells. Returns the number of the page.
    auto store(port_canvas::page cells) -> std::uint32_t {
        if (!std::equal(cells.begin(), cells.end(), cells_.end() - ports_per_page))
            cells_.insert(cells_.end(), cells.begin(), cells.end());
        return static_cast<std::uint32_t>(cells_.size() / ports_per_page) - 1;
    }

    tag_sets sets_;
    std::array<std::uint16_t, 256> plane_{};  // of each protocol; 0 for rules for any protocol
    std::vector<std::uint32_t> directory_;    // the pages of each plane
    std::vector<std::uint32_t> cells_;        // the lists of each page; page 0 is empty
};

using tag_index = basic_tag_index<>;

}  // namespace flowlog::detail

#endif
