// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <flowlog/source/object_input.hpp>

#include "catch.hpp"
#include "source/drained.hpp"
#include "source/memory_store.hpp"

namespace test_source_object_input {

using namespace std::chrono_literals;
using flowlog::errc;
using flowlog::fetch_options;
using flowlog::input;

static auto bytes_of(input const& from) -> std::string { return drained::of(from.open()).bytes; }

static auto random_text(std::size_t size, unsigned seed = 1) -> std::string {
    auto random = std::minstd_rand{seed};
    auto text = std::string(size, '\0');
    for (auto& c : text) c = static_cast<char>(random() >> 8);
    return text;
}

/// A store of objects `b/000`, `b/001`, … of this size.
static auto store_of(std::size_t count, std::size_t size) -> std::shared_ptr<memory_store> {
    auto store = std::make_shared<memory_store>();
    for (std::size_t i = 0; i < count; ++i) {
        auto const digits = std::to_string(1000 + i).substr(1);
        store->objects["b/" + digits] = random_text(size, static_cast<unsigned>(i + 1));
    }
    return store;
}

static auto inputs_of(std::shared_ptr<memory_store> const& store, fetch_options how = {})
    -> std::vector<input> {
    auto found = std::vector<flowlog::stored_object>{};
    for (auto const& [name, bytes] : store->objects)
        found.push_back({.path = name, .size = bytes.size()});
    how.delay = 0ms;
    return flowlog::object_inputs(store, found, how);
}

static auto thread_count() -> std::size_t {
    using std::filesystem::directory_iterator;
    auto const path = std::filesystem::path{"/proc/self/task"};
    if (!std::filesystem::exists(path)) return 1;
    return static_cast<std::size_t>(std::distance(directory_iterator{path}, directory_iterator{}));
}

static void throw_broken(memory_store::request const& request) {
    throw flowlog::error{errc::read_failed, {request.path}, "the connection broke"};
}

TEST_CASE("a small object costs one request, however it is read", "[object_input]") {
    auto const store = store_of(1, 1000);
    auto const bytes = store->objects["b/000"];
    auto const from = inputs_of(store)[0];
    CHECK(from.name() == "mem://b/000");
    CHECK(from.size() == 1000);
    CHECK(from.random_access());
    CHECK(store->read_count() == 0);

    SECTION("from its start") {
        CHECK(bytes_of(from) == bytes);
        CHECK(store->reads == std::vector<memory_store::request>{{"b/000", 0, 1001}});
    }
    SECTION("at offsets, and then from its start") {
        auto buffer = std::string(10, '?');
        CHECK(from.read_at(5, buffer) == 10);
        CHECK(buffer == bytes.substr(5, 10));
        CHECK(from.read_at(995, buffer) == 5);
        CHECK(from.read_at(1000, buffer) == 0);
        CHECK(from.read_at(2000, buffer) == 0);
        CHECK(bytes_of(from) == bytes);
        CHECK(store->read_count() == 1);
    }
    SECTION("held") {
        auto const held = from.hold();
        store->objects["b/000"] = "another";
        CHECK(drained::of(held.open_range(10, 20)).bytes == bytes.substr(10, 10));
        CHECK(drained::of(held.open_range(990, 2000)).bytes == bytes.substr(990));
        CHECK(bytes_of(held) == bytes);
        CHECK(store->read_count() == 1);
    }
    SECTION("held, and opened: kept no longer than they") {
        auto held = std::optional{from.hold()};
        CHECK(bytes_of(from) == bytes);
        CHECK(store->read_count() == 1);
        held.reset();
        CHECK(bytes_of(from) == bytes);
        CHECK(store->read_count() == 2);
    }
    SECTION("while a source of it lives") {
        auto const opened = from.open();
        auto buffer = std::string(1000, '?');
        CHECK(from.read_at(0, buffer) == 1000);
        CHECK(bytes_of(from.hold()) == bytes);
        CHECK(store->read_count() == 1);
    }
    SECTION("again after that: anew") {
        CHECK(bytes_of(from) == bytes);
        CHECK(bytes_of(from) == bytes);
        CHECK(store->read_count() == 2);
    }
    CHECK(store->stats == 0);
}

TEST_CASE("an empty object costs no request", "[object_input]") {
    auto const store = store_of(3, 0);
    for (auto const& from : inputs_of(store)) CHECK(bytes_of(from).empty());
    CHECK(store->read_count() == 0);
}

TEST_CASE("objects are fetched ahead, in order, each once", "[object_input][prefetch]") {
    auto const fetches = GENERATE(1U, 2U, 16U, 100U);
    auto const buffer = GENERATE(1U, 2500U, 1U << 20);
    CAPTURE(fetches, buffer);
    auto const store = store_of(50, 1000);
    store->latency = 1ms;
    auto const before = thread_count();
    {
        auto const inputs = inputs_of(store, {.fetches = fetches, .buffer = buffer});
        CHECK(thread_count() == before);
        for (auto const& from : inputs)
            CHECK(bytes_of(from) == store->objects.at(from.name().substr(6)));
        CHECK(store->most_active <= fetches);
        for (auto const& [name, bytes] : store->objects) CHECK(store->reads_of(name) == 1);
    }
    CHECK(thread_count() == before);
}

TEST_CASE("requests for what is fetched ahead run at once", "[object_input][prefetch]") {
    auto const store = store_of(32, 10);
    store->latency = 10ms;
    for (auto const& from : inputs_of(store, {.fetches = 16})) CHECK(bytes_of(from).size() == 10);
    CHECK(store->most_active > 4);
}

/// The number of reads once it is `expected`, and does not grow in the 50 ms after that.
auto settled_reads(memory_store const& store, std::size_t expected) -> std::size_t {
    for (auto waited = 0; store.read_count() < expected && waited < 10'000; ++waited)
        std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(50ms);
    return store.read_count();
}

TEST_CASE("no more bytes are held than the buffer has", "[object_input][prefetch]") {
    auto const store = store_of(40, 1000);
    auto const inputs = inputs_of(store, {.fetches = 8, .buffer = 5000});
    auto const first = inputs[0].open();
    CHECK(settled_reads(*store, 5) == 5);  // the one that is open, and four ahead
    auto const second = inputs[1].open();
    CHECK(settled_reads(*store, 5) == 5);  // both are held
}

TEST_CASE("what is fetched ahead is limited though the buffer is large",
          "[object_input][prefetch]") {
    auto const store = store_of(200, 10);
    auto const inputs = inputs_of(store, {.fetches = 4});
    CHECK(bytes_of(inputs[0]).size() == 10);
    CHECK(settled_reads(*store, 1 + 4) == 1 + 4);
    for (std::size_t i = 1; i < 5; ++i) CHECK(bytes_of(inputs[i]).size() == 10);
    CHECK(settled_reads(*store, 5 + 8) == 5 + 8);
}

TEST_CASE("what was read at offsets is dropped when the readers have passed by",
          "[object_input][prefetch]") {
    auto const store = store_of(20, 1000);
    auto const inputs = inputs_of(store, {.fetches = 1, .buffer = 2000});
    auto buffer = std::string(10, '?');
    for (auto const i : {0U, 5U}) CHECK(inputs[i].read_at(0, buffer) == 10);
    CHECK(bytes_of(inputs[10]).size() == 1000);
    CHECK(inputs[0].read_at(0, buffer) == 10);
    CHECK(store->reads_of("b/000") == 2);
}

TEST_CASE("objects may be skipped, opened out of order, or twice", "[object_input][prefetch]") {
    auto const seed = GENERATE(1U, 2U, 3U, 4U, 5U);
    auto const buffer = GENERATE(1000U, 3000U, 1U << 20);
    auto const store = store_of(100, 700);
    auto const inputs = inputs_of(store, {.fetches = 4, .buffer = buffer});
    auto random = std::minstd_rand{seed};
    auto const check = [&](std::size_t i) {
        CHECK(bytes_of(inputs[i]) == store->objects.at(inputs[i].name().substr(6)));
    };
    for (std::size_t i = 0; i < 100; i += random() % 7) {
        check(i);
        if (i >= 3) check(i - random() % 4);
        if (i == 0) ++i;
    }
    for (std::size_t i = 100; i-- > 90;) check(i);
    check(0);
}

TEST_CASE("several threads read the objects of one listing", "[object_input][prefetch]") {
    auto const store = store_of(200, 500);
    auto const buffer = GENERATE(4000U, 1U << 20);
    auto const inputs = inputs_of(store, {.fetches = 3, .buffer = buffer});
    auto next = std::atomic<std::size_t>{0};
    auto wrong = std::atomic<std::size_t>{0};
    {
        auto threads = std::vector<std::jthread>{};
        for (auto t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (auto i = next++; i < inputs.size(); i = next++) {
                    if (bytes_of(inputs[i]) != store->objects.at(inputs[i].name().substr(6)))
                        ++wrong;
                }
            });
        }
    }
    CHECK(wrong == 0);
    CHECK(store->most_active <= 3);
    CHECK(store->read_count() >= 200);  // a full buffer drops what a late reader has not opened
    if (buffer > 4000) CHECK(store->read_count() == 200);
}

TEST_CASE("an error of what was fetched ahead is thrown when it is opened", "[object_input]") {
    auto const store = store_of(10, 100);
    auto const inputs = inputs_of(store);
    store->objects.erase("b/003");
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        auto const got = [&] {
            try {
                return drained::of(inputs[i].open());
            } catch (flowlog::error const& thrown) {
                return drained{.what = thrown.what()};
            }
        }();
        if (i == 3) {
            CHECK(got.what == "mem://b/003: 404: no such key");
        } else {
            CHECK(got.bytes.size() == 100);
        }
    }
    store->objects["b/003"] = std::string(100, 'x');
    CHECK(bytes_of(inputs[3]).size() == 100);
}

TEST_CASE("a small object that changed its size is an error", "[object_input]") {
    auto const size = GENERATE(1U, 99U, 101U, 5000U);
    auto const store = store_of(1, 100);
    auto const inputs = inputs_of(store);
    store->objects["b/000"] = random_text(size);
    CHECK_THROWS_WITH(inputs[0].open(),
                      "mem://b/000: the object has another size than when it was "
                      "listed");
}

TEST_CASE("what has arrived before a failure is kept", "[object_input]") {
    auto const store = store_of(1, 3'000'000);
    auto const bytes = store->objects["b/000"];
    auto failures = 0;
    store->on_read = [&](auto const& request) {
        if (request.size > 800'000 && ++failures <= 2) throw_broken(request);
    };
    CHECK(bytes_of(inputs_of(store)[0]) == bytes);
    CHECK(failures == 1);
    auto const& reads = store->reads;
    REQUIRE(reads.size() == 5);
    CHECK(reads[1] == memory_store::request{"b/000", 0, 750'000});
    CHECK(reads[4] == memory_store::request{"b/000", 2'250'000, 750'001});
}

TEST_CASE("a failure that stays is given up after the retries", "[object_input]") {
    auto const store = store_of(1, 3'000'000);
    store->on_read = throw_broken;
    auto const large = GENERATE(false, true);
    auto const inputs = inputs_of(store, {.max_whole = large ? 1000U : 8U << 20, .retries = 3});
    auto const code = [&] {
        try {
            return drained::of(inputs[0].open()).code;
        } catch (flowlog::error const& thrown) {
            return static_cast<errc>(thrown.code().value());
        }
    }();
    CHECK(code == errc::read_failed);
    CHECK(store->read_count() == 4);
}

TEST_CASE("nothing is asked for again when nobody waits for it", "[object_input][prefetch]") {
    auto const store = store_of(3, 100);
    store->on_read = [](auto const& request) {
        if (request.path == "b/000") return;
        std::this_thread::sleep_for(20ms);
        throw_broken(request);
    };
    {
        auto const inputs = inputs_of(store, {.retries = 1000});
        CHECK(bytes_of(inputs[0]).size() == 100);
    }
    CHECK(store->read_count() <= 5);
}

TEST_CASE("what a store refuses is not asked for again", "[object_input]") {
    auto const store = store_of(1, 100);
    store->on_read = [](auto const& request) {
        throw flowlog::error{errc::cannot_open, {request.path}, "403: access denied"};
    };
    CHECK_THROWS_WITH(inputs_of(store)[0].open(), "b/000: 403: access denied");
    CHECK(store->read_count() == 1);
}

static auto large_inputs(std::shared_ptr<memory_store> const& store) -> std::vector<input> {
    return inputs_of(store, {.fetches = 3, .max_whole = 1000, .range = 100'000});
}

TEST_CASE("a large object is read in ranges", "[object_input]") {
    auto const store = store_of(2, 1'234'567);
    store->tags["b/000"] = "1";
    auto const bytes = store->objects["b/000"];
    auto const inputs = large_inputs(store);
    SECTION("as a whole") {
        CHECK(bytes_of(inputs[0]) == bytes);
        CHECK(store->read_count() == 13);
        CHECK(store->stats == 1 + 13);  // the first tag, and one check after each range
        CHECK(store->most_active <= 3);
    }
    SECTION("one block: no more than that is fetched") {
        auto source = inputs[0].open();
        CHECK(source.next().size() == 100'000);
        std::this_thread::sleep_for(20ms);
        CHECK(store->read_count() == 1);
    }
    SECTION("given up in the middle") {
        store->latency = 5ms;
        auto source = inputs[0].open();
        for (auto i = 0; i < 3; ++i) CHECK(!source.next().empty());
        source = inputs[1].open();
        CHECK(drained::of(std::move(source)).bytes == store->objects["b/001"]);
    }
    SECTION("parts of it") {
        CHECK(drained::of(inputs[0].open_range(50'000, 450'000)).bytes ==
              bytes.substr(50'000, 400'000));
        CHECK(drained::of(inputs[0].open_range(1'200'000, 9'999'999)).bytes ==
              bytes.substr(1'200'000));
        CHECK(drained::of(inputs[0].open_range(9'999'999, 99'999'999)).bytes.empty());
        auto buffer = std::string(1000, '?');
        CHECK(inputs[0].read_at(1'234'000, buffer) == 567);
        CHECK(buffer.substr(0, 567) == bytes.substr(1'234'000));
        CHECK(inputs[0].read_at(1'234'567, buffer) == 0);
        CHECK(inputs[0].read_at(9'999'999, buffer) == 0);
    }
    SECTION("with breaks") {
        auto count = std::atomic<int>{0};
        store->on_read = [&](auto const& request) {
            if (++count % 3 == 0) throw_broken(request);
        };
        CHECK(bytes_of(inputs[0]) == bytes);
    }
}

TEST_CASE("an object larger than the buffer is read in ranges", "[object_input]") {
    auto const store = store_of(3, 1'000'000);
    auto const inputs = inputs_of(store, {.buffer = 400'000});
    for (auto const& from : inputs)
        CHECK(bytes_of(from) == store->objects.at(from.name().substr(6)));
    for (auto const& request : store->reads) CHECK(request.size <= 100'000);
}

TEST_CASE("a large object that was replaced is an error", "[object_input]") {
    auto const store = store_of(1, 1'000'000);
    store->tags["b/000"] = "1";
    auto const inputs = large_inputs(store);
    auto source = inputs[0].open();
    auto const first = source.next().size();
    CHECK(first == 100'000);
    {
        auto const lock = std::scoped_lock{store->mutex};
        store->objects["b/000"] = std::string(1'000'000, 'x');
        store->tags["b/000"] = "2";
    }
    auto const rest = drained::of(std::move(source));
    CHECK(rest.code == errc::changed);
    CHECK(rest.what == "mem://b/000: the object has been replaced");
    CHECK(rest.bytes.empty());  // nothing of the new object
    CHECK_THROWS_WITH(inputs[0].open().next(), rest.what);
}

TEST_CASE("a large object that was replaced while it was held is an error", "[object_input]") {
    auto const store = store_of(1, 1'000'000);
    store->tags["b/000"] = "1";
    auto const held = large_inputs(store)[0].hold();
    store->tags["b/000"] = "2";
    CHECK(drained::of(held.open()).code == errc::changed);
}

TEST_CASE("a large object that changed its size since it was listed is an error",
          "[object_input]") {
    auto const store = store_of(1, 1'000'000);
    auto const inputs = large_inputs(store);
    store->objects["b/000"].resize(GENERATE(999'999U, 1'000'001U, 10U));
    CHECK(drained::of(inputs[0].open()).code == errc::changed);
}

TEST_CASE("a store that takes an object for shorter than it is is asked again", "[object_input]") {
    auto const store = store_of(2, 300'000);
    store->tags["b/001"] = "1";
    auto const large = GENERATE(false, true);
    auto const inputs =
        inputs_of(store, {.fetches = 2, .max_whole = large ? 1000U : 8U << 20, .range = 100'000});
    auto count = std::atomic<int>{0};
    store->lost = [&](auto const&) { return ++count % 2 == 1 ? 1U : 0U; };
    for (auto const& from : inputs)
        CHECK(bytes_of(from) == store->objects.at(from.name().substr(6)));
    CHECK(count > 3);
    store->lost = [&](auto const&) { return 1U; };
    CHECK_THROWS_WITH(
        [&] {
            auto source = inputs[0].open();
            while (!source.next().empty()) {
            }
        }(),
        "mem://b/000: the object ends earlier than its size says");
}

}  // namespace test_source_object_input
