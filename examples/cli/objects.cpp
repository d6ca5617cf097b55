// SPDX-License-Identifier: BSL-1.0
#include "objects.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/escape.hpp>
#include <flowlog/flow/field_names.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/format/cells.hpp>
#include <flowlog/source/arrow_store.hpp>
#include <flowlog/source/file.hpp>
#include <flowlog/source/folder_store.hpp>
#include <flowlog/source/log_inputs.hpp>
#include <flowlog/source/object_list.hpp>
#include <flowlog/source/read_text.hpp>
#include <flowlog/source/scheme.hpp>

#include "choice.hpp"
#include "clock.hpp"
#include "commands.hpp"
#include "languages.hpp"
#include "options.hpp"
#include "other_names.hpp"
#include "reading.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using flowlog::object_filter;
using flowlog::opened_store;
using flowlog::skip_reason;
using flowlog::stored_object;
using flowlog::timestamp;

auto period_of(std::string const& option, std::string const& text)
    -> flowlog::closed_range<timestamp> {
    try {
        return parse_time(text);
    } catch (flowlog::error const& failure) {
        throw usage_error{option + ": " + failure.message()};
    }
}

void add_names(CLI::App& app, std::string const& option, std::optional<flowlog::name_set>& into) {
    add_repeated_option(app, option, [&into, option](std::string const& list) {
        auto const names = split(list);
        if (names.empty()) throw CLI::ValidationError{option, "the name is empty"};
        if (!into) into.emplace();
        for (auto const name : names) into->emplace(name);
    });
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

/// Whether a path is one of these files, under any name.
auto is_any_of(std::string const& path, std::vector<std::string> const& files) -> bool {
    return std::ranges::any_of(files, [&path](std::string const& file) {
        auto ignored = std::error_code{};
        return !file.empty() && std::filesystem::equivalent(path, file, ignored);
    });
}

auto file_name(std::string const& path) -> std::string { return path.substr(path.rfind('/') + 1); }

/// Whether a line is the heading of a table of tags (`dstport,protocol,tag`) or of networks, such
/// as the list of subnets that AWS exports. A heading with other fields belongs to a log.
auto heads_a_table(std::string_view line) -> bool {
    using enum flowlog::field_id;
    constexpr auto of_tags = std::array{dstport, protocol};
    constexpr auto of_networks = std::array{subnet_id, vpc_id, az_id, account_id, region};
    auto has_tag = false;
    auto has_network = false;
    auto ports = std::size_t{0};
    auto places = std::size_t{0};
    auto const separator = line.substr(line.find_first_of(",;\t")).front();
    for (auto cells = flowlog::cell_splitter{line, separator}; cells.next();) {
        auto const cell = cells.text();
        auto const id = flowlog::find_field(cell);
        has_tag |= flowlog::same_name(cell, "tag");
        has_network |= flowlog::same_name(cell.substr(0, 4), "cidr");
        if (!id) continue;
        auto const is_port = std::ranges::find(of_tags, *id) != of_tags.end();
        if (!is_port && std::ranges::find(of_networks, *id) == of_networks.end()) return false;
        ++(is_port ? ports : places);
    }
    return (has_tag && ports == of_tags.size() && places == 0) || (has_network && ports == 0);
}

/// Whether a file of a folder is a table of tags or networks, by its first line.
auto is_table(std::string const& path) -> bool {
    if (!path.ends_with(".csv") && !path.ends_with(".tsv")) return false;
    if (!flowlog::file::is_regular(path)) return false;
    try {
        auto beginning = std::array<char, 1024>{};
        auto const size = flowlog::file{path}.read(beginning, 0);
        auto const text = std::string_view{beginning.data(), size};
        auto const line = text.substr(0, text.find('\n'));
        auto const is_whole = line.size() < beginning.size();
        return is_whole && line.find_first_of(",;\t") != line.npos && heads_a_table(line);
    } catch (flowlog::error const&) {
        return false;  // whoever reads it says why it cannot be read
    }
}

/// The text of a list of logs. Standard input can be read only once, and the list is asked for
/// each time that logs are looked for.
auto text_of_list(std::string const& name) -> std::string const& {
    static auto texts = std::map<std::string, std::string>{};
    auto const known = texts.find(name);
    if (known != texts.end()) return known->second;
    return texts.emplace(name, flowlog::read_text(name)).first->second;
}

/// Inputs that read objects, in their order.
auto inputs_of(opened_store const& from, std::vector<stored_object> const& objects)
    -> std::vector<flowlog::input> {
    return flowlog::log_inputs(from.store, objects, flowlog::get_store_options().fetch);
}

using log_user = std::function<void(listed_log const&)>;

/// Finds the logs of words.
class log_finder {
public:
    /// `use` receives the logs instead of the result, if it is one.
    explicit log_finder(object_options const& options, log_user use = {})
        : options_{options}, wanted_{object_filter_of(options).widened()}, use_{std::move(use)} {}

    void find(std::string const& word) try {
        if (flowlog::is_in_store(word)) {
            find_in_store(flowlog::open_store(word), word);
        } else if (is_folder(word) && wanted_.is_set()) {
            find_below({std::make_shared<flowlog::folder_store>(), word}, word);
        } else {
            expand(word);
        }
    } catch (flowlog::error const& failure) {
        found_.missing.push_back(failure);
    }

    /// Finds the logs of a list.
    void find_listed(std::string const& list) {
        auto const& all = text_of_list(list);
        auto const between = all.find('\0') == all.npos ? '\n' : '\0';  // of find -print0
        auto number = std::uint64_t{0};
        auto named = false;
        auto rest = std::string_view{all};
        if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
        while (!rest.empty()) {
            auto line = rest.substr(0, rest.find(between));
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
            ++number;
            if (line.ends_with('\r')) line.remove_suffix(1);
            if (line.empty()) continue;
            named = true;
            find_listed(line, {list, number});
        }
        take_listed();
        if (!named)
            found_.missing.emplace_back(flowlog::errc::cannot_open, flowlog::location{list},
                                        "names no log");
    }

    [[nodiscard]] auto result() && -> found_logs {
        if (auto const warning = warning_of_empty(empty_); warning && !wanted_.is_set())
            warn_once(*warning + " (skipped)");
        return std::move(found_);
    }

private:
    /// How a log was found.
    enum class by : std::uint8_t { name, pattern, folder };

    [[nodiscard]] static auto is_folder(std::string const& word) -> bool {
        auto ignored = std::error_code{};
        return word != "-" && std::filesystem::is_directory(word, ignored);
    }

    /// Whether a file of a folder or pattern is a table, or another file that is read as no log.
    [[nodiscard]] auto is_no_log(std::string const& path) const -> bool {
        if (is_any_of(path, options_.no_logs)) return true;
        if (!is_table(path)) return false;
        if (file_name(path) != "lookup_table.csv" && file_name(path) != "lookup.csv")
            warn_once(flowlog::escaped(path) +
                      " is skipped: it is a table, which --lookup or --map reads");
        return true;
    }

    /// A line of a list. Objects of one store whose sizes are known wait, because they are fetched
    /// together.
    void find_listed(std::string_view line, flowlog::location where) {
        auto const tab = line.find('\t');
        auto const word = std::string{line.substr(0, tab)};
        auto size = std::uint64_t{0};
        if (tab != line.npos) {
            auto const* const end = line.data() + line.size();
            auto const [at, why] = std::from_chars(line.data() + tab + 1, end, size);
            if (why != std::errc{} || at != end)
                throw flowlog::error{flowlog::errc::invalid_argument, std::move(where),
                                     "expected a size in bytes after the tab"};
        }
        if (word == "-")
            throw flowlog::error{flowlog::errc::invalid_argument, std::move(where),
                                 "a list cannot name standard input: give - beside --logs-from"};
        if (tab == line.npos || !flowlog::is_in_store(word)) {
            take_listed();
            return find(word);
        }
        auto const from = flowlog::open_store(word);
        if (from.store != listed_from_.store) take_listed();
        listed_from_ = from;
        listed_.push_back({from.path, size});
    }

    void take_listed() {
        if (listed_.empty()) return;
        take(std::exchange(listed_, {}), listed_from_, by::name, listed_from_.path);
    }

    /// A word that names an object is that object, whatever the options say of time.
    void find_in_store(opened_store const& from, std::string const& word) {
        auto const has_key = from.path.find('/') + 1 < from.path.size() &&
                             from.path.find('/') != from.path.npos && !from.path.ends_with('/');
        auto size = has_key ? size_of(from) : std::nullopt;
        if (size) return take({{from.path, *size}}, from, by::name, word);
        if (from.path.find_first_of("*?[") == from.path.npos) return find_below(from, word);
        auto const before = from.store->list_requests();
        take(flowlog::find_objects(*from.store, from.path), from, by::pattern, word);
        found_.counts.requests += from.store->list_requests() - before;
    }

    [[nodiscard]] static auto size_of(opened_store const& from) -> std::optional<std::uint64_t> {
        try {
            return from.store->stat(from.path);
        } catch (flowlog::no_such_object const&) {
            return std::nullopt;
        }
    }

    /// Takes the wanted objects below a path.
    void find_below(opened_store const& from, std::string const& word) {
        auto below = objects_below{from};
        auto foreign = std::vector<stored_object>{};
        auto how = flowlog::listing_options{.now = now()};
        if (from.store->scheme().empty()) how.concurrency = 1;
        how.on_error = [&](auto const& why) { found_.missing.push_back(why); };
        how.on_skipped = [&](auto const& object, auto why) {
            auto const is_table = from.store->scheme().empty() && is_no_log(object.path);
            if (why == skip_reason::foreign && below.count == 0 && !is_table)
                foreign.push_back(object);
            if (why == skip_reason::empty && parse_object_key(object.path))
                empty_.push_back(object.path);
        };
        auto const failures = found_.missing.size();
        auto range = flowlog::log_objects(from.store, from.path, parse_object_key, wanted_, how);
        for (auto const& object : range) {
            foreign.clear();  // there are flow logs here, so these are none
            add(below, {object.path, object.size, object.modified}, object.key);
        }
        auto counts = range.counts();
        if (!range.has_layout() && !foreign.empty()) {
            require_no_names(word);
            choose(counts, foreign);
            for (auto& object : foreign) add(below, std::move(object), std::nullopt);
        } else if (counts.foreign != 0 && !wanted_.is_set()) {
            warn_of_foreign(word, counts.foreign);
        }
        found_.counts += counts;
        if (below.count == 0 && found_.missing.size() == failures) fail_to_find(word, counts);
        keep(std::move(below));
    }

    /// Foreign objects of a plain folder are logs.
    static void choose(flowlog::listing_counts& counts, std::vector<stored_object> const& foreign) {
        counts.foreign -= foreign.size();
        counts.chosen += foreign.size();
        for (auto const& object : foreign) counts.chosen_bytes += object.size;
    }

    /// What was found below a path. Inputs are made of all of it, to be fetched together.
    struct objects_below {
        opened_store const& from;
        std::vector<stored_object> objects{};
        std::vector<std::optional<flowlog::object_key>> keys{};
        std::size_t count = 0;
    };

    void add(objects_below& to, stored_object object, std::optional<flowlog::object_key> key) {
        ++to.count;
        if (use_)
            return use_({to.from.store->scheme() + object.path, object.size, object.modified,
                         std::move(key)});
        to.objects.push_back(std::move(object));
        to.keys.push_back(std::move(key));
    }

    void keep(objects_below below) {
        auto inputs = inputs_of(below.from, below.objects);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            auto const& object = below.objects[i];
            found_.logs.push_back(
                {std::move(inputs[i]), object.size, object.modified, std::move(below.keys[i])});
        }
    }

    void keep(found_log log) {
        if (use_) return use_({log.input.name(), log.size, log.modified, std::move(log.key)});
        found_.logs.push_back(std::move(log));
    }

    /// Takes the files that a word names.
    void expand(std::string const& word) {
        auto list = flowlog::expand_inputs({word});
        for (auto const& missing : list.missing) {
            auto const hint = missing.where().source == word ? misplaced_hint(word) : "";
            found_.missing.emplace_back(static_cast<flowlog::errc>(missing.code().value()),
                                        missing.where(), missing.message() + std::string{hint});
        }
        auto logs = std::vector<found_log>{};
        for (auto const& input : list.files) {
            auto key = parse_object_key(input.name());
            logs.push_back({input, input.size(), {}, std::move(key)});
        }
        if (logs.empty()) return;
        auto const named = logs.size() == 1 && logs.front().input.name() == word;
        take(std::move(logs), named ? by::name : is_folder(word) ? by::folder : by::pattern, word);
    }

    /// Takes objects of a store.
    void take(std::vector<stored_object> const& objects, opened_store const& from, by how,
              std::string const& word) {
        auto inputs = inputs_of(from, objects);
        auto logs = std::vector<found_log>{};
        for (std::size_t i = 0; i < objects.size(); ++i) {
            auto key = parse_object_key(objects[i].path);
            logs.push_back(
                {std::move(inputs[i]), objects[i].size, objects[i].modified, std::move(key)});
        }
        take(std::move(logs), how, word);
    }

    /// Takes logs as far as they are wanted. One that is named itself is read whatever its time:
    /// its flows are filtered.
    void take(std::vector<found_log> logs, by how, std::string const& word) {
        if (how != by::name)
            std::erase_if(logs, [this](auto const& log) { return is_no_log(log.input.name()); });
        auto const plain =
            std::ranges::none_of(logs, [](auto const& log) { return log.key.has_value(); });
        auto counts = flowlog::listing_counts{.listed = logs.size()};
        for (auto& log : logs) {
            auto const why =
                how == by::name ? not_wanted(log, word) : why_skipped(log, how, plain, word);
            if (why) {
                ++counts.of(*why);
                if (why == skip_reason::empty) empty_.push_back(log.input.name());
                continue;
            }
            ++counts.chosen;
            counts.chosen_bytes += log.size.value_or(0);
            keep(std::move(log));
        }
        if (counts.foreign != 0 && !wanted_.is_set()) warn_of_foreign(word, counts.foreign);
        found_.counts += counts;
        if (counts.chosen == 0) fail_to_find(word, counts);
    }

    /// Why a log is skipped that is named itself.
    auto not_wanted(found_log const& log, std::string const& word) const
        -> std::optional<skip_reason> {
        if (!log.key) require_no_names(word);
        if (log.key && !wanted_.wants_names(*log.key)) return skip_reason::not_wanted;
        return std::nullopt;
    }

    /// Why a log of a folder or pattern is skipped. `plain`: none has the name of a flow log. What
    /// matches a pattern is meant, unless the options ask for what only names say.
    auto why_skipped(found_log const& log, by how, bool plain, std::string const& word) const
        -> std::optional<skip_reason> {
        if (flowlog::is_write_test(file_name(log.input.name()))) return skip_reason::write_test;
        if (plain) require_no_names(word);
        if (log.key && log.size == 0) return skip_reason::empty;
        if (!log.key && !plain && (how == by::folder || wanted_.has_names()))
            return skip_reason::foreign;
        if (log.key && !wanted_(*log.key)) return skip_reason::not_wanted;
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
        warn_once(flowlog::escaped(word) + ": " + count_text(count, "object") +
                  (count == 1 ? " is skipped: its name is not that of a flow log"
                              : " are skipped: their names are not those of flow logs"));
    }

    void fail_to_find(std::string const& word, flowlog::listing_counts const& counts) {
        auto const options = given(options_);
        auto why = std::string{"no flow log is here"};
        if (!options.empty()) {
            why = "no flow log here is wanted by " + options;
        } else if (counts.listed == 0 && flowlog::is_in_store(word)) {
            why = "no object has this name, and none is below it";
        }
        found_.missing.emplace_back(
            flowlog::errc::cannot_open, flowlog::location{word},
            fmt::format("cannot open: {} ({})", why, found_logs{.counts = counts}.summary()));
    }

    object_options const& options_;
    object_filter wanted_;
    log_user use_;
    found_logs found_;
    std::vector<std::string> empty_{};     // logs that are skipped because they are empty
    std::vector<stored_object> listed_{};  // of a list, and all of one store
    opened_store listed_from_{};
};

}  // namespace

void add_object_options(CLI::App& app, object_options& options) {
    add_option(app, "--since", options.since);
    add_option(app, "--until", options.until);
    add_names(app, "--account", options.accounts);
    add_names(app, "--region", options.regions);
    add_names(app, "--flow-log-id", options.flow_log_ids);
    add_flag(app, "--verbose", options.verbose);
}

auto first_moment(std::string const& option, std::string const& text) -> timestamp {
    return period_of(option, text).first;
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
    auto text = count_text(counts.listed, "object") + " listed";
    if (counts.requests != 0) text += " in " + count_text(counts.requests, "request");
    text += fmt::format(", {} skipped{}; {} chosen, {}", number_text(counts.skipped()), parts,
                        number_text(counts.chosen),
                        bytes_text(static_cast<double>(counts.chosen_bytes)));
    if (counts.other_services != 0)
        text +=
            "; not listed: " + count_text(counts.other_services, "folder") + " of other services";
    return text;
}

auto find_objects(std::vector<std::string> const& words, object_options const& options,
                  std::string const& list) -> found_logs {
    auto finder = log_finder{options};
    for (auto const& word : words) finder.find(word);
    if (!list.empty()) finder.find_listed(list);
    return std::move(finder).result();
}

auto list_objects(std::vector<std::string> const& words, object_options const& options,
                  std::function<void(listed_log const&)> const& use) -> found_logs {
    auto finder = log_finder{options, use};
    for (auto const& word : words) finder.find(word);
    return std::move(finder).result();
}

}  // namespace cli
