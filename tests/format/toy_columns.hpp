// SPDX-License-Identifier: BSL-1.0
// A small columnar format, as a component would write it: the proof that a registered format is
// read like a built-in one.
//
//     file    "TOYC" group* group-of-size-0
//     group   u32 size, u32 rows, column*          size: of what follows it
//     column  u8 length, name, u32 size, bytes     bytes: a state for each row, then the values
//     values  of fixed size as they are in memory; texts as u32 length, bytes
//     The column named "!" has a state for each row and no values: not `present`, the row is bad.
#ifndef FLOWLOG_TESTS_FORMAT_TOY_COLUMNS_HPP
#define FLOWLOG_TESTS_FORMAT_TOY_COLUMNS_HPP

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/formats.hpp>
#include <flowlog/format/text/decode.hpp>
#include <flowlog/source/byte_cursor.hpp>

namespace testing::toy {

using flowlog::field_id;
using flowlog::presence;

inline constexpr auto magic = std::string_view{"TOYC"};

inline auto u32(std::size_t number) -> std::string {
    auto const value = static_cast<std::uint32_t>(number);
    auto result = std::string(4, '\0');
    std::memcpy(result.data(), &value, 4);
    return result;
}

inline auto read_u32(char const* from) -> std::uint32_t {
    auto value = std::uint32_t{};
    std::memcpy(&value, from, 4);
    return value;
}

/// Turns text logs, whose first line is the header, into this format.
class writer {
public:
    explicit writer(std::string_view text, std::size_t rows_per_group) {
        auto const header = take_line(text);
        for (auto const token : flowlog::layout::tokens(header)) names_.emplace_back(token);
        auto rows = std::vector<std::vector<std::string_view>>{};
        while (!text.empty()) {
            rows.push_back(flowlog::layout::tokens(take_line(text)));
            if (rows.size() == rows_per_group) add_group(std::exchange(rows, {}));
        }
        if (!rows.empty()) add_group(rows);
    }

    [[nodiscard]] auto bytes() const -> std::string { return bytes_ + u32(0); }

private:
    static auto take_line(std::string_view& text) -> std::string_view {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        return line;
    }

    void add_group(std::vector<std::vector<std::string_view>> const& rows) {
        auto body = u32(rows.size());
        for (std::size_t i = 0; i < names_.size(); ++i) {
            auto const id = flowlog::find_field(names_[i]);
            if (!id) continue;
            flowlog::with_type(flowlog::info(*id).type, [&]<class T>(std::type_identity<T>) {
                body += column(names_[i], encoded<T>(rows, i));
            });
        }
        auto states = std::string{};
        for (auto const& row : rows)
            states += static_cast<char>(row.size() == names_.size() ? presence::present
                                                                    : presence::malformed);
        body += column("!", states);
        bytes_ += u32(body.size()) + body;
    }

    [[nodiscard]] static auto column(std::string const& name, std::string const& bytes)
        -> std::string {
        return std::string{static_cast<char>(name.size())} + name + u32(bytes.size()) + bytes;
    }

    template <class T>
    [[nodiscard]] auto encoded(std::vector<std::vector<std::string_view>> const& rows,
                               std::size_t i) const -> std::string {
        auto states = std::string{};
        auto values = std::string{};
        for (auto const& row : rows) {
            auto const padded =
                (row.size() == names_.size() ? std::string{row[i]} : "-") + std::string(80, ' ');
            auto const* const end = padded.data() + padded.find(' ');
            auto const value = flowlog::detail::decode<T>(padded.data(), end);
            states += static_cast<char>(value.state());
            if constexpr (std::same_as<T, std::string_view>) {
                values += u32((*value).size()) + std::string{*value};
            } else {
                auto const held = T{*value};
                values.append(reinterpret_cast<char const*>(&held), sizeof held);
            }
        }
        return states + values;
    }

    std::vector<std::string> names_;
    std::string bytes_{magic};
};

/// How often what was called, for tests.
struct calls {
    std::atomic<int> next{0};
    std::atomic<int> want{0};
    std::atomic<int> load{0};
    std::atomic<int> split{0};
};
inline auto counted() -> calls& {
    static auto counts = calls{};
    return counts;
}

/// Reads the groups of a file, or of a chunk of one. Decodes the columns that are wanted, and
/// others only when they are asked for.
class reader final : public flowlog::column_reader {
public:
    /// `begin` is the offset of the source's first byte; `last` says whether an end must follow.
    reader(flowlog::any_source from, std::uint64_t begin, bool last)
        : cursor_{std::move(from), begin}, begin_{begin}, last_{last} {}

    auto next(flowlog::column_batch& batch) -> bool override {
        ++counted().next;
        begin_reading();
        if (!std::exchange(group_ahead_, false) && !take_group()) return false;
        batch.begin(rows_);
        for (auto const& [name, bytes] : columns_) {
            auto const id = flowlog::find_field(name);
            if (id && is_wanted(*id)) decode(batch, *id, bytes);
        }
        auto const bad = columns_.find("!");
        for (std::size_t row = 0; bad != columns_.end() && row < rows_; ++row) {
            if (bad->second[row] != '\0') batch.refuse(row, flowlog::reason::column_count);
        }
        return true;
    }

    auto has(field_id id) -> bool override {
        begin_reading();
        if (!group_ahead_ && columns_.empty()) group_ahead_ = take_group();
        if (columns_.empty())
            return true;  // no rows, and nothing says which fields they would have
        return std::ranges::any_of(
            columns_, [id](auto const& c) { return flowlog::find_field(c.first) == id; });
    }

    auto describe() -> flowlog::archive_info override {
        begin_reading();
        return {.version = "1", .notes = {"a toy"}};
    }
    [[nodiscard]] auto name() const -> std::string override { return cursor_.name(); }
    [[nodiscard]] auto bytes() const -> std::uint64_t override { return cursor_.offset() - begin_; }

    void want(std::span<flowlog::field_use const> wanted) override {
        ++counted().want;
        for (auto const& use : wanted) wanted_.push_back(use.id);
    }

    void load(flowlog::column_batch& batch, field_id id) override {
        ++counted().load;
        for (auto const& [name, bytes] : columns_) {
            if (flowlog::find_field(name) != id) continue;
            if (name == "pkt-srcaddr") fail(flowlog::errc::corrupt, "cannot be loaded");
            decode(batch, id, bytes);
        }
    }

    void locate(std::size_t row, flowlog::malformed_line& line) const override {
        place_ = "row " + std::to_string(row);
        line.offset = group_offset_;
        line.text = place_;
    }

private:
    [[noreturn]] void fail(flowlog::errc code, std::string const& why) const {
        throw flowlog::error{code, {name()}, why};
    }

    [[nodiscard]] auto is_wanted(field_id id) const -> bool {
        return wanted_.empty() || std::ranges::find(wanted_, id) != wanted_.end();
    }

    void begin_reading() {
        if (std::exchange(begun_, true) || begin_ != 0) return;
        if (!cursor_.fetch(magic.size()) || !cursor_.ahead().starts_with(magic))
            fail(flowlog::errc::corrupt, "is no toy");
        cursor_.skip(magic.size());
    }

    auto take_group() -> bool {
        if (ended_) return false;
        if (!cursor_.fetch(4)) {
            if (last_) fail(flowlog::errc::truncated, "ends without an end");
            ended_ = true;
            return false;
        }
        auto const size = read_u32(cursor_.ahead().data());
        cursor_.skip(4);
        ended_ = size == 0;
        if (ended_) return false;
        group_offset_ = cursor_.offset();
        if (!cursor_.fetch(size)) fail(flowlog::errc::truncated, "ends inside a group");
        group_ = std::string{cursor_.ahead().substr(0, size)};
        cursor_.skip(size);
        rows_ = read_u32(group_.data());
        columns_.clear();
        for (std::size_t at = 4; at < group_.size();) {
            auto const length = static_cast<std::size_t>(group_[at]);
            auto const column_name = group_.substr(at + 1, length);
            auto const bytes = read_u32(group_.data() + at + 1 + length);
            columns_[column_name] = std::string_view{group_}.substr(at + length + 5, bytes);
            at += length + 5 + bytes;
        }
        return true;
    }

    void decode(flowlog::column_batch& batch, field_id id, std::string_view bytes) {
        flowlog::with_type(flowlog::info(id).type, [&]<class T>(std::type_identity<T>) {
            auto const* values = bytes.data() + rows_;
            if constexpr (std::same_as<T, std::string_view>) {
                for (auto& text : batch.make<T>(id)) {
                    auto const size = read_u32(values);
                    text = {values + 4, size};
                    values += 4 + size;
                }
            } else if constexpr (std::same_as<T, std::uint64_t>) {
                auto& kept = kept_[id];
                kept.resize(rows_);
                std::memcpy(kept.data(), values, rows_ * sizeof(T));
                batch.borrow<T>(id, kept);
            } else {
                std::memcpy(batch.make<T>(id).data(), values, rows_ * sizeof(T));
            }
            if (bytes.substr(0, rows_).find_first_not_of('\0') == bytes.npos) return;
            auto const states = batch.states(id);
            for (std::size_t row = 0; row < rows_; ++row)
                states[row] = static_cast<presence>(bytes[row]);
        });
    }

    flowlog::byte_cursor<flowlog::any_source> cursor_;
    std::uint64_t begin_;
    bool last_;
    bool begun_ = false;
    bool ended_ = false;
    bool group_ahead_ = false;  // `has` took a group that `next` has not given
    std::string group_;
    std::uint64_t group_offset_ = 0;
    std::size_t rows_ = 0;
    std::map<std::string, std::string_view> columns_;
    std::map<field_id, std::vector<std::uint64_t>> kept_;
    std::vector<field_id> wanted_;
    mutable std::string place_;
};

/// Chunks of whole groups.
class splitter final : public flowlog::column_splitter {
public:
    splitter(flowlog::input from, std::uint64_t chunk_size)
        : from_{std::move(from)}, chunk_size_{chunk_size} {}

    auto next() -> std::optional<flowlog::chunk> override {
        auto const size = *from_.size();
        if (at_ == size) return std::nullopt;
        auto const begin = at_;
        if (at_ == 0) at_ = magic.size();
        while (at_ < size && at_ - begin < chunk_size_) {
            auto buffer = std::string(4, '\0');
            if (from_.read_at(at_, buffer) != 4) {
                at_ = size;
                break;
            }
            at_ = std::min(size, at_ + 4 + read_u32(buffer.data()));
        }
        return flowlog::chunk{.begin = begin, .end = at_, .last = at_ == size};
    }

    [[nodiscard]] auto open(flowlog::chunk const& which, flowlog::open_options const& options) const
        -> std::unique_ptr<flowlog::column_reader> override {
        return std::make_unique<reader>(flowlog::open_chunk(from_, which, options.progress),
                                        which.begin, which.last);
    }

private:
    flowlog::input from_;
    std::uint64_t chunk_size_;
    std::uint64_t at_ = 0;
};

/// Makes the format known; called by each test that reads it.
inline void register_once() {
    static auto const registered = flowlog::register_format(
        {.name = "toy columns",
         .matches = [](std::string_view bytes) { return bytes.starts_with(magic); },
         .open = [](flowlog::log_bytes from,
                    flowlog::open_options const&) -> std::unique_ptr<flowlog::column_reader> {
             return std::make_unique<reader>(std::move(from.source), 0, true);
         },
         .split = [](flowlog::input const& from, flowlog::open_options const&,
                     std::uint64_t chunk_size) -> std::unique_ptr<flowlog::column_splitter> {
             ++counted().split;
             return std::make_unique<splitter>(from, chunk_size);
         }});
    static_cast<void>(registered);
}

}  // namespace testing::toy

#endif
