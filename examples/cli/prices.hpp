// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_PRICES_HPP
#define FLOWLOG_CLI_PRICES_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/output/report.hpp>

#include "rows.hpp"

namespace cli {

/// Prices of 10^9 bytes, by what traffic goes through.
class price_list {
public:
    /// Reads a table of two columns, whose heading names the currency:
    ///
    ///     egress,USD
    ///     nat,0.045
    ///     internet,0.09
    ///
    /// `known` are the names that may have a price. Throws `flowlog::error` with the line.
    static auto load(std::string const& path, std::vector<std::string> const& known) -> price_list;

    /// The price of a name.
    [[nodiscard]] auto find(std::string const& name) const -> std::optional<double>;

    /// A price of these bytes, such as `1.23 USD`.
    [[nodiscard]] auto text(double amount) const -> std::string;

    /// What the heading names: `USD`.
    [[nodiscard]] auto currency() const noexcept -> std::string const& { return currency_; }

private:
    std::string currency_{};
    std::map<std::string, double> prices_{};
};

/// Bytes that have a price.
struct priced_bytes {
    std::string name;
    std::uint64_t bytes;
};

/// The table of what all this costs. For people, costs are texts, such as `1.23 USD`; in a format
/// for programs, they are numbers, and the currency is a column of its own. Names without a price
/// have no cost.
auto cost_table(price_list const& prices, std::vector<priced_bytes> const& all,
                row_format const& format) -> flowlog::report_table;

}  // namespace cli

#endif
