// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_OUTPUTS_HPP
#define FLOWLOG_CLI_OUTPUTS_HPP

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <flowlog/output/encoder.hpp>
#include <flowlog/output/result_file.hpp>
#include <flowlog/output/result_folders.hpp>
#include <flowlog/source/object_store.hpp>

namespace cli {

/// Files, or objects of a store, that appear together when all of them are complete. If they are
/// destroyed before, or a signal ends the program, nothing is left of them.
class outputs {
public:
    /// `force`: existing files and objects are replaced, whatever they contain. Otherwise only
    /// empty files are.
    explicit outputs(bool force) : force_{force} {}

    /// Begins a file or object; "-" is standard output. Makes the folders that it is in. The result
    /// writes to it, and may be used as long as these outputs.
    auto open(std::string const& path) -> flowlog::byte_sink;

    /// Completes all of them, and lets them appear.
    void commit();

private:
    auto open_object(std::string const& word) -> flowlog::byte_sink;

    bool force_;
    flowlog::result_folders folders_;
    std::vector<flowlog::result_file> files_;
    std::vector<std::unique_ptr<flowlog::object_writer>> objects_;
};

/// Throws `usage_error` if an output would replace a file that is read. `-` among these is standard
/// input.
void keep_apart(std::string const& output, std::vector<std::string> const& inputs);

}  // namespace cli

#endif
