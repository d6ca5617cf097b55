// SPDX-License-Identifier: BSL-1.0
#include "outputs.hpp"

#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/source/arrow_store.hpp>
#include <flowlog/source/scheme.hpp>

#include "commands.hpp"

namespace cli {
namespace {

auto exists(flowlog::object_store& store, std::string const& path) -> bool try {
    static_cast<void>(store.stat(path));
    return true;
} catch (flowlog::no_such_object const&) {
    return false;
}

}  // namespace

auto outputs::open(std::string const& path) -> flowlog::byte_sink {
    if (!flowlog::scheme_of(path).empty()) return open_object(path);
    // no result begins like this: what was converted is data, and not as soon made again as a count
    constexpr auto nothing = std::string_view{"\0flowlog", 8};
    if (path != "-") folders_.make(std::filesystem::path{path}.parent_path());
    files_.emplace_back(path, nothing, force_);
    return
        [this, place = files_.size() - 1](std::string_view bytes) { files_[place].write(bytes); };
}

auto outputs::open_object(std::string const& word) -> flowlog::byte_sink {
    auto const place = flowlog::open_store(word);
    if (!force_ && exists(*place.store, place.path))
        throw flowlog::error{flowlog::errc::write_failed,
                             {word},
                             "is not written: there is such an object; --force replaces it"};
    objects_.push_back(place.store->create(place.path));
    return [store = place.store, to = objects_.back().get()](std::string_view bytes) {
        to->write(bytes);
    };
}

void outputs::commit() {
    for (auto& object : objects_) object->finish();
    commit_all(std::span{files_});
    folders_.keep();
}

void keep_apart(std::string const& output, std::vector<std::string> const& inputs) {
    namespace fs = std::filesystem;
    auto ignored = std::error_code{};
    if (output == "-" || !fs::is_regular_file(output, ignored)) return;
    for (auto const& input : inputs) {
        if (fs::equivalent(input == "-" ? "/dev/stdin" : input, output, ignored))
            throw usage_error{"the output " + flowlog::escaped(output) +
                              " would replace the input " + flowlog::escaped(input)};
    }
}

}  // namespace cli
