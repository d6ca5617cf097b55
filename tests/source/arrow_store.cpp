// SPDX-License-Identifier: BSL-1.0
// The program's side of the component: with a module that is made of functions of this test.
#define FLOWLOG_ARROW_LINKED
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <flowlog/source/arrow_store.hpp>
#include <flowlog/source/inputs.hpp>

#include "catch.hpp"
#include "source/drained.hpp"

using namespace flowlog::detail;

namespace {

/// What the module was asked for, and what it has.
struct {
    std::vector<std::string> opened{};
    std::string options{};
    int open = 0;
    int shut_down = 0;
    std::int32_t status = module_ok;  // of the next calls
    std::map<std::string, std::string> objects{};
    std::string written{};
    std::string root{};
} module_state;

auto text_of(std::string const& text) -> char* { return ::strdup(text.c_str()); }

auto result(char** error) -> std::int32_t {
    if (module_state.status != module_ok) *error = text_of("the server's reason");
    return module_state.status;
}

auto const functions = store_functions{
    .open =
        [](char const* uri, module_store_options const* how, void** store, char** path,
           char** error) {
            module_state.opened.emplace_back(uri);
            module_state.options =
                std::string{how->endpoint ? how->endpoint : "-"} + ' ' +
                (how->region ? how->region : "-") + ' ' + std::to_string(how->anonymous) + ' ' +
                std::to_string(how->retries) + ' ' + std::to_string(how->requests);
            if (module_state.status == module_ok) {
                ++module_state.open;
                *store = &module_state;
                *path = text_of(module_state.root);
            }
            return result(error);
        },
    .close = [](void*) { --module_state.open; },
    .list =
        [](void*, char const* path, std::int32_t, void* context, module_object_callback use,
           std::uint64_t* requests, char** error) {
            *requests += 2;
            for (auto const& [name, bytes] : module_state.objects) {
                if (!name.starts_with(std::string{path} + '/')) continue;
                auto const object = module_object{
                    .path = name.c_str(), .size = bytes.size(), .modified = 5, .is_folder = 0};
                if (use(context, &object) != 0) return std::int32_t{module_ok};
            }
            return result(error);
        },
    .stat =
        [](void*, char const* path, std::uint64_t* size, char** tag, char** error) {
            auto const found = module_state.objects.find(path);
            if (found == module_state.objects.end()) {
                *error = text_of("404");
                return std::int32_t{module_not_found};
            }
            *size = found->second.size();
            *tag = text_of("tag");
            return result(error);
        },
    .read =
        [](void*, char const* path, std::uint64_t offset, char* buffer, std::uint64_t size,
           std::uint64_t* got, char** error) {
            *got = module_state.objects.at(path).copy(buffer, size, offset);
            return result(error);
        },
    .create =
        [](void*, char const* path, void** writer, char** error) {
            module_state.written = std::string{path} + ":";
            *writer = &module_state;
            return result(error);
        },
    .write =
        [](void*, char const* bytes, std::uint64_t size, char** error) {
            module_state.written.append(bytes, size);
            return result(error);
        },
    .finish =
        [](void*, char** error) {
            module_state.written += " finished";
            return result(error);
        },
    .abandon = [](void*) { module_state.written += " abandoned"; },
    .shut_down = [] { ++module_state.shut_down; }};

/// A module in its first state; the stores are closed at the end.
struct fresh_module {
    fresh_module() { module_state = {}; }
    flowlog::object_store_session session{};
};

}  // namespace

extern "C" auto flowlog_arrow_module(std::int32_t version) -> arrow_module const* {
    static constexpr auto parquet = parquet_functions{};
    static auto const module = arrow_module{&functions, &parquet};
    return version == arrow_module_version ? &module : nullptr;
}

static auto names(std::string const& word) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const& from : flowlog::expand_objects(word)) result.push_back(from.name());
    return result;
}

static auto caught(std::string const& word) -> flowlog::error {
    try {
        static_cast<void>(flowlog::expand_objects(word));
    } catch (flowlog::error const& thrown) {
        return thrown;
    }
    return {flowlog::errc::invalid_argument, {}, "nothing was thrown"};
}

using list = std::vector<std::string>;

TEST_CASE("words with a scheme of a store are expanded", "[arrow_store]") {
    auto const fresh = fresh_module{};
    module_state.root = "bucket";
    module_state.objects = {{"bucket/d/1", "one"}, {"bucket/d/2%20 x", "two"}, {"bucket/e", ""}};
    auto const found =
        flowlog::expand_inputs({"s3://bucket/d/", "s3a://bucket/d/1", "s3://bucket/x"});
    REQUIRE(found.files.size() == 3);
    CHECK(found.files[0].name() == "s3://bucket/d/1");
    CHECK(found.files[1].name() == "s3://bucket/d/2%20 x");
    CHECK(found.files[2].name() == "s3a://bucket/d/1");
    CHECK(drained::of(found.files[1].open()).bytes == "two");
    REQUIRE(found.missing.size() == 1);
    CHECK(found.missing[0].what() ==
          std::string{"s3://bucket/x: cannot open: no object has this name, and none is below it"});
    CHECK(module_state.opened == list{"s3://bucket", "s3://bucket"});  // one for each scheme
    CHECK(flowlog::open_store("s3://bucket/d").store->list_requests() == 4);
    CHECK(flowlog::input{"gs://bucket/d/1"}.size() == 3);
}

TEST_CASE("paths are those of the URI, whatever Arrow calls them", "[arrow_store]") {
    auto const fresh = fresh_module{};
    SECTION("the container is in the authority") {
        module_state.root = "c";
        module_state.objects = {{"c/d/1", "one"}};
        CHECK(names("abfs://c@account/d") == list{"abfs://c@account/d/1"});
        CHECK(names("abfs://c@account/d/1") == list{"abfs://c@account/d/1"});
    }
    SECTION("the container is in the path") {
        module_state.objects = {{"c/d/1", "one"}};
        CHECK(names("abfs://account.host/c/d") == list{"abfs://account.host/c/d/1"});
    }
    SECTION("paths of HDFS begin with a slash") {
        module_state.root = "/";
        module_state.objects = {{"/d/1", "one"}};
        CHECK(names("hdfs://host:8020/d") == list{"hdfs://host:8020/d/1"});
    }
}

TEST_CASE("a failure of a store has its place and its reason", "[arrow_store]") {
    using flowlog::errc;
    auto const fresh = fresh_module{};
    auto const [status, code] =
        GENERATE(table<module_status, errc>({{module_not_found, errc::cannot_open},
                                             {module_forbidden, errc::cannot_open},
                                             {module_unavailable, errc::read_failed},
                                             {module_changed, errc::changed},
                                             {module_unsupported, errc::unsupported},
                                             {module_failed, errc::cannot_open}}));
    module_state.status = status;
    auto const not_opened = caught("s3://bucket/d/");
    CHECK(not_opened.code() == code);
    CHECK(not_opened.what() ==
          std::string{"s3://bucket: cannot open the store: the server's reason"});
    CHECK(module_state.open == 0);
    module_state.status = module_ok;
    static_cast<void>(flowlog::open_store("s3://bucket"));
    module_state.status = status;
    auto const not_listed = caught("s3://bucket/d/");
    CHECK(not_listed.code() == code);
    CHECK(not_listed.what() == std::string{"s3://bucket/d: cannot list: the server's reason"});
    CHECK(caught("s3:///d").what() ==
          std::string{"s3:///d: cannot open: the name of a bucket is missing"});
}

TEST_CASE("a listing ends when its user has seen enough, or throws", "[arrow_store]") {
    auto const fresh = fresh_module{};
    module_state.root = "b";
    module_state.objects = {{"b/1", "x"}, {"b/2", "x"}, {"b/3", "x"}};
    auto const store = flowlog::open_store("s3://b").store;
    auto seen = list{};
    store->list("b", true, [&](auto const& object) {
        seen.push_back(object.path);
        CHECK(object.modified->time_since_epoch().count() == 5);
        return seen.size() < 2;
    });
    CHECK(seen == list{"b/1", "b/2"});
    CHECK_THROWS_AS(
        store->list("b", true, [](auto const&) -> bool { throw std::runtime_error{"mine"}; }),
        std::runtime_error);
}

TEST_CASE("an object appears when it is finished", "[arrow_store]") {
    auto const fresh = fresh_module{};
    module_state.root = "b";
    auto const store = flowlog::open_store("s3://b").store;
    auto const bytes = std::string{"text"};
    {
        auto const writer = store->create("b/k");
        writer->write(bytes);
        writer->finish();
    }
    CHECK(module_state.written == "b/k:text finished");
    {
        auto const writer = store->create("b/k");
        writer->write(bytes);
    }
    CHECK(module_state.written == "b/k:text abandoned");
    module_state.status = module_forbidden;
    CHECK_THROWS_WITH(store->create("b/k"),
                      "s3://b/k: cannot write the object: the server's reason");
}

TEST_CASE("the options reach the store, and the session closes it", "[arrow_store]") {
    {
        auto const fresh = fresh_module{};
        auto options = flowlog::store_options{.endpoint = "http://host", .anonymous = true};
        options.fetch.fetches = 7;
        options.fetch.retries = 2;
        flowlog::set_store_options(options);
        static_cast<void>(flowlog::open_store("s3://b"));
        CHECK(module_state.options == "http://host - 1 2 7");
        flowlog::set_store_options({});
        static_cast<void>(flowlog::open_store("s3://c"));
        CHECK(module_state.options == "- - 0 4 16");
        CHECK(module_state.open == 2);
    }
    CHECK(module_state.open == 0);
    CHECK(module_state.shut_down == 1);
    {
        auto const unused = flowlog::object_store_session{};
    }
    CHECK(module_state.shut_down == 1);
}
