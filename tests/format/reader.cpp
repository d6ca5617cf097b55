// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <ranges>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/format/reader.hpp>

#include "catch.hpp"

namespace test_format_reader {

namespace field = flowlog::field;
using flowlog::field_id;
using flowlog::flow;
using flowlog::log_reader;
using flowlog::reason;

/// A reader of flows in memory, with all that a reader owes.
class flow_reader {
public:
    using record_type = flow;

    explicit flow_reader(std::vector<flow> flows) : flows_{std::move(flows)} {}

    auto begin() -> flowlog::record_iterator<flow_reader> {
        return ++flowlog::record_iterator{*this};
    }
    auto end() const noexcept -> std::default_sentinel_t { return {}; }

    auto stats() const -> flowlog::statistics { return stats_; }
    auto name() const -> std::string { return "memory"; }
    auto has(field_id) -> bool { return true; }
    auto describe() -> flowlog::archive_info { return {.format = "flows in memory"}; }
    void reject(field_id id, reason why) {
        --stats_.records;
        ++stats_.malformed;
        rejected.emplace_back(id, why);
    }

    template <class Use, class UseBatch, class Refused>
    void each(Use use, UseBatch&&, Refused refused, std::vector<flowlog::field_use> const&) {
        while (advance()) flowlog::use_or_reject(*this, current(), use, refused);
    }

    std::vector<std::pair<field_id, reason>> rejected{};

private:
    friend flowlog::record_iterator<flow_reader>;

    auto advance() -> bool {
        if (next_ == flows_.size()) return false;
        ++next_;
        ++stats_.records;
        return true;
    }
    auto current() const noexcept -> flow const& { return flows_[next_ - 1]; }

    std::vector<flow> flows_;
    std::size_t next_ = 0;
    flowlog::statistics stats_{};
};
static_assert(flowlog::require_log_reader<flow_reader>());
static_assert(std::ranges::input_range<flow_reader>);
static_assert(!std::ranges::forward_range<flow_reader>);

// Readers that lack one thing each.
struct without_range : flow_reader {
    void begin() = delete;
};
struct without_stats : flow_reader {
    void stats() const = delete;
};
struct without_name : flow_reader {
    void name() const = delete;
};
struct without_has : flow_reader {
    void has(field_id) = delete;
};
struct without_describe : flow_reader {
    void describe() = delete;
};
struct without_reject : flow_reader {
    void reject(field_id, reason) = delete;
};
struct without_each : flow_reader {
    void each() = delete;
};
struct without_move : flow_reader {
    without_move(without_move&&) = delete;
};
struct without_record_type : flow_reader {
private:
    using record_type = flow;
};
/// Its stats are not `statistics`.
struct with_other_stats : flow_reader {
    auto stats() const -> std::size_t { return 0; }
};
/// Its name changes it.
struct with_changing_name : flow_reader {
    auto name() -> std::string { return "memory"; }
};
/// Its `each` is not told which fields are wanted.
struct with_three_arguments : flow_reader {
    template <class Use, class UseBatch, class Refused>
    void each(Use, UseBatch, Refused) {}
};
static_assert(!log_reader<without_range>);
static_assert(!log_reader<without_stats>);
static_assert(!log_reader<without_name>);
static_assert(!log_reader<without_has>);
static_assert(!log_reader<without_describe>);
static_assert(!log_reader<without_reject>);
static_assert(!log_reader<without_each>);
static_assert(!log_reader<without_move>);
static_assert(!log_reader<without_record_type>);
static_assert(!log_reader<with_other_stats>);
static_assert(!log_reader<with_changing_name>);
static_assert(!log_reader<with_three_arguments>);
static_assert(!log_reader<std::vector<flow>>);

static auto to_port(std::uint16_t port) -> flow {
    auto result = flow{};
    result.set(field::dstport, port);
    result.set(field::protocol, 6);
    return result;
}

TEST_CASE("record_iterator makes a range of advance() and current()", "[reader]") {
    auto reader = flow_reader{{to_port(1), to_port(2), to_port(3)}};
    auto ports = std::vector<std::uint16_t>{};
    for (auto const& record : reader) ports.push_back(*record[field::dstport]);
    CHECK(ports == std::vector<std::uint16_t>{1, 2, 3});
    CHECK(reader.stats().records == 3);
    CHECK(reader.begin() == reader.end());

    auto none = flow_reader{{}};
    CHECK(none.begin() == none.end());
}

TEST_CASE("begin() of a reader that has begun moves to its next record", "[reader]") {
    auto reader = flow_reader{{to_port(1), to_port(2), to_port(3)}};
    auto const first = reader.begin();
    CHECK((*first)[field::dstport] == std::uint16_t{1});
    auto second = reader.begin();
    CHECK((*second)[field::dstport] == std::uint16_t{2});
    CHECK(second->operator[](field::dstport) == std::uint16_t{2});
    second++;
    CHECK((*second)[field::dstport] == std::uint16_t{3});
    CHECK(second != reader.end());
    ++second;
    CHECK(second == reader.end());
}

TEST_CASE("any log_reader can be aggregated", "[reader]") {
    auto portless = flow{};
    portless.set(field::protocol, 6);
    auto reader = flow_reader{{to_port(443), portless, to_port(443)}};
    auto const counts = flowlog::aggregate(reader, flowlog::port_protocol_counter{});
    CHECK(counts.total() == 2);
    CHECK(reader.stats().records == 2);
    CHECK(reader.stats().malformed == 1);
    CHECK(reader.rejected == std::vector{std::pair{field_id::dstport, reason::absent_value}});
}

TEST_CASE("use_or_reject rejects just what is not taken", "[reader]") {
    auto reader = flow_reader{{to_port(1), to_port(2)}};
    auto taken = std::vector<std::uint16_t>{};
    auto use = [&](flow const& record) {
        if (*record[field::dstport] != 1) return false;
        taken.push_back(1);
        return true;
    };
    auto refused = [](flow const&) { return std::pair{field_id::srcport, reason::bad_value}; };
    reader.each(use, nullptr, refused, {});
    CHECK(taken == std::vector<std::uint16_t>{1});
    CHECK(reader.rejected == std::vector{std::pair{field_id::srcport, reason::bad_value}});
}

}  // namespace test_format_reader
