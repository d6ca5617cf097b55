// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_RECOGNISE_HPP
#define FLOWLOG_FORMAT_TEXT_RECOGNISE_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/layout.hpp>

namespace flowlog::detail {

/// Whether a token looks like `2018-09-22T20:28:14.000Z`, the time that CloudWatch exports put
/// before each line.
constexpr auto is_export_time(std::string_view token) noexcept -> bool {
    constexpr auto shape = std::string_view{"0000-00-00T00:00:00"};
    if (token.size() < shape.size() || !token.ends_with('Z')) return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        auto const digit = token[i] >= '0' && token[i] <= '9';
        if (shape[i] == '0' ? !digit : token[i] != shape[i]) return false;
    }
    return true;
}

/// Whether tokens are a line of AWS's default format for VPCs, whatever its version says.
constexpr auto is_vpc_default(std::span<std::string_view const> tokens) noexcept -> bool {
    auto const number = [](std::string_view token) {
        return token == "-" || token.find_first_not_of("0123456789") == token.npos;
    };
    auto const action = [](std::string_view token) {
        return token == "-" || token == "ACCEPT" || token == "REJECT";
    };
    auto const status = [](std::string_view token) {
        return token == "OK" || token == "NODATA" || token == "SKIPDATA";
    };
    return tokens.size() == 14 && number(tokens[0]) && number(tokens[5]) && number(tokens[7]) &&
           number(tokens[9]) && number(tokens[10]) && number(tokens[11]) && action(tokens[12]) &&
           status(tokens[13]);
}

/// Whether tokens are a line of AWS's default format for transit gateways.
constexpr auto is_transit_gateway_default(std::span<std::string_view const> tokens) noexcept
    -> bool {
    return tokens.size() == 36 && tokens[1].starts_with("TransitGateway");
}

/// The columns of a log, as given by one of its lines.
struct recognised_layout {
    layout columns;
    bool header;  ///< the line is a header line, not data
};

/// The default format with which a line ends, after whatever `aws logs`, syslog or a container
/// put before it. Every line must have as many words before it.
template <class = void>
auto recognise_prefixed(std::span<std::string_view const> tokens) -> std::optional<layout> {
    auto const after_prefix = [&](layout const& columns) {
        auto prefix = std::vector<std::string>{};
        for (auto n = columns.size(); n < tokens.size(); ++n)
            prefix.push_back("prefix-" + std::to_string(prefix.size() + 1));
        return columns.after(prefix);
    };
    if (tokens.size() > 14 && is_vpc_default(tokens.last(14)))
        return after_prefix(layout::vpc_default());
    if (tokens.size() > 36 && is_transit_gateway_default(tokens.last(36)))
        return after_prefix(layout::transit_gateway_default());
    return std::nullopt;
}

/// Determines a log's columns from the tokens of one line (at least one token): a header line gives
/// them; else `format` does; else the line must look like one of AWS's two default formats. A time
/// of export may precede each of these, and other words the default formats.
template <class = void>
auto recognise_line(std::span<std::string_view const> tokens, std::optional<layout> const& format)
    -> std::optional<recognised_layout> {
    if (auto named = layout::from_header(tokens)) return recognised_layout{*std::move(named), true};
    auto const exported =
        is_export_time(tokens[0]) && tokens.size() > 1 && !is_export_time(tokens[1]);
    if (exported && !(format && tokens.size() == format->size())) {
        auto inner = recognise_line(tokens.subspan(1), format);
        auto const time = std::array<std::string, 1>{"timestamp"};
        if (inner && !inner->header) return recognised_layout{inner->columns.after(time), false};
        return std::nullopt;
    }
    if (format) return recognised_layout{*format, false};
    if (tokens.size() == 14 && (tokens[0] == "2" || is_vpc_default(tokens)))
        return recognised_layout{layout::vpc_default(), false};
    if (is_transit_gateway_default(tokens))
        return recognised_layout{layout::transit_gateway_default(), false};
    if (auto columns = recognise_prefixed(tokens))
        return recognised_layout{*std::move(columns), false};
    return std::nullopt;
}

/// Whether a line of `count` tokens, given by the delimiters around them, needs a closer look: it
/// may be a header line, or begins with a BOM.
inline auto may_be_header(char const* text, std::uint32_t const* delimiters,
                          std::size_t count) noexcept -> bool {
    auto const first_byte = [&](std::size_t token) {
        return text[static_cast<std::uint32_t>(*(delimiters + token - 1) + 1)];
    };
    if (layout::begins_as_value(first_byte(0))) [[likely]]
        return false;
    if (first_byte(0) == '\xEF') return true;
    for (std::size_t token = 1; token < count; ++token) {
        if (layout::begins_as_value(first_byte(token))) return false;
    }
    return true;
}

/// Describes a text log with these columns.
inline auto describe(layout const& columns) -> archive_info {
    auto version = 0;
    auto transit_gateway = false;
    auto names = std::string{};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        names += " " + columns.names()[i];
        auto const id = columns.field_at(i);
        if (!id) continue;
        version = std::max(version, int{info(*id).version});
        transit_gateway |= info(*id).origin == origin::transit_gateway;
    }
    return {.format = transit_gateway ? "transit gateway flow log" : "VPC flow log",
            .version = version == 0 ? "" : std::to_string(version),
            .notes = {std::to_string(columns.size()) + " columns:" + names}};
}

}  // namespace flowlog::detail

#endif
