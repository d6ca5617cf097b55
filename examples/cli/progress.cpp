// SPDX-License-Identifier: BSL-1.0
#include "progress.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "terminal.hpp"

namespace cli {
namespace {

auto terminal_width() -> std::size_t {
    struct ::winsize size{};
    if (::ioctl(2, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

void paint(std::string_view line) {
    print_error(fmt::format("\r\x1b[K{}", line));
    std::fflush(stderr);
}

/// Bar, bytes, rate and time left, as far as `total` is known and the terminal is wide enough.
auto progress_line(std::uint64_t done, std::optional<std::uint64_t> total, double seconds,
                   std::string const& inputs) -> std::string {
    auto const width = terminal_width();
    auto const bytes = static_cast<double>(done);
    auto const rate = seconds > 0 ? bytes / seconds : 0;
    auto text = fmt::format("{}{}  {}/s", inputs, bytes_text(bytes), bytes_text(rate));
    if (!total || *total == 0) return text.size() < width ? text : std::string{};
    auto const size = static_cast<double>(*total);
    auto const share = std::min(1.0, bytes / size);
    auto const left = rate > 0 ? size * (1 - share) / rate : 0;
    text = fmt::format("{:3.0f}%  {}{} of {}  {}/s  {} left", share * 100, inputs,
                       bytes_text(bytes), bytes_text(size), bytes_text(rate), duration_text(left));
    auto const bar =
        std::min<std::size_t>(width > text.size() + 4 ? width - text.size() - 4 : 0, 30);
    if (bar < 5) return text.size() < width ? text : std::string{};
    auto const full = static_cast<std::size_t>(share * static_cast<double>(bar));
    return fmt::format("[{:=<{}}{: <{}}] {}", "", full, "", bar - full, text);
}

/// An input that counts when it is first opened.
class counted_input {
public:
    counted_input(flowlog::input from, std::atomic<std::uint64_t>& opened)
        : from_{std::move(from)}, opened_{&opened} {}

    [[nodiscard]] auto name() const -> std::string { return from_.name(); }
    [[nodiscard]] auto size() const -> std::optional<std::uint64_t> { return from_.size(); }
    [[nodiscard]] auto open() const -> flowlog::any_source {
        count();
        return from_.open();
    }
    [[nodiscard]] auto random_access() const -> bool { return from_.random_access(); }
    [[nodiscard]] auto read_at(std::uint64_t offset, std::span<char> buffer) const -> std::size_t {
        return from_.read_at(offset, buffer);
    }
    [[nodiscard]] auto open_range(std::uint64_t begin, std::uint64_t end) const
        -> flowlog::any_source {
        return from_.open_range(begin, end);
    }
    [[nodiscard]] auto hold() const -> flowlog::input {
        count();
        return from_.hold();
    }

private:
    void count() const {
        if (!counted_->exchange(true)) opened_->fetch_add(1, std::memory_order_relaxed);
    }

    flowlog::input from_;
    std::atomic<std::uint64_t>* opened_;
    std::shared_ptr<std::atomic<bool>> counted_ = std::make_shared<std::atomic<bool>>(false);
};

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

progress_bar::progress_bar(bool wanted, std::vector<flowlog::input> const& inputs)
    : inputs_{inputs.size()} {
    if (!wanted) return;
    total_ = total_size(inputs);
    if (wanted && is_terminal(stderr) && !is_dumb_terminal())
        painter_ = std::thread{[this] { show(); }};
}

auto progress_bar::counted(std::vector<flowlog::input> const& inputs)
    -> std::vector<flowlog::input> {
    if (!painter_.joinable() || inputs.size() < 2) return inputs;
    auto result = std::vector<flowlog::input>{};
    for (auto const& input : inputs) result.emplace_back(counted_input{input, opened_});
    return result;
}

auto progress_bar::seconds() const -> double {
    return std::chrono::duration<double>{std::chrono::steady_clock::now() - begun_}.count();
}

auto progress_bar::stop() -> double {
    auto const elapsed = seconds();
    if (!painter_.joinable()) return elapsed;
    {
        auto const lock = std::scoped_lock{mutex_};
        stop_ = true;
    }
    stopped_.notify_all();
    painter_.join();
    return elapsed;
}

void progress_bar::show() {
    using namespace std::chrono_literals;
    auto lock = std::unique_lock{mutex_};
    auto pause = 300ms;  // a short run shows no bar
    auto painted = false;
    while (!stopped_.wait_for(lock, pause, [&] { return stop_; })) {
        auto const opened = opened_.load(std::memory_order_relaxed);
        auto const inputs =
            inputs_ > 1 ? fmt::format("{} of {} inputs  ", opened, inputs_) : std::string{};
        paint(progress_line(bytes_.load(std::memory_order_relaxed), total_, seconds(), inputs));
        painted = true;
        pause = 100ms;
    }
    if (painted) paint("");
}

}  // namespace cli
