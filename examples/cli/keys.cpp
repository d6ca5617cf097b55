// SPDX-License-Identifier: BSL-1.0
#include "keys.hpp"

#include <algorithm>
#include <utility>

#include <flowlog/aggregate/group_words.hpp>

#include "choice.hpp"
#include "clock.hpp"
#include "commands.hpp"
#include "options.hpp"
#include "partial.hpp"
#include "reading.hpp"

namespace cli {

void add_key_options(CLI::App& app, key_options& options) {
    add_option(app, "--lookup", options.lookup);
    add_option(app, "--map", options.map);
}

auto key_options::tags() const -> std::shared_ptr<flowlog::tag_table const> {
    if (!lookup.empty() && !loaded_->tags) {
        auto const text = read_counting_file(lookup, flowlog::errc::invalid_table);
        loaded_->tags = std::make_shared<flowlog::tag_table const>(
            flowlog::tag_table::parse(text, lookup, how));
    }
    if (merging().active && !loaded_->tags)
        loaded_->tags = std::make_shared<flowlog::tag_table const>();
    return loaded_->tags;
}

auto key_options::labels() const -> std::shared_ptr<flowlog::label_table const> {
    if (merging().active && !loaded_->labels)  // the keys of partial results are texts already
        loaded_->labels = std::make_shared<flowlog::label_table const>();
    if (!map.empty() && !loaded_->labels) {
        auto const text = read_counting_file(map, flowlog::errc::invalid_table);
        loaded_->labels =
            std::make_shared<flowlog::label_table const>(flowlog::label_table::parse(text, map));
    }
    return loaded_->labels;
}

void key_options::note(flowlog::group_key const& key) const {
    if (key.kind == flowlog::key_kind::tag) loaded_->uses_tags = true;
    if (key.kind == flowlog::key_kind::label) loaded_->uses_labels = true;
}

void key_options::note_filter(std::string_view text) const {
    auto const has = [text](std::string_view word) {
        auto const same = [](char a, char b) { return (a | 0x20) == b; };
        return !std::ranges::search(text, word, same).empty();
    };
    if (has("tag")) loaded_->uses_tags = true;
    if (has("label")) loaded_->uses_labels = true;
}

auto names_of(std::vector<flowlog::group_key> const& keys) -> std::string {
    auto result = std::string{};
    for (auto const& key : keys) result += (result.empty() ? "" : ",") + key.name;
    return result;
}

key_tables::key_tables(key_options const& options)
    : options_{options}, tags_{options.tags()}, labels_{options.labels()} {}

namespace {

/// Reads a key, or the name of a column that is none.
auto parse_key(std::string_view word, flowlog::group_tables const& tables,
               key_tables::column_names const& others) -> flowlog::group_key {
    try {
        return flowlog::parse_group_key(word, tables);
    } catch (flowlog::error const&) {
        auto const names = others ? others() : std::vector<std::string>{};
        if (std::ranges::find(names, word) == names.end()) throw;
        return flowlog::group_key::column(std::string{word});
    }
}

}  // namespace

auto key_tables::parse(std::string_view list, std::string_view option,
                       column_names const& others) const -> std::vector<flowlog::group_key> {
    auto const tables = flowlog::group_tables{.tags = tags_.get(),
                                              .labels = labels_.get(),
                                              .zone = zone().name() == "UTC" ? nullptr : &zone()};
    auto result = std::vector<flowlog::group_key>{};
    for (auto const word : split(list)) {
        if (word == "tag" && !tags_)
            throw usage_error{"the key tag needs a table of tags: --lookup FILE"};
        if (word.starts_with("label(") && !labels_)
            throw usage_error{"the key label needs a table of labels: --map FILE"};
        auto key = parse_key(word, tables, others);
        if (std::ranges::find(result, key.name, &flowlog::group_key::name) != result.end())
            throw usage_error{std::string{option} + " names " + key.name + " twice"};
        options_.note(key);
        result.push_back(std::move(key));
    }
    return result;
}

auto key_tables::warnings() const -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    if (tags_) result = warnings_of(tags_->warnings(), tags_->warning_count());
    if (labels_) {
        for (auto& warning : warnings_of(labels_->warnings(), labels_->warning_count()))
            result.push_back(std::move(warning));
    }
    return result;
}

}  // namespace cli
