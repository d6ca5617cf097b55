// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <CLI/CLI.hpp>

#include <flowlog/version.hpp>

auto main(int argc, char** argv) -> int {
    CLI::App app{"Answers from network flow logs", "flowlog"};
    app.set_version_flag("--version", "flowlog " + std::string{flowlog::version});
    CLI11_PARSE(app, argc, argv);
    return 0;
}
