// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_DETECT_HPP
#define FLOWLOG_FORMAT_DETECT_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/format/detail/foreign.hpp>
#include <flowlog/format/log.hpp>
#include <flowlog/source/decoder.hpp>
#include <flowlog/source/file.hpp>
#include <flowlog/source/overlapped_source.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

/// How a log of unknown format is opened.
struct open_options {
    /// The columns of text logs that have no header line.
    std::optional<layout> format{};
    /// Called for every malformed line or record.
    malformed_handler on_malformed{};
    /// Counts the bytes that were read, before decompression.
    std::atomic<std::uint64_t>* progress = nullptr;
    /// Decompresses on a thread of its own.
    bool overlap = false;
    /// As in `text_options`: checks the fields of NODATA and SKIPDATA lines, too.
    bool check_empty = false;
    /// As in `flow_tools_options` and `flowd_options`: puts times right where the uptime of the
    /// router wrapped around.
    bool repair_wraps = true;
};

namespace detail {

// Templates, as is `open`, so that only programs that open logs of unknown format spend the time to
// compile it: a twentieth of that for all of `flowlog.hpp`.

/// The first bytes of a source: enough to tell its format, fewer only where it has no more.
template <class Source>
auto take_front(Source& source) -> std::string {
    constexpr std::size_t enough = 512;
    auto front = std::string{};
    while (front.size() < enough) {
        auto const block = source.next();
        if (block.empty()) break;
        front.append(block.data(), block.size());
    }
    return front;
}

/// Puts back what was taken.
template <class Source>
void put_back(Source& source, std::string front) {
    source = rewound_source<Source>{std::move(front), std::move(source)};
}

[[noreturn]] inline void throw_packed(std::string const& name, std::string_view compression) {
    auto const component = compression == "gzip" || compression == "zstd" || compression == "bzip2";
    auto const with = std::string{compression};
    throw error{errc::unsupported,
                {name},
                "is compressed with " + with +
                    (component ? ", and this program was built without flowlog::" + with
                               : ", which is not read here: unpack it first (" + with + " -dc)")};
}

/// The bytes that a compressed source holds; unpacked by a thread of its own where `overlap`.
template <class Source>
auto unpacked(Source packed, decoder const& with, bool overlap) -> Source {
    if (!overlap) return with.wrap(std::move(packed), 0);
    if (with.wrap_overlapped != nullptr) return with.wrap_overlapped(std::move(packed), 0);
    return overlapped_source<Source>{with.wrap(std::move(packed), 0)};
}

/// Undoes the compressions of a source, and names them. Throws where one cannot be undone here.
template <class Source>
auto unpack(Source& source, bool overlap) -> std::vector<std::string> {
    constexpr std::size_t deepest = 3;  // a file that unpacks to a file that unpacks … is no log
    auto packed = std::vector<std::string>{};
    for (;;) {
        auto front = take_front(source);
        auto const found = find_decoder(front);
        auto const name = source.name();
        auto const compressed = compression_of(front);
        put_back(source, std::move(front));
        if (!found) {
            if (compressed.empty()) return packed;
            throw_packed(name, compressed);
        }
        if (packed.size() == deepest)
            throw error{errc::unsupported,
                        {name},
                        "is compressed more than " + std::to_string(deepest) + " times over"};
        packed.emplace_back(found->name);
        source = unpacked(std::move(source), *found, overlap);
    }
}

template <class Log, class Source>
auto open_as(Source source, open_options options) -> Log {
    if (options.progress != nullptr)
        source = counted_source<Source>{std::move(source), *options.progress};
    auto packed = unpack(source, options.overlap);
    auto front = take_front(source);
    auto const is = [&front](auto test) { return test(std::string_view{front}); };
    auto const flow_tools = is(is_flow_tools);
    auto const flowd = is(is_flowd);
    auto const nfdump = is(is_nfdump);
    put_back(source, std::move(front));
    if (flow_tools) {
        return Log{flow_tools_reader<Source>{std::move(source),
                                             {.repair_wraps = options.repair_wraps,
                                              .overlap = options.overlap && packed.empty(),
                                              .on_malformed = std::move(options.on_malformed)}},
                   std::move(packed)};
    }
    if (nfdump) {
        return Log{nfdump_reader<Source>{std::move(source),
                                         {.on_malformed = std::move(options.on_malformed)}},
                   std::move(packed)};
    }
    if (flowd) {
        return Log{flowd_reader<Source>{std::move(source),
                                        {.repair_wraps = options.repair_wraps,
                                         .on_malformed = std::move(options.on_malformed)}},
                   std::move(packed)};
    }
    return Log{text_reader<Source>{std::move(source),
                                   {.format = std::move(options.format),
                                    .on_malformed = std::move(options.on_malformed),
                                    .check_empty = options.check_empty}},
               std::move(packed)};
}

}  // namespace detail

/// Opens what a source hands out, whatever its format and compression; told by its content, never
/// by its name. Throws `flowlog::error` where the format is known but not read by this program; a
/// text log whose columns nothing tells throws when it is iterated.
template <class Reader = any_reader>
[[nodiscard]] auto open(any_source source, open_options options = {}) -> basic_log<Reader> {
    return detail::open_as<basic_log<Reader>>(std::move(source), std::move(options));
}

/// Opens the file at `path`; "-" is standard input.
///
///     for (auto const& flow : flowlog::open("vpc.log.gz")) …
template <class Reader = any_reader>
[[nodiscard]] auto open(std::string path, open_options options = {}) -> basic_log<Reader> {
    return open<Reader>(any_source{file_source{std::move(path)}}, std::move(options));
}

}  // namespace flowlog

#endif
