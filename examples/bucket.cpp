// SPDX-License-Identifier: BSL-1.0
// Digests the flow logs of a bucket, or of a local copy of it: bucket FOLDER SINCE [REGION]...
// What go-vpc's README does with iterators, filters, a reader and a digester.
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <flowlog/flowlog.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/grammar/object_key.hpp>

auto main(int argc, char** argv) -> int try {
    auto const since = std::string{argc > 2 ? argv[2] : "2018-10-17"};
    auto wanted = flowlog::object_filter{
        .since = flowlog::grammar::parse_filter_time(since, {}).value().first};
    if (argc > 3) wanted.regions.emplace(argv + 3, argv + argc);

    // the objects of the bucket, filtered by what their keys say; foreign ones are skipped
    auto objects = flowlog::log_objects(std::make_shared<flowlog::folder_store>(),
                                        argc > 1 ? argv[1] : ".", wanted.widened());
    auto logs = std::vector<std::string>{};
    for (auto const& object : objects) {
        std::cout << object.key.region << ' ' << flowlog::to_text(object.key.time) << '\n';
        logs.push_back(object.path);
    }
    std::cout << objects.counts().skipped() << " skipped\n\n";

    // one pass over all of them: flows that differ only in the port of the client become one
    auto keys = std::vector<flowlog::group_key>{};
    for (auto const* key : {"interface-id", "srcaddr", "dstaddr", "service", "action"})
        keys.push_back(flowlog::parse_group_key(key));
    auto const digest = flowlog::run(
        logs, flowlog::filtered{flowlog::where("end >= " + since),
                                flowlog::group_by(keys, {flowlog::measure::parse("sum(packets)"),
                                                         flowlog::measure::parse("sum(bytes)")})});
    for (auto const& group : digest.value.inner().rank(10).groups) {
        for (auto const& cell : group.key) std::cout << flowlog::to_text(cell) << ' ';
        for (auto const& cell : group.values) std::cout << flowlog::to_text(cell) << ' ';
        std::cout << '\n';
    }
    return 0;
} catch (std::exception const& failure) {
    std::cerr << "bucket: " << failure.what() << '\n';
    return 1;
}
