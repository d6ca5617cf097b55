// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_STORES_HPP
#define FLOWLOG_CLI_STORES_HPP

#include <cstdint>
#include <string>

#include <flowlog/source/store_options.hpp>

namespace CLI {
class App;
}

namespace cli {

/// The options of object stores.
struct store_settings {
    std::string endpoint{};
    bool anonymous = false;
    unsigned fetches = flowlog::fetch_options{}.fetches;
    std::uint64_t buffer = flowlog::fetch_options{}.buffer;
    double timeout = flowlog::store_options{}.timeout;
};

/// Adds --endpoint-url, --no-sign-request, --fetches, --buffer and --timeout.
void add_store_options(CLI::App& app, store_settings& settings);

/// Sets these options for all stores that are opened after it.
void use_store_settings(store_settings const& settings);

}  // namespace cli

#endif
