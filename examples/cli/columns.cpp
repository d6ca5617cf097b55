// SPDX-License-Identifier: BSL-1.0
#include "columns.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <ranges>
#include <system_error>
#include <utility>

#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/key_reader.hpp>
#include <flowlog/did_you_mean.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field_names.hpp>
#include <flowlog/source/scheme.hpp>

#include "choice.hpp"
#include "commands.hpp"
#include "inquiry.hpp"
#include "languages.hpp"
#include "partial.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using flowlog::record_column;

auto name_of(record_column const& column) -> std::string {
    return column.field ? std::string{flowlog::info(*column.field).name}
                        : flowlog::escaped(column.name, 60);
}

/// The names of the columns of one list that another one lacks, with commas between them.
auto names_not_in(columns const& others, columns const& some) -> std::string {
    auto names = std::string{};
    for (auto const& column : some) {
        if (!has(others, column)) names += (names.empty() ? "" : ", ") + name_of(column);
    }
    return names;
}

/// Whether records that were not read yet may have other fields than those that were.
auto may_have_more(flowlog::log& log) -> bool {
    return std::ranges::any_of(flowlog::fields, [&log](auto const& field) {
        return log.may_have(field.id) && !log.has(field.id);
    });
}

/// The columns that the log is known to have, and those columns of `shown` that a later record may
/// have.
auto columns_so_far(flowlog::log& log, columns const& shown) -> columns {
    auto result = flowlog::columns_of(log);
    if (result.empty()) return result;
    for (auto const& column : shown) {
        if (column.field && !has(result, column) && log.may_have(*column.field))
            result.push_back(column);
    }
    return result;
}

/// Throws that there is no field and no key of this name.
[[noreturn]] void throw_unknown(std::string const& name, columns const& present) {
    auto names = flowlog::field_names();
    for (auto const word : flowlog::group_words()) names.push_back(word);
    for (auto const& other : present) names.push_back(other.name);
    throw usage_error{"no such field: " + flowlog::escaped(name, 60) +
                      flowlog::did_you_mean(name, names) + " ('flowlog fields' prints all)"};
}

/// Throws that a list names a column twice: a JSON object cannot have a name twice.
[[noreturn]] void throw_twice(record_column const& column) {
    throw usage_error{"--fields names " + name_of(column) + " twice"};
}

}  // namespace

auto key_of_one_flow(std::string const& word, std::string const& option, key_tables const& tables,
                     columns const& present, key_tables::column_names const& others)
    -> flowlog::group_key try {
    auto const keys = tables.parse(word, option, others);
    if (keys.size() != 1)
        throw usage_error{option + ": expected one field or key, found '" +
                          flowlog::escaped(word, 60) + '\''};
    return flowlog::key_reader{keys.at(0)}.key();  // which refuses keys of both ends
} catch (flowlog::error const& failure) {
    if (failure.code() != flowlog::errc::invalid_argument) throw;  // a log cannot be opened
    auto const is_name = word.find_first_of("/:()") == word.npos;
    if (is_name && word != "ip" && word != "port") throw_unknown(word, present);
    throw usage_error{option + ": " + failure.message()};
}

auto has(columns const& all, record_column const& wanted) -> bool {
    return std::ranges::find(all, wanted) != all.end();
}

auto parse_columns(std::string_view list) -> columns {
    auto result = columns{};
    for (auto const name : split(list)) {
        auto column = record_column::named(name);
        if (has(result, column)) throw_twice(column);
        result.push_back(std::move(column));
    }
    if (result.empty() && !list.empty()) throw usage_error{"--fields names none"};
    return result;
}

auto unknown_columns(reading_options const& options) -> std::vector<std::string> {
    constexpr std::size_t max_files = 1000;
    constexpr std::size_t max_objects = 20;
    auto result = std::vector<std::string>{};
    if (merging().active) {  // whatever is no field was a column
        for (auto const& word : merging().job)
            if (word.starts_with("--by="))
                for (auto const name : split(std::string_view{word}.substr(5)))
                    result.emplace_back(name);
        return result;
    }
    auto const add = [&result](columns const& all) {
        for (auto const& column : all)
            if (!column.field) result.push_back(column.name);
    };
    if (!options.format.empty()) add(flowlog::columns_of(parse_format(options.format)));
    auto const logs = list_logs(options);
    auto failure = std::optional<flowlog::error>{};
    if (!logs.missing.empty()) failure = logs.missing.front();
    auto has_read = !options.format.empty();
    auto has_pipe = false;
    for (std::size_t i = 0; i < logs.files.size(); ++i) {
        auto const& from = logs.files[i];
        if (i >= (flowlog::scheme_of(from.name()).empty() ? max_files : max_objects)) break;
        auto const pipe = options.pipes->find(from.name());
        auto const is_pipe = pipe != options.pipes->end();
        if (is_pipe ? std::exchange(has_pipe, true) : !opens_twice(from)) continue;
        auto how = open_options_of(options, {});
        how.overlap = false;  // reads no more of a pipe than its columns need
        try {
            auto log = flowlog::open(is_pipe ? pipe->second.beginning() : from, how);
            add(flowlog::columns_of(log));
            for (auto& name : flowlog::other_columns_of(log)) result.push_back(std::move(name));
            has_read = true;
        } catch (flowlog::error const& why) {
            if (!failure) failure = why;
        }
    }
    if (!has_read && failure) throw flowlog::error{*failure};
    return result;
}

auto all_columns(flowlog::log& log, reading_options const& options, columns const& shown)
    -> columns {
    constexpr auto most = 200'000;
    auto ignored = std::error_code{};
    auto const is_file = log.name() != "-" && std::filesystem::is_regular_file(log.name(), ignored);
    if (!may_have_more(log) || !is_file) return columns_so_far(log, shown);
    auto again = open_log(flowlog::input{log.name()}, options, {});
    try {
        auto count = 0;
        for ([[maybe_unused]] auto const& record : again)
            if (++count == most) break;
    } catch (flowlog::error const&) {  // whoever reads the log says why it cannot be read
    }
    return columns_so_far(again, shown);
}

void resolve(columns& wanted, columns const& present, key_tables const& tables,
             key_tables::column_names const& others) {
    for (auto& column : wanted) {
        if (column.field || column.computed || has(present, column)) continue;
        auto key = key_of_one_flow(column.name, "--fields", tables, present, others);
        if (key.kind == flowlog::key_kind::column) continue;
        auto made = record_column{std::move(key)};
        if (has(wanted, made)) throw_twice(made);
        column = std::move(made);
    }
}

auto difference(std::string const& name, columns const& first, columns const& shown,
                columns const& present, std::string const& done) -> std::optional<std::string> {
    auto const missing = names_not_in(present, shown);
    auto const more = names_not_in(first, present);
    if (missing.empty() && more.empty()) return std::nullopt;
    auto message = flowlog::escaped(name) + ": its columns differ from the first log: ";
    if (!missing.empty()) message += "no " + missing + " (" + done + " as absent)";
    if (!missing.empty() && !more.empty()) message += "; ";
    if (!more.empty()) message += "also " + more + " (not " + done + ")";
    return message + "; --fields chooses";
}

auto warnings_of_unread(std::string const& name, unread_columns const& unread,
                        std::set<std::string>& said, std::string const& done)
    -> std::vector<std::string> {
    constexpr std::size_t max_names = 10;
    auto result = std::vector<std::string>{};
    auto const add = [&](std::vector<std::string> const& all, std::string const& what,
                         std::string const& end) {
        auto names = std::vector<std::string>{};
        for (auto const& column : all)
            if (said.insert(column).second) names.push_back(flowlog::escaped(column, 60));
        if (names.empty()) return;
        if (names.size() > max_names) {
            auto const more = number_text(names.size() - max_names) + " more";
            names.resize(max_names);
            names.push_back(more);
        }
        result.push_back(flowlog::escaped(name) + ": columns " + what + " are not " + done + ": " +
                         joined(names) + end);
    };
    add(unread.named, "that are no fields", "; --fields chooses");
    add(unread.repeated, "of fields that other columns have, too,", "");
    add(unread.others, "that are no fields", "");
    return result;
}

namespace {

/// Of columns that are the same fields as others: those whose names count no less than the others'.
/// Each may have what the other lacks, such as the addresses of IPv6.
auto as_good(flowlog::layout const& of, std::vector<std::string> repeated)
    -> std::vector<std::string> {
    std::erase_if(repeated, [&](std::string const& name) {
        auto const id = *flowlog::find_field(name);
        return flowlog::layout::rank(name, id) <
               flowlog::layout::rank(of.names()[of.column(id)], id);
    });
    return repeated;
}

/// Warns of columns, but not again of the same ones of another log.
void warn_of(std::string const& name, std::string const& what, std::vector<std::string> names) {
    static auto said = std::set<std::string>{};
    if (names.empty()) return;
    for (auto& column : names) column = flowlog::escaped(column, 60);
    auto const message = "columns " + what + " are not read: " + joined(names);
    if (said.insert(message).second) warn(flowlog::escaped(name) + ": " + message);
}

}  // namespace

void warn_of_mistyped(flowlog::log& log) {
    log.visit([](auto& reader) {
        if constexpr (requires { reader.other_columns(); })
            warn_of(reader.name(), "whose types do not fit their fields",
                    unread_columns_of(reader).mistyped);
    });
}

void warn_of_unread(flowlog::log& log) {
    warn_of_mistyped(log);
    log.visit([](auto& reader) {
        if constexpr (requires { reader.columns()->names(); }) {
            auto const unread = unread_columns_of(reader);
            if (reader.columns())
                warn_of(reader.name(), "of fields that other columns have, too,",
                        as_good(*reader.columns(), unread.repeated));
        }
    });
}

auto later_columns(std::string const& name, columns const& before, columns const& now,
                   std::string const& done) -> std::optional<std::string> {
    auto const more = names_not_in(before, now);
    if (more.empty()) return std::nullopt;
    return flowlog::escaped(name) + ": records further on have more columns: " + more + " (not " +
           done + "); --fields chooses";
}

}  // namespace cli
