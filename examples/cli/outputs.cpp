// SPDX-License-Identifier: BSL-1.0
#include "outputs.hpp"

#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include <flowlog/error.hpp>
#include <flowlog/source/scheme.hpp>

namespace cli {

auto open_output_store(std::string const& uri) -> output_place {
    throw flowlog::error{flowlog::errc::unsupported,
                         {uri},
                         "cannot be written: this build has no store for such names"};
}

auto outputs::open(std::string const& path) -> flowlog::byte_sink {
    if (!flowlog::scheme_of(path).empty()) {
        auto const place = open_output_store(path);
        objects_.push_back(place.store->create(place.path));
        return [store = place.store, to = objects_.back().get()](std::string_view bytes) {
            to->write(bytes);
        };
    }
    // no result begins like this: what was converted is data, and not as soon made again as a count
    constexpr auto nothing = std::string_view{"\0flowlog", 8};
    if (path != "-") folders_.make(std::filesystem::path{path}.parent_path());
    files_.emplace_back(path, nothing, force_);
    return
        [this, place = files_.size() - 1](std::string_view bytes) { files_[place].write(bytes); };
}

void outputs::commit() {
    for (auto& object : objects_) object->finish();
    commit_all(std::span{files_});
    folders_.keep();
}

}  // namespace cli
