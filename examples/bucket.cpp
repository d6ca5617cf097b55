// SPDX-License-Identifier: BSL-1.0
// Digests the flow logs of a bucket, or of a local copy of it, as go-vpc's README does:
//     bucket s3://BUCKET|FOLDER SINCE [REGION]...
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <flowlog/flowlog.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/grammar/object_key.hpp>
#include <flowlog/grammar/time.hpp>
#include <flowlog/source/arrow_store.hpp>
#ifdef WITH_GZIP
#include <flowlog/source/gzip.hpp>  // logs of AWS are compressed
#endif

auto open_place(std::string const& place) -> flowlog::opened_store {
    if (flowlog::is_in_store(place)) return flowlog::open_store(place);
    return {std::make_shared<flowlog::folder_store>(), place};
}

auto main(int argc, char** argv) -> int try {
    auto const session = flowlog::object_store_session{};
    auto const [store, path] = open_place(argc > 1 ? argv[1] : ".");
    auto const since = std::string{argc > 2 ? argv[2] : "-2h"};
    auto const in_range = flowlog::where("end >= " + since);
    auto wanted = flowlog::object_filter{.since = flowlog::parse_time(since).first};
    if (argc > 3) wanted.regions.emplace(argv + 3, argv + argc);

    // The iterator: the objects that are wanted by what their keys say. Foreign ones are skipped.
    auto objects = flowlog::log_objects(store, path, wanted.widened());
    auto logs = std::vector<flowlog::stored_object>{};
    for (auto const& object : objects) {
        std::cout << object.key.region << ' ' << flowlog::to_text(object.key.time) << '\n';
        logs.push_back({object.path, object.size});
    }
    std::cout << objects.counts().skipped() << " skipped\n\n";

    // The reader and the digester: flows that differ only in the client's port become one.
    auto keys = std::vector<flowlog::group_key>{};
    for (auto const* key : {"interface-id", "srcaddr", "dstaddr", "service", "action"})
        keys.push_back(flowlog::parse_group_key(key));
    auto const sums = flowlog::group_by(
        keys, {flowlog::measure::parse("sum(packets)"), flowlog::measure::parse("sum(bytes)")});
    auto const digest =
        flowlog::run(flowlog::log_inputs(store, logs), flowlog::filtered{in_range, sums});
    for (auto const& group : digest.value.inner().rank(10).groups) {
        for (auto const& cell : group.key) std::cout << flowlog::to_text(cell) << ' ';
        std::cout << flowlog::to_text(group.values[0]) << " packets, "
                  << flowlog::to_text(group.values[1]) << " bytes\n";
    }
    return 0;
} catch (std::exception const& failure) {
    std::cerr << "bucket: " << failure.what() << '\n';
    return 1;
}
