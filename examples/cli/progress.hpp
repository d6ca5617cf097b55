// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_PROGRESS_HPP
#define FLOWLOG_CLI_PROGRESS_HPP

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <flowlog/source/input.hpp>

namespace cli {

/// How many bytes the inputs have together; none if the size of one is not known.
auto total_size(std::vector<flowlog::input> const& inputs) -> std::optional<std::uint64_t>;

/// The line about a read that goes on: bar, bytes, rate and time left, as far as `total` is known.
auto progress_line(std::uint64_t done, std::optional<std::uint64_t> total, double seconds,
                   std::size_t columns) -> std::string;

/// A bar on standard error that shows how far a read is, from a moment after it began until the bar
/// is destroyed. Nothing where it is not `wanted` or standard error is no terminal.
class progress_bar {
public:
    progress_bar(bool wanted, std::optional<std::uint64_t> total);
    progress_bar(progress_bar const&) = delete;
    auto operator=(progress_bar const&) -> progress_bar& = delete;
    ~progress_bar() { stop(); }

    /// To be counted up by the reader.
    [[nodiscard]] auto bytes() noexcept -> std::atomic<std::uint64_t>* { return &bytes_; }

    /// Takes the bar away.
    void stop();

private:
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
