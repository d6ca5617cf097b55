// SPDX-License-Identifier: BSL-1.0
// Reads the log of a device that flowlog does not know, and counts its ports: own_format LOG
#include <cstdint>
#include <exception>
#include <iostream>

#include <boost/fusion/include/adapt_struct.hpp>
#include <boost/spirit/home/x3.hpp>

#include <flowlog/flowlog.hpp>
#include <flowlog/grammar/explain.hpp>
#include <flowlog/grammar/rule.hpp>
#include <flowlog/grammar/x3_records.hpp>

// A line is `fw1 drop tcp 203.0.113.7:51234 > 10.0.0.5:22`
struct drop {
    std::string_view host;
    std::uint8_t protocol;
    flowlog::address from;
    std::uint16_t from_port;
    flowlog::address to;
    std::uint16_t to_port;

    // makes it a record that aggregators read
    template <flowlog::field_id Id>
    auto operator[](flowlog::field_key<Id>) const
        -> flowlog::field_value<flowlog::field_value_type<Id>> {
        if constexpr (Id == flowlog::field_id::dstport) return to_port;
        if constexpr (Id == flowlog::field_id::protocol) return protocol;
        return {};
    }
};
BOOST_FUSION_ADAPT_STRUCT(drop, host, protocol, from, from_port, to, to_port)

auto main(int argc, char** argv) -> int try {
    namespace x3 = boost::spirit::x3;
    using flowlog::grammar::value;
    auto const protocol = (x3::lit("tcp") >> x3::attr(std::uint8_t{6})) |
                          (x3::lit("udp") >> x3::attr(std::uint8_t{17}));
    auto const endpoint = value<flowlog::address> > ':' > value<std::uint16_t>;
    auto const line =
        value<std::string_view> >> " drop " >> protocol >> ' ' >> (endpoint > " > " > endpoint);

    auto drops = flowlog::grammar::x3_records<drop>(
        flowlog::file_source{argc > 1 ? argv[1] : "-"}, line,
        {.on_malformed = [](auto const& bad) { std::cout << flowlog::describe(bad) << '\n'; }});
    auto const ports = flowlog::aggregate(drops, flowlog::port_protocol_counter{});
    for (auto const& [port, number, count] : ports.counts())
        std::cout << port << '/' << flowlog::protocol_name(number) << ' ' << count << '\n';
    return 0;
} catch (std::exception const& failure) {
    std::cerr << "own_format: " << failure.what() << '\n';
    return 1;
}
