// SPDX-License-Identifier: BSL-1.0
#include "inquiry.hpp"

#include <algorithm>
#include <filesystem>
#include <ranges>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/aggregate/group_filter.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field_names.hpp>
#include <flowlog/format/log_description.hpp>
#include <flowlog/source/scheme.hpp>

#include "columns.hpp"
#include "languages.hpp"
#include "partial.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

/// A log in a few words.
auto format_text(flowlog::log_description const& log) -> std::string {
    auto text = flowlog::escaped(log.info.format, 60);
    if (!log.info.version.empty()) text += ", version " + flowlog::escaped(log.info.version, 40);
    if (!log.columns.empty()) text += ", " + count_text(log.columns.size(), "column");
    for (auto const& packed : log.packed) text += ", " + flowlog::escaped(packed, 20);
    return text;
}

}  // namespace

auto opens_twice(flowlog::input const& log) -> bool {
    auto ignored = std::error_code{};
    return !flowlog::scheme_of(log.name()).empty() ||
           std::filesystem::is_regular_file(log.name(), ignored);
}

log_survey::log_survey(flowlog::input_list const& logs, reading_options const& options) {
    if (merging().active || is_partial(options)) return;
    constexpr std::size_t max_logs = 3;
    auto opened = false;
    for (auto const& from : logs.files | std::views::take(max_logs)) {
        if (!opens_twice(from)) return;
        try {
            auto log = open_log(from, options, {});
            auto const about = flowlog::describe_log(log);
            if (auto text = format_text(about); std::ranges::find(formats_, text) == formats_.end())
                formats_.push_back(std::move(text));
            for (auto const& column : all_columns(log, options))
                if (column.field) fields_.insert(*column.field);
            opened = true;
        } catch (flowlog::error const&) {
            continue;  // whoever reads it says why it cannot be read
        }
    }
    complete_ = opened && !fields_.empty() && logs.files.size() <= max_logs;
}

void log_survey::learn(reading const& done) {
    if (done.fields.empty()) return;
    fields_ = done.fields;
    complete_ = true;
    sure_ = done.fields_sure;
}

auto shell_word(std::string const& word) -> std::string {
    auto const is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"_./:,=@%+-"}.find(c) != std::string_view::npos;
    };
    if (!word.empty() && std::ranges::all_of(word, is_plain)) return word;
    auto result = std::string{"'"};
    for (auto const c : word) result += c == '\'' ? std::string{"'\\''"} : std::string{c};
    result += '\'';
    // `escaped` doubles a backslash, which means itself between quotes
    auto const is_safe = std::ranges::all_of(result, [](char c) { return c >= ' ' && c < 127; });
    return is_safe ? result : flowlog::escaped(result);
}

auto reading_words(CLI::App const& app, std::vector<std::string> const& logs,
                   std::span<std::string_view const> own) -> std::string {
    auto result = std::string{};
    for (auto const& log : logs) result += ' ' + shell_word(log);
    for (auto const* const option : app.get_options()) {
        auto const name = option->get_name();
        if (option->count() == 0 || !name.starts_with("-")) continue;
        if (name == "--color" || name == "--no-config") continue;
        if (std::ranges::find(own, name) != own.end()) continue;
        auto const is_flag = option->get_items_expected_max() == 0;
        if (is_flag) result += ' ' + name;
        if (is_flag) continue;
        for (auto const& value : option->results()) result += ' ' + name + ' ' + shell_word(value);
    }
    return result;
}

auto inquiry::lacks_fields(std::vector<flowlog::field_use> const& uses) -> bool {
    auto lacks = false;
    for (auto const& use : uses) {
        if (survey_.may_have(use.id)) continue;
        lacks = true;
        auto const name = std::string{flowlog::info(use.id).name};
        if (std::ranges::find(missing_, name) == missing_.end()) missing_.push_back(name);
    }
    return lacks;
}

auto inquiry::grouping_of(question const& wanted) -> flowlog::dynamic_grouping {
    auto keys = tables_.parse(wanted.by, "--by");
    for (auto& key : keys) key.optional = true;
    auto measures = std::vector<flowlog::measure>{};
    for (auto const& name : wanted.measures) {
        measures.push_back(flowlog::measure::parse(name));
        measures.back().optional = true;
    }
    auto groups = flowlog::group_by(std::move(keys), std::move(measures));
    set_hash_key(groups, options_);
    return groups;
}

auto inquiry::grouping_for(std::string identity, flowlog::dynamic_grouping groups,
                           flowlog::filter filter) -> std::optional<std::size_t> {
    auto const known = std::ranges::find(identities_, identity);
    if (known != identities_.end()) return static_cast<std::size_t>(known - identities_.begin());
    if (answers_) return std::nullopt;
    identities_.push_back(std::move(identity));
    groupings_.emplace_back(std::move(filter), std::move(groups));
    return groupings_.size() - 1;
}

auto inquiry::places_of(question const& wanted, std::size_t answer) const
    -> std::vector<std::size_t> {
    auto const& counted = groupings_.at(answer).inner().measures();
    auto result = std::vector<std::size_t>{};
    for (auto const& word : wanted.measures) {
        auto const name = flowlog::measure::parse(word).name();
        auto const found = std::ranges::find(counted, name, &flowlog::measure::name);
        result.push_back(static_cast<std::size_t>(found - counted.begin()));
    }
    return result;
}

namespace {

auto is_flows(flowlog::measure const& of) -> bool {
    return of.kind == flowlog::measure_kind::flows;
}

/// The fields of the measures by which groups are chosen.
auto uses_of(flowlog::group_filter const& having) -> std::vector<flowlog::field_use> {
    auto result = std::vector<flowlog::field_use>{};
    for (auto const& of : having.measures())
        if (!is_flows(of)) result.push_back({of.field});
    return result;
}

}  // namespace

auto inquiry::ask(question wanted, std::string extra) -> std::optional<std::size_t> {
    auto const& counted_where = wanted.full_where.empty() ? wanted.where : wanted.full_where;
    auto identity = wanted.by + '|' + counted_where;
    for (auto const& name : wanted.measures) identity += '|' + name;
    std::erase_if(wanted.measures, [this](std::string const& name) {
        auto const of = flowlog::measure::parse(name);
        return !is_flows(of) && !survey_.may_have(of.field);
    });
    if (wanted.measures.empty()) wanted.measures = {"flows"};
    auto groups = grouping_of(wanted);
    auto filter = flowlog::filter{};
    if (!wanted.where.empty()) filter = parse_filter(wanted.where, {});
    auto having = flowlog::group_filter{};
    if (!wanted.having.empty()) having = flowlog::having(wanted.having, parse_time);
    auto lacks = false;
    for (auto const& uses : {groups.uses(), filter.uses(), uses_of(having)})
        lacks = lacks_fields(uses) || lacks;
    if (lacks) return std::nullopt;
    if (!survey_.complete() && !counted_where.empty()) filter = parse_filter(counted_where, {});
    auto const found = std::ranges::find(wanted.measures, wanted.sort);
    auto by = std::size_t{0};
    if (found == wanted.measures.end())
        wanted.sort.clear();
    else
        by = static_cast<std::size_t>(found - wanted.measures.begin());
    auto const answer = grouping_for(std::move(identity), std::move(groups), std::move(filter));
    if (!answer) return std::nullopt;
    auto places = places_of(wanted, *answer);
    asked_.push_back(
        {std::move(wanted), std::move(extra), std::move(having), by, *answer, std::move(places)});
    return asked_.size() - 1;
}

void inquiry::read(flowlog::input_list const& logs) {
    auto malformed = limited_messages{"more malformed line"};
    auto const is_whole = !is_partial(options_);
    // merging, there are no tables by which addresses have labels and ports have tags
    auto const empty = flowlog::grouping_set{groupings_,
                                             {.max_groups = max_groups_,
                                              .lacking = flowlog::lacking_logs::allowed,
                                              .has_tables = is_whole && !merging().active}};
    auto notes = field_notes{};
    auto counted =
        count_groupings(logs, empty, survey_.complete() ? options_ : notes.noting(options_),
                        [&](std::string line) { malformed.keep(std::move(line)); });
    malformed.finish();
    done_ = std::move(counted.done);
    notes.add_to(done_);
    done_.report_trouble();
    answers_ = std::move(counted.value);
    if (is_whole)
        answers_->flows().finish(options_.threads != 0 ? options_.threads
                                                       : std::thread::hardware_concurrency());
}

auto inquiry::write(std::vector<std::string> const& job) const -> int {
    return write_partial(options_, job, *answers_, done_);
}

auto inquiry::keys_of(asked const& of) const -> std::string {
    if (!answers_ || answers_->flows().steps(of.answer) == 0) return of.what.by;
    auto result = std::string{};
    for (auto const& key : answers_->flows().at(of.answer).keys())
        result += (result.empty() ? "" : ",") + key.name;
    return result;
}

auto inquiry::bound_warnings(std::vector<std::size_t> const& numbers) const
    -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const number : numbers) {
        auto const& of = asked_.at(number);
        if (answers_->flows().steps(of.answer) == 0) continue;
        auto const keys = keys_of(of);
        auto text = fmt::format("there are more than {} by {}: '{}' is ",
                                count_text(max_groups_, "group"), of.what.by, of.what.title);
        text += keys.empty() ? "left out" : "by " + keys;
        text += "; --max-groups raises the limit";
        if (std::ranges::find(result, text) == result.end()) result.push_back(std::move(text));
    }
    return result;
}

namespace {

/// Leaves out measures of fields that no log has.
void keep_measures(flowlog::ranking& found, std::vector<std::size_t> const& places) {
    auto const keep = [&places](std::vector<flowlog::group_cell>& values) {
        if (values.size() <= places.size()) return;
        auto kept = std::vector<flowlog::group_cell>{};
        for (auto const place : places) kept.push_back(std::move(values[place]));
        values = std::move(kept);
    };
    for (auto& group : found.groups) keep(group.values);
    for (auto* const values : {&found.rest, &found.excluded_values, &found.total}) keep(*values);
}

}  // namespace

auto inquiry::table(std::size_t number, std::size_t limit) const
    -> std::optional<flowlog::report_table> {
    auto const& of = asked_.at(number);
    auto const& answer = groups(number);
    if (answer.keys().empty()) return std::nullopt;
    auto measures = std::vector<flowlog::measure>{};
    for (auto const place : of.places) measures.push_back(answer.measures()[place]);
    auto result = flowlog::report_table{
        .title = of.what.title,
        .about = of.what.about,
        .command = command(number, limit),
        .headings = flowlog::headings_of(answer.keys(), measures, of.by),
        .found = answer.rank(limit, flowlog::rank_order{.by = of.places[of.by],
                                                        .ascending = of.what.ascending,
                                                        .wanted = of.having})};
    keep_measures(result.found, of.places);
    result.headings.shares = of.having.empty();
    auto const nothing = [](flowlog::group_cell const& cell) {
        return std::holds_alternative<std::monostate>(cell);
    };
    auto const& found = result.found.groups;
    // nobody knows whether there is a record with the fields
    if (!survey_.sure() && found.size() == 1 && std::ranges::all_of(found[0].key, nothing))
        return std::nullopt;
    for (auto const& group : found) {
        auto& names = result.names.emplace_back();
        for (std::size_t i = 0; i < group.key.size(); ++i)
            names.push_back(name_of_value(result.headings.keys[i], flowlog::to_text(group.key[i])));
    }
    return result;
}

auto inquiry::command(std::size_t number, std::size_t limit) const -> std::string {
    auto const& of = asked_.at(number);
    auto const& what = of.what;
    auto text = "flowlog top" + words_ + of.extra + " --by " + shell_word(keys_of(of));
    auto const both = !options_.where.empty() && !what.where.empty();
    auto const where =
        both ? '(' + options_.where + ") and (" + what.where + ')' : options_.where + what.where;
    if (!where.empty()) text += " --where " + shell_word(where);
    auto measures = std::vector<flowlog::measure>{};
    for (auto const& name : what.measures) measures.push_back(flowlog::measure::parse(name));
    for (auto option : options_of(measures)) {
        std::ranges::replace(option, '=', ' ');
        text += ' ' + option;
    }
    if (!what.having.empty()) text += " --having " + shell_word(what.having);
    if (!what.sort.empty()) text += " --sort " + shell_word(what.sort);
    if (what.ascending) text += " --ascending";
    return limit == 0 ? text + " --all" : text + fmt::format(" -n {}", limit);
}

}  // namespace cli
