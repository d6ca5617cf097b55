// SPDX-License-Identifier: BSL-1.0
#include "progress.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "terminal.hpp"

namespace cli {
namespace {

auto terminal_columns() -> std::size_t {
    struct ::winsize size{};
    if (::ioctl(2, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

void paint(std::string_view line) {
    auto const text = fmt::format("\r\x1b[K{}", line);
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

}  // namespace

auto total_size(std::vector<flowlog::input> const& inputs) -> std::optional<std::uint64_t> {
    std::uint64_t sum = 0;
    for (auto const& input : inputs) {
        auto const size = input.size();
        if (!size) return std::nullopt;
        sum += *size;
    }
    return sum;
}

auto progress_line(std::uint64_t done, std::optional<std::uint64_t> total, double seconds,
                   std::size_t columns) -> std::string {
    auto const bytes = static_cast<double>(done);
    auto const rate = seconds > 0 ? bytes / seconds : 0;
    auto text = bytes_text(bytes);
    if (!total || *total == 0) {
        text += fmt::format("  {}/s", bytes_text(rate));
        return text.size() < columns ? text : std::string{};
    }
    auto const share = std::min(1.0, bytes / static_cast<double>(*total));
    auto const left = rate > 0 ? static_cast<double>(*total) * (1 - share) / rate : 0;
    text =
        fmt::format("{:3.0f}%  {} of {}  {}/s  {} left", share * 100, text,
                    bytes_text(static_cast<double>(*total)), bytes_text(rate), seconds_text(left));
    constexpr std::size_t longest = 30;
    auto const room = columns > text.size() + 4 ? columns - text.size() - 4 : 0;
    auto const width = std::min(room, longest);
    if (width < 5) return text.size() < columns ? text : std::string{};
    auto const full = static_cast<std::size_t>(share * static_cast<double>(width));
    return fmt::format("[{:=<{}}{: <{}}] {}", "", full, "", width - full, text);
}

progress_bar::progress_bar(bool wanted, std::optional<std::uint64_t> total) : total_{total} {
    if (wanted && is_terminal(stderr)) painter_ = std::thread{[this] { show(); }};
}

void progress_bar::stop() {
    if (!painter_.joinable()) return;
    {
        auto const lock = std::scoped_lock{mutex_};
        stop_ = true;
    }
    stopped_.notify_all();
    painter_.join();
}

void progress_bar::show() {
    using namespace std::chrono_literals;
    auto lock = std::unique_lock{mutex_};
    auto pause = 300ms;  // a short run shows no bar
    auto painted = false;
    while (!stopped_.wait_for(lock, pause, [&] { return stop_; })) {
        auto const seconds =
            std::chrono::duration<double>{std::chrono::steady_clock::now() - begun_}.count();
        paint(progress_line(bytes_.load(std::memory_order_relaxed), total_, seconds,
                            terminal_columns()));
        painted = true;
        pause = 100ms;
    }
    if (painted) paint("");
}

}  // namespace cli
