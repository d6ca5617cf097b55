// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_DECODER_HPP
#define FLOWLOG_SOURCE_DECODER_HPP

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include <flowlog/source/source.hpp>

namespace flowlog {

/// Undoes one compression. Formats and `open` look decoders up at run time, so that no reader
/// includes, and no program links, a library that it does not ask for. A component registers its
/// decoder in every program that includes its header.
struct decoder {
    /// The tools' name for it: "gzip", "zlib", "zstd", "bzip2". Must live as long as the program.
    std::string_view name;

    /// Whether an input that begins with these bytes is compressed in this way. There are at least
    /// a handful of bytes, fewer only if the input is shorter.
    bool (*matches)(std::string_view first_bytes);

    /// The decoded bytes of `packed`, whose first byte is at `offset` of its input (for messages).
    /// The source throws `errc::truncated` or `errc::corrupt`, after it has handed out all good
    /// bytes.
    any_source (*wrap)(any_source packed, std::uint64_t offset);

    /// The same, with a thread of its own for most of the work. Null: `overlapped_source` then does
    /// all of the work on a thread of its own.
    any_source (*wrap_overlapped)(any_source packed, std::uint64_t offset) = nullptr;
};

namespace detail {

class decoder_registry {
public:
    static auto instance() -> decoder_registry& {
        static decoder_registry registry;
        return registry;
    }

    void add(decoder const& added) {
        auto const lock = std::scoped_lock{mutex_};
        for (auto const& other : decoders_) {
            if (other.name == added.name) return;
        }
        decoders_.push_back(added);
    }

    template <class Predicate>
    [[nodiscard]] auto find(Predicate predicate) -> std::optional<decoder> {
        auto const lock = std::scoped_lock{mutex_};
        for (auto const& known : decoders_) {
            if (predicate(known)) return known;
        }
        return std::nullopt;
    }

private:
    std::mutex mutex_;
    std::vector<decoder> decoders_;
};

}  // namespace detail

/// Makes a decoder known to the whole program. If a name is registered twice, the first
/// registration stays. Always returns true, so that it can initialise an inline variable.
inline auto register_decoder(decoder const& added) -> bool {
    detail::decoder_registry::instance().add(added);
    return true;
}

/// The decoder for an input that begins with these bytes, if one is registered.
[[nodiscard]] inline auto find_decoder(std::string_view first_bytes) -> std::optional<decoder> {
    return detail::decoder_registry::instance().find(
        [&](decoder const& d) { return d.matches(first_bytes); });
}

/// The decoder with this name, if one is registered.
[[nodiscard]] inline auto find_decoder_named(std::string_view name) -> std::optional<decoder> {
    return detail::decoder_registry::instance().find(
        [&](decoder const& d) { return d.name == name; });
}

}  // namespace flowlog

#endif
