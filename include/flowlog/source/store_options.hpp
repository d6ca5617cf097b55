// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_STORE_OPTIONS_HPP
#define FLOWLOG_SOURCE_STORE_OPTIONS_HPP

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace flowlog {

/// How objects are fetched.
struct fetch_options {
    /// How many requests run at once.
    unsigned fetches = 16;
    /// How many bytes may be held that were fetched ahead of their readers.
    std::uint64_t buffer = std::uint64_t{256} << 20;
    /// Objects up to this size are fetched whole, in one request. Larger ones, and those larger
    /// than `buffer`, are read in ranges.
    std::uint64_t max_whole = std::uint64_t{8} << 20;
    /// The size of these ranges.
    std::uint64_t range = std::uint64_t{8} << 20;
    /// How often a request is repeated that failed for a reason that may pass.
    unsigned retries = 4;
    /// The wait before the first repetition, which doubles each time; a random part of it is taken.
    std::chrono::milliseconds delay{100};

    /// The size of an object that is still fetched whole.
    [[nodiscard]] auto whole_limit() const noexcept -> std::uint64_t {
        return std::min(max_whole, buffer);
    }
    /// The size of the ranges, of which some fit in the buffer unless it is tiny.
    [[nodiscard]] auto range_size() const noexcept -> std::uint64_t {
        return std::max<std::uint64_t>(
            1, std::min(range, std::max<std::uint64_t>(buffer / 4, std::uint64_t{64} << 10)));
    }
};

/// How an object store is reached. What is not set is determined as the tools of the store do it:
/// by environment variables and configuration files (for S3 `AWS_REGION`, `AWS_PROFILE`,
/// `AWS_ENDPOINT_URL_S3`, `~/.aws/config`, …).
struct store_options {
    std::optional<std::string> endpoint{};  ///< URL of the server, for S3 and Google Cloud Storage
    std::optional<std::string> region{};    ///< of the bucket
    bool anonymous = false;                 ///< whether requests are not signed
    /// After how many seconds without an answer, or without a byte of it, a request fails.
    double timeout = 30;
    fetch_options fetch{};
};

namespace detail {

struct default_store_options {
    static auto instance() -> default_store_options& {
        static default_store_options options;
        return options;
    }
    std::mutex mutex;
    store_options value;
};

}  // namespace detail

/// The options of the stores that words such as `s3://bucket/key` name.
[[nodiscard]] inline auto get_store_options() -> store_options {
    auto& options = detail::default_store_options::instance();
    auto const lock = std::scoped_lock{options.mutex};
    return options.value;
}

/// Sets these options for the whole program. Stores that are already open keep theirs.
inline void set_store_options(store_options value) {
    auto& options = detail::default_store_options::instance();
    auto const lock = std::scoped_lock{options.mutex};
    options.value = std::move(value);
}

}  // namespace flowlog

#endif
