// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/source/log_objects.hpp>

#include "catch.hpp"
#include "repeats.hpp"
#include "source/listed_store.hpp"

namespace test_source_log_objects {

using flowlog::key_layout;
using flowlog::listing_counts;
using flowlog::listing_options;
using flowlog::log_objects;
using flowlog::object_filter;
using flowlog::object_key;
using flowlog::skip_reason;
using flowlog::timestamp;
using testing::listed_store;
using list = std::vector<std::string>;
using namespace std::chrono_literals;

static constexpr auto first_day = std::chrono::sys_days{std::chrono::year{2018} / 10 / 1};

/// Reads the keys that these tests write: core headers do without the grammar. Only the name
/// counts.
static auto parse_key(std::string_view text) -> std::optional<object_key> {
    auto name = text.substr(text.rfind('/') + 1);
    if (!name.ends_with(".log.gz")) return std::nullopt;
    auto parts = list{};
    while (!name.empty()) {
        auto const end = std::min(name.find('_'), name.size());
        parts.emplace_back(name.substr(0, end));
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    if (parts.size() != 6) return std::nullopt;
    auto const number = [&](std::size_t at, std::size_t size) {
        return static_cast<unsigned>(std::stoul(parts[4].substr(at, size)));
    };
    auto const date = std::chrono::year{static_cast<int>(number(0, 4))} /
                      std::chrono::month{number(4, 2)} / std::chrono::day{number(6, 2)};
    return object_key{.account = parts[0],
                      .region = parts[2],
                      .flow_log_id = parts[3],
                      .time = std::chrono::sys_days{date} + std::chrono::hours{number(9, 2)} +
                              std::chrono::minutes{number(11, 2)},
                      .hash = parts[5].substr(0, parts[5].find('.'))};
}

/// A bucket with logs of some accounts, regions and days, four a day.
struct bucket {
    std::shared_ptr<listed_store> store = std::make_shared<listed_store>();
    list all{};

    void put(object_key const& key, std::string const& root = "b/") {
        all.push_back(root + key.key());
        store->put(all.back());
    }
    void fill(object_key key, int days, std::string const& root = "b/") {
        for (auto i = 0; i < days * 4; ++i) {
            key.time = first_day + i * 6h + 5min;
            put(key, root);
        }
    }
};

static auto small_bucket(key_layout layout, bool hourly, int days = 60) -> bucket {
    auto result = bucket{};
    for (auto const* account : {"111111111111", "222222222222", "333333333333"}) {
        for (auto const* region : {"eu-central-1", "us-east-1"}) {
            result.fill({.layout = layout,
                         .hourly = hourly,
                         .account = account,
                         .region = region,
                         .flow_log_id = "fl-1",
                         .hash = "aa"},
                        days);
        }
    }
    std::ranges::sort(result.all);
    return result;
}

struct listing {
    list paths{};
    listing_counts counts{};
    bool has_layout = false;
};

static auto listed(bucket const& in, std::string const& path, object_filter const& wanted,
                   listing_options options = {}) -> listing {
    auto result = listing{};
    auto range = log_objects(in.store, path, parse_key, wanted, std::move(options));
    for (auto const& object : range) {
        CHECK(wanted(object.key));
        result.paths.push_back(object.path);
    }
    result.counts = range.counts();
    result.has_layout = range.has_layout();
    CHECK(result.counts.chosen == result.paths.size());
    CHECK(result.counts.listed == result.counts.chosen + result.counts.skipped());
    return result;
}

/// The objects that a filter wants, by looking at all of them.
static auto wanted_of(bucket const& in, std::string const& path, object_filter const& wanted)
    -> list {
    auto result = list{};
    for (auto const& object : in.all) {
        if (object.starts_with(path) && wanted(*parse_key(object))) result.push_back(object);
    }
    return result;
}

static auto days(int from, int to) -> object_filter {
    return {.since = first_day + from * 24h, .until = first_day + (to + 1) * 24h - 1us};
}

TEST_CASE("without a filter everything below a path is listed at once", "[log_objects]") {
    auto const in = small_bucket(key_layout::plain, false);  // 1440 objects
    auto const found = listed(in, "b", {});
    CHECK(found.paths == in.all);
    CHECK(found.counts.requests == 2);  // pages of 1000
    CHECK(listed(in, "b/AWSLogs/222222222222/", {}).paths.size() == 480);
    CHECK(listed(in, "b/none", {}).paths.empty());
    CHECK(listed(in, "b/AWSLogs/222222222222/vpcflowlogs/us-east-1/2018/10/03", {}).paths.size() ==
          4);
}

// The number of requests: b, AWSLogs; per account its regions; per account and region each day.
TEST_CASE("only the folders in range are listed", "[log_objects][requests]") {
    auto const in = small_bucket(key_layout::plain, false);
    auto const one_day = listed(in, "b", days(9, 9));
    CHECK(one_day.paths.size() == 6 * 4);
    CHECK(one_day.counts.requests == 2 + 3 + 6);
    CHECK(one_day.counts.listed == 24);
    CHECK(in.store->listed().contains("b/AWSLogs/111111111111/vpcflowlogs/us-east-1/2018/10/10"));
    CHECK(listed(in, "b", days(3, 12)).counts.requests == 2 + 3 + 6 * 10);

    auto wanted = days(3, 12);
    wanted.accounts = flowlog::name_set{"222222222222"};
    CHECK(listed(in, "b", wanted).counts.requests == 2 + 1 + 2 * 10);
    wanted.regions = flowlog::name_set{"us-east-1"};
    CHECK(listed(in, "b", wanted).counts.requests == 2 + 1 + 10);
    CHECK(listed(in, "b/AWSLogs", wanted).counts.requests == 1 + 1 + 10);
    CHECK(listed(in, "b/AWSLogs/222222222222/vpcflowlogs/us-east-1", wanted).counts.requests == 10);
    CHECK(listed(in, "b/AWSLogs/222222222222/vpcflowlogs/us-east-1/2018/10", wanted)
              .counts.requests == 10);
    CHECK(listed(in, "b/AWSLogs/222222222222/vpcflowlogs/us-east-1/2018/11", wanted)
              .counts.requests == 0);
    wanted.since.reset();
    wanted.until.reset();
    CHECK(listed(in, "b", wanted).counts.requests == 2 + 1 + 1);  // 240 objects at once
}

TEST_CASE("many days are found by their years and months", "[log_objects][requests]") {
    auto const in = small_bucket(key_layout::plain, false,
                                 100);  // October, November, December, 8 days of January
    auto const wanted =
        object_filter{.since = first_day - 1000 * 24h, .until = first_day + 90 * 24h};
    auto const found = listed(in, "b", wanted);
    CHECK(found.paths == wanted_of(in, "b", wanted));
    // years; months; October and November as a whole; each day of December
    CHECK(found.counts.requests == 2 + 3 + 6 * (1 + 1 + 2 + 30));
    // 32 days are too many to ask for each; what ends where the range begins is not in it
    auto const november =
        object_filter{.since = first_day + 31 * 24h, .until = first_day + 63 * 24h - 1us};
    CHECK(listed(in, "b", november).paths == wanted_of(in, "b", november));
    // years; months; November as a whole; the two days of December
    CHECK(listed(in, "b", november).counts.requests == 2 + 3 + 6 * (1 + 1 + 1 + 2));
    auto const a_day_less =
        object_filter{.since = november.since, .until = first_day + 62 * 24h - 1us};
    CHECK(listed(in, "b", a_day_less).counts.requests == 2 + 3 + 6 * 31);
    // without an end, the clock ends the range
    auto const open = object_filter{.since = first_day + 98 * 24h};
    auto const now = listing_options{.now = first_day + 99 * 24h};
    CHECK(listed(in, "b", open, now).counts.requests == 2 + 3 + 6 * 2);
    CHECK(listed(in, "b", open, now).paths == wanted_of(in, "b", open));
    // without a beginning, everything before is found by listing
    auto const early = object_filter{.until = first_day + 36h};
    CHECK(listed(in, "b", early).paths == wanted_of(in, "b", early));
    CHECK(listed(in, "b", early).counts.requests == 2 + 3 + 6 * (1 + 1 + 2));
}

TEST_CASE("of a day in part, only the hours in range are listed", "[log_objects][requests]") {
    auto const in = small_bucket(key_layout::hive, true);
    auto wanted = object_filter{.since = first_day + 5h,
                                .until = first_day + 7h,
                                .accounts = flowlog::name_set{"111111111111"},
                                .regions = flowlog::name_set{"us-east-1"}};
    auto const found = listed(in, "b", wanted);
    CHECK(found.paths.size() == 1);
    // bucket, accounts, services, regions, the day, its hour 06
    CHECK(found.counts.requests == 6);
    CHECK(found.counts.listed == 1);
    auto const hour =
        "b/AWSLogs/aws-account-id=111111111111/aws-service=vpcflowlogs/aws-region=us-east-1/"
        "year=2018/month=10/day=01/hour=06";
    CHECK(listed(in, hour, wanted).paths == found.paths);
    CHECK(listed(in, hour, wanted).counts.requests == 1);
}

TEST_CASE("on a disk logs may lie above the folders of days", "[log_objects]") {
    auto in = bucket{};
    in.store = std::make_shared<listed_store>("");
    auto const name =
        std::string{"111111111111_vpcflowlogs_us-east-1_fl-1_20181001T0600Z_a.log.gz"};
    for (auto const* folder : {"AWSLogs/111111111111/", "AWSLogs/111111111111/vpcflowlogs/",
                               "AWSLogs/111111111111/vpcflowlogs/us-east-1/",
                               "AWSLogs/111111111111/vpcflowlogs/us-east-1/2018/",
                               "AWSLogs/111111111111/vpcflowlogs/us-east-1/2018/10/",
                               "AWSLogs/111111111111/vpcflowlogs/us-east-1/2018/10/01/"}) {
        in.all.push_back(folder + name);
        in.store->put(in.all.back());
    }
    std::ranges::sort(in.all);
    for (auto const last : {0, 20, 40}) {
        CAPTURE(last);
        CHECK(listed(in, "", days(0, last)).paths == in.all);
        CHECK(listed(in, "AWSLogs", days(0, last)).paths == in.all);
    }
    CHECK(listed(in, "", days(1, 1)).paths.empty());
}

TEST_CASE("every layout, filter and path gives what a full listing gives",
          "[log_objects][property]") {
    auto random = std::mt19937{3};
    auto const upto = [&](int last) { return std::uniform_int_distribution{0, last}(random); };
    for (auto const layout : {key_layout::plain, key_layout::hive, key_layout::hive_service}) {
        for (auto const hourly : {false, true}) {
            auto in = small_bucket(layout, hourly, 40);
            // logs that are nowhere in particular, and a second tree below a prefix
            in.fill({.account = "444444444444", .region = "x", .flow_log_id = "fl-2", .hash = "b"},
                    2, "b/old/");
            in.fill({.layout = layout,
                     .hourly = hourly,
                     .account = "555555555555",
                     .region = "eu-west-1",
                     .flow_log_id = "fl-3",
                     .hash = "b"},
                    3, "b/team/a b/");
            std::ranges::sort(in.all);
            for (auto i = 0; i < testing::repeats(60); ++i) {
                auto wanted = object_filter{};
                auto const from = upto(45 * 24) - 48;
                if (upto(3) != 0) wanted.since = first_day + from * 1h + upto(59) * 1min;
                if (upto(3) != 0)
                    wanted.until = first_day + (from + upto(upto(1) == 0 ? 40 : 1000)) * 1h;
                if (upto(2) == 0)
                    wanted.accounts = flowlog::name_set{"111111111111", "555555555555"};
                if (upto(2) == 0) wanted.regions = flowlog::name_set{"us-east-1", "eu-west-1"};
                if (upto(5) == 0) wanted.flow_log_ids = flowlog::name_set{"fl-3"};
                auto path = std::string{"b/"};
                if (upto(1) == 0) {  // a folder above any of the objects
                    auto const& some =
                        in.all[static_cast<std::size_t>(upto(static_cast<int>(in.all.size()) - 1))];
                    for (auto depth = upto(10); depth > 0; --depth) {
                        auto const slash = some.find('/', path.size());
                        if (slash == some.npos) break;
                        path = some.substr(0, slash + 1);
                    }
                }
                INFO(path);
                auto options = listing_options{.concurrency = static_cast<std::size_t>(upto(3)),
                                               .now = first_day + 40 * 24h};
                CHECK(listed(in, path, wanted, options).paths == wanted_of(in, path, wanted));
            }
        }
    }
}

TEST_CASE("other objects are skipped and counted", "[log_objects]") {
    auto in = small_bucket(key_layout::plain, false, 1);
    auto const region = std::string{"b/AWSLogs/111111111111/vpcflowlogs/us-east-1/"};
    in.store->put("b/AWSLogs/111111111111/vpcflowlogs/aws-logs-write-test", "AWS was here");
    in.store->put("b/AWSLogs/111111111111/", "");
    in.store->put(region + "2018/10/01/", "");
    in.store->put(region + "2018/10/01/1_vpcflowlogs_r_fl_20181001T0000Z_0.log.gz", "");
    in.store->put(region + "2018/10/01/readme.txt");
    in.store->put("b/AWSLogs/aaa_foreign.txt");
    in.store->put("b/AWSLogs/111111111111/elasticloadbalancing/us-east-1/2018/10/01/x.log.gz");
    auto skipped = std::vector<std::pair<std::string, skip_reason>>{};
    auto options = listing_options{.on_skipped = [&](auto const& object, auto why) {
        skipped.emplace_back(object.path, why);
    }};
    auto const found = listed(in, "b", {}, options);
    CHECK(found.paths == in.all);
    CHECK(found.has_layout);
    CHECK(found.counts == listing_counts{.requests = 1,
                                         .listed = 31,
                                         .chosen = 24,
                                         .chosen_bytes = 24,
                                         .folder_markers = 2,
                                         .empty = 1,
                                         .write_tests = 1,
                                         .foreign = 3});
    REQUIRE(skipped.size() == 7);
    CHECK(skipped[0] ==
          std::pair{std::string{"b/AWSLogs/111111111111/"}, skip_reason::folder_marker});

    auto const filtered = listed(in, "b", days(0, 0));
    CHECK(filtered.paths == in.all);
    CHECK(filtered.counts.foreign == 2);  // the other service is not looked into
    CHECK(filtered.counts.write_tests == 1);
    auto const none = listed(in, "b", {.accounts = flowlog::name_set{"9"}});
    CHECK(none.paths.empty());
    CHECK(none.has_layout);
    CHECK(none.counts.requests == 2);
}

TEST_CASE("folders of other services are counted", "[log_objects]") {
    auto in = small_bucket(key_layout::hive, false, 1);
    in.store->put("b/AWSLogs/aws-account-id=111111111111/aws-service=elb/x/y/z.log.gz");
    auto const found = listed(in, "b", days(0, 0));
    CHECK(found.paths == in.all);
    CHECK(found.counts.other_services == 1);
    CHECK_FALSE(
        in.store->listed().contains("b/AWSLogs/aws-account-id=111111111111/aws-service=elb"));
}

TEST_CASE("a folder without AWS's layout is listed as a whole", "[log_objects]") {
    auto in = bucket{};
    in.store->put("b/logs/a.log");
    in.store->put("b/logs/2018/b.log");
    auto const found = listed(in, "b/logs", days(0, 0));
    CHECK(found.paths.empty());
    CHECK(found.counts.foreign == 2);
    CHECK_FALSE(found.has_layout);
}

// names of buckets and folders that only look like a part of the layout
TEST_CASE("a name alone makes no layout", "[log_objects]") {
    auto in = bucket{};
    auto key = object_key{.layout = key_layout::plain,
                          .account = "111111111111",
                          .region = "us-east-1",
                          .flow_log_id = "fl-1",
                          .hash = "aa"};
    in.fill(key, 2, "vpcflowlogs/my-own-1/");
    in.fill(key, 2, "vpcflowlogs/AWSLogs/copies/of/");
    in.fill(key, 2, "vpcflowlogs/AWSLogs/111111111111/odd/");
    in.fill(key, 2, "b/vpcflowlogs/team-1/");
    std::ranges::sort(in.all);
    auto const found = listed(in, "vpcflowlogs/", days(0, 0));
    auto expected = wanted_of(in, "vpcflowlogs/", days(0, 0));
    std::erase_if(expected, [](auto const& path) { return path.find("/odd/") != path.npos; });
    CHECK(found.paths == expected);
    CHECK(listed(in, "b/", days(0, 0)).paths == wanted_of(in, "b/", days(0, 0)));
    CHECK(listed(in, "vpcflowlogs/AWSLogs/111111111111/odd", days(0, 0)).paths.size() == 4);
    CHECK(listed(in, "vpcflowlogs/AWSLogs/copies", days(0, 0)).paths.size() == 4);
}

TEST_CASE("a folder that cannot be listed is an error, or is reported", "[log_objects]") {
    auto const in = small_bucket(key_layout::plain, false, 1);
    in.store->forbid("b/AWSLogs/222222222222/vpcflowlogs");
    CHECK_THROWS_AS(listed(in, "b", days(0, 0)), flowlog::error);
    auto errors = list{};
    auto const found =
        listed(in, "b", days(0, 0),
               {.on_error = [&](auto const& why) { errors.emplace_back(why.what()); }});
    CHECK(errors ==
          list{"memory://b/AWSLogs/222222222222/vpcflowlogs: cannot open: Access Denied"});
    CHECK(found.paths.size() == 16);
}

TEST_CASE("listing ends when nobody asks for more", "[log_objects][requests]") {
    auto const in = small_bucket(key_layout::plain, false);
    auto range = log_objects(in.store, "b", parse_key, days(0, 20), {.concurrency = 1});
    auto const first = range.begin();
    CHECK(first->path == in.all.front());
    CHECK(range.counts().requests == 4);
}

TEST_CASE("a listing is not far ahead of its reader", "[log_objects]") {
    auto in = bucket{};
    constexpr auto count = 50'000;
    auto key = object_key{.layout = key_layout::plain,
                          .account = "111111111111",
                          .region = "us-east-1",
                          .flow_log_id = "fl-1",
                          .hash = "aa"};
    in.fill(key, count / 4);
    {
        auto range = log_objects(in.store, "b", parse_key);
        auto at = range.begin();
        for (auto i = 0; i < 2500; ++i) ++at;
        CHECK(at->path == in.all[2500]);
    }  // the listing is stopped
    CHECK(in.store->given() >= 2501);
    CHECK(in.store->given() <= 13'000);
    CHECK(listed(in, "b", {}).paths == in.all);
}

}  // namespace test_source_log_objects
