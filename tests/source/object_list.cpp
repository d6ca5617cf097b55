// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <vector>

#include <flowlog/source/object_list.hpp>

#include "catch.hpp"
#include "source/memory_store.hpp"

namespace test_source_object_list {

static void fill(memory_store& store, std::vector<std::string> const& names) {
    for (auto const& name : names) store.objects[name] = name;
}

static auto names(memory_store& store, std::string const& path) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const& object : flowlog::find_objects(store, path)) {
        CHECK(object.size == store.objects.at(object.path).size());
        result.push_back(object.path);
    }
    return result;
}

static auto failure(memory_store& store, std::string const& path) -> std::string {
    try {
        static_cast<void>(flowlog::find_objects(store, path));
    } catch (flowlog::no_such_object const& thrown) {
        CHECK(thrown.code() == flowlog::errc::cannot_open);
        return thrown.what();
    }
    return "found";
}

using list = std::vector<std::string>;

TEST_CASE("an object by its name", "[object_list]") {
    auto store = memory_store{};
    fill(store, {"b/a", "b/a/x", "b/a*", "b/ab"});
    store.objects["b/empty"] = "";
    CHECK(names(store, "b/a") == list{"b/a"});
    CHECK(names(store, "b/a*") == list{"b/a*"});  // as for files, a name goes before a pattern
    CHECK(names(store, "b/empty") == list{"b/empty"});
    CHECK(store.lists == 0);
}

TEST_CASE("the objects below a prefix", "[object_list]") {
    auto store = memory_store{};
    fill(store, {"b/l/1", "b/l/2", "b/l/deep/er/3", "b/lx/4", "b/k", "c/l/1"});
    store.objects["b/l/empty"] = "";
    CHECK(names(store, "b/l") == list{"b/l/1", "b/l/2", "b/l/deep/er/3"});
    CHECK(names(store, "b/l/") == list{"b/l/1", "b/l/2", "b/l/deep/er/3"});
    CHECK(names(store, "b/lx//") == list{"b/lx/4"});
    CHECK(names(store, "b") == list{"b/k", "b/l/1", "b/l/2", "b/l/deep/er/3", "b/lx/4"});
    CHECK(names(store, "c/") == list{"c/l/1"});
    CHECK(store.lists == 5);
}

TEST_CASE("a pattern lists the folders that match", "[object_list]") {
    auto store = memory_store{};
    fill(store, {"b/l/1/a.gz", "b/l/1/b.txt", "b/l/2/a.gz", "b/l/2/sub/c.gz", "b/l/30/a.gz",
                 "b/l/a.gz", "b/m/1/a.gz"});
    CHECK(names(store, "b/l/?/*.gz") == list{"b/l/1/a.gz", "b/l/2/a.gz"});
    CHECK(store.lists == 3);  // b/l, b/l/1 and b/l/2
    CHECK(names(store, "b/l/*/a.gz") == list{"b/l/1/a.gz", "b/l/2/a.gz", "b/l/30/a.gz"});
    CHECK(names(store, "b/*/1") == list{"b/l/1/a.gz", "b/l/1/b.txt", "b/m/1/a.gz"});
    CHECK(names(store, "b/l/[2-3]*") == list{"b/l/2/a.gz", "b/l/2/sub/c.gz", "b/l/30/a.gz"});
    CHECK(names(store, "b/*/2/sub/") == list{"b/l/2/sub/c.gz"});
}

TEST_CASE("two stars match any number of folders of a store", "[object_list]") {
    auto store = memory_store{};
    fill(store, {"b/l/a.gz", "b/l/1/a.gz", "b/l/1/2/a.gz", "b/l/1/a.txt", "b/m/a.gz", "b/z.gz"});
    CHECK(names(store, "b/l/**/*.gz") == list{"b/l/1/2/a.gz", "b/l/1/a.gz", "b/l/a.gz"});
    CHECK(names(store, "b/**/1/*.gz") == list{"b/l/1/a.gz"});
    CHECK(names(store, "b/**/2/**") == list{"b/l/1/2/a.gz"});
    CHECK(names(store, "b/**") ==
          list{"b/l/1/2/a.gz", "b/l/1/a.gz", "b/l/1/a.txt", "b/l/a.gz", "b/m/a.gz", "b/z.gz"});
    CHECK(store.lists == 4);
}

TEST_CASE("a path that names nothing says so", "[object_list]") {
    auto store = memory_store{};
    fill(store, {"b/l/1"});
    store.objects["b/empty/1"] = "";
    CHECK(failure(store, "b/x") ==
          "mem://b/x: cannot open: no object has this name, and none is below it");
    CHECK(failure(store, "b/empty/") ==
          "mem://b/empty/: cannot open: all objects below it are empty");
    CHECK(failure(store, "b/*.gz") == "mem://b/*.gz: cannot open: no object matches");
    CHECK(failure(store, "b/**/*.gz") == "mem://b/**/*.gz: cannot open: no object matches");
    CHECK(failure(store, "nix") == "mem://nix: cannot open: the bucket is empty");
    CHECK(failure(store, "") == "mem://: cannot open: the name of a bucket is missing");
    CHECK(failure(store, "/l") == "mem:///l: cannot open: the name of a bucket is missing");
    CHECK(failure(store, "b*/l") == "mem://b*/l: cannot open: the name of a bucket is no pattern");
}

}  // namespace test_source_object_list
