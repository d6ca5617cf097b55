// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <string>

#include <flowlog/source/object_filter.hpp>
#include <flowlog/source/object_key.hpp>

#include "catch.hpp"
#include "source/govpc.hpp"

namespace test_source_object_key {

using flowlog::key_layout;
using flowlog::log_folders;
using flowlog::object_filter;
using flowlog::object_format;
using flowlog::object_key;
using namespace std::chrono_literals;

static constexpr auto day = std::chrono::sys_days{std::chrono::year{2018} / 10 / 7};

static auto example() -> object_key {
    return {.prefix = "team/",
            .layout = key_layout::plain,
            .account = "0123",
            .region = "us-west-2",
            .flow_log_id = "fl-1",
            .time = day + 3h + 5min,
            .hash = "0a1b2c3d"};
}

TEST_CASE("an object's key is made of what it says", "[object_key]") {
    auto key = example();
    auto const name = std::string{"0123_vpcflowlogs_us-west-2_fl-1_20181007T0305Z_0a1b2c3d.log.gz"};
    CHECK(key.name() == name);
    CHECK(key.key() == "team/AWSLogs/0123/vpcflowlogs/us-west-2/2018/10/07/" + name);
    key.hourly = true;
    CHECK(key.folders() == "AWSLogs/0123/vpcflowlogs/us-west-2/2018/10/07/03/");
    key.layout = key_layout::hive;
    CHECK(key.folders() ==
          "AWSLogs/aws-account-id=0123/aws-service=vpcflowlogs/aws-region=us-west-2/"
          "year=2018/month=10/day=07/hour=03/");
    key.layout = key_layout::hive_service;
    key.hourly = false;
    CHECK(key.folders() ==
          "AWSLogs/aws-account-id=0123/service=vpcflowlogs/aws-region=us-west-2/"
          "year=2018/month=10/day=07/");
    key.layout = key_layout::none;
    CHECK(key.key() == "team/" + name);
}

TEST_CASE("a format has an ending", "[object_key]") {
    auto key = example();
    for (auto const& [format, ending] :
         {std::pair{object_format::gzip, ".log.gz"},
          std::pair{object_format::parquet, ".log.parquet"}, std::pair{object_format::text, ".log"},
          std::pair{object_format::zstd, ".log.zst"}}) {
        key.format = format;
        CHECK(key.name() ==
              "0123_vpcflowlogs_us-west-2_fl-1_20181007T0305Z_0a1b2c3d" + std::string{ending});
    }
}

TEST_CASE("the folders of a day are go-vpc's prefixes", "[object_key][govpc]") {
    auto rows = 0;
    for (auto const& row : testing::govpc_rows("prefixes.tsv")) {
        if (row[0].empty() || row[1].empty()) continue;  // there no prefix is made
        auto const year = std::chrono::year{std::stoi(row[2].substr(0, 4))};
        auto const month =
            std::chrono::month{static_cast<unsigned>(std::stoi(row[2].substr(5, 2)))};
        auto const date = year / month / std::stoi(row[2].substr(8, 2));
        CHECK(log_folders(key_layout::plain, row[1], row[0], date) == row[3] + '/');
        ++rows;
    }
    CHECK(rows == 2);
}

TEST_CASE("a filter keeps what go-vpc's filters keep", "[object_filter][govpc]") {
    auto const set = [](std::string const& name) {
        return name == "(empty set)" ? flowlog::name_set{} : flowlog::name_set{name};
    };
    auto rows = 0;
    for (auto const& row : testing::govpc_rows("filters.tsv")) {
        auto key = example();
        auto wanted = object_filter{};
        if (row[0] == "time") {
            auto const middle = row[1].find("..");
            wanted.since = testing::govpc_time(row[1].substr(0, middle));
            wanted.until = testing::govpc_time(row[1].substr(middle + 2));
            key.time = testing::govpc_time(row[2]);
        } else if (row[0] == "region") {
            wanted.regions = set(row[1]);
            key.region = row[2];
        } else if (row[0] == "account") {
            wanted.accounts = set(row[1]);
            key.account = row[2];
        } else {
            wanted.regions = set(key.region);
            wanted.accounts = set(row[1] == "all true" ? key.account : "another");
        }
        INFO(row[0] << ' ' << row[1] << ' ' << row[2]);
        CHECK(wanted(key) == (row[3] == "yes"));
        ++rows;
    }
    CHECK(rows == 11);
}

TEST_CASE("a filter that is not set wants everything", "[object_filter]") {
    auto const key = example();
    CHECK(object_filter{}(key));
    CHECK_FALSE(object_filter{}.is_set());
    CHECK(object_filter{.flow_log_ids = flowlog::name_set{"fl-1", "fl-2"}}(key));
    CHECK_FALSE(object_filter{.flow_log_ids = flowlog::name_set{"fl-2"}}(key));
    CHECK(object_filter{.since = key.time}(key));
    CHECK(object_filter{.until = key.time}(key));
    CHECK_FALSE(object_filter{.since = key.time + 1us}(key));
    CHECK_FALSE(object_filter{.until = key.time - 1us}(key));
}

TEST_CASE("objects are wanted a slot and an aggregation interval before and after",
          "[object_filter]") {
    auto const key = example();
    auto const wide = object_filter{.since = key.time + 15min, .until = key.time + 1h}.widened();
    CHECK(wide(key));
    CHECK(wide.until == key.time + 75min);
    CHECK_FALSE(object_filter{.since = key.time + 15min + 1us}.widened()(key));
    CHECK(object_filter{.until = key.time - 15min}.widened()(key));
    CHECK_FALSE(object_filter{.until = key.time - 15min - 1us}.widened()(key));
}

}  // namespace test_source_object_key
