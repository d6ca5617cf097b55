// SPDX-License-Identifier: BSL-1.0
// flowlog_measure REPORT COMMAND…: runs a command and writes what it cost to REPORT, as a line of
// JSON. A program of its own, because the peak memory of a child begins with that of the parent it
// was forked from.
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static auto seconds(timeval const& t) -> double {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
}

auto main(int argc, char** argv) -> int {
    if (argc < 3) {
        std::fputs("usage: flowlog_measure REPORT COMMAND [ARGUMENT]...\n", stderr);
        return 2;
    }
    auto const begin = std::chrono::steady_clock::now();
    auto const child = fork();
    if (child < 0) {
        std::perror("fork");
        return 2;
    }
    if (child == 0) {
        execvp(argv[2], argv + 2);
        std::fprintf(stderr, "%s: %s\n", argv[2], std::strerror(errno));
        _exit(127);
    }
    auto usage = rusage{};
    auto status = 0;
    while (wait4(child, &status, 0, &usage) < 0) {
        if (errno != EINTR) return 2;
    }
    auto const wall =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
#ifdef __APPLE__
    auto const peak = usage.ru_maxrss / 1024;
#else
    auto const peak = usage.ru_maxrss;
#endif
    auto* const report = std::fopen(argv[1], "w");
    if (report == nullptr) {
        std::perror(argv[1]);
        return 2;
    }
    auto const code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    std::fprintf(
        report,
        "{\"wall\": %.6f, \"user\": %.6f, \"system\": %.6f, \"peak_kb\": %ld, \"code\": %d}\n",
        wall, seconds(usage.ru_utime), seconds(usage.ru_stime), peak, code);
    return std::fclose(report) == 0 ? code : 2;
}
