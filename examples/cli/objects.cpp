// SPDX-License-Identifier: BSL-1.0
#include "objects.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/escape.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/source/folder_store.hpp>
#include <flowlog/source/scheme.hpp>

#include "choice.hpp"
#include "commands.hpp"
#include "languages.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using flowlog::object_filter;
using flowlog::skip_reason;
using flowlog::stored_object;
using flowlog::timestamp;

/// The time to which `-2h` is relative: the same in the whole run.
auto now() -> timestamp {
    static auto const start =
        std::chrono::floor<timestamp::duration>(std::chrono::system_clock::now());
    return start;
}

auto period_of(char const* option, std::string const& text) -> flowlog::closed_range<timestamp> {
    if (auto const period = parse_time(text, now())) return *period;
    throw usage_error{
        fmt::format("{}: expected a time such as 2024-05-01, 2024-05-01T12:30Z, -2h or now, "
                    "found '{}'",
                    option, flowlog::escaped(text, 40))};
}

void add_names(CLI::App& app, std::string const& option, std::optional<flowlog::name_set>& into,
               std::string const& help, std::string const& group) {
    auto const take = [&into, option](std::string const& list) {
        auto const names = split(list);
        if (names.empty()) throw CLI::ValidationError{option, "the name is empty"};
        if (!into) into.emplace();
        for (auto const name : names) into->emplace(name);
    };
    app.add_option_function<std::string>(option, take, help)
        ->type_name("NAME")
        ->trigger_on_parse()
        ->group(group);
}

/// The options that are given, as messages list them: `--since and --account`.
auto given(object_options const& options, bool times = true) -> std::string {
    auto names = std::vector<std::string>{};
    if (times && !options.since.empty()) names.emplace_back("--since");
    if (times && !options.until.empty()) names.emplace_back("--until");
    if (options.accounts) names.emplace_back("--account");
    if (options.regions) names.emplace_back("--region");
    if (options.flow_log_ids) names.emplace_back("--flow-log-id");
    return joined(names);
}

auto file_name(std::string const& path) -> std::string_view {
    return std::string_view{path}.substr(path.rfind('/') + 1);
}

/// A store, and a path in it.
struct store_path {
    std::shared_ptr<flowlog::object_store> store;
    std::string path;
};

/// Opens the store that a word such as `s3://bucket/logs` names; none if the scheme is not that of
/// a store.
auto open_store_of(std::string const& /*word*/) -> std::optional<store_path> {
    return std::nullopt;
}

/// Inputs that read objects of a store, in their order.
auto inputs_of(store_path const& from, std::vector<stored_object> const& objects)
    -> std::vector<flowlog::input> {
    auto result = std::vector<flowlog::input>{};
    for (auto const& object : objects) result.emplace_back(from.store->scheme() + object.path);
    return result;
}

/// Finds the logs of words.
class log_finder {
public:
    explicit log_finder(object_options const& options)
        : options_{options}, wanted_{object_filter_of(options).widened()} {}

    void find(std::string const& word) try {
        auto ignored = std::error_code{};
        if (auto const store = open_store_of(word)) {
            find_below(*store, word);
        } else if (wanted_.is_set() && word != "-" && flowlog::scheme_of(word).empty() &&
                   std::filesystem::is_directory(word, ignored)) {
            find_below({std::make_shared<flowlog::folder_store>(), word}, word);
        } else {
            expand(word);
        }
    } catch (flowlog::error const& failure) {
        found_.missing.push_back(failure);
    }

    [[nodiscard]] auto result() && -> found_logs { return std::move(found_); }

private:
    /// Takes the wanted objects below a path.
    void find_below(store_path const& from, std::string const& word) {
        auto objects = std::vector<stored_object>{};
        auto keys = std::vector<std::optional<flowlog::object_key>>{};
        auto foreign = std::vector<stored_object>{};
        auto how = flowlog::listing_options{.now = now()};
        if (from.store->scheme().empty()) how.concurrency = 1;
        how.on_error = [&](auto const& why) { found_.missing.push_back(why); };
        how.on_skipped = [&](auto const& object, auto why) {
            if (why == skip_reason::foreign) foreign.push_back(object);
        };
        auto const failures = found_.missing.size();
        auto range = flowlog::log_objects(from.store, from.path, parse_object_key, wanted_, how);
        for (auto const& object : range) {
            objects.push_back({object.path, object.size, object.modified});
            keys.emplace_back(object.key);
        }
        auto counts = range.counts();
        if (!range.has_layout() && !foreign.empty()) {
            require_no_names(word);
            choose(counts, foreign);
            objects = std::move(foreign);
            keys.resize(objects.size());
        } else if (counts.foreign != 0 && !wanted_.is_set()) {
            warn_of_foreign(word, counts.foreign);
        }
        found_.counts += counts;
        if (objects.empty() && found_.missing.size() == failures) fail_to_find(word, counts);
        add(inputs_of(from, objects), objects, std::move(keys));
    }

    /// Foreign objects of a plain folder are logs.
    static void choose(flowlog::listing_counts& counts, std::vector<stored_object> const& foreign) {
        counts.foreign -= foreign.size();
        counts.chosen += foreign.size();
        for (auto const& object : foreign) counts.chosen_bytes += object.size;
    }

    void add(std::vector<flowlog::input> inputs, std::vector<stored_object> const& objects,
             std::vector<std::optional<flowlog::object_key>> keys) {
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            found_.logs.push_back(
                {std::move(inputs[i]), objects[i].size, objects[i].modified, std::move(keys[i])});
        }
    }

    /// Takes the files that a word names, as far as they are wanted. A file that is named itself is
    /// read whatever its time: its flows are filtered.
    void expand(std::string const& word) {
        auto list = flowlog::expand_inputs({word});
        auto const failures = found_.missing.size();
        std::ranges::move(list.missing, std::back_inserter(found_.missing));
        auto keys = std::vector<std::optional<flowlog::object_key>>{};
        for (auto const& input : list.files) keys.push_back(parse_object_key(input.name()));
        auto const plain =
            std::ranges::none_of(keys, [](auto const& key) { return key.has_value(); });
        auto counts = flowlog::listing_counts{.listed = list.files.size()};
        auto const before = found_.logs.size();
        for (std::size_t i = 0; i < list.files.size(); ++i) {
            auto const named = list.files[i].name() == word;
            auto const why = named ? not_wanted(keys[i], word)
                                   : why_skipped(list.files[i], keys[i], plain, word);
            if (why) {
                ++counts.of(*why);
                continue;
            }
            auto const size = list.files[i].size();
            ++counts.chosen;
            counts.chosen_bytes += size.value_or(0);
            found_.logs.push_back({list.files[i], size, {}, std::move(keys[i])});
        }
        if (counts.foreign != 0 && !wanted_.is_set()) warn_of_foreign(word, counts.foreign);
        found_.counts += counts;
        if (found_.logs.size() == before && found_.missing.size() == failures)
            fail_to_find(word, counts);
    }

    /// Why a file is skipped that is named itself.
    auto not_wanted(std::optional<flowlog::object_key> const& key, std::string const& word) const
        -> std::optional<skip_reason> {
        if (!key) require_no_names(word);
        if (key && !wanted_.wants_names(*key)) return skip_reason::not_wanted;
        return std::nullopt;
    }

    /// Why a file of a folder or pattern is skipped. `plain`: none has the name of a flow log.
    auto why_skipped(flowlog::input const& file, std::optional<flowlog::object_key> const& key,
                     bool plain, std::string const& word) const -> std::optional<skip_reason> {
        if (file_name(file.name()) == "aws-logs-write-test") return skip_reason::write_test;
        if (plain) require_no_names(word);
        if (!key && !plain) return skip_reason::foreign;
        if (key && !wanted_(*key)) return skip_reason::not_wanted;
        return std::nullopt;
    }

    /// Throws if logs are to be chosen by what their names say, and they say nothing.
    void require_no_names(std::string const& word) const {
        if (!wanted_.has_names()) return;
        throw flowlog::error{
            flowlog::errc::cannot_open,
            {word},
            fmt::format("{} cannot choose here: no name is that of a flow log, "
                        "<account>_vpcflowlogs_<region>_<flow-log-id>_<time>_<hash>.log.gz",
                        given(options_, false))};
    }

    void warn_of_foreign(std::string const& word, std::uint64_t count) const {
        warn(
            fmt::format("{}: {} skipped, because {} is not that of a flow log, as other names "
                        "there are",
                        flowlog::escaped(word), count_text(count, "object"),
                        count == 1 ? "its name" : "each name"));
    }

    void fail_to_find(std::string const& word, flowlog::listing_counts const& counts) {
        auto const options = given(options_);
        auto const why = options.empty() ? std::string{"no flow log is here"}
                                         : "no flow log here is wanted by " + options;
        found_.missing.emplace_back(
            flowlog::errc::cannot_open, flowlog::location{word},
            fmt::format("cannot open: {} ({})", why, found_logs{.counts = counts}.summary()));
    }

    object_options const& options_;
    object_filter wanted_;
    found_logs found_;
};

}  // namespace

void add_object_options(CLI::App& app, object_options& options) {
    auto const group = std::string{"Logs of folders and object stores"};
    app.add_option("--since", options.since,
                   "Only flows from this time on: 2024-05-01, 2024-05-01T12:30Z, -2h")
        ->type_name("TIME")
        ->group(group);
    app.add_option("--until", options.until, "Only flows up to this time, inclusive")
        ->type_name("TIME")
        ->group(group);
    add_names(app, "--account", options.accounts, "Only logs of this account; repeatable", group);
    add_names(app, "--region", options.regions, "Only logs of this region; repeatable", group);
    add_names(app, "--flow-log-id", options.flow_log_ids, "Only logs with this id; repeatable",
              group);
    app.add_flag("--verbose", options.verbose, "Print how many objects were listed and skipped")
        ->group(group);
}

auto object_filter_of(object_options const& options) -> object_filter {
    auto result = object_filter{.accounts = options.accounts,
                                .regions = options.regions,
                                .flow_log_ids = options.flow_log_ids};
    if (!options.since.empty()) result.since = period_of("--since", options.since).first;
    if (!options.until.empty()) result.until = period_of("--until", options.until).last;
    if (result.since && result.until && *result.until < *result.since) {
        throw usage_error{fmt::format("the range of time is empty: --since {} is after --until {}",
                                      flowlog::to_text(*result.since),
                                      flowlog::to_text(*result.until))};
    }
    return result;
}

auto flows_in_range(object_options const& options) -> std::optional<flowlog::filter> {
    auto const [since, until, accounts, regions, ids] = object_filter_of(options);
    auto tree = flowlog::filter_tree{};
    auto const add = [&](flowlog::field_id field, timestamp first, timestamp last) {
        tree.add(flowlog::filter_leaf{
            .subject = flowlog::filter_subject::time,
            .field = field,
            .numbers = {{flowlog::filter_number(first), flowlog::filter_number(last)}}});
    };
    if (since) add(flowlog::field_id::end, *since, timestamp::max());
    if (until) add(flowlog::field_id::start, timestamp::min(), *until);
    if (since && until) tree.add(flowlog::filter_step::conjunction);
    if (tree.steps.empty()) return std::nullopt;
    return flowlog::filter{std::move(tree)};
}

auto found_logs::summary() const -> std::string {
    auto parts = std::string{};
    auto const add = [&](std::uint64_t count, std::string const& text) {
        if (count != 0) parts += (parts.empty() ? ": " : ", ") + number_text(count) + text;
    };
    add(counts.not_wanted, " not wanted");
    add(counts.foreign, " with other names");
    add(counts.empty, " empty");
    add(counts.folder_markers, counts.folder_markers == 1 ? " folder marker" : " folder markers");
    add(counts.write_tests, " aws-logs-write-test");
    auto text = fmt::format(
        "{} listed in {}, {} skipped{}; {} chosen, {}", count_text(counts.listed, "object"),
        count_text(counts.requests, "request"), number_text(counts.skipped()), parts,
        number_text(counts.chosen), bytes_text(static_cast<double>(counts.chosen_bytes)));
    if (counts.other_services != 0)
        text +=
            "; not listed: " + count_text(counts.other_services, "folder") + " of other services";
    return text;
}

auto find_objects(std::vector<std::string> const& words, object_options const& options)
    -> found_logs {
    auto finder = log_finder{options};
    for (auto const& word : words) finder.find(word);
    return std::move(finder).result();
}

}  // namespace cli
