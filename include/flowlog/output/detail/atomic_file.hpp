// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_DETAIL_ATOMIC_FILE_HPP
#define FLOWLOG_OUTPUT_DETAIL_ATOMIC_FILE_HPP

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <flowlog/error.hpp>

namespace flowlog::detail {

/// Some of the files and new folders to remove if a signal ends the program. Pages are never freed:
/// a signal may come at any time.
struct doomed_page {
    std::array<std::atomic<char const*>, 64> slots{};
    std::atomic<doomed_page*> next{nullptr};
};

/// The files and new folders to remove if a signal ends the program.
class doomed_files {
public:
    /// Registers a file or a folder. The text must stay in place until `pardon`.
    static void doom(char const* path) {
        for (auto* page = &first; page != nullptr; page = next_of(*page)) {
            for (auto& slot : page->slots) {
                char const* free = nullptr;
                if (slot.compare_exchange_strong(free, path)) return;
            }
        }
    }

    static void pardon(char const* path) noexcept {
        for (auto* page = &first; page != nullptr; page = page->next.load()) {
            for (auto& slot : page->slots) {
                auto const* mine = path;
                if (slot.compare_exchange_strong(mine, nullptr)) return;
            }
        }
    }

    /// Removes the files, and then the folders, inner ones first. Async-signal-safe.
    static void remove() noexcept {
        each([](char const* path) { return ::unlink(path) == 0; });
        while (each([](char const* path) { return ::rmdir(path) == 0; })) {
        }
    }

private:
    /// The page after another one, which is made if there is none.
    static auto next_of(doomed_page& before) -> doomed_page* {
        if (auto* const known = before.next.load()) return known;
        auto made = std::make_unique<doomed_page>();
        auto* found = static_cast<doomed_page*>(nullptr);
        return before.next.compare_exchange_strong(found, made.get()) ? made.release() : found;
    }

    /// Calls a function with each path; whether it returned true for one.
    template <class Function>
    static auto each(Function function) noexcept -> bool {
        auto any = false;
        for (auto* page = &first; page != nullptr; page = page->next.load()) {
            for (auto& slot : page->slots) {
                if (auto const* const path = slot.load()) any = function(path) || any;
            }
        }
        return any;
    }

    static constinit inline doomed_page first{};
    static_assert(std::atomic<char const*>::is_always_lock_free);
    static_assert(std::atomic<doomed_page*>::is_always_lock_free);
};

/// The signals that end a program unless it handles them, including those that a crash raises.
/// SIGXFSZ is not among them: it is ignored, so that writing fails instead.
inline constexpr auto ending_signals = std::to_array<int>({
    SIGINT,  SIGTERM, SIGHUP,    SIGPIPE, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM,
    SIGPROF, SIGXCPU, SIGSYS,    SIGTRAP, SIGABRT, SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,
#ifdef __linux__
    SIGIO,   SIGPWR,  SIGSTKFLT,
#endif
});

/// Calls a function with each signal that ends a program, including the real-time signals.
template <class Function>
void each_ending_signal(Function function) noexcept {
    for (auto const signal : ending_signals) function(signal);
#ifdef SIGRTMIN
    for (auto signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) function(signal);
#endif
}

/// Blocks the signals that end a program in this thread while it exists.
class signals_blocked {
public:
    signals_blocked() noexcept {
        auto set = ::sigset_t{};
        ::sigemptyset(&set);
        each_ending_signal([&set](int signal) { ::sigaddset(&set, signal); });
        ::pthread_sigmask(SIG_BLOCK, &set, &before_);
    }
    signals_blocked(signals_blocked const&) = delete;
    auto operator=(signals_blocked const&) -> signals_blocked& = delete;
    ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    ::sigset_t before_{};
};

/// The number of the descriptor that a path of the process's own descriptors names, such as
/// `/dev/stdout` or `/dev/fd/3`; -1 if it names none. They are written to as they are, because
/// opening the path would write to the beginning of a file, or fail for a pipe or socket.
[[nodiscard]] inline auto own_descriptor(std::string_view path) noexcept -> int {
    if (path == "-" || path == "/dev/stdout") return 1;
    if (path == "/dev/stderr") return 2;
    for (auto const folder : {std::string_view{"/dev/fd/"}, std::string_view{"/proc/self/fd/"}}) {
        if (!path.starts_with(folder)) continue;
        auto const digits = path.substr(folder.size());
        auto number = 0;
        auto const [end, why] =
            std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (why == std::errc{} && end == digits.data() + digits.size() && number >= 0)
            return number;
    }
    return -1;
}

/// The implementation of a `result_file`.
class atomic_file {
public:
    /// How the last line of an incomplete result begins.
    static constexpr std::string_view incomplete_mark = "# INCOMPLETE: ";
    /// The same in HTML.
    static constexpr std::string_view incomplete_comment = "<!-- INCOMPLETE: ";

    explicit atomic_file(std::string path) : path_{std::move(path)} {}
    atomic_file(atomic_file const&) = delete;
    auto operator=(atomic_file const&) -> atomic_file& = delete;
    ~atomic_file() {
        if (descriptor_ > 1) ::close(descriptor_);
        if (!temporary_.empty()) ::unlink(temporary_.c_str());
        if (doomed_) doomed_files::pardon(temporary_.c_str());
    }

    [[nodiscard]] auto path() const noexcept -> std::string const& { return path_; }
    [[nodiscard]] auto is_stdout() const noexcept -> bool { return descriptor_ == 1; }

    void open(std::string_view heading, bool force) {
        namespace fs = std::filesystem;
        if (auto const own = own_descriptor(path_); own >= 0) return open_own(own);
        struct ::stat status{};
        auto const exists = ::stat(path_.c_str(), &status) == 0;
        if (!exists && errno != ENOENT) fail(errno);
        target_ = path_;
        if (fs::is_symlink(fs::symlink_status(path_))) {
            if (!exists) fail("cannot write: it is a link to nothing");
            auto failed = std::error_code{};
            auto const target = fs::canonical(path_, failed);
            if (!failed) target_ = target.string();  // a pipe has no other name
        }
        if (!exists) return open_temporary(0666, false);
        if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) return open_directly();
        if (S_ISDIR(status.st_mode)) fail("cannot write: it is a folder");
        if (!S_ISREG(status.st_mode)) fail("cannot write: it is not a regular file");
        if (!force && !begins_with(heading))
            fail("exists, but is not such a result; use another name, or force its replacement");
        open_temporary(status.st_mode & 07777U, true);
    }

    /// Whether a file that is not empty, and not marked as incomplete, will be replaced.
    [[nodiscard]] auto replaces_complete() const -> bool {
        if (temporary_.empty()) return false;
        auto const end = last_bytes();
        auto const line = last_line(end);
        return !end.empty() && !line.starts_with(incomplete_mark) &&
               !line.starts_with(incomplete_comment);
    }

    void write(std::string_view text) {
        constexpr auto block_size = std::size_t{64} << 10;
        auto const large = text.size() >= block_size;
        if (!large) buffer_ += text;
        if (large || buffer_.size() >= block_size) flush();
        if (large) put(text);
    }

    void finish() {
        flush();
        if (descriptor_ > 1 && ::close(std::exchange(descriptor_, -1)) != 0) fail(errno);
    }

    void commit() {
        if (temporary_.empty()) return;
        if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(errno);
        if (std::exchange(doomed_, false)) doomed_files::pardon(temporary_.c_str());
        temporary_.clear();
    }

private:
    [[noreturn]] void fail(std::string const& message) const {
        throw error{errc::write_failed, {is_stdout() ? "standard output" : path_}, message};
    }
    [[noreturn]] void fail(int code) const {
        fail("cannot write: " + std::generic_category().message(code));
    }

    /// Whether the file is empty or begins with a heading.
    [[nodiscard]] auto begins_with(std::string_view heading) const -> bool {
        auto const file = ::open(target_.c_str(), O_RDONLY | O_CLOEXEC);
        if (file < 0) return false;
        auto front = std::array<char, 256>{};
        auto const size = ::read(file, front.data(), front.size());
        ::close(file);
        if (size <= 0) return size == 0;
        return std::string_view{front.data(), static_cast<std::size_t>(size)}.starts_with(heading);
    }

    /// The end of the file that is replaced; empty if there is none.
    [[nodiscard]] auto last_bytes() const -> std::string {
        constexpr auto size = ::off_t{512};
        auto const file = ::open(target_.c_str(), O_RDONLY | O_CLOEXEC);
        if (file < 0) return {};
        auto const end = ::lseek(file, 0, SEEK_END);
        auto text = std::string(static_cast<std::size_t>(size), '\0');
        auto const got =
            ::pread(file, text.data(), text.size(), end > size ? end - size : ::off_t{0});
        ::close(file);
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }

    [[nodiscard]] static auto last_line(std::string_view text) -> std::string_view {
        if (text.ends_with('\n')) text.remove_suffix(1);
        return text.substr(text.rfind('\n') + 1);
    }

    void open_own(int descriptor) {
        descriptor_ = descriptor == 1 ? 1 : ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
        if (descriptor_ < 0) fail(errno);
    }

    void open_directly() {
        descriptor_ = ::open(target_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
        if (descriptor_ < 0) fail(errno);
    }

    void open_temporary(::mode_t mode, bool exact_mode) {
        auto const whole = std::filesystem::path{target_};
        auto const block = signals_blocked{};
        for (auto attempt = 0; attempt < 100; ++attempt) {
            auto const name = "." + whole.filename().string() + "." + std::to_string(::getpid()) +
                              "-" + std::to_string(attempt) + ".tmp";
            temporary_ = (whole.parent_path() / name).string();
            descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
            if (descriptor_ >= 0 || errno != EEXIST) break;
        }
        if (descriptor_ < 0) {
            temporary_.clear();
            fail(errno);
        }
        doomed_files::doom(temporary_.c_str());
        doomed_ = true;
        if (exact_mode) static_cast<void>(::fchmod(descriptor_, mode));
    }

    void flush() {
        put(buffer_);
        buffer_.clear();
    }

    void put(std::string_view text) {
        while (!text.empty()) {
            auto const done = ::write(descriptor_, text.data(), text.size());
            if (done < 0 && errno == EINTR) continue;
            if (done < 0) fail(errno);
            text.remove_prefix(static_cast<std::size_t>(done));
        }
    }

    std::string path_;
    std::string target_;     // after links are followed
    std::string temporary_;  // empty if the target is written directly
    std::string buffer_;
    int descriptor_ = -1;
    bool doomed_ = false;
};

}  // namespace flowlog::detail

#endif
