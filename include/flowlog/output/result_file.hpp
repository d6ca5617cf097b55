// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_RESULT_FILE_HPP
#define FLOWLOG_OUTPUT_RESULT_FILE_HPP

#include <csignal>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/output/detail/atomic_file.hpp>

namespace flowlog {

/// The last line of a text from which inputs are missing, with its end: `# INCOMPLETE: REASON`.
[[nodiscard]] inline auto incomplete_line(std::string_view reason) -> std::string {
    return std::string{detail::atomic_file::incomplete_mark}.append(reason) + '\n';
}

/// The same for a page of HTML: `<!-- INCOMPLETE: REASON -->`.
[[nodiscard]] inline auto incomplete_comment(std::string_view reason) -> std::string {
    return std::string{detail::atomic_file::incomplete_comment}.append(reason) + " -->\n";
}

/// A file of results that appears under its name only when it is complete. It is written to a
/// temporary file in the same folder (`.NAME.PID-0.tmp`), which `commit_all` renames; the
/// destructor removes it. "-" is standard output. Pipes, character devices and the descriptors of
/// the process (`/dev/stdout`, `/dev/fd/3`) are written directly, and a link is followed.
///
///     auto files = std::array{flowlog::result_file{"tags.csv"},
///     flowlog::result_file{"ports.csv"}}; files[0].write(tags); files[1].write(ports);
///     commit_all(files);
class result_file {
public:
    /// No file. Whatever is written is discarded.
    result_file() noexcept = default;

    /// Creates the temporary file. `heading` is how results of this kind begin: unless `force`, an
    /// existing file is replaced only if it is empty or begins so. Throws `errc::write_failed` if
    /// the file cannot be made, or may not be replaced.
    template <class = void>
    explicit result_file(std::string path, std::string_view heading = {}, bool force = false)
        : file_{std::make_unique<detail::atomic_file>(std::move(path))} {
        file_->open(heading, force);
    }

    /// Whether there is a file.
    [[nodiscard]] explicit operator bool() const noexcept { return file_ != nullptr; }

    [[nodiscard]] auto is_stdout() const noexcept -> bool {
        return file_ != nullptr && file_->is_stdout();
    }

    /// The path as it was given. \pre there is a file
    [[nodiscard]] auto path() const noexcept -> std::string const& { return file_->path(); }

    /// Writes through a buffer. Throws `errc::write_failed`.
    template <class = void>
    void write(std::string_view text) {
        if (file_) file_->write(text);
    }

    /// Whether there is a file under this name that holds a result, and is not marked as
    /// incomplete.
    [[nodiscard]] auto replaces_complete() const -> bool {
        return file_ != nullptr && file_->replaces_complete();
    }

    /// Completes all files, and then renames them. Signals that end a program are blocked
    /// meanwhile, so that either all files appear or none, unless renaming fails. Throws
    /// `errc::write_failed`.
    template <class = void>
    friend void commit_all(std::span<result_file> files) {
        for (auto& file : files) {
            if (file) file.file_->finish();
        }
        auto const block = detail::signals_blocked{};
        for (auto& file : files) {
            if (file) file.file_->commit();
        }
    }

private:
    std::unique_ptr<detail::atomic_file> file_;
};

/// Removes the temporary files of all result files. May be called in a signal handler, to leave no
/// file behind when a signal ends the program.
inline void remove_unfinished_files() noexcept { detail::doomed_files::remove(); }

/// From now on, a signal that ends the program first removes the temporary files of result files.
/// Signals that are ignored, or that the program handles, are left alone. Writing more to a file
/// than the system permits fails instead of ending the program.
template <class = void>
void remove_unfinished_files_on_signals() {
    constexpr auto die = [](int signal) {
        remove_unfinished_files();
        std::signal(signal, SIG_DFL);
        std::raise(signal);  // is delivered when this handler returns
    };
    detail::each_ending_signal([die](int signal) {
        struct sigaction now{};
        if (::sigaction(signal, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) return;
        struct sigaction wanted{};
        wanted.sa_handler = die;
        ::sigfillset(&wanted.sa_mask);
        ::sigaction(signal, &wanted, nullptr);
    });
    struct sigaction now{};
    if (::sigaction(SIGXFSZ, nullptr, &now) == 0 && now.sa_handler == SIG_DFL)
        std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace flowlog

#endif
