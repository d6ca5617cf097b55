// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <unistd.h>

#include <flowlog/source/folder_store.hpp>
#include <flowlog/source/inputs.hpp>

#include "catch.hpp"
#include "files.hpp"

namespace test_source_folder_store {

using flowlog::folder_store;
using flowlog::stored_object;
using list = std::vector<std::string>;

static auto listed(folder_store& store, std::string const& path, bool recursive) -> list {
    auto result = list{};
    store.list(path, recursive, [&](stored_object const& found) {
        CHECK(found.is_folder == found.path.ends_with('/'));
        result.push_back(found.path);
        return true;
    });
    return result;
}

TEST_CASE("a folder is listed like a store", "[folder_store]") {
    auto const here = testing::folder{};
    auto const b = here.write("b.log", "12345");
    auto const c = here.write("a/c.log", "");
    auto const d = here.write("a/d/e.log", "x");
    auto const before = here.write("a-b/x.log", "");
    here.write(".hidden", "");
    here.write("a/.git/config", "");
    static_cast<void>(here.pipe("pipe"));
    std::filesystem::create_directory_symlink(here / "a", here / "link");
    auto store = folder_store{};
    CHECK(listed(store, here.path(), false) == list{here / "a-b/", here / "a/", b});
    CHECK(store.list_requests() == 1);
    CHECK(listed(store, here.path(), true) == list{before, c, d, b});
    CHECK(store.list_requests() == 5);
    CHECK(listed(store, here / "none", true).empty());
    CHECK(listed(store, b, false).empty());
    CHECK(store.scheme().empty());
    auto first = list{};
    store.list(here.path(), true, [&](auto const& found) {
        first.push_back(found.path);
        return false;
    });
    CHECK(first == list{before});
}

TEST_CASE("a folder holds the files that expand_inputs finds", "[folder_store]") {
    auto const here = testing::folder{};
    for (auto const* name : {"z", "a/b", "a.x", "a0", "a/.hidden/x", "a/c/d/e"})
        here.write(name, "1");
    auto store = folder_store{};
    auto names = list{};
    for (auto const& input : flowlog::expand_inputs({here.path()}).files)
        names.push_back(input.name());
    CHECK(listed(store, here.path(), true) == names);
}

TEST_CASE("a file is read at any offset", "[folder_store]") {
    auto const here = testing::folder{};
    auto const path = here.write("a", "0123456789");
    auto store = folder_store{};
    auto tag = std::string{"none"};
    CHECK(store.stat(path, &tag) == 10);
    CHECK(tag.empty());
    auto buffer = std::array<char, 4>{};
    CHECK(store.read_at(path, 10, 3, buffer) == 4);
    CHECK(std::string(buffer.data(), 4) == "3456");
    CHECK(store.read_at(path, 10, 8, buffer) == 2);
    CHECK_THROWS_AS(store.stat(here / "none"), flowlog::no_such_object);
}

TEST_CASE("a file appears when it is finished", "[folder_store]") {
    auto const here = testing::folder{};
    auto store = folder_store{};
    auto const text = std::string{"some text"};
    {
        auto writer = store.create(here / "new/a");
        writer->write(text);
        CHECK(listed(store, here.path(), true).empty());
        writer->finish();
    }
    CHECK(listed(store, here.path(), true) == list{here / "new/a"});
    CHECK(store.stat(here / "new/a") == text.size());
    store.create(here / "new/b")->write(text);  // never finished
    CHECK(listed(store, here.path(), true) == list{here / "new/a"});
    CHECK(std::distance(std::filesystem::directory_iterator{here / "new"}, {}) == 1);
    CHECK_THROWS_AS(store.create(here / "new/a/below"), flowlog::error);
}

TEST_CASE("a folder that cannot be read does not hide the others", "[folder_store]") {
    if (::geteuid() == 0) return;  // who may read everything
    auto const here = testing::folder{};
    here.write("a/x", "1");
    auto const b = here.write("b/x", "1");
    std::filesystem::permissions(here / "a", std::filesystem::perms::none);
    auto store = folder_store{};
    auto found = list{};
    auto const list_all = [&] {
        store.list(here.path(), true, [&](auto const& object) {
            found.push_back(object.path);
            return true;
        });
    };
    CHECK_THROWS_AS(list_all(), flowlog::error);
    CHECK(found == list{b});
    std::filesystem::permissions(here / "a", std::filesystem::perms::owner_all);
}

}  // namespace test_source_folder_store
