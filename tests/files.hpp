// SPDX-License-Identifier: BSL-1.0
// Files that live as long as a test.
#ifndef FLOWLOG_TESTS_FILES_HPP
#define FLOWLOG_TESTS_FILES_HPP

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sys/stat.h>

namespace testing {

/// A folder of its own, removed at the end.
class folder {
public:
    folder() {
        auto name = (std::filesystem::temp_directory_path() / "flowlog-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"mkdtemp failed"};
        path_ = name;
    }
    folder(folder const&) = delete;
    auto operator=(folder const&) -> folder& = delete;
    ~folder() {
        auto ignored = std::error_code{};
        std::filesystem::remove_all(path_, ignored);
    }

    /// The path of a name in this folder.
    [[nodiscard]] auto operator/(std::string_view name) const -> std::string {
        return (path_ / name).string();
    }
    [[nodiscard]] auto path() const -> std::string { return path_.string(); }

    /// Writes a file, and its folders; returns its path.
    auto write(std::string_view name, std::string_view text) const -> std::string {
        auto const path = path_ / name;
        std::filesystem::create_directories(path.parent_path());
        auto out = std::ofstream{path, std::ios::binary};
        out.write(text.data(), static_cast<std::streamsize>(text.size()));
        if (!out.flush()) throw std::runtime_error{"cannot write " + path.string()};
        return path.string();
    }

    /// Makes a named pipe; returns its path.
    [[nodiscard]] auto pipe(std::string_view name) const -> std::string {
        auto path = *this / name;
        if (::mkfifo(path.c_str(), 0600) != 0) throw std::runtime_error{"mkfifo failed"};
        return path;
    }

private:
    std::filesystem::path path_;
};

}  // namespace testing

#endif
