// SPDX-License-Identifier: BSL-1.0
#include "partition.hpp"

#include <algorithm>

#include <flowlog/did_you_mean.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field_names.hpp>

#include "choice.hpp"
#include "commands.hpp"

namespace cli {

auto partition_keys::parse(std::string_view list) -> partition_keys {
    auto result = partition_keys{};
    for (auto const word : split(list)) {
        auto const is_date = word == "date";
        auto const found = is_date             ? flowlog::field_id::start
                           : word == "account" ? flowlog::field_id::account_id
                                               : flowlog::find_field(word);
        if (!found)
            throw usage_error{"--partition: no such field: " + flowlog::escaped(word, 60) +
                              flowlog::did_you_mean(word, flowlog::field_names())};
        if (!is_date && flowlog::info(*found).type == flowlog::field_type::time)
            throw usage_error{"--partition: of a time, only the date of start: date"};
        auto name = is_date ? std::string{"date"} : std::string{flowlog::info(*found).name};
        std::ranges::replace(name, '-', '_');
        result.keys_.push_back({*found, name + '='});
    }
    if (result.keys_.empty() && !list.empty()) throw usage_error{"--partition names no field"};
    return result;
}

auto partition_keys::uses() const -> std::vector<flowlog::field_use> {
    auto result = std::vector<flowlog::field_use>{};
    for (auto const& part : keys_) result.push_back({part.field, true});
    return result;
}

void partition_keys::append_absent(std::string& path) { path += "__HIVE_DEFAULT_PARTITION__/"; }

void partition_keys::append_text(std::string& path, std::string_view text) {
    constexpr auto digits = std::string_view{"0123456789ABCDEF"};
    for (auto const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        auto const plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                           (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
        if (plain) {
            path += c;
        } else {
            path += {'%', digits[byte / 16], digits[byte % 16]};
        }
    }
    path += '/';
}

}  // namespace cli
