// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_ARROW_MODULE_HPP
#define FLOWLOG_SOURCE_ARROW_MODULE_HPP

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#if !defined FLOWLOG_ARROW_LINKED && !defined FLOWLOG_NO_MODULES
#include <dlfcn.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif
#endif

#include <flowlog/detail/arrow_module.hpp>
#include <flowlog/error.hpp>

#if defined FLOWLOG_ARROW_LINKED
extern "C" auto flowlog_arrow_module(std::int32_t version) -> flowlog::detail::arrow_module const*;
#endif

namespace flowlog::detail {

#if defined FLOWLOG_ARROW_LINKED

/// Whether the component flowlog::arrow is there.
constexpr auto has_arrow_module() noexcept -> bool { return true; }

/// The functions of the component flowlog::arrow, which this program is linked with.
template <class = void>
auto load_arrow_module(std::string const& what, std::string const& = "") -> arrow_module const& {
    auto const* const module = flowlog_arrow_module(arrow_module_version);
    if (module == nullptr)
        throw error{errc::unsupported,
                    {what},
                    "the component flowlog::arrow is of another version than this program"};
    return *module;
}

#elif defined FLOWLOG_NO_MODULES  // a program that is linked statically loads no libraries

/// Whether the component flowlog::arrow is there.
constexpr auto has_arrow_module() noexcept -> bool { return false; }

/// Throws `errc::unsupported`, and says that this program cannot load the component flowlog::arrow.
template <class = void>
[[noreturn]] auto load_arrow_module(std::string const& what, std::string const& use = "is read")
    -> arrow_module const& {
    throw error{errc::unsupported,
                {what},
                use +
                    " by the component flowlog::arrow, which this program cannot load: it is one "
                    "file, linked statically. To get it: scripts/install-packages.sh stores, then "
                    "build flowlog from its source"};
}

#else

/// Where the module is looked for: the path in FLOWLOG_ARROW_MODULE; then beside the program, as
/// `cmake --install` and a build folder have it.
template <class = void>
auto arrow_module_paths() -> std::vector<std::string> {
#ifdef __APPLE__
    constexpr auto file = std::string_view{"libflowlog_arrow.dylib"};
#else
    constexpr auto file = std::string_view{"libflowlog_arrow.so"};
#endif
    if (auto const* const path = std::getenv("FLOWLOG_ARROW_MODULE")) return {path};
    auto ignored = std::error_code{};
#ifdef __APPLE__
    auto size = std::uint32_t{0};
    _NSGetExecutablePath(nullptr, &size);
    auto buffer = std::string(size, '\0');
    if (_NSGetExecutablePath(buffer.data(), &size) != 0) return {};
    auto const program = std::filesystem::canonical(buffer.c_str(), ignored);
#else
    auto const program = std::filesystem::read_symlink("/proc/self/exe", ignored);
#endif
    auto const folder = program.parent_path();
    return {(folder.parent_path() / "lib" / "flowlog" / file).string(), (folder / file).string()};
}

/// Whether the module is there; it is not loaded.
template <class = void>
[[nodiscard]] auto has_arrow_module() -> bool {
    auto ignored = std::error_code{};
    for (auto const& path : arrow_module_paths()) {
        if (std::filesystem::exists(path, ignored)) return true;
    }
    return false;
}

/// Loads the module once in the life of the program.
template <class = void>
class loaded_arrow_module {
public:
    static auto get() -> loaded_arrow_module const& {
        static loaded_arrow_module const instance;
        return instance;
    }

    [[nodiscard]] auto functions() const noexcept -> arrow_module const* { return functions_; }
    [[nodiscard]] auto failure() const noexcept -> std::string const& { return failure_; }

private:
    loaded_arrow_module() {
        auto ignored = std::error_code{};
        for (auto const& path : arrow_module_paths()) {
            failure_ += (failure_.empty() ? "no " : ", no ") + path;
            if (!std::filesystem::exists(path, ignored)) continue;
            load(path);
            return;
        }
    }

    /// The library stays loaded: Arrow's threads may run until the program ends.
    void load(std::string const& path) {
        auto* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (library == nullptr) {
            failure_ = dlerror();
            return;
        }
        auto const entry =
            reinterpret_cast<arrow_module_function>(dlsym(library, "flowlog_arrow_module"));
        functions_ = entry == nullptr ? nullptr : entry(arrow_module_version);
        if (functions_ == nullptr) failure_ = path + " is of another version than this program";
    }

    arrow_module const* functions_ = nullptr;
    std::string failure_;
};

/// The functions of the component flowlog::arrow. Throws `errc::unsupported` if it cannot be
/// loaded; `what` is the input or output that needs it, and `use` what is done with that.
template <class = void>
auto load_arrow_module(std::string const& what, std::string const& use = "is read")
    -> arrow_module const& {
    auto const& loaded = loaded_arrow_module<>::get();
    if (auto const* const functions = loaded.functions()) return *functions;
    throw error{errc::unsupported,
                {what},
                use + " by the component flowlog::arrow, which cannot be loaded (" +
                    loaded.failure() +
                    "). To get it: scripts/install-packages.sh stores, then build flowlog again"};
}

#endif

/// Takes a message of the module over.
inline auto take_text(char* text) -> std::string {
    auto result = std::string{text == nullptr ? "" : text};
    std::free(text);
    return result;
}

}  // namespace flowlog::detail

#endif
