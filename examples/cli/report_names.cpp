// SPDX-License-Identifier: BSL-1.0
#include "report_names.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <flowlog/did_you_mean.hpp>
#include <flowlog/escape.hpp>

#include "choice.hpp"
#include "commands.hpp"

namespace cli {

auto find_report(std::string_view name) -> report_kind const* {
    auto const all = report_kinds();
    auto const found = std::ranges::find(all, name, &report_kind::name);
    return found == all.end() ? nullptr : &*found;
}

auto list_of_reports() -> std::string {
    auto text = std::string{};
    for (auto const& kind : report_kinds())
        text += fmt::format("  {:<11}{}\n", kind.name, kind.meaning);
    return text + fmt::format("  {:<11}{}\n", "all", "all of these");
}

void throw_no_report(std::string const& word) {
    auto names = std::vector<std::string>{"all"};
    for (auto const& kind : report_kinds()) names.emplace_back(kind.name);
    throw usage_error{"no such report: " + flowlog::escaped(word, 60) +
                      flowlog::did_you_mean(word, names) + " ('flowlog report' lists them)"};
}

auto reports_in(std::string const& word) -> report_list {
    auto result = report_list{};
    for (auto const name : split(word)) {
        if (name == "all") {
            for (auto const& kind : report_kinds()) result.push_back(&kind);
        } else if (auto const* const kind = find_report(name)) {
            result.push_back(kind);
        } else if (!result.empty()) {
            throw_no_report(std::string{name});
        } else {
            return {};
        }
    }
    return result;
}

auto names_of(report_list const& all) -> std::string {
    auto result = std::string{};
    for (auto const* const kind : all)
        result += (result.empty() ? "" : ",") + std::string{kind->name};
    return result;
}

}  // namespace cli
