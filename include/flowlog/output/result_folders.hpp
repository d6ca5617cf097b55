// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_RESULT_FOLDERS_HPP
#define FLOWLOG_OUTPUT_RESULT_FOLDERS_HPP

#include <cerrno>
#include <deque>
#include <filesystem>
#include <string>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

#include <flowlog/error.hpp>
#include <flowlog/output/detail/atomic_file.hpp>

namespace flowlog {

/// Folders that are made for results. Unless they are kept, the destructor removes those that are
/// empty, and so does `remove_unfinished_files`.
class result_folders {
public:
    result_folders() = default;
    result_folders(result_folders const&) = delete;
    auto operator=(result_folders const&) -> result_folders& = delete;
    ~result_folders() {
        for (; !made_.empty(); made_.pop_back()) {
            ::rmdir(made_.back().c_str());
            detail::doomed_files::pardon(made_.back().c_str());
        }
    }

    /// Makes a folder and those that it is in, as far as they do not exist. Throws
    /// `errc::write_failed`.
    void make(std::filesystem::path const& folder) {
        auto ignored = std::error_code{};
        if (folder.empty() || std::filesystem::is_directory(folder, ignored)) return;
        make(folder.parent_path());
        auto const block = detail::signals_blocked{};
        if (::mkdir(folder.c_str(), 0777) == 0) {
            made_.push_back(folder.string());
            detail::doomed_files::doom(made_.back().c_str());
        } else if (auto const code = errno; code != EEXIST) {
            throw error{errc::write_failed,
                        {folder.string()},
                        "cannot make the folder: " + std::generic_category().message(code)};
        }
    }

    /// Lets all folders stay.
    void keep() noexcept {
        for (auto const& folder : made_) detail::doomed_files::pardon(folder.c_str());
        made_.clear();
    }

private:
    std::deque<std::string> made_;  // the texts stay in place
};

}  // namespace flowlog

#endif
