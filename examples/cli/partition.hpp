// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_PARTITION_HPP
#define FLOWLOG_CLI_PARTITION_HPP

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/flow/visit_field.hpp>

namespace cli {

/// The fields by which records are divided into folders, as Hive has them:
/// `account_id=123456789012/region=eu-west-1/date=2026-11-28/`. An absent value is
/// `__HIVE_DEFAULT_PARTITION__`.
class partition_keys {
public:
    /// Reads a list such as `account,region,date`: names of fields, `account` for `account-id`, and
    /// `date`, the day of `start` in UTC. Throws `usage_error`.
    static auto parse(std::string_view list) -> partition_keys;

    [[nodiscard]] auto empty() const noexcept -> bool { return keys_.empty(); }

    /// The fields that are read; a record may lack them.
    [[nodiscard]] auto uses() const -> std::vector<flowlog::field_use>;

    /// The folder of a record goes to `path`, with a slash at its end. Returns the field whose
    /// value is malformed, if one is.
    template <class Record>
    auto path_of(Record const& record, std::string& path) const
        -> std::optional<flowlog::field_id> {
        path.clear();
        for (auto const& part : keys_) {
            path += part.name;
            auto const fits = flowlog::visit_field(record, part.field, [&](auto const& value) {
                if (value.malformed()) return false;
                value.absent() ? append_absent(path) : append(path, *value);
                return true;
            });
            if (!fits) return part.field;
        }
        return std::nullopt;
    }

private:
    struct key {
        flowlog::field_id field;
        std::string name;  // with `=` at its end
    };

    static void append_absent(std::string& path);

    /// Appends a text, in which bytes that are special in paths become `%XX`, and a slash.
    static void append_text(std::string& path, std::string_view text);

    template <class T>
    static void append(std::string& path, T const& value) {
        if constexpr (std::is_same_v<T, std::string_view>) {
            append_text(path, value);
        } else if constexpr (std::is_same_v<T, flowlog::timestamp>) {
            constexpr auto date_size = std::string_view{"2026-11-28"}.size();
            char text[flowlog::max_printed];
            auto const* const end = flowlog::print_rfc3339(text, value);
            auto const whole = std::string_view{text, static_cast<std::size_t>(end - text)};
            append_text(path, whole.substr(0, whole.size() > date_size ? whole.find('T') : 0));
        } else {
            char text[flowlog::max_printed];
            auto const* const end = flowlog::print_value(text, value);
            append_text(path, {text, static_cast<std::size_t>(end - text)});
        }
    }

    std::vector<key> keys_;
};

}  // namespace cli

#endif
