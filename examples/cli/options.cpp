// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "choice.hpp"
#include "settings.hpp"

namespace cli {
namespace {

/// A number in digits, without a sign, which CLI11 would wrap around.
auto whole_number(double max) -> CLI::Validator {
    auto const limit = max < 1e18 ? static_cast<std::uint64_t>(max) : 999'999'999'999'999'999;
    auto const expected = max < 1e18 ? "expected a number up to " + std::to_string(limit)
                                     : std::string{"expected a whole number"};
    return {[=](std::string const& given) -> std::string {
                auto const digits = given.find_first_not_of("0123456789") == given.npos;
                if (digits && !given.empty() && given.size() <= 18 && std::stoull(given) <= limit)
                    return {};
                return expected + ", found '" + flowlog::escaped(given, 40) + "'";
            },
            ""};
}

/// The URL of a server.
auto check_url(std::string const& given) -> std::string {
    auto const end = given.find("://");
    auto const scheme = given.substr(0, end);
    auto const host = end == given.npos ? "" : given.substr(end + 3);
    if ((scheme == "http" || scheme == "https") && !host.empty() && host[0] != '/') return {};
    return "expected a URL such as https://localhost:9000, found '" + flowlog::escaped(given, 60) +
           "'";
}

/// A span of time, as keys have it.
auto check_span(std::string const& given) -> std::string {
    auto const digits = given.find_first_not_of("0123456789");
    auto const valid =
        given == "none" ||
        (digits != 0 && digits != given.npos && digits + 1 == given.size() && digits <= 6 &&
         std::string_view{"smhd"}.find(given[digits]) != std::string_view::npos);
    return valid ? ""
                 : "expected a span such as 10m, 1h or none, found '" +
                       flowlog::escaped(given, 40) + "'";
}

/// The columns of a log, and not the format of what is printed: `--format csv`.
auto log_columns_of(std::string const& command) -> CLI::Validator {
    return {
        [command](std::string const& given) -> std::string {
            constexpr auto outputs =
                std::to_array<std::string_view>({"csv", "tsv", "json", "ndjson", "vpc"});
            if (std::ranges::find(outputs, given) == outputs.end() || format_called(given) != given)
                return {};
            auto const* const to = find_option("--to", command);
            auto const message =
                "expected the columns of logs without a header line, found '" + given + '\'';
            if (find_option("--" + given, command) != nullptr)
                return message + "; for output as " + given + ", write --" + given;
            if (to != nullptr && to->value.find(given) != to->value.npos)
                return message + "; for output as " + given + ", write --to " + given;
            return message;
        },
        ""};
}

/// A number, which may have decimals.
auto number_from(double min, double max) -> CLI::Validator {
    return {[=](std::string const& given) -> std::string {
                auto const* const end = given.data() + given.size();
                auto number = 0.0;
                auto const [at, why] = std::from_chars(given.data(), end, number);
                if (why == std::errc{} && at == end && number >= min && number <= max) return {};
                return fmt::format("expected a number from {:g} to {:g}, found '{}'", min, max,
                                   flowlog::escaped(given, 40));
            },
            ""};
}

/// A value at all: an empty one is a variable of a script that is not set.
auto check_not_empty(std::string const& given) -> std::string {
    auto const empty = given.find_first_not_of(" \t,") == given.npos;
    return empty ? "expected a value, found '" + flowlog::escaped(given, 20) + '\'' : "";
}

void add_checks(CLI::Option& added, option_info const& declared, std::string const& command) {
    auto const& traits = declared.traits;
    switch (declared.kind) {
        case value_kind::number: added.check(whole_number(traits.max)); break;
        case value_kind::real: added.check(number_from(traits.min, traits.max)); break;
        case value_kind::size: added.transform(CLI::AsSizeValue{false}.description("")); break;
        case value_kind::span: added.check(CLI::Validator{check_span, ""}); break;
        case value_kind::url: added.check(CLI::Validator{check_url, ""}); break;
        case value_kind::log_columns: added.check(log_columns_of(command)); break;
        default: break;
    }
    added.check(CLI::Validator{check_not_empty, ""});
}

}  // namespace

void finish_option(CLI::App& app, CLI::Option& added, option_info const& declared) {
    added.group(std::string{declared.group});
    if (declared.kind != value_kind::flag) {
        added.type_name(std::string{declared.value});
        add_checks(added, declared, app.get_name());
    }
    for (auto const other : split(declared.traits.excludes))
        added.excludes(app.get_option(std::string{other}));
}

void add_flag(CLI::App& app, std::string_view name, bool& value) {
    if (auto const* const declared = find_option(name, app.get_name()))
        finish_option(
            app, *app.add_flag(std::string{declared->names}, value, std::string{declared->help}),
            *declared);
}

void add_option_function(CLI::App& app, std::string_view name, value_taker const& take) {
    if (auto const* const declared = find_option(name, app.get_name()))
        finish_option(app,
                      *app.add_option_function<std::string>(std::string{declared->names}, take,
                                                            std::string{declared->help}),
                      *declared);
}

void add_repeated_option(CLI::App& app, std::string_view name, value_taker const& take) {
    add_option_function(app, name, take);
    if (auto* const added = app.get_option_no_throw(std::string{name})) added->trigger_on_parse();
}

void add_list_option(CLI::App& app, std::string_view name, std::string& value) {
    auto is_given = std::make_shared<bool>(false);
    add_repeated_option(app, name, [&value, is_given](std::string const& part) {
        value = *is_given ? value + ',' + part : part;
        *is_given = true;
    });
}

void add_flag_function(CLI::App& app, std::string_view name, std::function<void()> const& take) {
    if (auto const* const declared = find_option(name, app.get_name()))
        finish_option(
            app,
            *app.add_flag_callback(std::string{declared->names}, take, std::string{declared->help})
                 ->trigger_on_parse(),
            *declared);
}

void throw_no_choice(std::string_view name, std::string_view choices, std::string const& given,
                     std::string const& hint) {
    throw CLI::ValidationError{std::string{name}, "expected " + std::string{choices} + ", found '" +
                                                      flowlog::escaped(given, 60) + '\'' + hint};
}

}  // namespace cli
