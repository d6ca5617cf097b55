// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_OBJECTS_HPP
#define FLOWLOG_CLI_OBJECTS_HPP

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/source/inputs.hpp>
#include <flowlog/source/log_objects.hpp>

namespace CLI {
class App;
}

namespace cli {

/// Which logs of a folder or an object store are read, and which time.
struct object_options {
    std::string since{};
    std::string until{};
    std::optional<flowlog::name_set> accounts{};
    std::optional<flowlog::name_set> regions{};
    std::optional<flowlog::name_set> flow_log_ids{};
    bool verbose = false;
    std::vector<std::string> no_logs{};  ///< files of folders and patterns that are not logs
};

/// Adds --since, --until, --account, --region, --flow-log-id and --verbose.
void add_object_options(CLI::App& app, object_options& options);

/// The options as a filter, whose times are exact. Throws `usage_error` if they contradict each
/// other or are no times.
auto object_filter_of(object_options const& options) -> flowlog::object_filter;

/// The filter of the flows that --since and --until want, if one is given: those that overlap the
/// range.
auto flows_in_range(object_options const& options) -> std::optional<flowlog::filter>;

/// The first moment of the period that an option names. Throws `usage_error` if it names none.
auto first_moment(std::string const& option, std::string const& text) -> flowlog::timestamp;

/// A log that was found.
struct found_log {
    flowlog::input input;
    std::optional<std::uint64_t> size{};
    std::optional<flowlog::timestamp> modified{};
    std::optional<flowlog::object_key> key{};  ///< none if the name does not say what is in it
};

/// What a listing says of a log.
struct listed_log {
    std::string name{};
    std::optional<std::uint64_t> size{};
    std::optional<flowlog::timestamp> modified{};
    std::optional<flowlog::object_key> key{};
};

/// The logs that words name, an error for each word that names none, and what was come across.
struct found_logs {
    std::vector<found_log> logs{};
    std::vector<flowlog::error> missing{};
    flowlog::listing_counts counts{};

    /// How many requests and objects were listed, chosen and skipped, as text of one line.
    [[nodiscard]] auto summary() const -> std::string;
};

/// Finds the logs that words name. A word is what `expand_inputs` takes. Of a folder or of a prefix
/// in a store, the objects that the options want are taken. If none of the objects there has the
/// name of a flow log, the folder is a plain one, and each object is a log.
/// `list` is a file with names of more logs, one a line, each with its size after a tab if that is
/// known: then an object is not asked for its size.
auto find_objects(std::vector<std::string> const& words, object_options const& options,
                  std::string const& list = {}) -> found_logs;

/// Finds the same logs and gives each to `use` when it is found, so that memory does not grow with
/// the logs of a store. `logs` of the result is empty.
auto list_objects(std::vector<std::string> const& words, object_options const& options,
                  std::function<void(listed_log const&)> const& use) -> found_logs;

}  // namespace cli

#endif
