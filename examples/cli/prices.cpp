// SPDX-License-Identifier: BSL-1.0
#include "prices.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include <flowlog/did_you_mean.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/source/read_text.hpp>

namespace cli {
namespace {

constexpr auto bytes_per_unit = 1e9;

auto trimmed(std::string_view text) -> std::string_view {
    auto const first = text.find_first_not_of(" \t\r\"");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\"") - first + 1);
}

/// Reads the lines of a table of prices.
class price_parser {
public:
    price_parser(std::string const& path, std::vector<std::string> const& known)
        : path_{path}, known_{known} {}

    /// Reads the next line. The first one is the heading.
    void take(std::string_view line) {
        ++line_;
        if (line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
        line = trimmed(line);
        if (line.empty() || line.starts_with('#')) return;
        auto const comma = line.find_first_of(",;\t");
        if (comma == line.npos || line.find_first_of(",;\t", comma + 1) != line.npos)
            fail("expected two cells, such as internet,0.09, found '" + flowlog::escaped(line, 60) +
                 '\'');
        auto const name = std::string{trimmed(line.substr(0, comma))};
        auto const value = trimmed(line.substr(comma + 1));
        if (currency.empty()) return take_heading(value);
        take_price(name, value);
    }

    void finish() const {
        if (prices.empty()) fail("has no prices");
    }

    std::string currency{};
    std::map<std::string, double> prices{};

private:
    void take_heading(std::string_view value) {
        auto number = 0.0;
        auto const end = value.data() + value.size();
        if (value.empty() || std::from_chars(value.data(), end, number).ptr == end)
            fail("expected a heading that names the currency, such as egress,USD");
        currency = flowlog::escaped(value, 12);
    }

    void take_price(std::string const& name, std::string_view value) {
        if (std::ranges::find(known_, name) == known_.end()) {
            auto names = std::string{};
            for (auto const& one : known_) names += (names.empty() ? "" : ", ") + one;
            fail("nothing is called '" + flowlog::escaped(name, 40) + "'; expected one of " +
                 names);
        }
        auto price = 0.0;
        auto const end = value.data() + value.size();
        auto const [at, failure] = std::from_chars(value.data(), end, price);
        if (failure != std::errc{} || at != end || !(price >= 0) || price > 1e9)
            fail("expected a price of 10^9 bytes, such as 0.09, found '" +
                 flowlog::escaped(value, 40) + '\'');
        if (!prices.emplace(name, price).second) fail("has a second price of " + name);
    }

    [[noreturn]] void fail(std::string const& why) const {
        throw flowlog::error{flowlog::errc::invalid_table, {path_, line_}, why};
    }

    std::string const& path_;
    std::vector<std::string> const& known_;
    std::uint64_t line_ = 0;
};

}  // namespace

auto price_list::load(std::string const& path, std::vector<std::string> const& known)
    -> price_list {
    auto const text = flowlog::read_text(path);
    auto parser = price_parser{path, known};
    for (std::size_t at = 0; at < text.size();) {
        auto const end = std::min(text.find('\n', at), text.size());
        parser.take(std::string_view{text}.substr(at, end - at));
        at = end + 1;
    }
    parser.finish();
    auto result = price_list{};
    result.currency_ = std::move(parser.currency);
    result.prices_ = std::move(parser.prices);
    return result;
}

auto price_list::find(std::string const& name) const -> std::optional<double> {
    auto const found = prices_.find(name);
    return found == prices_.end() ? std::nullopt : std::optional{found->second};
}

auto price_list::text(double amount) const -> std::string {
    return fmt::format("{:.2f} {}", amount, currency_);
}

namespace {

using cells = std::vector<flowlog::group_cell>;

/// An amount with as many digits as it needs, and never with an exponent.
auto plain_text(double amount) -> std::string {
    auto text = fmt::format("{:.6f}", amount);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

/// An amount as a number, to the millionth. JSON has numbers, and CSV texts of as many digits as
/// they need.
auto number_of(double amount, flowlog::row_format format) -> flowlog::group_cell {
    auto const rounded = std::round(amount * 1e6) / 1e6;
    auto const is_json =
        format == flowlog::row_format::json || format == flowlog::row_format::ndjson;
    return is_json ? flowlog::group_cell{rounded} : flowlog::group_cell{plain_text(rounded)};
}

/// A row of the table of costs, without its name.
auto cost_row(price_list const& prices, flowlog::group_cell bytes, std::optional<double> price,
              std::optional<double> cost, row_format const& format) -> cells {
    auto row = cells{std::move(bytes), {}, {}};
    if (price) row[1] = format ? number_of(*price, *format) : fmt::format("{}", *price);
    if (cost) row[2] = format ? number_of(*cost, *format) : prices.text(*cost);
    if (format) row.emplace_back(prices.currency());
    return row;
}

}  // namespace

auto cost_table(price_list const& prices, std::vector<priced_bytes> const& all,
                row_format const& format) -> flowlog::report_table {
    auto result = flowlog::report_table{
        .title = "Costs",
        .about =
            "Bytes by the given prices of 10^9 bytes each. Traffic may have several prices: "
            "through a NAT gateway, and to the internet."};
    result.headings.keys = {"egress"};
    result.headings.measures = {"bytes", "price", "cost"};
    if (format) result.headings.measures.emplace_back("currency");
    result.headings.kinds.resize(result.headings.measures.size());
    result.headings.kinds.front().kind = flowlog::measure_kind::sum;
    result.headings.shares = false;
    auto sum = 0.0;
    for (auto const& [name, bytes] : all) {
        auto const price = prices.find(name);
        auto cost = std::optional<double>{};
        if (price) cost = static_cast<double>(bytes) / bytes_per_unit * *price;
        sum += cost.value_or(0);
        result.found.groups.push_back(
            {.key = {name}, .values = cost_row(prices, bytes, price, cost, format)});
    }
    result.found.total = cost_row(prices, {}, std::nullopt, sum, format);
    result.found.rest = cost_row(prices, {}, std::nullopt, 0.0, format);
    return result;
}

}  // namespace cli
