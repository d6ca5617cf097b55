// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_KEYS_HPP
#define FLOWLOG_CLI_KEYS_HPP

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/lookup/label_table.hpp>
#include <flowlog/lookup/tag_table.hpp>

namespace CLI {
class App;
}

namespace cli {

/// The files of the tables that keys and filters may need.
struct key_options {
    std::string lookup{};
    std::string map{};
    flowlog::tag_table_options how{};  ///< how the table of tags is read

    /// The table of tags, or null. Each table is read once, because it may be standard input; keys
    /// and filters that use it point into it.
    [[nodiscard]] auto tags() const -> std::shared_ptr<flowlog::tag_table const>;
    /// The table of labels, or null.
    [[nodiscard]] auto labels() const -> std::shared_ptr<flowlog::label_table const>;

    /// Notes that a key is used, which may need a table.
    void note(flowlog::group_key const& key) const;
    /// Notes that a filter is used, given its text, which may need a table.
    void note_filter(std::string_view text) const;

    /// Whether a key or a filter that was noted needs the table of tags; a filter, if it has the
    /// word at all.
    [[nodiscard]] auto uses_tags() const -> bool { return loaded_->uses_tags; }
    /// The same of the table of labels.
    [[nodiscard]] auto uses_labels() const -> bool { return loaded_->uses_labels; }

private:
    struct loaded {
        std::shared_ptr<flowlog::tag_table const> tags{};
        std::shared_ptr<flowlog::label_table const> labels{};
        bool uses_tags = false;
        bool uses_labels = false;
    };
    std::shared_ptr<loaded> loaded_ = std::make_shared<loaded>();  // copies share it
};

/// Adds --lookup and --map.
void add_key_options(CLI::App& app, key_options& options);

/// The names of keys, as an option lists them.
auto names_of(std::vector<flowlog::group_key> const& keys) -> std::string;

/// The tables that keys may need. It must outlive the keys that it parsed.
class key_tables {
public:
    /// Loads the tables that are given. Throws as they do.
    explicit key_tables(key_options const& options);

    /// The names of columns of text logs that are no fields; called if a word is no key.
    using column_names = std::function<std::vector<std::string>()>;

    /// Reads the keys of a list, which may not name one twice. Throws `usage_error` and
    /// `flowlog::error`; `option` is the option whose list it is: `--by`.
    [[nodiscard]] auto parse(std::string_view list, std::string_view option,
                             column_names const& others = {}) const
        -> std::vector<flowlog::group_key>;

    /// What in the tables is probably a mistake.
    [[nodiscard]] auto warnings() const -> std::vector<std::string>;

private:
    key_options options_;
    std::shared_ptr<flowlog::tag_table const> tags_;
    std::shared_ptr<flowlog::label_table const> labels_;
};

}  // namespace cli

#endif
