// SPDX-License-Identifier: BSL-1.0
#include "interrupt.hpp"

#include <array>
#include <atomic>

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace cli {
namespace {

constexpr auto ending_signals = std::array{SIGINT, SIGTERM, SIGHUP, SIGPIPE};

constinit std::array<std::atomic<char const*>, 16> doomed{};
static_assert(std::atomic<char const*>::is_always_lock_free);

extern "C" void die(int signal) {
    for (auto& path : doomed) {
        if (auto const* const name = path.load()) ::unlink(name);
    }
    ::signal(signal, SIG_DFL);
    ::raise(signal);  // comes through when this handler returns
}

}  // namespace

void catch_signals() {
    for (auto const signal : ending_signals) {
        struct sigaction now{};
        if (::sigaction(signal, nullptr, &now) != 0 || now.sa_handler == SIG_IGN) continue;
        struct sigaction wanted{};
        wanted.sa_handler = die;
        ::sigfillset(&wanted.sa_mask);
        ::sigaction(signal, &wanted, nullptr);
    }
}

auto doom(char const* path) noexcept -> bool {
    for (auto& slot : doomed) {
        char const* free = nullptr;
        if (slot.compare_exchange_strong(free, path)) return true;
    }
    return false;
}

void pardon(char const* path) noexcept {
    for (auto& slot : doomed) {
        auto const* mine = path;
        if (slot.compare_exchange_strong(mine, nullptr)) return;
    }
}

signals_held::signals_held() noexcept {
    auto set = ::sigset_t{};
    ::sigemptyset(&set);
    for (auto const signal : ending_signals) ::sigaddset(&set, signal);
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
}

signals_held::~signals_held() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace cli
