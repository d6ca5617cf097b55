// SPDX-License-Identifier: BSL-1.0
// The job "tag" as one would write it in C++ with the standard library: no checks but the status.
//
//   tag LOOKUP PROTOCOLS DIR LOG…      ("-": standard input)
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <unordered_map>

using counts = std::unordered_map<std::string, std::uint64_t>;

std::unordered_map<std::string, std::string> load(std::string const& path, bool two_columns) {
    std::unordered_map<std::string, std::string> table;
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        auto const comma = line.find(',', two_columns ? line.find(',') + 1 : 0);
        auto key = line.substr(0, comma);
        std::transform(key.begin(), key.end(), key.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        table[key] = line.substr(comma + 1);
    }
    return table;
}

void count(std::istream& log, counts& pairs) {
    std::string line;
    while (std::getline(log, line)) {
        std::istringstream fields(line);
        std::string version, account, interface, source, destination, source_port, port, protocol,
            packets, bytes, start, end, action, status;
        fields >> version >> account >> interface >> source >> destination >> source_port >> port >>
            protocol >> packets >> bytes >> start >> end >> action >> status;
        if (status == "OK") ++pairs[port + ',' + protocol];
    }
}

int main(int argc, char** argv) {
    if (argc < 5) return 2;
    auto const tags = load(argv[1], true);
    auto const names = load(argv[2], false);
    std::string const out = argv[3];

    std::ios::sync_with_stdio(false);
    counts pairs;
    for (int i = 4; i < argc; ++i) {
        if (std::string(argv[i]) == "-") {
            count(std::cin, pairs);
        } else {
            std::ifstream file(argv[i]);
            count(file, pairs);
        }
    }

    counts by_tag;
    std::ofstream pair_file(out + "/port_protocol_counts.csv");
    pair_file << "Port,Protocol,Count\n";
    for (auto const& [key, n] : pairs) {
        auto const comma = key.find(',');
        auto const name = names.find(key.substr(comma + 1));
        auto const pair = name == names.end() ? key : key.substr(0, comma + 1) + name->second;
        auto const tag = tags.find(pair);
        by_tag[tag == tags.end() ? "Untagged" : tag->second] += n;
        pair_file << pair << ',' << n << '\n';
    }
    std::ofstream tag_file(out + "/tag_counts.csv");
    tag_file << "Tag,Count\n";
    for (auto const& [tag, n] : by_tag) tag_file << tag << ',' << n << '\n';
}
