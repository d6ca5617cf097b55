// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_SPLITTER_HPP
#define FLOWLOG_FORMAT_SPLITTER_HPP

//      input      |header line|line|line|line|line|line|line|line|line|line|
//      chunks     |begin = 0           |                |             last|
//                 |     reader         |     reader     |     reader     |    on any thread
//                                       ^ what the format carries on to here (columns, extension
//                                         maps, number of records) is taken from the beginning

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <flowlog/format/chunk.hpp>
#include <flowlog/format/flow_tools/splitter.hpp>
#include <flowlog/format/formats.hpp>
#include <flowlog/format/log.hpp>
#include <flowlog/format/nfdump/splitter.hpp>
#include <flowlog/format/open_options.hpp>
#include <flowlog/format/text/splitter.hpp>
#include <flowlog/source/decoder.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/unpack.hpp>

namespace flowlog {

/// What a format owes whose inputs are read by several threads: it divides an input into chunks and
/// opens each by itself.
///
/// `next()` gives the chunks in order. `open(chunk, options)` gives a reader of one; it is called
/// by several threads at once. The readers of all chunks together give what one reader of the whole
/// input would, unless `mismatch_after(chunk, reader)`, called with a reader that has finished,
/// says otherwise: its result is the offset up to which the input was read right, and everything
/// after that must be read again, by one reader.
template <class T>
concept format_splitter = std::movable<T> && requires(T splitter, chunk const& which,
                                                      open_options options) {
    { splitter.next() } -> std::same_as<std::optional<chunk>>;
    { std::as_const(splitter).open(which, options).stats() } -> std::same_as<statistics>;
    {
        std::as_const(splitter).mismatch_after(which, std::as_const(splitter).open(which, options))
    } -> std::same_as<std::optional<std::uint64_t>>;
};

namespace detail {

/// A registered format's splitter.
class registered_splitter {
public:
    registered_splitter(std::unique_ptr<column_splitter> from, std::string format)
        : from_{std::move(from)}, format_{std::move(format)} {}

    [[nodiscard]] auto next() -> std::optional<chunk> { return from_->next(); }
    [[nodiscard]] auto open(chunk const& which, open_options const& options) const
        -> column_log_reader {
        return column_log_reader{from_->open(which, options),
                                 {.format = format_,
                                  .on_malformed = options.on_malformed,
                                  .check_empty = options.check_empty,
                                  .all_lines = options.all_lines}};
    }
    [[nodiscard]] auto mismatch_after(chunk const&, column_log_reader const&) const
        -> std::optional<std::uint64_t> {
        return std::nullopt;
    }

private:
    std::unique_ptr<column_splitter> from_;
    std::string format_;
};

static_assert(format_splitter<text_splitter> && format_splitter<nfdump_splitter> &&
              format_splitter<flow_tools_splitter> && format_splitter<registered_splitter>);

}  // namespace detail

/// Divides a large input into chunks that are read independently, whatever its format. (A template,
/// so that only programs that run something spend the time to compile its readers, a twentieth of
/// the time for all of `flowlog.hpp`.)
template <class = void>
class basic_log_splitter {
public:
    /// None if the input is to be read as a whole: it cannot be read at any offset, has at most
    /// `chunk_size` bytes, is compressed, or is of a format that is not divided. Throws
    /// `flowlog::error` if reading the whole of it would throw at its beginning.
    [[nodiscard]] static auto of(input const& from, open_options const& options,
                                 std::uint64_t chunk_size) -> std::optional<basic_log_splitter> {
        if (!from.random_access() || from.size().value_or(0) <= chunk_size) return std::nullopt;
        auto const held = from.hold();
        if (!held.random_access() || held.size().value_or(0) <= chunk_size) return std::nullopt;
        chunk_size = std::max<std::uint64_t>(chunk_size, 1);
        auto buffer = std::array<char, recognisable>{};
        auto const front = std::string_view{buffer.data(), held.read_at(0, buffer)};
        if (find_decoder(front)) return std::nullopt;
        using result = std::optional<basic_log_splitter>;
        return detail::with_format(front, [&]<class Format>(Format const& format) -> result {
            if constexpr (std::same_as<Format, column_format>) {
                auto found =
                    format.split == nullptr ? nullptr : format.split(held, options, chunk_size);
                if (!found) return std::nullopt;
                return made(
                    detail::registered_splitter{std::move(found), std::string{format.name}});
            } else if constexpr (std::same_as<typename Format::splitter, void>) {
                return std::nullopt;
            } else {
                auto found = Format::splitter::of(held, front, options, chunk_size);
                if (!found) return std::nullopt;
                return made(std::move(*found));
            }
        });
    }

    /// The next chunk; none at the end of the input.
    [[nodiscard]] auto next() -> std::optional<chunk> {
        return std::visit([](auto& format) { return format.next(); }, format_);
    }

    /// Opens a chunk. Its statistics, and the numbers of malformed lines, count this
    /// chunk alone; offsets are offsets in the input. May be called by several threads at once.
    [[nodiscard]] auto open(chunk const& which, open_options options) const -> log {
        return std::visit(
            [&](auto const& format) { return log{format.open(which, std::move(options))}; },
            format_);
    }

    /// Whether later chunks begin otherwise than they were opened, given a chunk that was read to
    /// its end: then the offset up to which the input was read right.
    [[nodiscard]] auto mismatch_after(chunk const& which, log const& read) const
        -> std::optional<std::uint64_t> {
        return std::visit(
            [&](auto const& format) {
                return read.visit([&](auto const& reader) -> std::optional<std::uint64_t> {
                    if constexpr (requires { format.mismatch_after(which, reader); }) {
                        return format.mismatch_after(which, reader);
                    } else {
                        return std::nullopt;
                    }
                });
            },
            format_);
    }

private:
    using any_format = std::variant<detail::text_splitter, detail::nfdump_splitter,
                                    detail::flow_tools_splitter, detail::registered_splitter>;

    explicit basic_log_splitter(any_format format) : format_{std::move(format)} {}

    template <class Splitter>
    [[nodiscard]] static auto made(Splitter splitter) -> basic_log_splitter {
        return basic_log_splitter{any_format{std::move(splitter)}};
    }

    any_format format_;
};

using log_splitter = basic_log_splitter<>;

}  // namespace flowlog

#endif
