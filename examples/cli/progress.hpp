// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_PROGRESS_HPP
#define FLOWLOG_CLI_PROGRESS_HPP

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include <flowlog/source/input.hpp>
#include <flowlog/source/inputs.hpp>

namespace cli {

/// How many bytes the inputs have together; none if the size of one is not known.
auto total_size(std::vector<flowlog::input> const& inputs) -> std::optional<std::uint64_t>;

/// A bar on standard error that shows how much has been read, how fast, and how long the rest will
/// take. It appears if reading takes more than a moment, and only if it is `wanted` and standard
/// error is a terminal. It disappears when it is stopped or destroyed.
class progress_bar {
public:
    /// `total` is how many bytes there are to read.
    progress_bar(bool wanted, std::optional<std::uint64_t> total);
    progress_bar(progress_bar const&) = delete;
    auto operator=(progress_bar const&) -> progress_bar& = delete;
    ~progress_bar() { stop(); }

    /// The number of bytes read so far, which the reader counts.
    [[nodiscard]] auto bytes() noexcept -> std::atomic<std::uint64_t>* { return &bytes_; }

    /// Removes the bar. Returns how many seconds it existed.
    auto stop() -> double;

private:
    [[nodiscard]] auto seconds() const -> double;
    void show();

    std::atomic<std::uint64_t> bytes_{0};
    std::optional<std::uint64_t> total_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool stop_ = false;
    std::thread painter_;
};

}  // namespace cli

#endif
