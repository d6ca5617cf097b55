// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_INQUIRY_HPP
#define FLOWLOG_CLI_INQUIRY_HPP

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/output/report.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/source/inputs.hpp>

#include "groupings.hpp"
#include "keys.hpp"
#include "questions.hpp"
#include "reading.hpp"

namespace CLI {
class App;
}

namespace cli {

/// The formats of the first logs, and the fields of all. If all logs could be opened beforehand,
/// the fields are known before anything is counted; otherwise only after reading. A partial result
/// always answers every question, so that any two can be merged, and it says which fields the logs
/// had.
class log_survey {
public:
    /// Opens the first logs, but not standard input.
    log_survey(flowlog::input_list const& logs, reading_options const& options);

    /// The formats of the first logs, each once: `VPC flow log, version 2, 14 columns`.
    [[nodiscard]] auto formats() const noexcept -> std::vector<std::string> const& {
        return formats_;
    }

    /// Whether one of the logs has the field, as far as is known: true of all fields if it is not
    /// known of every log which it has.
    [[nodiscard]] auto may_have(flowlog::field_id id) const -> bool {
        return !complete_ || has(id);
    }
    /// Whether it is known that one of the logs has the field.
    [[nodiscard]] auto has(flowlog::field_id id) const -> bool { return fields_.contains(id); }

    /// Whether the fields of all logs are known.
    [[nodiscard]] auto complete() const noexcept -> bool { return complete_; }
    /// Whether the fields are those that records have, and not only may have.
    [[nodiscard]] auto sure() const noexcept -> bool { return complete_ && sure_; }

    /// Learns the fields of the logs that were read, if any had a line.
    void learn(reading const& done);

private:
    std::vector<std::string> formats_{};
    std::set<flowlog::field_id> fields_{};
    bool complete_ = false;
    bool sure_ = true;
};

/// Whether a log can be opened twice: a file, or an object. A pipe cannot.
auto opens_twice(flowlog::input const& log) -> bool;

/// The words with which a command was called that other commands need in order to read the same:
/// the logs, and the options that say what is read and how. `own` are options that they lack.
auto reading_words(CLI::App const& app, std::vector<std::string> const& logs,
                   std::span<std::string_view const> own) -> std::string;

/// A word as a shell reads it, safe for a terminal.
auto shell_word(std::string const& word) -> std::string;

/// How many groups a question may have if --max-groups does not say: 0.4 GB of them, or less.
inline constexpr std::size_t usual_max_groups = 4'000'000;

/// Questions that are answered in one pass over logs, by a `grouping_set`.
class inquiry {
public:
    /// `words` are what `reading_words` made, `max_groups` is --max-groups. The options and tables
    /// must outlive the inquiry.
    inquiry(reading_options const& options, key_tables const& tables, log_survey const& survey,
            std::string words, std::size_t max_groups)
        : options_{options},
          tables_{tables},
          survey_{survey},
          words_{std::move(words)},
          max_groups_{max_groups} {}

    /// Adds a question. Its number; or none, and the missing fields are noted, if no log has what
    /// it asks for. `extra` are options that the command of this question needs, too. If the survey
    /// was not complete before the logs were read, all questions that may be answered are asked
    /// before, and those that are answered again after the survey has learnt the fields.
    auto ask(question wanted, std::string extra = "") -> std::optional<std::size_t>;

    /// Reads the logs; or, merging, partial results.
    void read(flowlog::input_list const& logs);

    /// Writes what was read as a partial result, in the place of answers; returns the exit code.
    /// `job` are the words of `job_of`, and those that say which questions are asked.
    [[nodiscard]] auto write(std::vector<std::string> const& job) const -> int;

    /// What was read.
    [[nodiscard]] auto done() const noexcept -> reading const& { return done_; }

    /// The groups that answer a question. They may have measures of fields that no log has: `place`
    /// is the position of a measure of the question.
    [[nodiscard]] auto groups(std::size_t number) const -> flowlog::dynamic_grouping const& {
        return answers_->flows().at(asked_.at(number).answer);
    }
    [[nodiscard]] auto place(std::size_t number, std::size_t measure) const -> std::size_t {
        return asked_.at(number).places.at(measure);
    }
    /// The SKIPDATA lines by interface, with `flows`, `min(start)` and `max(end)`.
    [[nodiscard]] auto skipdata() const -> flowlog::dynamic_grouping const& {
        return answers_->skipdata();
    }
    /// How often the groups had to be made coarser because there were too many.
    [[nodiscard]] auto steps(std::size_t number) const -> std::size_t {
        return answers_->flows().steps(asked_.at(number).answer);
    }
    /// What is to be said of questions whose groups had to be made coarser, a sentence for each.
    [[nodiscard]] auto bound_warnings(std::vector<std::size_t> const& numbers) const
        -> std::vector<std::string>;

    /// The question as it was asked. If its groups had to be made coarser, their keys are coarser
    /// than its own.
    [[nodiscard]] auto what(std::size_t number) const -> question const& {
        return asked_.at(number).what;
    }

    /// The answer as a table of at most `limit` rows. None if it has no group with any of its keys,
    /// or no keys any more.
    [[nodiscard]] auto table(std::size_t number, std::size_t limit) const
        -> std::optional<flowlog::report_table>;

    /// The command that prints the same; a `limit` of 0 means all rows.
    [[nodiscard]] auto command(std::size_t number, std::size_t limit) const -> std::string;

    /// The fields that no log has, and for which questions were left out.
    [[nodiscard]] auto missing() const noexcept -> std::vector<std::string> const& {
        return missing_;
    }

private:
    struct asked {
        question what;
        std::string extra;
        flowlog::group_filter having;
        std::size_t by;
        std::size_t answer;               ///< which of the groupings
        std::vector<std::size_t> places;  ///< where the grouping has each of its measures
    };

    auto grouping_of(question const& wanted) -> flowlog::dynamic_grouping;
    /// The keys of an answer as --by has them.
    [[nodiscard]] auto keys_of(asked const& of) const -> std::string;
    auto lacks_fields(std::vector<flowlog::field_use> const& uses) -> bool;
    auto grouping_for(std::string identity, flowlog::dynamic_grouping groups,
                      flowlog::filter filter) -> std::optional<std::size_t>;
    [[nodiscard]] auto places_of(question const& wanted, std::size_t answer) const
        -> std::vector<std::size_t>;

    reading_options const& options_;
    key_tables const& tables_;
    log_survey const& survey_;
    std::string words_;
    std::size_t max_groups_;
    std::vector<asked> asked_{};
    std::vector<std::string> identities_{};  // of the groupings
    std::vector<picked_grouping> groupings_{};
    std::optional<counted_groupings> answers_{};
    std::vector<std::string> missing_{};
    reading done_{};
};

}  // namespace cli

#endif
