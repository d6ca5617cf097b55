// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/load_field.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_flow_load_field {

namespace {

namespace field = flowlog::field;
using flowlog::field_id;

/// A record of a program's own, which knows nothing but keys.
struct keyed_record {
    flowlog::flow const& inner;

    template <field_id Id>
    auto operator[](flowlog::field_key<Id> key) const {
        return inner[key];
    }
};

static_assert(flowlog::typed_record<flowlog::flow>);
static_assert(flowlog::flow_record<keyed_record>);
static_assert(!flowlog::typed_record<keyed_record>);

/// A value of a type that differs from field to field.
template <class T>
auto made_value(std::size_t number, std::string_view text) -> T {
    if constexpr (std::is_same_v<T, std::string_view>) {
        return text;
    } else if constexpr (std::is_same_v<T, flowlog::address>) {
        return flowlog::address::v4(static_cast<std::uint32_t>(number));
    } else if constexpr (std::is_same_v<T, flowlog::timestamp>) {
        return flowlog::timestamp{std::chrono::seconds{number}};
    } else if constexpr (std::is_enum_v<T>) {
        return static_cast<T>(number % 2);
    } else {
        return static_cast<T>(number);
    }
}

/// A flow that has every field.
auto full_flow() -> flowlog::flow {
    auto result = flowlog::flow{};
    for (auto const& f : flowlog::fields) {
        flowlog::with_field(f.id, [&](auto key) {
            using value = typename decltype(key)::value_type;
            result.set(key, made_value<value>(static_cast<std::size_t>(f.id) + 1, f.name));
        });
    }
    return result;
}

template <class Record>
void check_all_fields(Record const& record) {
    for (auto const& f : flowlog::fields) {
        CAPTURE(f.name);
        flowlog::with_field(f.id, [&](auto key) {
            using value = typename decltype(key)::value_type;
            CHECK(flowlog::load_field<value>(record, f.id) == record[key]);
            auto const same = flowlog::visit_field(record, f.id, [&](auto const& found) {
                if constexpr (std::is_same_v<decltype(found), decltype(record[key]) const&>) {
                    return found == record[key];
                } else {
                    return false;
                }
            });
            CHECK(same);
            if constexpr (std::is_unsigned_v<value>) {
                auto const number = flowlog::load_number(record, f.id, f.type);
                CHECK(number.state() == record[key].state());
                CHECK(*number == *record[key]);
            }
        });
    }
}

}  // namespace

TEST_CASE("a field known at run time has the value that its key gives", "[load_field]") {
    auto const full = full_flow();
    check_all_fields(full);
    check_all_fields(keyed_record{full});
    auto const empty = flowlog::flow{};
    check_all_fields(empty);
    check_all_fields(keyed_record{empty});
}

TEST_CASE("a number that is too large for its field is malformed", "[load_field]") {
    auto reader = flowlog::text_reader{
        flowlog::memory_source{std::string_view{"srcaddr dstport protocol\n10.0.0.1 65536 256\n"}}};
    auto records = 0;
    for (auto const& record : reader) {
        ++records;
        for (auto const id : {field_id::dstport, field_id::protocol})
            CHECK(flowlog::load_number(record, id, flowlog::info(id).type).malformed());
    }
    CHECK(records == 1);
}

TEST_CASE("a flow copies every field of a record", "[flow]") {
    auto const full = full_flow();
    CHECK(flowlog::flow{keyed_record{full}} == full);
}

}  // namespace test_flow_load_field
