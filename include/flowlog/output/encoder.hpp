// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_ENCODER_HPP
#define FLOWLOG_OUTPUT_ENCODER_HPP

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace flowlog {

/// Takes over blocks of bytes that are to be written.
using byte_sink = std::function<void(std::string_view)>;

/// Compresses bytes and hands them on to a `byte_sink`.
class compressor {
public:
    compressor() = default;
    compressor(compressor const&) = delete;
    auto operator=(compressor const&) -> compressor& = delete;
    virtual ~compressor() = default;

    /// Compresses more bytes.
    virtual void write(std::string_view bytes) = 0;

    /// Ends the compressed stream, and writes the bytes that are still buffered.
    virtual void finish() = 0;
};

/// A compression of files that are written. A component registers its encoder in every program that
/// includes its header: output/gzip.hpp, output/zstd.hpp.
struct encoder {
    /// The tools' name for it: "gzip", "zstd". Must live as long as the program.
    std::string_view name;
    std::unique_ptr<compressor> (*make)(byte_sink out);
};

namespace detail {

class encoder_registry {
public:
    static auto instance() -> encoder_registry& {
        static encoder_registry registry;
        return registry;
    }

    void add(encoder const& added) {
        auto const lock = std::scoped_lock{mutex_};
        encoders_.push_back(added);
    }

    [[nodiscard]] auto find(std::string_view name) -> std::optional<encoder> {
        auto const lock = std::scoped_lock{mutex_};
        for (auto const& known : encoders_) {
            if (known.name == name) return known;
        }
        return std::nullopt;
    }

private:
    std::mutex mutex_;
    std::vector<encoder> encoders_;
};

}  // namespace detail

/// Makes an encoder known to the whole program. If a name is registered twice, the first
/// registration is found. Always returns true, so that it can initialise an inline variable.
inline auto register_encoder(encoder const& added) -> bool {
    detail::encoder_registry::instance().add(added);
    return true;
}

/// The encoder with this name, if one is registered.
[[nodiscard]] inline auto find_encoder(std::string_view name) -> std::optional<encoder> {
    return detail::encoder_registry::instance().find(name);
}

}  // namespace flowlog

#endif
