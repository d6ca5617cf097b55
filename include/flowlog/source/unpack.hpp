// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_UNPACK_HPP
#define FLOWLOG_SOURCE_UNPACK_HPP

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/source/compression.hpp>
#include <flowlog/source/decoder.hpp>
#include <flowlog/source/overlapped_source.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

// These are templates, as `open` is, so that only programs that open logs of unknown format spend
// the time to compile them: a twentieth of the time for all of `flowlog.hpp`.

/// How many bytes from the beginning of an input are enough to recognise its compression and the
/// format of a log.
inline constexpr std::size_t recognisable = 512;

/// Appends the next block of a source to its first bytes; false if it has no more. What reading
/// throws after the first bytes is thrown when they were put back and all read.
template <class Source>
auto take_more(Source& source, std::string& front) -> bool {
    try {
        auto const block = source.next();
        front.append(block.data(), block.size());
        return !block.empty();
    } catch (error const&) {
        if (front.empty()) throw;
        source = rewound_source<Source>{{}, std::move(source), std::current_exception()};
        return false;
    }
}

/// Takes the first bytes of a source, at least `size`, fewer only if it has no more.
template <class Source>
auto take_front(Source& source, std::size_t size = recognisable) -> std::string {
    auto front = std::string{};
    while (front.size() < size && take_more(source, front)) {
    }
    return front;
}

/// Puts back what `take_front` took.
template <class Source>
void put_back(Source& source, std::string front) {
    source = rewound_source<Source>{std::move(front), std::move(source)};
}

namespace detail {

[[noreturn]] inline void throw_packed(std::string const& name, std::string_view compression) {
    auto const component = compression == "gzip" || compression == "zstd" || compression == "bzip2";
    auto const with = std::string{compression};
    if (find_decoder_named(compression))
        throw error{errc::corrupt, {name}, "holds damaged " + with + " data: its header is wrong"};
    throw error{errc::unsupported,
                {name},
                "is compressed with " + with +
                    (component ? ", and this program was built without flowlog::" + with
                               : ", which is not read here: unpack it first (" + with + " -dc)")};
}

/// The bytes that a compressed source holds; unpacked by a thread of its own if `overlap`.
template <class Source>
auto unpacked(Source packed, decoder const& with, bool overlap) -> Source {
    if (!overlap) return with.wrap(std::move(packed), 0);
    if (with.wrap_overlapped != nullptr) return with.wrap_overlapped(std::move(packed), 0);
    return overlapped_source<Source>{with.wrap(std::move(packed), 0)};
}

}  // namespace detail

/// Undoes the compressions of a source and returns their names, the outermost first. Throws
/// `errc::unsupported` if one cannot be undone here. With `overlap`, threads of their own unpack.
template <class Source>
auto unpack(Source& source, bool overlap) -> std::vector<std::string> {
    constexpr std::size_t max_depth = 3;  // a file that unpacks to one that unpacks … is no log
    auto packed = std::vector<std::string>{};
    for (;;) {
        auto front = take_front(source);
        auto const found = find_decoder(front);
        auto const name = source.name();
        auto const compressed = compression_of(front);
        put_back(source, std::move(front));
        if (!found) {
            if (compressed.empty()) return packed;
            detail::throw_packed(name, compressed);
        }
        if (packed.size() == max_depth)
            throw error{errc::unsupported,
                        {name},
                        "is compressed more than " + std::to_string(max_depth) + " times over"};
        packed.emplace_back(found->name);
        source = detail::unpacked(std::move(source), *found, overlap);
    }
}

}  // namespace flowlog

#endif
