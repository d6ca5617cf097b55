// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_DETECT_HPP
#define FLOWLOG_FORMAT_DETECT_HPP

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/format/formats.hpp>
#include <flowlog/format/log.hpp>
#include <flowlog/format/open_options.hpp>
#include <flowlog/format/text/tab_lines.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/inputs.hpp>
#include <flowlog/source/source.hpp>
#include <flowlog/source/unpack.hpp>

namespace flowlog {

namespace detail {

template <class Log, class Source>
auto open_as(Source source, open_options options, std::optional<input> from) -> Log {
    if (options.progress != nullptr)
        source = counted_source<Source>{std::move(source), *options.progress};
    auto packed = unpack(source, options.overlap);
    auto front = take_front(source);
    return with_format(front, [&]<class Format>(Format const& format) -> Log {
        put_back(source, std::string{front});
        auto const is_packed = !packed.empty();
        if constexpr (std::same_as<Format, column_format>) {
            if (from && (is_packed || !from->random_access())) from.reset();
            return Log{column_log_reader{format.open({std::move(source), std::move(from)}, options),
                                         {.format = std::string{format.name},
                                          .on_malformed = options.on_malformed,
                                          .check_empty = options.check_empty,
                                          .all_lines = options.all_lines}},
                       std::move(packed)};
        } else {
            if constexpr (std::same_as<Format, text_format>) {
                if (has_records_between_tabs(front, options.format))
                    source = tab_lines_source{std::move(source)};
            }
            return Log{format.open(std::move(source), std::move(options), is_packed),
                       std::move(packed)};
        }
    });
}

}  // namespace detail

/// Opens the log that a source hands out, whatever its format and compression, which are determined
/// by its content and never by its name. Throws `flowlog::error` if the format is known but not
/// read by this program. A text log whose columns cannot be determined throws when it is iterated.
///
/// A range-for over a log does not check fields. A field that does not decode (`bytes` is `12x`, or
/// `dstport` is 70000) has no value: `has_value()` is false, `malformed()` is true, `*value` is 0
/// (or empty), and the record counts as a flow in `stats()`, not as malformed. Only a line that
/// cannot be divided into its columns or has a malformed log-status, or a record that cannot be
/// decoded as a whole, is passed over, counted in `stats().malformed` and given to `on_malformed`.
/// `run`, `add_all` and `aggregate` do check the fields that an aggregator reads, and `reject` is
/// for loops that check for themselves.
template <class Reader = any_reader>
[[nodiscard]] auto open(any_source source, open_options options = {}) -> basic_log<Reader> {
    return detail::open_as<basic_log<Reader>>(std::move(source), std::move(options), std::nullopt);
}

/// Opens an input: a file, standard input, bytes in memory, or an object in a store. As above;
/// throws `errc::cannot_open` as well.
template <class Reader = any_reader>
[[nodiscard]] auto open(input const& from, open_options options = {}) -> basic_log<Reader> {
    return detail::open_as<basic_log<Reader>>(from.open(), std::move(options), from);
}

/// Opens inputs as one log, whose flows come in the order of the inputs. Each input is opened when
/// the one before is at its end, and may have a format of its own. Throws `errc::cannot_open` if
/// there is no input. What opening a later input throws comes out of the loop over the log.
///
///     auto logs = flowlog::expand_inputs({"logs/", "old/*.gz"});
///     for (auto const& flow : flowlog::open(logs.files)) …
template <class Reader = any_reader>
[[nodiscard]] auto open(std::vector<input> from, open_options options = {}) -> basic_log<Reader> {
    if (from.empty()) throw error{errc::cannot_open, {}, "no input"};
    auto result = open<Reader>(from.front(), options);
    if (from.size() == 1) return result;
    result.follow_with([from = std::move(from), options = std::move(options),
                        next = std::size_t{1}]() mutable -> std::optional<basic_log<Reader>> {
        if (next == from.size()) return std::nullopt;
        return open<Reader>(std::exchange(from[next++], input{""}), options);
    });
    return result;
}

namespace detail {

template <class Reader = any_reader>
auto open_word(std::string const& word, open_options options) -> basic_log<Reader> {
    auto found = expand_inputs({word});
    if (!found.missing.empty()) throw found.missing.front();
    return open<Reader>(std::move(found.files), std::move(options));
}

}  // namespace detail

/// Opens what a word names, as `expand_inputs` reads it: a file, "-" for standard input, a folder,
/// a pattern, an object or all objects below a prefix of a store. Several inputs are one log.
///
///     for (auto const& flow : flowlog::open("vpc.log.gz")) …
///     for (auto const& flow : flowlog::open("s3://bucket/AWSLogs/")) …
template <class Reader = any_reader, std::convertible_to<std::string> Word>
[[nodiscard]] auto open(Word const& word, open_options options = {}) -> basic_log<Reader> {
    return detail::open_word<Reader>(word, std::move(options));
}

#ifdef FLOWLOG_COMPILED
extern template auto open<any_reader>(any_source, open_options) -> basic_log<any_reader>;
extern template auto open<any_reader>(input const&, open_options) -> basic_log<any_reader>;
extern template auto open<any_reader>(std::vector<input>, open_options) -> basic_log<any_reader>;
extern template auto detail::open_word<any_reader>(std::string const&, open_options)
    -> basic_log<any_reader>;
#endif

}  // namespace flowlog

#endif
