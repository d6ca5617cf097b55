// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_FILE_WINDOW_HPP
#define FLOWLOG_DETAIL_FILE_WINDOW_HPP

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <sys/mman.h>
#include <unistd.h>

#include <flowlog/source/file.hpp>

namespace flowlog::detail {

/// Address space in which a file is shown, a part at a time. Where the file loses what is shown,
/// NULs are read instead, and `lost()` says so: reading would else end the process by SIGBUS. For
/// that, the first window sets a handler of SIGBUS, which hands on to the one before it what does
/// not concern a window.
class file_window {
public:
    /// Large pages begin at multiples of `alignment`: where the system has the file in such,
    /// showing it takes next to no time. Larger windows are faster by 2 to 10 %, and count as
    /// memory of the process.
    static constexpr std::size_t size = std::size_t{8} << 20;
    static constexpr std::size_t alignment = std::size_t{2} << 20;

    /// Null where there is none to have.
    [[nodiscard]] static auto make() -> std::unique_ptr<file_window> {
        if (!handles_signal()) return nullptr;
        auto* const room = ::mmap(nullptr, reserved, PROT_NONE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (room == MAP_FAILED) return nullptr;
        auto result = std::unique_ptr<file_window>{new file_window{room}};
        return result->slot_ == nullptr ? nullptr : std::move(result);
    }
    file_window(file_window const&) = delete;
    auto operator=(file_window const&) -> file_window& = delete;
    ~file_window() {
        if (slot_ != nullptr) slot_->begin = 0;
        ::munmap(room_, reserved);
    }

    /// The bytes of a file from `begin` up to `end`, or as many of them as can be shown; none where
    /// the system refuses. What was shown before is gone.
    [[nodiscard]] auto show(file const& input, std::uint64_t begin, std::uint64_t end)
        -> std::span<char const> {
        auto const skipped = static_cast<std::size_t>(begin % alignment);
        auto const length =
            static_cast<std::size_t>(std::min<std::uint64_t>(end - begin, size - skipped));
        if (!input.map(begin_, size, begin - skipped)) return {};
        auto const shown = std::span{begin_ + skipped, length};
#ifdef MADV_POPULATE_READ
        // else the system is asked for each page by itself, when it is read
        auto const in_page = skipped % page_size();
        static_cast<void>(::madvise(shown.data() - in_page, length + in_page, MADV_POPULATE_READ));
#endif
        return shown;
    }

    /// Whether NULs were read in place of what the file had.
    [[nodiscard]] auto lost() const noexcept -> bool { return slot_->lost; }

private:
    static constexpr std::size_t reserved = size + alignment;

    /// Where a window is, for the handler; 0: nowhere.
    struct slot {
        std::atomic<std::uintptr_t> begin;
        std::atomic<bool> lost;
    };
    static_assert(std::atomic<std::uintptr_t>::is_always_lock_free &&
                  std::atomic<bool>::is_always_lock_free);
    inline static std::array<slot, 256> slots_;
    inline static struct ::sigaction previous_{};

    explicit file_window(void* room) noexcept : room_{static_cast<char*>(room)} {
        begin_ = room_ + (alignment - reinterpret_cast<std::uintptr_t>(room_) % alignment);
        for (auto& candidate : slots_) {
            auto free = std::uintptr_t{0};
            if (!candidate.begin.compare_exchange_strong(free,
                                                         reinterpret_cast<std::uintptr_t>(begin_)))
                continue;
            candidate.lost = false;
            slot_ = &candidate;
            return;
        }
    }

    [[nodiscard]] static auto page_size() noexcept -> std::size_t {
        static auto const bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        return bytes;
    }

    [[nodiscard]] static auto handles_signal() noexcept -> bool {
        static bool const handles = [] {
            struct ::sigaction ours{};
            ours.sa_sigaction = &file_window::on_signal;
            ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
            ::sigemptyset(&ours.sa_mask);
            return page_size() <= alignment && ::sigaction(SIGBUS, nullptr, &previous_) == 0 &&
                   ::sigaction(SIGBUS, &ours, nullptr) == 0;
        }();
        return handles;
    }

    static void on_signal(int signal, ::siginfo_t* info, void* context) {
        auto const is_of_system = info->si_code > 0;
        if (is_of_system && replace_page(reinterpret_cast<std::uintptr_t>(info->si_addr))) return;
        if ((previous_.sa_flags & SA_SIGINFO) != 0)
            return previous_.sa_sigaction(signal, info, context);
        if (previous_.sa_handler == SIG_IGN && !is_of_system) return;
        if (previous_.sa_handler != SIG_IGN && previous_.sa_handler != SIG_DFL)
            return previous_.sa_handler(signal);
        ::signal(SIGBUS, SIG_DFL);
        ::raise(SIGBUS);
    }

    /// Puts a page of NULs where a window shows what the file has no more.
    [[nodiscard]] static auto replace_page(std::uintptr_t address) noexcept -> bool {
        auto const error = errno;
        for (auto& candidate : slots_) {
            auto const begin = candidate.begin.load();
            if (begin == 0 || address - begin >= size) continue;
            auto* const page = reinterpret_cast<void*>(address - address % page_size());
            auto* const nuls = ::mmap(page, page_size(), PROT_READ,
                                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
            errno = error;
            candidate.lost = true;
            return nuls != MAP_FAILED;
        }
        return false;
    }

    char* room_;
    char* begin_ = nullptr;
    slot* slot_ = nullptr;
};

}  // namespace flowlog::detail

#endif
