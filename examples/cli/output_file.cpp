// SPDX-License-Identifier: BSL-1.0
#include "output_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <flowlog/error.hpp>

#include "interrupt.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

constexpr auto enough = std::size_t{64} << 10;  // bytes that are worth a call of the system

[[noreturn]] void fail(std::string const& path, std::string const& message) {
    throw flowlog::error{flowlog::errc::write_failed, {path}, message};
}

[[noreturn]] void fail(std::string const& path, std::string const& message, int code) {
    fail(path, message + ": " + std::generic_category().message(code));
}

/// Whether the file is empty or begins with `heading`.
auto is_ours(std::string const& target, std::string_view heading) -> bool {
    auto const descriptor = ::open(target.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    auto front = std::array<char, 256>{};
    auto const got = ::read(descriptor, front.data(), front.size());
    ::close(descriptor);
    if (got <= 0) return got == 0;
    return std::string_view{front.data(), static_cast<std::size_t>(got)}.starts_with(heading);
}

}  // namespace

struct output_file::state {
    std::string path;
    std::string target;     // where links lead
    std::string temporary;  // empty: written in place
    std::string buffer;
    int descriptor = -1;
    bool doomed = false;

    ~state() {
        if (descriptor > 1) ::close(descriptor);
        if (!temporary.empty()) ::unlink(temporary.c_str());
        if (doomed) pardon(temporary.c_str());
    }

    void open(std::string_view heading, bool force) {
        struct ::stat status{};
        auto const exists = ::stat(path.c_str(), &status) == 0;
        if (!exists && errno != ENOENT) fail(path, "cannot write", errno);
        target = path;
        if (fs::is_symlink(fs::symlink_status(path))) {
            if (!exists) fail(path, "cannot write: it is a link to nothing");
            target = fs::canonical(path).string();
        }
        if (!exists) return open_temporary(0666, false);
        if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) return open_in_place();
        if (S_ISDIR(status.st_mode)) fail(path, "cannot write: it is a folder");
        if (!S_ISREG(status.st_mode)) fail(path, "cannot write: it is not a regular file");
        if (!force && !is_ours(target, heading)) {
            fail(path,
                 "is there already and does not look like this result; use another name, or "
                 "--force to replace it");
        }
        open_temporary(status.st_mode & 07777U, true);
    }

    void open_in_place() {
        descriptor = ::open(target.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
        if (descriptor < 0) fail(path, "cannot write", errno);
    }

    void open_temporary(::mode_t mode, bool exact_mode) {
        auto const whole = fs::path{target};
        auto const hold = signals_held{};
        for (auto attempt = 0; attempt < 100; ++attempt) {
            auto const name = "." + whole.filename().string() + "." + std::to_string(::getpid()) +
                              "-" + std::to_string(attempt) + ".tmp";
            temporary = (whole.parent_path() / name).string();
            descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
            if (descriptor >= 0 || errno != EEXIST) break;
        }
        if (descriptor < 0) {
            temporary.clear();
            fail(path, "cannot write", errno);
        }
        doomed = doom(temporary.c_str());
        if (exact_mode) static_cast<void>(::fchmod(descriptor, mode));
    }

    void flush() {
        put(buffer);
        buffer.clear();
    }

    void put(std::string_view text) {
        while (!text.empty()) {
            auto const done = ::write(descriptor, text.data(), text.size());
            if (done < 0 && errno == EINTR) continue;
            if (done < 0) fail(path == "-" ? "standard output" : path, "cannot write", errno);
            text.remove_prefix(static_cast<std::size_t>(done));
        }
    }

    void close() {
        if (descriptor <= 1) return;
        if (::close(std::exchange(descriptor, -1)) != 0) fail(path, "cannot write", errno);
    }
};

output_file::output_file(std::string path, std::string_view heading, bool force) {
    if (path == "none") return;
    state_ = std::make_unique<state>();
    state_->path = std::move(path);
    if (state_->path == "-") {
        state_->descriptor = 1;
    } else {
        state_->open(heading, force);
    }
}

output_file::output_file() noexcept = default;
output_file::output_file(output_file&&) noexcept = default;
auto output_file::operator=(output_file&&) noexcept -> output_file& = default;
output_file::~output_file() = default;

auto output_file::is_stdout() const noexcept -> bool { return state_ && state_->descriptor == 1; }

auto output_file::path() const noexcept -> std::string const& { return state_->path; }

auto output_file::text() noexcept -> std::string& { return state_->buffer; }

void output_file::row_is_done() {
    if (state_->buffer.size() >= enough) state_->flush();
}

void output_file::write(std::string_view text) {
    if (!state_) return;
    if (text.size() >= enough) {
        state_->flush();
        return state_->put(text);
    }
    state_->buffer += text;
    row_is_done();
}

void output_file::finish() {
    if (!state_) return;
    state_->flush();
    state_->close();
}

void output_file::commit() {
    if (!state_ || state_->temporary.empty()) return;
    if (::rename(state_->temporary.c_str(), state_->target.c_str()) != 0)
        fail(state_->path, "cannot write", errno);
    if (std::exchange(state_->doomed, false)) pardon(state_->temporary.c_str());
    state_->temporary.clear();
}

void commit_all(std::span<output_file* const> outputs) {
    for (auto* const output : outputs) output->finish();
    auto const hold = signals_held{};
    for (auto* const output : outputs) output->commit();
}

}  // namespace cli
