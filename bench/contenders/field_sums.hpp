// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_BENCH_CONTENDERS_FIELD_SUMS_HPP
#define FLOWLOG_BENCH_CONTENDERS_FIELD_SUMS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>

namespace bench {

/// Decodes all 14 fields of the default format and adds up each, modulo 2^64. What a value counts
/// for is told in reference/fields.awk, which computes the same.
class field_sums {
public:
    static constexpr std::size_t count = 14;

    template <class Record>
    [[gnu::always_inline]] void add(Record const& record) noexcept {
        namespace field = flowlog::field;
        auto* sum = sums_.data();
        auto const add_all = [&](auto... key) __attribute__((always_inline)) {
            ((*sum++ += weight(*record[key])), ...);
        };
        add_all(field::version, field::account_id, field::interface_id, field::srcaddr,
                field::dstaddr, field::srcport, field::dstport, field::protocol, field::packets,
                field::bytes, field::start, field::end, field::action, field::log_status);
    }

    [[nodiscard]] auto all() const noexcept -> std::array<std::uint64_t, count> const& {
        return sums_;
    }

private:
    static auto weight(std::uint64_t number) noexcept -> std::uint64_t { return number; }
    static auto weight(std::string_view text) noexcept -> std::uint64_t {
        return text.empty() ? 0 : text.size() * 256 + static_cast<unsigned char>(text.back());
    }
    static auto weight(flowlog::address const& value) noexcept -> std::uint64_t {
        constexpr auto word = std::uint64_t{0xFFFFFFFF};
        return (value.high() >> 32) + (value.high() & word) + (value.low() >> 32) +
               (value.low() & word);
    }
    static auto weight(flowlog::timestamp value) noexcept -> std::uint64_t {
        return static_cast<std::uint64_t>(value.time_since_epoch().count());
    }
    static auto weight(flowlog::action value) noexcept -> std::uint64_t {
        return value == flowlog::action::reject ? 2 : 1;
    }
    static auto weight(flowlog::log_status value) noexcept -> std::uint64_t {
        return value == flowlog::log_status::ok ? 1 : 0;
    }

    std::array<std::uint64_t, count> sums_{};
};

}  // namespace bench

#endif
