// SPDX-License-Identifier: BSL-1.0
#include "graph_records.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/output/accounting.hpp>
#include <flowlog/output/dot_records.hpp>

#include "languages.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

/// Draws flows in the order of the logs.
class record_drawer {
public:
    explicit record_drawer(reading_options const& options)
        : options_{options}, wanted_{wanted_flows(options)} {}

    void draw_log(flowlog::input const& input) {
        auto report = flowlog::input_report{.name = input.name()};
        auto log = std::optional<flowlog::log>{};
        try {
            log.emplace(open_log(input, options_,
                                 [this](auto const& line) { malformed_.say(describe(line)); }));
            log->visit([this](auto& reader) { draw_reader(reader); });
        } catch (flowlog::error const& failure) {
            if (failure.code() == flowlog::errc::write_failed) throw;
            report.failure = failure;
        }
        if (log) {
            report.stats = log->stats();
            done_.stats += report.stats;
        }
        done_.inputs.push_back(std::move(report));
    }

    [[nodiscard]] auto finish(flowlog::input_list const& logs) -> int {
        done_.add_missing(logs);
        if (!done_.nothing_read()) {
            writer_.finish();
            if (done_.failures() != 0) print("// INCOMPLETE: " + done_.missing_text() + '\n');
        }
        flush_output();
        malformed_.finish();
        done_.report_trouble();
        if (!options_.quiet) {
            print_error(flowlog::accounting_text(done_.stats) + '\n' +
                        count_text(writer_.edges(), "edge") + " drawn\n");
        }
        return done_.exit_code(options_);
    }

private:
    template <class Reader>
    void draw_reader(Reader& reader) {
        using enum flowlog::field_id;
        auto uses = std::vector<flowlog::field_use>{{srcaddr, true}, {dstaddr, true}};
        if (wanted_) {
            auto const more = wanted_->uses();
            uses.insert(uses.end(), more.begin(), more.end());
        }
        flowlog::require_fields(uses, reader);
        if (wanted_) flowlog::restrict(reader, *wanted_);
        for (auto const& record : reader) {
            if (wanted_ && !is_wanted(record, reader)) continue;
            if (auto const offending_field = writer_.write(record)) [[unlikely]]
                reader.reject(*offending_field, flowlog::reason::bad_value);
        }
    }

    template <class Record, class Reader>
    auto is_wanted(Record const& record, Reader& reader) const -> bool {
        auto const wanted = wanted_->test(record);
        if (wanted.malformed()) [[unlikely]]
            reader.reject(wanted_->malformed_field(record), flowlog::reason::bad_value);
        return wanted == true;
    }

    reading_options const& options_;
    std::optional<flowlog::filter> wanted_;
    flowlog::dot_record_writer writer_{print};
    limited_messages malformed_{"more malformed line"};
    reading done_;
};

}  // namespace

auto print_raw_graph(reading_options const& options) -> int {
    auto const logs = find_logs(options);
    warn_of_all(warnings_about(logs));
    auto drawer = record_drawer{options};
    for (auto const& input : logs.files) drawer.draw_log(input);
    return drawer.finish(logs);
}

}  // namespace cli
