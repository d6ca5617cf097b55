// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_FILE_PARTS_HPP
#define FLOWLOG_AGGREGATE_DETAIL_FILE_PARTS_HPP

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <flowlog/format/detail/file_part.hpp>
#include <flowlog/format/detail/foreign.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/flow_tools/parts.hpp>
#include <flowlog/format/log.hpp>
#include <flowlog/format/nfdump/parts.hpp>
#include <flowlog/format/text/parts.hpp>
#include <flowlog/source/file.hpp>

namespace flowlog::detail {

/// A large file, to be read in parts, each by itself. What the format carries from one part to the
/// next is told to each from the beginning of the file; `break_after` sees where that is wrong. (A
/// template, so that its readers, a twentieth of the time for all of `flowlog.hpp`, are compiled
/// in programs that run something.)
template <class = void>
class basic_file_parts {
public:
    /// None where the file is of a format that cannot be read so, cannot be read at any offset, or
    /// would be one part. Throws `flowlog::error` where reading the whole of it would.
    [[nodiscard]] static auto of(std::string const& path, std::optional<layout> const& format,
                                 std::uint64_t part_size) -> std::optional<basic_file_parts> {
        if (!file::is_regular(path)) return std::nullopt;
        auto input = std::make_shared<file const>(path);
        if (input->size().value_or(0) <= part_size) return std::nullopt;
        part_size = std::max<std::uint64_t>(part_size, 1);
        auto room = std::array<char, 256>{};
        auto const front = std::string_view{room.data(), input->read(room, 0)};
        if (is_nfdump(front))
            return basic_file_parts{nfdump_parts::of(std::move(input), part_size)};
        if (is_flow_tools(front)) return made(flow_tools_parts::of(std::move(input), part_size));
        if (!foreign_format(front).empty() || is_flowd(front)) return std::nullopt;
        return made(text_parts::of(std::move(input), format, part_size));
    }

    /// The next part; none at the end of the file.
    [[nodiscard]] auto next() -> std::optional<file_part> {
        return std::visit([](auto& kind) { return kind.next(); }, kind_);
    }

    /// Opens a part. Its statistics, and the numbers of malformed lines, are of this part alone;
    /// offsets are those in the file.
    [[nodiscard]] auto open(file_part const& part, open_options options) const -> log {
        return std::visit(
            [&](auto const& kind) { return log{kind.reader(part, std::move(options))}; }, kind_);
    }

    /// Whether, with a part read, what the later ones were told turns out wrong: then the offset up
    /// to which the file was read right.
    [[nodiscard]] auto break_after(file_part const& part, log const& read) const
        -> std::optional<std::uint64_t> {
        return std::visit(
            [&](auto const& kind) {
                return read.visit([&](auto const& reader) -> std::optional<std::uint64_t> {
                    if constexpr (requires { kind.break_after(part, reader); }) {
                        return kind.break_after(part, reader);
                    } else {
                        return std::nullopt;
                    }
                });
            },
            kind_);
    }

private:
    using any_kind = std::variant<text_parts, nfdump_parts, flow_tools_parts>;

    explicit basic_file_parts(any_kind parts) : kind_{std::move(parts)} {}

    template <class Parts>
    [[nodiscard]] static auto made(std::optional<Parts> parts) -> std::optional<basic_file_parts> {
        if (!parts) return std::nullopt;
        return basic_file_parts{std::move(*parts)};
    }

    any_kind kind_;
};

using file_parts = basic_file_parts<>;

}  // namespace flowlog::detail

#endif
