// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/format/detect.hpp>
#include <flowlog/format/formats.hpp>
#include <flowlog/source/decoder.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_format_formats {

using namespace std::string_literals;
using flowlog::input;
using flowlog::memory_input;

namespace {

/// A log without flows, of a format that notes how it is opened.
struct empty_reader final : flowlog::column_reader {
    auto next(flowlog::column_batch&) -> bool override { return false; }
    auto has(flowlog::field_id) -> bool override { return true; }
    auto describe() -> flowlog::archive_info override { return {}; }
    [[nodiscard]] auto name() const -> std::string override { return "empty"; }
    [[nodiscard]] auto bytes() const -> std::uint64_t override { return 0; }
};

struct opening {
    std::string bytes;
    bool random_access;
};
auto openings() -> std::vector<opening>& {
    static auto all = std::vector<opening>{};
    return all;
}

auto open_noted(flowlog::log_bytes from, flowlog::open_options const&)
    -> std::unique_ptr<flowlog::column_reader> {
    auto all = std::string{};
    for (auto block = from.source.next(); !block.empty(); block = from.source.next())
        all.append(block.data(), block.size());
    if (from.random_access) {
        auto again = std::string(all.size(), '?');
        CHECK(from.random_access->read_at(0, again) == all.size());
        CHECK(again == all);
    }
    openings().push_back({all, from.random_access.has_value()});
    return std::make_unique<empty_reader>();
}

auto const noted = flowlog::register_format(
    {.name = "noted",
     .matches = [](std::string_view bytes) { return bytes.starts_with("NOTED"); },
     .open = &open_noted});
auto const other =
    flowlog::register_format({.name = "noted",  // a second registration of the same name is ignored
                              .matches = [](std::string_view) { return true; },
                              .open = &open_noted});
auto const later = flowlog::register_format(
    {.name = "later",
     .matches = [](std::string_view bytes) { return bytes.starts_with("NOTE"); },
     .open = &open_noted});

/// "Compressed" by a letter in front.
auto const packed = flowlog::register_decoder(
    {.name = "letter",
     .matches = [](std::string_view bytes) { return bytes.starts_with("~NOTED"); },
     .wrap = [](flowlog::any_source from, std::uint64_t) -> flowlog::any_source {
         auto const block = from.next();
         return flowlog::rewound_source<flowlog::any_source>{
             std::string{block.data() + 1, block.size() - 1}, std::move(from)};
     }});

auto format_of(flowlog::log opened) -> std::string { return opened.describe().format; }

}  // namespace

TEST_CASE("formats are registered by name, once", "[formats]") {
    CHECK((noted && other && later));
    auto const names = flowlog::registered_formats();
    CHECK(std::ranges::count(names, "noted") == 1);
    CHECK(std::ranges::count(names, "later") == 1);
}

TEST_CASE("registered formats are asked in order", "[formats]") {
    CHECK(format_of(flowlog::open(memory_input{"NOTED"})) == "noted");
    CHECK(format_of(flowlog::open(memory_input{"NOTES"})) == "later");
}

TEST_CASE("a registered format is given the bytes, and the input if it can", "[formats]") {
    auto const bytes = "NOTED" + std::string(5000, 'x');
    auto const opened = [&](auto&&... from) {
        openings().clear();
        static_cast<void>(flowlog::open(std::forward<decltype(from)>(from)...));
        REQUIRE(openings().size() == 1);
        CHECK(openings()[0].bytes == bytes);
        return openings()[0].random_access;
    };
    CHECK(opened(memory_input{bytes}));
    CHECK(opened(memory_input{bytes}.in_blocks_of(3)));
    CHECK_FALSE(opened(flowlog::any_source{flowlog::memory_source{bytes}}));
    CHECK_FALSE(opened(memory_input{"~" + bytes}));  // its bytes are not those of the input
    CHECK(flowlog::open(memory_input{"~" + bytes}).packed() == std::vector{"letter"s});
    CHECK(flowlog::open(memory_input{bytes}).packed().empty());
}

TEST_CASE("the bytes that a registered format reads are counted", "[formats]") {
    auto const bytes = "NOTED" + std::string(5000, 'x');
    auto count = std::atomic<std::uint64_t>{0};
    auto options = flowlog::open_options{};
    options.progress = &count;
    static_cast<void>(flowlog::open(memory_input{bytes}, options));
    CHECK(count == bytes.size());
}

}  // namespace test_format_formats
