// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_QUESTIONS_HPP
#define FLOWLOG_CLI_QUESTIONS_HPP

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/flow/field.hpp>

namespace cli {

/// A question about logs, in the words in which `flowlog top` is asked it.
struct question {
    std::string title;
    std::string about{};                  ///< what the answer says, as a sentence
    std::string by{};                     ///< --by
    std::vector<std::string> measures{};  ///< the first one that the logs have ranks
    std::string where{};                  ///< --where
    /// What `where` is if the logs have all fields that it may name: it wants the same flows. They
    /// are counted by it if it is not known which fields the logs have.
    std::string full_where{};
    std::string having{};    ///< --having
    std::string sort{};      ///< --sort: another measure that ranks
    bool ascending = false;  ///< --ascending
    std::string price{};     ///< the name of the price of its bytes
};

/// What questions depend on. The keys and flows of a question have two forms at most: that for logs
/// with all fields, and that for logs with none.
struct question_context {
    std::function<bool(flowlog::field_id)> has{};  ///< whether the logs have a field
    bool labels = false;                           ///< there is a table of labels
    bool tags = false;                             ///< there is a table of tags
    std::uint64_t min_ports = 20;                  ///< a source that tries as many scans ports
    std::uint64_t min_hosts = 20;                  ///< a source that tries as many scans hosts
    std::string window = "10m";                    ///< in this time; empty: in the whole log
};

/// A report: a name, and the questions that it answers.
struct report_kind {
    std::string_view name;
    std::string_view meaning;
    auto (*questions)(question_context const&) -> std::vector<question>;
};

/// All reports, in the order in which they are listed.
auto report_kinds() -> std::span<report_kind const>;

// The questions of the overview and of the page.

auto over_time_question(question_context const& context) -> question;
auto senders_question() -> question;
auto services_question() -> question;
auto tags_question() -> question;
auto rejected_services_question() -> question;
auto links_questions(question_context const& context) -> std::vector<question>;

/// What people call the values of a key that are codes: `443/tcp` is https, traffic path 8 is an
/// internet gateway. Empty if they have no name.
auto name_of_value(std::string_view key, std::string const& value) -> std::string;

}  // namespace cli

#endif
