// SPDX-License-Identifier: BSL-1.0
#include "stores.hpp"

#include <utility>

#include <CLI/CLI.hpp>

#include <flowlog/escape.hpp>

#include "choice.hpp"

namespace cli {
namespace {

/// Accepts the URL of a server.
auto server_url() -> CLI::Validator {
    return {[](std::string const& given) -> std::string {
                auto const end = given.find("://");
                auto const scheme = given.substr(0, end);
                auto const host = end == given.npos ? "" : given.substr(end + 3);
                if ((scheme == "http" || scheme == "https") && !host.empty() && host[0] != '/')
                    return {};
                return "expected a URL such as https://localhost:9000, found '" +
                       flowlog::escaped(given, 60) + "'";
            },
            ""};
}

}  // namespace

void add_store_options(CLI::App& app, store_settings& settings) {
    constexpr auto group = "Object stores (s3://, gs://, abfs://, hdfs://)";
    app.add_option("--endpoint-url", settings.endpoint, "Server to ask in place of the store's own")
        ->type_name("URL")
        ->check(server_url())
        ->group(group);
    app.add_flag("--no-sign-request", settings.anonymous,
                 "Send no credentials: for buckets that are public")
        ->group(group);
    app.add_option("--fetches", settings.fetches, "Requests that run at once (default: 16)")
        ->type_name("N")
        ->check(whole_number(1024))
        ->group(group);
    app.add_option("--buffer", settings.buffer,
                   "Bytes to hold that are fetched ahead (default: 256M)")
        ->type_name("SIZE")
        ->transform(CLI::AsSizeValue{false})
        ->group(group);
    app.add_option("--timeout", settings.timeout, "Seconds to wait for an answer (default: 30)")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.1, 86'400.0))
        ->group(group);
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
