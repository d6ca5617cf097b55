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

/// A store that results are written to, and the path that a URI names in it.
struct output_place {
    std::shared_ptr<flowlog::object_store> store;
    std::string path;
};

/// Opens the store of `s3://bucket/key` for writing. Throws `errc::unsupported` if there is none
/// for the scheme.
auto open_output_store(std::string const& uri) -> output_place;

/// Files, or objects of a store, that appear together when all of them are complete. If they are
/// destroyed before, or a signal ends the program, nothing is left of them.
class outputs {
public:
    /// `force`: existing files are replaced, whatever they contain. Otherwise only empty ones are.
    explicit outputs(bool force) : force_{force} {}

    /// Begins a file or object; "-" is standard output. Makes the folders that it is in. The result
    /// writes to it, and may be used as long as these outputs.
    auto open(std::string const& path) -> flowlog::byte_sink;

    /// Completes all of them, and lets them appear.
    void commit();

private:
    bool force_;
    flowlog::result_folders folders_;
    std::vector<flowlog::result_file> files_;
    std::vector<std::unique_ptr<flowlog::object_writer>> objects_;
};

}  // namespace cli

#endif
