// SPDX-License-Identifier: BSL-1.0
#include "partial.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string_view>
#include <system_error>

#include <CLI/CLI.hpp>

#include <flowlog/escape.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/output/result_file.hpp>
#include <flowlog/source/read_text.hpp>
#include <flowlog/source/scheme.hpp>

#include "clock.hpp"
#include "commands.hpp"
#include "languages.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "terminal.hpp"

namespace cli {

void add_partial_options(CLI::App& app, reading_options& options) {
    add_option(app, "--partial", options.partial);
    add_flag(app, "--unnamed-inputs", options.unnamed_inputs);
    if (auto* const unnamed = app.get_option_no_throw("--unnamed-inputs"))
        unnamed->needs("--partial");
    add_option(app, "--hash-key", options.hash_key);
}

auto is_partial(reading_options const& options) -> bool { return !options.partial.empty(); }

void set_hash_key(flowlog::dynamic_grouping& groups, reading_options const& options) {
    if (merging().active || (options.hash_key.empty() && !is_partial(options))) return;
    auto const word = options.hash_key.empty() ? std::string_view{"partial"} : options.hash_key;
    groups.set_distinct_key(flowlog::hash_key::of_word(word));
}

namespace {

auto hash_of(std::string const& text) -> std::string {
    return flowlog::hash_key::of_word(text).to_text();
}

/// The hashes of what was read from standard input and pipes, by their names.
auto hashes_of_pipes() -> std::map<std::string, std::string>& {
    static auto hashes = std::map<std::string, std::string>{};
    return hashes;
}

/// The file of the local time zone: the one that TZ names by its path, or the system's.
auto local_zone_file() -> std::string {
    auto const* const set = std::getenv("TZ");
    auto path = std::string_view{set == nullptr ? "" : set};
    if (path.starts_with(':')) path.remove_prefix(1);
    auto ignored = std::error_code{};
    auto const is_file = path.starts_with('/') && std::filesystem::exists(path, ignored);
    return is_file ? std::string{path} : "/etc/localtime";
}

/// Adds the time zone, and what is in its file if it has no name.
void add_zone(std::vector<std::string>& job) {
    auto const& name = zone().name();
    if (name == "UTC") return;
    job.push_back("--tz=" + name);
    if (name == "local") add_file(job, "zone", local_zone_file());
}

}  // namespace

auto read_counting_file(std::string const& name, flowlog::errc too_long) -> std::string {
    auto text = flowlog::read_text(name, too_long);
    auto ignored = std::error_code{};
    if (is_standard_input(name) || !std::filesystem::is_regular_file(name, ignored))
        hashes_of_pipes()[name] = hash_of(text);
    return text;
}

void add_file(std::vector<std::string>& job, std::string const& what, std::string const& file) {
    if (file.empty()) return;
    auto const known = hashes_of_pipes().find(file);
    job.push_back(
        what + '=' +
        (known != hashes_of_pipes().end() ? known->second : hash_of(flowlog::read_text(file))));
}

auto job_of(std::string command, reading_options const& options) -> std::vector<std::string> {
    if (merging().active) return merging().job;
    auto job = std::vector{std::move(command)};
    auto const add = [&](std::string const& option, std::string const& value) {
        if (!value.empty()) job.push_back(option + '=' + value);
    };
    add("--where", options.where);
    auto const range = object_filter_of(options.objects);
    if (range.since) add("--since", flowlog::to_text(*range.since));
    if (range.until) add("--until", flowlog::to_text(*range.until));
    add_zone(job);
    if (options.two_way == flowlog::two_way::reverse) add("--two-way", "reverse");
    if (options.keep_wraps) job.emplace_back("--no-wrap-repair");
    add_file(job, "where-file", options.where_file);
    for (auto const& list : *options.lists) add_file(job, "list", list);
    // which questions a report has depends on which tables there are
    auto const is_report = job.front() == "report";
    if (is_report || options.tables.uses_tags()) add_file(job, "lookup", options.tables.lookup);
    if (is_report || options.tables.uses_labels()) add_file(job, "map", options.tables.map);
    return job;
}

auto options_of(std::vector<flowlog::measure> const& measures) -> std::vector<std::string> {
    using flowlog::measure_kind;
    auto result = std::vector<std::string>{};
    for (auto const& of : measures) {
        auto const name = of.name();
        auto const open = name.find('(');
        auto const inner = open == name.npos ? name : name.substr(open + 1, name.size() - open - 2);
        switch (of.kind) {
            case measure_kind::flows: result.emplace_back("--flows"); break;
            case measure_kind::sum: result.push_back("--sum=" + inner); break;
            case measure_kind::ratio: result.push_back("--ratio=" + name); break;
            case measure_kind::percentile: {
                auto const comma = inner.find(", ");
                result.push_back("--percentile=" + inner.substr(0, comma) + ':' +
                                 inner.substr(comma + 2));
                break;
            }
            default: result.push_back("--" + name.substr(0, open) + '=' + inner);
        }
    }
    return result;
}

namespace {

/// Whether a file is a partial result of which no input failed.
auto is_whole_partial(std::string const& path) -> bool {
    auto ignored = std::error_code{};
    if (!std::filesystem::is_regular_file(path, ignored)) return false;
    auto file = std::ifstream{path};
    auto line = std::string{};
    auto any = false;
    while (std::getline(file, line)) {
        any = true;
        if (line.starts_with(R"(["input",)") && line.ends_with("]]")) return false;
    }
    return any;
}

/// The inputs of the first part that could not be read to their end; empty if all were.
auto missing_text(std::vector<saved_part> const& parts) -> std::string {
    for (auto const& part : parts)
        if (part.done->failures() != 0) return part.done->missing_text();
    return {};
}

/// A file that replaces an older partial result and nothing else, or an object, which a task that
/// is tried again replaces.
class partial_file {
public:
    explicit partial_file(std::string const& path) {
        if (!flowlog::scheme_of(path).empty()) {
            sink_ = object_.open(path);
            return;
        }
        file_ = flowlog::result_file{path, R"({"flowlog":"partial")", false};
        sink_ = [this](std::string_view text) { file_.write(text); };
    }
    [[nodiscard]] auto sink() const -> flowlog::byte_sink const& { return sink_; }
    void commit() {
        file_ ? commit_all(std::span{&file_, 1}) : object_.commit();
        flush_output();
    }

private:
    outputs object_{true};
    flowlog::result_file file_{};
    flowlog::byte_sink sink_;
};

}  // namespace

auto write_partial(reading_options const& options, std::vector<std::string> const& job,
                   std::vector<saved_part> const& parts) -> int {
    auto const missing = missing_text(parts);
    if (!missing.empty() && !options.keep_going && is_whole_partial(options.partial)) {
        complain(flowlog::escaped(options.partial) + " is complete and stays: " + missing +
                 "; --keep-going replaces it");
        return exit_code::failed;
    }
    auto file = partial_file{options.partial};
    auto out = flowlog::state_writer{file.sink(), job};
    for (auto const& part : parts) {
        part.save(out);
        save(*part.done, options.unnamed_inputs, out);
    }
    out.finish();
    file.commit();
    auto code = exit_code::done;
    for (auto const& part : parts) {
        if (!options.quiet) print_error(part.done->accounting());
        // with --keep-going, a part of which no input could be read does not fail the command
        if (!options.keep_going || !part.done->nothing_read())
            code = std::max(code, part.done->exit_code(options));
    }
    return code;
}

malformed_notes::malformed_notes(reading_options const& options, text_handler const& write,
                                 std::size_t limit)
    : write_{write}, limit_{is_partial(options) ? limit : 0} {}

auto malformed_notes::handler() -> flowlog::malformed_handler {
    return [this](flowlog::malformed_line const& line) {
        auto text = describe(line);
        keep({line.source, line.line, line.offset, text});
        write_(std::move(text));
    };
}

void malformed_notes::keep(malformed_note note) {
    auto const full = kept_.size() >= limit_;
    if (full && (kept_.empty() || !precedes(note, kept_.back()))) return;
    if (limit_ == all_lines) return kept_.push_back(std::move(note));
    auto const at = std::ranges::upper_bound(kept_, note, precedes);
    kept_.insert(at, std::move(note));
    if (full) kept_.pop_back();
}

void replay(reading& done, text_handler const& write, std::size_t limit) {
    for (auto const& note : done.bad_lines) write(note.text);
    // those that are not kept are not printed either, but counted
    for (auto i = std::uint64_t{done.bad_lines.size()}; i < done.stats.malformed; ++i) write({});
    if (done.bad_lines.size() > limit) done.bad_lines.resize(limit);
}

}  // namespace cli
