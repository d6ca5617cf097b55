// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_PROGRESS_HPP
#define FLOWLOG_CLI_PROGRESS_HPP

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <flowlog/source/input.hpp>
#include <flowlog/source/inputs.hpp>

namespace cli {

/// How many bytes the inputs have together; none if the size of one is not known.
auto total_size(std::vector<flowlog::input> const& inputs) -> std::optional<std::uint64_t>;

/// A bar on standard error that shows how much of how many inputs has been read, how fast, and how
/// long the rest will take. It appears if reading takes more than a moment, and only if it is
/// `wanted` and standard error is a terminal. It disappears when it is stopped or destroyed.
class progress_bar {
public:
    /// The bar for reading these inputs.
    progress_bar(bool wanted, std::vector<flowlog::input> const& inputs);
    progress_bar(progress_bar const&) = delete;
    auto operator=(progress_bar const&) -> progress_bar& = delete;
    ~progress_bar() { stop(); }

    /// The number of bytes read so far, which the reader counts.
    [[nodiscard]] auto bytes() noexcept -> std::atomic<std::uint64_t>* { return &bytes_; }

    /// The same inputs, wrapped so that the bar can show how many were opened. Read these in their
    /// place. The bar must outlive them.
    [[nodiscard]] auto counted(std::vector<flowlog::input> const& inputs)
        -> std::vector<flowlog::input>;

    /// Removes the bar. Returns how many seconds it existed.
    auto stop() -> double;

private:
    [[nodiscard]] auto seconds() const -> double;
    void show();

    std::atomic<std::uint64_t> bytes_{0};
    std::atomic<std::uint64_t> opened_{0};
    std::size_t inputs_;
    std::optional<std::uint64_t> total_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool stop_ = false;
    std::thread painter_;
};

}  // namespace cli

#endif
