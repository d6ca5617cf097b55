// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as a filter, and applies a valid one to records with values, without values and
// with malformed values. The filter may name tags, labels and a list, which is the same bytes; they
// are also read as lists of addresses, ports and texts.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/lookup/label_table.hpp>
#include <flowlog/lookup/tag_table.hpp>
#include <flowlog/source/memory.hpp>

namespace {

/// What a filter may refer to; a list is `text`, whatever its name.
auto options_for(std::string_view text) -> flowlog::filter_options {
    static auto const tags = std::make_shared<flowlog::tag_table const>(
        flowlog::tag_table::parse("dstport,protocol,tag\n443,tcp,web\n", "tags", {}));
    static auto const labels =
        flowlog::label_table::parse("cidr,label\n10.0.0.0/8,inside\n", "labels");
    auto result = flowlog::filter_options{};
    result.now = flowlog::timestamp{std::chrono::seconds{1'714'600'000}};
    result.tags = tags;
    result.labels = &labels;
    result.has_column = [](std::string_view name) { return name == "x-col"; };
    result.read_list = [text](std::string const&) { return std::string{text}; };
    return result;
}

/// Reads the text as lists of values of several kinds.
void read_lists(std::string_view text) {
    for (auto const* const expression :
         {"srcaddr in @l", "dstport in @l", "vpc-id in @l", "start in @l"}) {
        try {
            static_cast<void>(flowlog::where(expression, options_for(text)));
        } catch (flowlog::error const& failure) {
            if (failure.code() != flowlog::errc::invalid_filter) std::abort();
        }
    }
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    using namespace flowlog;
    // `x` is a value of tcp-flags. Beside a malformed protocol, `flags SA` may be false of it,
    // while `not flags SA`, which asks for none of them, is malformed.
    constexpr auto log = std::string_view{
        "log-status dstport protocol bytes packets srcaddr dstaddr start end action vpc-id "
        "tcp-flags\n"
        "OK 443 6 4000 10 10.0.0.1 2001:db8::1 1714564800 1714564860 REJECT vpc-1a2b 18\n"
        "OK - - - - - - - - - - -\n"
        "OK x x x x x x x x x x ?\n"};
    static auto const flows = [log] {
        auto result = std::vector<flow>{};
        auto reader = text_reader{memory_source{log}};
        for (auto const& record : reader) result.emplace_back(record);
        return result;
    }();
    auto const text = std::string_view{reinterpret_cast<char const*>(data), size};
    read_lists(text);
    try {
        auto const wanted = where(text, options_for(text));
        auto const opposite = !wanted;
        for (auto const& record : flows) {
            auto const found = wanted.test(record);
            if (found.state() != opposite.test(record).state()) std::abort();
            if (found.malformed()) static_cast<void>(wanted.malformed_field(record));
        }
        // a reader costs more than all the rest
        if (size % 64 != 0) return 0;
        auto reader = text_reader{memory_source{log}};
        auto at = flows.begin();
        for (auto const& record : reader) {
            if (wanted.test(record) != wanted.test(*at++)) std::abort();
        }
    } catch (error const& e) {
        if (e.code() != errc::invalid_filter) std::abort();
    }
    return 0;
}
