// SPDX-License-Identifier: BSL-1.0
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/source/folder_store.hpp>
#include <flowlog/source/log_inputs.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "source/drained.hpp"
#include "source/memory_store.hpp"

namespace test_source_log_inputs {

using flowlog::object_key;
using list = std::vector<std::string>;

/// Only the name counts here.
static auto parse_key(std::string_view key) -> std::optional<object_key> {
    if (!key.ends_with(".log.gz")) return std::nullopt;
    return object_key{.account = std::string{key.substr(key.rfind('/') + 1, 1)}};
}

static auto names_of(std::vector<flowlog::input> const& inputs) -> list {
    auto result = list{};
    for (auto const& input : inputs) result.push_back(input.name());
    return result;
}

TEST_CASE("the objects of a listing are inputs in its order", "[log_inputs]") {
    auto const store = std::make_shared<memory_store>();
    store->objects = {
        {"b/2.log.gz", "two"}, {"b/1.log.gz", "one"}, {"b/readme", "x"}, {"b/3.log.gz", "three"}};
    auto const inputs = flowlog::log_inputs(
        flowlog::log_objects(store, "b", parse_key, {.accounts = flowlog::name_set{"1", "3"}}));
    CHECK(names_of(inputs) == list{"mem://b/1.log.gz", "mem://b/3.log.gz"});
    CHECK(drained::of(inputs[1].open()).bytes == "three");
    CHECK(inputs[0].size() == 3);
    CHECK(names_of(flowlog::log_objects(store, "b", parse_key)) ==
          list{"mem://b/1.log.gz", "mem://b/2.log.gz", "mem://b/3.log.gz"});
}

TEST_CASE("files of a folder are inputs as ever", "[log_inputs]") {
    auto const here = testing::folder{};
    auto const a = here.write("a.log.gz", "one");
    auto const b = here.write("b/b.log.gz", "two");
    auto const inputs = flowlog::log_inputs(
        flowlog::log_objects(std::make_shared<flowlog::folder_store>(), here.path(), parse_key));
    CHECK(names_of(inputs) == list{a, b});
    CHECK(inputs[0].random_access());
    CHECK(drained::of(inputs[1].open()).bytes == "two");
}

}  // namespace test_source_log_inputs
