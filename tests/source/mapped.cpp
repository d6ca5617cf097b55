// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <flowlog/detail/file_window.hpp>
#include <flowlog/source/file.hpp>
#include <flowlog/source/mapped.hpp>
#include <flowlog/source/source.hpp>

#include "catch.hpp"
#include "files.hpp"

using flowlog::errc;
using flowlog::file;
using flowlog::mapped_source;
using flowlog::detail::file_window;

static_assert(flowlog::byte_source<mapped_source>);

namespace {

constexpr auto window = std::uint64_t{file_window::size};

/// A text in which no two bytes near each other are at the same distance from the start.
auto text_of(std::size_t size) -> std::string {
    auto text = std::string(size, '\0');
    auto random = std::uint32_t{7};
    for (auto& c : text) {
        random = random * 1664525 + 1013904223;
        c = static_cast<char>('!' + (random >> 24) % 90);
    }
    return text;
}

auto all(mapped_source source) -> std::string {
    auto text = std::string{};
    for (auto block = source.next(); !block.empty(); block = source.next())
        text.append(block.data(), block.size());
    CHECK(source.next().empty());
    return text;
}

template <class Function>
auto caught(Function function) -> std::optional<flowlog::error> {
    try {
        function();
    } catch (flowlog::error const& thrown) {
        return thrown;
    }
    return std::nullopt;
}

/// How another process of this program ends that runs the hidden test below: its exit code, or 128
/// and the signal.
auto end_of_process(char const* handler) -> int {
    auto const child = ::fork();
    if (child == 0) {
        ::setenv("FLOWLOG_TEST_HANDLER", handler, 1);
        ::execl("/proc/self/exe", "test", "[.sigbus]", nullptr);
        ::_exit(99);
    }
    auto status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// Reads a mapped byte that its file has no more.
void read_lost_byte(std::string const& path) {
    auto const descriptor = ::open(path.c_str(), O_RDWR);
    auto* const bytes = ::mmap(nullptr, 1 << 20, PROT_READ, MAP_SHARED, descriptor, 0);
    static_cast<void>(::ftruncate(descriptor, 0));
    static_cast<void>(*static_cast<char const volatile*>(bytes));
}

}  // namespace

TEST_CASE("a file is shown to its end, whatever its size", "[mapped]") {
    auto const here = testing::folder{};
    auto const text = text_of(2 * window + 70'000);
    for (auto const size : {std::size_t{0}, std::size_t{1}, std::size_t{300'000}, text.size() / 2,
                            static_cast<std::size_t>(window), text.size()}) {
        CAPTURE(size);
        auto const path = here.write("a.log", text.substr(0, size));
        REQUIRE(all(mapped_source{path}) == std::string_view{text}.substr(0, size));
        CHECK(mapped_source{path}.name() == path);
    }
}

TEST_CASE("parts of a file are shown, wherever they begin", "[mapped]") {
    auto const here = testing::folder{};
    auto const text = text_of(3 * window);
    auto const input = std::make_shared<file const>(here.write("a.log", text));
    auto const points = {std::uint64_t{0},
                         std::uint64_t{1},
                         std::uint64_t{4096},
                         window / 2 - 1,
                         window / 2,
                         window + 12'345,
                         2 * window,
                         3 * window - 1,
                         3 * window,
                         3 * window + 1000,
                         std::uint64_t{1} << 60U};
    for (auto const begin : points) {
        for (auto const end : points) {
            CAPTURE(begin, end);
            auto const first = std::min<std::uint64_t>(begin, text.size());
            auto const last = std::clamp<std::uint64_t>(end, first, text.size());
            REQUIRE(all(mapped_source{input, begin, end}) ==
                    std::string_view{text}.substr(first, last - first));
        }
    }
}

TEST_CASE("a pipe is read", "[mapped]") {
    auto const here = testing::folder{};
    auto const path = here.pipe("pipe");
    auto const text = text_of(300'000);
    auto writer = std::jthread{[&] { std::ofstream{path} << text; }};
    CHECK(all(mapped_source{path}) == text);
}

TEST_CASE("a file that cannot be opened says why, shown or read", "[mapped]") {
    CHECK(caught([] { mapped_source{"/no/such.log"}; })->code() == errc::cannot_open);
}

TEST_CASE("of a file that shrinks before it is shown, what is left comes, then an error",
          "[mapped]") {
    auto const here = testing::folder{};
    auto const text = text_of(3 * window);
    auto const path = here.write("a.log", text);
    auto source = mapped_source{path};
    auto read = std::string{};
    auto const take = [&] {
        auto const block = source.next();
        read.append(block.data(), block.size());
    };
    take();
    std::filesystem::resize_file(path, window + 100);
    auto const thrown = caught([&] {
        for (;;) take();
    });
    CHECK(read == std::string_view{text}.substr(0, window + 100));
    REQUIRE(thrown);
    CHECK(thrown->code() == errc::changed);
    CHECK(thrown->where().source == path);
    CHECK(thrown->message() == "shrank while it was read: it had " + std::to_string(3 * window) +
                                   " bytes, now " + std::to_string(window + 100));
}

TEST_CASE("a file that shrinks while it is shown reads as NULs, then is an error", "[mapped]") {
    auto const here = testing::folder{};
    auto const text = text_of(window);
    auto const path = here.write("a.log", text);
    auto source = mapped_source{path};
    auto const before = source.next().size();
    auto const block = source.next();
    REQUIRE(before + block.size() == text.size());
    auto const kept = std::uint64_t{1'000'000};
    std::filesystem::resize_file(path, kept);
    auto const shown = std::string{block.begin(), block.end()};
    auto const whole = static_cast<std::size_t>(kept) - before;
    CHECK(shown.substr(0, whole) == std::string_view{text}.substr(before, whole));
    CHECK(std::all_of(shown.begin() + static_cast<std::ptrdiff_t>(whole), shown.end(),
                      [](char c) { return c == '\0'; }));
    CHECK(caught([&] { static_cast<void>(source.next()); })->code() == errc::changed);
    CHECK(caught([&] { static_cast<void>(source.next()); })->code() == errc::changed);

    std::filesystem::resize_file(path, window);  // what was lost does not come back
    CHECK(caught([&] { static_cast<void>(source.next()); })->code() == errc::read_failed);
    CHECK(all(mapped_source{path}).size() == window);
}

TEST_CASE("many threads show files at once, more than there are windows", "[mapped]") {
    auto const here = testing::folder{};
    auto const text = text_of(600'000);
    auto const path = here.write("a.log", text);
    auto const at_once = [&] {
        auto sources = std::vector<mapped_source>{};
        for (auto i = 0; i < 150; ++i) {
            sources.emplace_back(path);
            REQUIRE(sources.back().next().front() == text.front());
        }
        for (auto& source : sources) REQUIRE(source.next().front() != '\0');
    };
    auto others = std::vector<std::jthread>{};
    for (auto i = 0; i < 4; ++i) others.emplace_back(at_once);
}

TEST_CASE("a process in which SIGBUS comes that is not of a window", "[.sigbus]") {
    auto const* const handler = std::getenv("FLOWLOG_TEST_HANDLER");
    if (handler == nullptr) return;
    auto const is = [&](std::string_view name) { return name == handler; };
    if (is("simple")) ::signal(SIGBUS, [](int) { ::_exit(7); });
    if (is("told where")) {
        struct ::sigaction action{};
        action.sa_sigaction = [](int, ::siginfo_t* info, void*) {
            ::_exit(info->si_addr != nullptr ? 8 : 9);
        };
        action.sa_flags = SA_SIGINFO;
        ::sigaction(SIGBUS, &action, nullptr);
    }
    if (is("none") || is("none, sent")) ::signal(SIGBUS, SIG_DFL);  // sanitizers have set theirs
    if (is("ignored, sent")) ::signal(SIGBUS, SIG_IGN);
    auto const here = testing::folder{};
    auto source = mapped_source{here.write("a.log", text_of(600'000))};
    REQUIRE(!source.next().empty());
    if (is("none, sent") || is("ignored, sent")) {
        ::raise(SIGBUS);
    } else {
        read_lost_byte(here.write("other", text_of(600'000)));
    }
    ::_exit(6);
}

TEST_CASE("SIGBUS that is not of a window goes where it would have gone", "[mapped]") {
    CHECK(end_of_process("simple") == 7);
    CHECK(end_of_process("told where") == 8);
    CHECK(end_of_process("none") == 128 + SIGBUS);
    CHECK(end_of_process("none, sent") == 128 + SIGBUS);
    CHECK(end_of_process("ignored, sent") == 6);
}
