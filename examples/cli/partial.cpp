// SPDX-License-Identifier: BSL-1.0
#include "partial.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <span>
#include <string_view>
#include <system_error>
#include <thread>
#include <tuple>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/output/result_file.hpp>
#include <flowlog/source/memory.hpp>
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

auto merging() -> merge_request& {
    static auto request = merge_request{};
    return request;
}

namespace {

/// What is in a file that decides what is counted, as a word that is no option.
void add_file(std::vector<std::string>& job, std::string const& what, std::string const& file) {
    if (file.empty()) return;
    job.push_back(
        what + '=' +
        (file == "-" ? file : flowlog::hash_key::of_word(flowlog::read_text(file)).to_text()));
}

}  // namespace

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
    if (zone().name() != "UTC") add("--tz", zone().name());
    if (options.two_way == flowlog::two_way::reverse) add("--two-way", "reverse");
    if (options.keep_wraps) job.emplace_back("--no-wrap-repair");
    add_file(job, "where-file", options.where_file);
    if (job.front() != "tag" || !options.where.empty() || !options.where_file.empty())
        add_file(job, "lookup", options.tables.lookup);
    add_file(job, "map", options.tables.map);
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

void put(flowlog::statistics const& stats, flowlog::state_writer& out) {
    for (auto const count : {stats.records, stats.nodata, stats.skipdata, stats.malformed,
                             stats.headers, stats.blank, stats.unread, stats.bytes})
        out.number(count);
}

void take(flowlog::statistics& stats, flowlog::state_reader& in) {
    for (auto* const count : {&stats.records, &stats.nodata, &stats.skipdata, &stats.malformed,
                              &stats.headers, &stats.blank, &stats.unread, &stats.bytes})
        *count = in.number();
}

void save(flowlog::input_report const& input, flowlog::state_writer& out) {
    out.open().text("input").text(input.name);
    put(input.stats, out);
    if (auto const& failure = input.failure) {
        auto const& where = failure->where();
        out.open().number(failure->code().value()).text(where.source);
        out.number(where.line).number(where.column).text(failure->message()).close();
    }
    out.close_row();
}

/// Writes what was read: an input a row, or all that did not fail in one row, and what holds for
/// all.
void save(reading const& done, bool unnamed, flowlog::state_writer& out) {
    out.head(R"({"part":"inputs"})");
    auto count = done.unnamed;
    auto stats = done.unnamed_stats;
    for (auto const& input : done.inputs) {
        if (!unnamed || input.failure) {
            save(input, out);
            continue;
        }
        ++count;
        stats += input.stats;
    }
    if (count != 0) {
        out.open().text("inputs").number(count);
        put(stats, out);
        out.close_row();
    }
    if (done.matched) {
        out.open().text("matched").number(*done.matched).text(done.wanted_by);
        out.number(done.names_status ? 1 : 0).close_row();
    }
    out.open().text("microseconds");
    out.number(static_cast<std::uint64_t>(done.seconds * 1e6)).close_row();
    for (auto const& note : done.bad_lines)
        out.open()
            .text("malformed")
            .text(note.source)
            .number(note.line)
            .number(note.offset)
            .text(note.text)
            .close_row();
}

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

namespace {

/// The order of malformed lines: by the names of their inputs, however those were given.
auto precedes(malformed_note const& a, malformed_note const& b) -> bool {
    return std::tie(a.source, a.line, a.offset, a.text) <
           std::tie(b.source, b.line, b.offset, b.text);
}

}  // namespace

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

void merged_reading::load(flowlog::state_reader& in, std::size_t owner) {
    in.head(R"({"part":"inputs"})");
    while (in.at_row()) {
        in.open();
        auto const what = std::string{in.text()};
        if (what == "input") {
            auto& input = done.inputs.emplace_back();
            owners.push_back(owner);
            input.name = in.text();
            take(input.stats, in);
            if (!in.at_close()) {
                in.open();
                auto const code = static_cast<flowlog::errc>(in.number());
                auto where = flowlog::location{std::string{in.text()}};
                where.line = in.number();
                where.column = in.number();
                input.failure = flowlog::error{code, std::move(where), std::string{in.text()}};
                in.close();
            }
            done.stats += input.stats;
        } else if (what == "inputs") {
            auto stats = flowlog::statistics{};
            done.unnamed += in.number();
            take(stats, in);
            done.unnamed_stats += stats;
            done.stats += stats;
        } else if (what == "matched") {
            done.matched = done.matched.value_or(0) + in.number();
            done.wanted_by = in.text();
            done.names_status = in.number() != 0;
        } else if (what == "microseconds") {
            done.seconds += static_cast<double>(in.number()) / 1e6;
        } else if (what == "malformed") {
            auto& note = done.bad_lines.emplace_back();
            note.source = in.text();
            note.line = in.number();
            note.offset = in.number();
            note.text = in.text();
        } else {
            in.fail("expected what was read");
        }
        in.close_row();
    }
}

void merged_reading::merge(merged_reading&& other) {
    auto const append = [](auto& to, auto& from) {
        to.insert(to.end(), std::move_iterator{from.begin()}, std::move_iterator{from.end()});
    };
    append(done.inputs, other.done.inputs);
    append(owners, other.owners);
    append(done.bad_lines, other.done.bad_lines);
    done.unnamed += other.done.unnamed;
    done.unnamed_stats += other.done.unnamed_stats;
    done.stats += other.done.stats;
    done.seconds += other.done.seconds;
    if (!other.done.matched) return;
    done.matched = done.matched.value_or(0) + *other.done.matched;
    done.wanted_by = std::move(other.done.wanted_by);
    done.names_status = other.done.names_status;
}

namespace {

[[noreturn]] void fail_on_doubled(std::string const& input, std::string const& file,
                                  std::string const& other) {
    auto const in = "has the input " + flowlog::escaped(input);
    auto const what = input == "-"    ? "is the same partial result as " + flowlog::escaped(other)
                      : file == other ? in + " twice, or is given twice"
                                      : in + ", which " + flowlog::escaped(other) + " has, too";
    throw flowlog::error{flowlog::errc::invalid_argument,
                         {file},
                         what + ": it would count twice; --same-names if they are different files"};
}

}  // namespace

void merged_reading::finish(std::function<partial_identity(std::size_t)> const& owner_of) {
    // standard input has no name of its own: then the same partial result is looked for
    auto const is_stdin = [&](std::size_t i) { return done.inputs[i].name == "-"; };
    auto const is_nothing = [&](std::size_t i) {
        return is_stdin(i) && done.inputs[i].stats.bytes == 0;
    };
    auto const key = [&](std::size_t i) {
        return std::tuple{std::string_view{done.inputs[i].name},
                          is_stdin(i) ? owner_of(owners[i]).checksum : 0,
                          is_stdin(i) ? done.inputs[i].stats.bytes : 0};
    };
    auto order = std::vector<std::size_t>(owners.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair{key(i), owners[i]}; });
    auto inputs = std::vector<flowlog::input_report>{};
    inputs.reserve(order.size());
    for (std::size_t at = 1; at < order.size() && !merging().same_names; ++at) {
        auto const i = order[at];
        auto const before = order[at - 1];
        if (owners[i] != owners[before] && key(i) == key(before) && !is_nothing(i))
            fail_on_doubled(done.inputs[i].name, owner_of(owners[i]).file,
                            owner_of(owners[before]).file);
    }
    for (auto const i : order) inputs.push_back(std::move(done.inputs[i]));
    done.inputs = std::move(inputs);
    std::ranges::sort(done.bad_lines, precedes);
}

void replay(reading& done, text_handler const& write, std::size_t limit) {
    for (auto const& note : done.bad_lines) write(note.text);
    // those that are not kept are not printed either, but counted
    for (auto i = std::uint64_t{done.bad_lines.size()}; i < done.stats.malformed; ++i) write({});
    if (done.bad_lines.size() > limit) done.bad_lines.resize(limit);
}

namespace {

/// The partial results of one thread.
using merge_share = std::unique_ptr<merged_parts>;

/// Reads partial results with several threads, each of which takes the next file.
class partial_merger {
public:
    partial_merger(std::vector<flowlog::input> const& files, merged_parts& into, unsigned threads)
        : files_{files},
          into_{into},
          threads_{threads},
          failures_(files.size()),
          checksums_(files.size()) {}

    void run() {
        auto shares = std::vector<merge_share>(
            std::clamp<std::size_t>(threads_, 1, std::max<std::size_t>(files_.size(), 1)));
        for (auto& share : shares) share = into_.fresh();
        {
            auto others = std::vector<std::jthread>{};
            for (std::size_t i = 1; i < shares.size(); ++i)
                others.emplace_back([this, &shares, i] { work(shares[i]); });
            work(shares.front());
        }
        fail_if_any();
        for (auto& share : shares) into_.merge(*share, threads_);
        for (auto* const read : into_.readings())
            read->finish([&](std::size_t owner) {
                auto const file = owner >> 32;
                return partial_identity{files_[file].name(), checksums_[file][owner & 0xFFFF'FFFF]};
            });
    }

private:
    void work(merge_share& share) {
        for (auto at = next_++; at < files_.size() && !failed_; at = next_++) {
            try {
                read(at, *share);
            } catch (flowlog::error const&) {
                failures_[at] = std::current_exception();  // the others are looked at, too
            } catch (...) {
                failures_[at] = std::current_exception();
                failed_ = true;
            }
        }
    }

    /// Throws the last failure, after the others are printed.
    void fail_if_any() const {
        auto messages = limited_messages{"more error", complain};
        auto last = std::exception_ptr{};
        for (auto const& failure : failures_) {
            if (!failure) continue;
            if (last) say(messages, last);
            last = failure;
        }
        messages.finish();
        if (last) std::rethrow_exception(last);
    }

    static void say(limited_messages& messages, std::exception_ptr const& failure) {
        try {
            std::rethrow_exception(failure);
        } catch (flowlog::error const& why) {
            messages.say(describe(why));
        }
    }

    void read(std::size_t at, merged_parts& into) {
        auto in = flowlog::open_state(files_[at]);
        while (in.begin()) {
            require_job(in);
            into.load(in, at << 32 | checksums_[at].size());
            in.finish();
            checksums_[at].push_back(in.checksum());
        }
        if (checksums_[at].empty()) throw empty_partial(in.name());
    }

    static void require_job(flowlog::state_reader const& in) {
        if (in.job() == merging().job) return;
        auto const text = [](std::vector<std::string> const& words) {
            auto result = std::string{};
            for (auto const& word : words) result += (result.empty() ? "" : " ") + word;
            return flowlog::escaped(result, 400);
        };
        throw flowlog::error{flowlog::errc::invalid_argument,
                             {in.name()},
                             "is a part of '" + text(in.job()) + "', and the others are of '" +
                                 text(merging().job) + '\''};
    }

    std::vector<flowlog::input> const& files_;
    merged_parts& into_;
    unsigned threads_;
    std::vector<std::exception_ptr> failures_;
    std::vector<std::vector<std::uint32_t>> checksums_;  // of the partial results in each file
    std::atomic<std::size_t> next_ = 0;
    std::atomic<bool> failed_ = false;
};

}  // namespace

auto empty_partial(std::string name) -> flowlog::error {
    return {flowlog::errc::truncated,
            {std::move(name)},
            "is empty: it is no partial result; make it again"};
}

auto find_partials(std::vector<std::string> const& words) -> flowlog::input_list {
    auto result = flowlog::expand_inputs(words);
    auto& standard_input = merging().standard_input;
    for (auto& file : result.files) {
        if (file.name() != "-") continue;
        if (!standard_input) standard_input = flowlog::memory_input{flowlog::read_text("-"), "-"};
        file = *standard_input;
    }
    return result;
}

void merge_partials(flowlog::input_list const& partials, merged_parts& into,
                    reading_options const& options) {
    if (auto const& missing = partials.missing; !missing.empty()) {
        auto messages = limited_messages{"more error", complain};
        for (std::size_t i = 1; i < missing.size(); ++i) messages.say(describe(missing[i - 1]));
        messages.finish();
        throw flowlog::error{missing.back()};
    }
    auto const threads =
        options.threads != 0 ? options.threads : std::max(std::thread::hardware_concurrency(), 1U);
    partial_merger{partials.files, into, threads}.run();
}

}  // namespace cli
