// SPDX-License-Identifier: BSL-1.0
#include "stores.hpp"

#include <utility>

#include "options.hpp"

namespace cli {
void add_store_options(CLI::App& app, store_settings& settings) {
    add_option(app, "--endpoint-url", settings.endpoint);
    add_flag(app, "--no-sign-request", settings.anonymous);
    add_option(app, "--fetches", settings.fetches);
    add_option(app, "--buffer", settings.buffer);
    add_option(app, "--timeout", settings.timeout);
}

void use_store_settings(store_settings const& settings) {
    auto options = flowlog::get_store_options();
    if (!settings.endpoint.empty()) options.endpoint = settings.endpoint;
    options.anonymous = settings.anonymous;
    options.timeout = settings.timeout;
    options.fetch.fetches = settings.fetches;
    options.fetch.buffer = settings.buffer;
    flowlog::set_store_options(std::move(options));
}

}  // namespace cli
