// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include <flowlog/grammar/object_key.hpp>

#include "catch.hpp"
#include "source/govpc.hpp"

namespace test_grammar_object_key {

using flowlog::key_layout;
using flowlog::object_format;
using flowlog::object_key;
using flowlog::parse_object_key;
using namespace std::chrono_literals;

static auto const name =
    std::string{"123456789012_vpcflowlogs_us-west-2_fl-0abc_20181017T0030Z_0a1b2c3d.log.gz"};

TEST_CASE("keys say what go-vpc reads from them", "[object_key][govpc]") {
    auto read = 0;
    for (auto const& row : testing::govpc_rows("keys.tsv")) {
        INFO(row[0]);
        auto const key = parse_object_key(row[0]);
        if (row[2] == "SKIP" || row[2] == "ERROR" || row[2] == "PANIC") {
            CHECK_FALSE(key);  // foreign, and no end of the world
            continue;
        }
        REQUIRE(key);
        CHECK(key->account == row[2]);
        CHECK(key->region == row[3]);
        CHECK(key->flow_log_id == row[4]);
        CHECK(key->time == testing::govpc_time(row[5]));
        CHECK(key->hash == row[6]);
        CHECK(key->key() == row[0]);
        ++read;
    }
    CHECK(read == 5);
}

TEST_CASE("the name alone says everything", "[object_key]") {
    auto const key = parse_object_key(name);
    REQUIRE(key);
    CHECK(*key ==
          object_key{.account = "123456789012",
                     .region = "us-west-2",
                     .flow_log_id = "fl-0abc",
                     .time = std::chrono::sys_days{std::chrono::year{2018} / 10 / 17} + 30min,
                     .hash = "0a1b2c3d"});
}

TEST_CASE("the layout is told by the folders", "[object_key]") {
    struct row {
        std::string folders;
        std::string prefix;
        key_layout layout;
        bool hourly;
    };
    auto const aws = std::string{"AWSLogs/aws-account-id=123456789012/"};
    auto const date = std::string{"vpcflowlogs/aws-region=us-west-2/year=2018/month=10/day=17/"};
    using enum key_layout;
    for (auto const& [folders, prefix, layout, hourly] : {
             row{"AWSLogs/123456789012/vpcflowlogs/us-west-2/2018/10/17/", "", plain, false},
             row{"a/b c/AWSLogs/123456789012/vpcflowlogs/us-west-2/2018/10/17/00/", "a/b c/", plain,
                 true},
             row{aws + "aws-service=" + date, "", hive, false},
             row{"x/" + aws + "aws-service=" + date + "hour=00/", "x/", hive, true},
             row{aws + "service=" + date, "", hive_service, false},
             row{"/AWSLogs/AWSLogs/123456789012/vpcflowlogs/us-west-2/2018/10/17/", "/AWSLogs/",
                 plain, false},
         }) {
        INFO(folders);
        auto const key = parse_object_key(folders + name);
        REQUIRE(key);
        CHECK(key->prefix == prefix);
        CHECK(key->layout == layout);
        CHECK(key->hourly == hourly);
        CHECK(key->key() == folders + name);
    }
}

TEST_CASE("folders that are not the name's are a prefix", "[object_key]") {
    for (auto const* folders :
         {"some/folder/", "/", "//", "AWSLogs/",
          "xAWSLogs/123456789012/vpcflowlogs/us-west-2/2018/10/17/",
          "AWSLogs/210987654321/vpcflowlogs/us-west-2/2018/10/17/",
          "AWSLogs/123456789012/vpcflowlogs/us-east-1/2018/10/17/",
          "AWSLogs/123456789012/vpcflowlogs/us-west-2/2018/10/18/",
          "AWSLogs/123456789012/vpcflowlogs/us-west-2/2018/10/17/01/",
          "AWSLogs/123456789012/vpcflowlogs/us-west-2/2018/10/17/0/",
          "AWSLogs/123456789012/elasticloadbalancing/us-west-2/2018/10/17/",
          "AWSLogs/123456789012/vpcflowlogs/us-west-2/2018/10/17/00/00/",
          "AWSLogs/aws-account-id=123456789012/vpcflowlogs/us-west-2/2018/10/17/"}) {
        INFO(folders);
        auto const key = parse_object_key(folders + name);
        REQUIRE(key);
        CHECK(key->layout == key_layout::none);
        CHECK(key->prefix == folders);
        CHECK_FALSE(key->hourly);
        CHECK(key->key() == folders + name);
    }
}

TEST_CASE("the format is told by the ending", "[object_key]") {
    auto const stem = name.substr(0, name.find('.'));
    CHECK(parse_object_key(stem + ".log.parquet")->format == object_format::parquet);
    CHECK(parse_object_key(stem + ".log")->format == object_format::text);
    CHECK(parse_object_key(stem + ".log.zst")->format == object_format::zstd);
    for (auto const* ending :
         {"", ".gz", ".log.gz.tmp", ".log.", ".log.bz2", ".parquet", ".LOG.GZ"})
        CHECK_FALSE(parse_object_key(stem + ending));
}

TEST_CASE("other names are no keys", "[object_key]") {
    for (auto const* text :
         {"", "/", "aws-logs-write-test", "AWSLogs/123456789012/", "readme.txt",
          "1_vpcflowlogs_r_fl_20181017T0030Z.log.gz", "_vpcflowlogs_r_fl_20181017T0030Z_a.log.gz",
          "1_vpcflowlogs_r_fl_20181317T0030Z_a.log.gz",
          "1_vpcflowlogs_r_fl_20180229T0030Z_a.log.gz",
          "1_vpcflowlogs_r_fl_20181017T2430Z_a.log.gz",
          "1_vpcflowlogs_r_fl_20181017T0060Z_a.log.gz", "1_vpcflowlogs_r_fl_20181017T030Z_a.log.gz",
          "1_vpcflowlogs_r_fl_201810170030_a.log.gz",
          "1_elasticloadbalancing_r_fl_20181017T0030Z_a.log.gz",
          "1_vpcflowlogs_r_fl_20181017T0030Z_a_b.log.gz",
          "1_vpcflowlogs_r_fl_20181017T0030Z_a.log.gz/",
          "1 _vpcflowlogs_r_fl_20181017T0030Z_a.log.gz"}) {
        INFO(text);
        CHECK_FALSE(parse_object_key(text));
    }
}

// key -> value -> the same key, and value -> key -> the same value
TEST_CASE("a key is the reverse of its value", "[object_key][property]") {
    auto random = std::mt19937{7};
    auto const upto = [&](int last) { return std::uniform_int_distribution{0, last}(random); };
    auto const word = [&] {
        constexpr auto letters = std::string_view{"abcXYZ0123456789-"};
        auto text = std::string{};
        for (auto size = 1 + upto(12); size > 0; --size)
            text += letters[static_cast<std::size_t>(upto(static_cast<int>(letters.size()) - 1))];
        return text;
    };
    auto const prefixes = {"", "a/", "AWSLogs/", "x y/\xC3\xA9+%/", "a/AWSLogs/1/vpcflowlogs/",
                           "/"};
    for (auto i = 0; i < 2000; ++i) {
        auto key = object_key{.prefix = prefixes.begin()[upto(5)],
                              .layout = static_cast<key_layout>(upto(3)),
                              .account = word(),
                              .region = word(),
                              .flow_log_id = word(),
                              .time = std::chrono::sys_days{std::chrono::year{2015} / 1 / 1} +
                                      std::chrono::minutes{upto(9'000'000)},
                              .hash = word(),
                              .format = static_cast<object_format>(upto(3))};
        key.hourly = key.layout != key_layout::none && upto(1) == 1;
        auto const text = key.key();
        INFO(text);
        auto const read = parse_object_key(text);
        REQUIRE(read);
        CHECK(*read == key);
        CHECK(read->key() == text);
    }
}

// whatever is cut from a key or changed in it is another key, or none
TEST_CASE("damaged keys are read as they are, or not at all", "[object_key][property]") {
    auto const whole = "p/AWSLogs/123456789012/vpcflowlogs/us-west-2/2018/10/17/00/" + name;
    auto random = std::mt19937{11};
    for (std::size_t i = 0; i < whole.size(); ++i) {
        for (auto text :
             {whole.substr(i), whole.substr(0, i), whole.substr(0, i) + whole.substr(i + 1)}) {
            if (auto const key = parse_object_key(text)) CHECK(key->key() == text);
            if (text.empty()) continue;
            text[random() % text.size()] = static_cast<char>(random() % 256);
            if (auto const key = parse_object_key(text)) CHECK(key->key() == text);
        }
    }
}

}  // namespace test_grammar_object_key
