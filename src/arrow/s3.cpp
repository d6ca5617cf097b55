// SPDX-License-Identifier: BSL-1.0
// How a bucket of S3 is reached: credentials, region, endpoint, retries.
#include "s3.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <random>
#include <utility>

#include <arrow/status.h>
#include <arrow/util/future.h>

namespace flowlog_arrow {
namespace {

namespace fs = arrow::fs;
using flowlog::detail::module_store_options;

thread_local bool retries_are_off = false;

/// Repeats a request after what may pass: after 0.1 s, 0.2 s, ... up to 20 s, each time a random
/// part of that.
class jittered_retries final : public fs::S3RetryStrategy {
public:
    explicit jittered_retries(std::int64_t retries) : retries_{retries} {}

    auto ShouldRetry(AWSErrorDetail const& error, std::int64_t attempted) -> bool override {
        return error.should_retry && !retries_are_off && attempted < retries_;
    }
    auto CalculateDelayBeforeNextRetry(AWSErrorDetail const&, std::int64_t attempted)
        -> std::int64_t override {
        thread_local auto random = std::minstd_rand{std::random_device{}()};
        auto const most =
            std::min<std::int64_t>(20'000, 100 << std::min<std::int64_t>(attempted, 8));
        return std::uniform_int_distribution<std::int64_t>{0, most}(random);
    }

private:
    std::int64_t retries_;
};

/// The first of some environment variables that is set and not empty.
auto environment(std::initializer_list<char const*> names) -> std::string {
    for (auto const* const name : names) {
        auto const* const value = std::getenv(name);
        if (value != nullptr && *value != '\0') return value;
    }
    return {};
}

/// A setting of the chosen profile, from the two files of the AWS tools.
auto profile_setting(std::string_view key) -> std::string {
    auto profile = environment({"AWS_PROFILE", "AWS_DEFAULT_PROFILE"});
    if (profile.empty()) profile = "default";
    auto const folder = environment({"HOME"}) + "/.aws/";
    auto config = environment({"AWS_CONFIG_FILE"});
    if (config.empty()) config = folder + "config";
    auto credentials = environment({"AWS_SHARED_CREDENTIALS_FILE"});
    if (credentials.empty()) credentials = folder + "credentials";
    auto value = setting_in(config, profile == "default" ? profile : "profile " + profile, key);
    return value.empty() ? setting_in(credentials, profile, key) : value;
}

auto endpoint_of(module_store_options const& how) -> std::string {
    if (how.endpoint != nullptr) return how.endpoint;
    if (environment({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"}) == "true") return {};
    auto const set = environment({"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
    return set.empty() ? profile_setting("endpoint_url") : set;
}

/// The region that was chosen; else, for AWS itself, the region that the bucket is in.
auto region_of(module_store_options const& how, std::string const& bucket, bool own_endpoint)
    -> std::string {
    if (how.region != nullptr) return how.region;
    auto region = environment({"AWS_REGION", "AWS_DEFAULT_REGION"});
    if (region.empty()) region = profile_setting("region");
    if (region.empty() && !own_endpoint)
        region = fs::ResolveS3BucketRegion(bucket).ValueOr(std::string{});
    return region.empty() ? "us-east-1" : region;
}

/// Sets the region. A bucket whose name is no name of a host, or is none that the certificate of
/// AWS covers, is addressed by a path: Arrow does that if there is an endpoint.
void set_region(s3_connection& connection, std::string const& bucket, std::string region) {
    auto& options = connection.options;
    auto const needs_path = std::ranges::any_of(
        bucket, [](char c) { return c == '.' || c == '_' || (c >= 'A' && c <= 'Z'); });
    if (connection.is_aws && needs_path) {
        options.endpoint_override = "s3." + region + ".amazonaws.com";
        if (region.starts_with("cn-")) options.endpoint_override += ".cn";
    }
    options.region = std::move(region);
}

auto start_s3() -> arrow::Status {
    if (fs::IsS3Finalized()) return arrow::Status::Invalid("S3 is shut down");
    if (fs::IsS3Initialized()) return arrow::Status::OK();
    auto options = fs::S3GlobalOptions{};
    options.log_level = fs::S3LogLevel::Off;
    auto status = fs::InitializeS3(options);
    return fs::IsS3Initialized() ? arrow::Status::OK() : status;
}

void set_endpoint(fs::S3Options& options, std::string const& url) {
    auto const scheme_end = url.find("://");
    options.scheme = scheme_end == url.npos ? "https" : url.substr(0, scheme_end);
    options.endpoint_override = scheme_end == url.npos ? url : url.substr(scheme_end + 3);
    while (options.endpoint_override.ends_with('/')) options.endpoint_override.pop_back();
}

/// The region that a message names: in the words of S3, or of Arrow.
auto named_region(std::string_view message) -> std::string {
    for (auto const* const before : {"expecting '", "expecting \"", "bucket is located in '"}) {
        auto const at = message.find(before);
        if (at == message.npos) continue;
        auto const quote = std::string_view{before}.back();
        message.remove_prefix(at + std::string_view{before}.size());
        return std::string{message.substr(0, message.find(quote))};
    }
    return {};
}

/// Whether a failure may come from a wrong region, though it names none.
auto may_be_region(std::string_view message) -> bool {
    return message.find("PERMANENT_REDIRECT") != message.npos ||
           message.find("PermanentRedirect") != message.npos ||
           message.find("status 301") != message.npos || message.find("status 400") != message.npos;
}

}  // namespace

no_retries::no_retries() { retries_are_off = true; }
no_retries::~no_retries() { retries_are_off = false; }

auto setting_in(std::string const& file, std::string_view section, std::string_view key)
    -> std::string {
    auto const trimmed = [](std::string_view text) {
        auto const first = text.find_first_not_of(" \t\r");
        if (first == text.npos) return std::string_view{};
        return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
    };
    auto in = std::ifstream{file};
    auto here = false;
    for (auto line = std::string{}; std::getline(in, line);) {
        auto const text = trimmed(line);
        if (text.starts_with('[')) here = trimmed(text.substr(1, text.find(']') - 1)) == section;
        auto const equals = text.find('=');
        // an indented line belongs to a setting with several values
        if (!here || equals == text.npos || line[0] == ' ' || line[0] == '\t') continue;
        if (trimmed(text.substr(0, equals)) == key)
            return std::string{trimmed(text.substr(equals + 1))};
    }
    return {};
}

auto s3_connection::open(std::string const& bucket, module_store_options const& how)
    -> arrow::Result<s3_connection> {
    ARROW_RETURN_NOT_OK(start_s3());
    auto result = s3_connection{};
    auto& options = result.options;
    options = how.anonymous != 0 ? fs::S3Options::Anonymous() : fs::S3Options::Defaults();
    auto const endpoint = endpoint_of(how);
    result.is_aws = endpoint.empty();
    if (!result.is_aws) set_endpoint(options, endpoint);
    set_region(result, bucket, region_of(how, bucket, !result.is_aws));
    options.connect_timeout = std::min(how.timeout, 10.0);
    options.request_timeout = how.timeout;
    options.retry_strategy = std::make_shared<jittered_retries>(how.retries);
    ARROW_ASSIGN_OR_RAISE(result.files, fs::S3FileSystem::Make(options));
    return result;
}

auto s3_connection::followed(std::string const& path, arrow::Status const& why) const
    -> std::optional<s3_connection> {
    auto region = named_region(why.message());
    if (region.empty() && !may_be_region(why.message())) return std::nullopt;
    auto const bucket = path.substr(0, path.find('/'));
    if (region.empty() && is_aws) region = fs::ResolveS3BucketRegion(bucket).ValueOr(std::string{});
    if (region.empty() || region == options.region) return std::nullopt;
    auto result = *this;
    set_region(result, bucket, region);
    auto made = fs::S3FileSystem::Make(result.options);
    if (!made.ok()) return std::nullopt;
    result.files = *made;
    return result;
}

void shut_down_s3() {
    if (fs::IsS3Initialized() && !fs::IsS3Finalized()) static_cast<void>(fs::FinalizeS3());
}

}  // namespace flowlog_arrow
