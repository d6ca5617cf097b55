// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DIGEST_HPP
#define FLOWLOG_AGGREGATE_DIGEST_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/aggregate/digest_line.hpp>
#include <flowlog/aggregate/ephemeral.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/aggregate/group_view.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/aggregate/state_writer.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/batch.hpp>

// Many lines that differ in the client's port and in time become one:
//
//     srcaddr  dstaddr  srcport dstport protocol packets bytes start end action
//     10.0.0.1 10.0.0.9   20641      80        6      20  1000   100 160 ACCEPT
//     10.0.0.1 10.0.0.9   20541      80        6      20  1000   200 260 ACCEPT
//
//     10.0.0.1 10.0.0.9       0      80        6      40  2000   100 260 ACCEPT

namespace flowlog {

/// How a `digest` is made.
struct digest_options {
    /// The keys of a line: fields that are neither counted nor times, networks (written as their
    /// first address), and parts of time (`start:1h`). Empty: `digest::default_keys()`.
    std::vector<group_key> by{};
    /// Which port becomes 0, if the keys have ports.
    ephemeral_rule ephemeral = ephemeral_rule::min_port;
    /// Every line has the first start and the last end of the whole digest instead of its own.
    bool global_bounds = false;
};

/// Makes a short flow log out of a long one. An aggregator; its groups are lines.
///
///     auto const found = flowlog::run(logs, flowlog::digest{});
///     found.value.visit_lines([&](flowlog::digest_line const& line) { writer.write(line); });
///
/// Flows with equal keys become one line: packets and bytes are added up, TCP flags are OR-ed,
/// start is the first start and end the last end. The ephemeral port becomes 0. A flow without
/// start or end counts, and leaves the times of its line as they are. A digest of these lines, made
/// in the same way, has the same lines.
class digest {
public:
    /// Throws `errc::invalid_argument` for keys that a flow log cannot have.
    explicit digest(digest_options options = {})
        : by_default_{options.by.empty()},
          groups_{keys_of(options), measures()},
          common_{common_of(groups_.keys())} {
        common_.global_bounds = options.global_bounds;
    }

    /// Account, interface, both addresses, both ports, protocol and action. A log may lack them.
    [[nodiscard]] static auto default_keys() -> std::vector<group_key> {
        using enum field_id;
        auto result = std::vector<group_key>{};
        for (auto const id :
             {account_id, interface_id, srcaddr, dstaddr, srcport, dstport, protocol, action}) {
            result.push_back(group_key::of(id));
            result.back().optional = true;
        }
        return result;
    }

    [[nodiscard]] auto uses() const -> std::vector<field_use> { return groups_.uses(); }

    template <flow_record Record>
    [[nodiscard]] auto try_add(Record const& record) -> bool {
        if (!groups_.try_add(record)) return false;
        note(record);
        return true;
    }

    template <flow_record Record>
    void add(Record const& record) {
        static_cast<void>(try_add(record));
    }

    template <record_batch Batch>
    [[nodiscard]] auto add_batch(Batch const& batch) -> std::size_t {
        auto const added = groups_.add_batch(batch);
        for (std::size_t i = 0; i != added; ++i) note(batch[i]);
        return added;
    }

    /// Merges another digest that was made with the same options.
    void merge(digest&& other, unsigned threads = 1) {
        groups_.merge(std::move(other.groups_), threads);
        untimed_ += other.untimed_;
        for (std::size_t i = 0; i < common_.counted.size(); ++i)
            common_.counted[i] = common_.counted[i] || other.common_.counted[i];
    }

    /// Writes the lines, and how many flows have no times.
    void save(state_writer& out) const {
        out.head(head());
        out.open().number(untimed_);
        for (auto const counted : common_.counted) out.number(counted ? 1 : 0);
        out.close_row();
        groups_.save(out);
    }

    /// Merges a saved digest that was made with the same options.
    void load(state_reader& in) {
        in.head(head());
        while (in.at_row()) {
            in.open();
            untimed_ += in.number();
            for (auto& counted : common_.counted) counted = (in.number() != 0) || counted;
            in.close_row();
        }
        groups_.load(in);
    }

    /// The number of lines, including those that `visit_lines` leaves out.
    [[nodiscard]] auto size() const -> std::size_t { return groups_.size(); }

    /// The number of flows without start or end.
    [[nodiscard]] auto untimed() const noexcept -> std::uint64_t { return untimed_; }

    /// The lines whose packets or bytes do not fit into 64 bits. `visit_lines` leaves them out.
    [[nodiscard]] auto saturated_groups() const -> std::vector<group> {
        return groups_.saturated_groups();
    }

    /// The keys, of which `saturated_groups` has the cells.
    [[nodiscard]] auto keys() const noexcept -> std::vector<group_key> const& {
        return groups_.keys();
    }

    /// The fields of the lines. Fields of AWS's default format come first, in its order. The
    /// default keys give all of them, and `tcp-flags` if some flow has flags; other keys give only
    /// the keys and what is counted.
    [[nodiscard]] auto columns() const -> std::vector<field_id> {
        auto const has_flags = groups_.totals()[digest_line::tcp_flags] != group_cell{};
        auto result = std::vector<field_id>{};
        for (auto const& f : fields) {
            auto const in_default = f.version == 2 && f.origin == origin::vpc;
            auto const in_all = f.id == field_id::version || f.id == field_id::log_status;
            auto const has_slot =
                common_.slots[static_cast<std::size_t>(f.id)] != digest_line::no_slot;
            if (f.id == field_id::tcp_flags ? has_flags
                                            : has_slot || in_all || (in_default && by_default_))
                result.push_back(f.id);
        }
        return result;
    }

    /// Calls `function` with a `digest_line` for each line, in the order of their keys.
    template <std::invocable<digest_line const&> Function>
    void visit_lines(Function function) const {
        auto common = common_;
        for (auto const id : columns()) common.version = std::max(common.version, info(id).version);
        if (common.global_bounds) common.bounds = bounds();
        groups_.visit_groups([&](group_view const& view) {
            if (!view.saturated()) function(digest_line{common, view});
        });
    }

private:
    [[nodiscard]] auto head() const noexcept -> std::string_view {
        return common_.global_bounds ? R"({"digest":"global bounds"})" : R"({"digest":"bounds"})";
    }

    [[nodiscard]] static auto measures() -> std::vector<measure> {
        return {{measure_kind::sum, field_id::packets, true},
                {measure_kind::sum, field_id::bytes, true},
                {measure_kind::min, field_id::start, true},
                {measure_kind::max, field_id::end, true},
                {measure_kind::bit_or, field_id::tcp_flags, true}};
    }

    [[nodiscard]] static auto keys_of(digest_options const& options) -> std::vector<group_key> {
        auto result = options.by.empty() ? default_keys() : options.by;
        for (auto& key : result) {
            check(key, options);
            if (key.field != field_id::srcport && key.field != field_id::dstport) continue;
            key.kind = key_kind::port;
            key.ephemeral = options.ephemeral;
        }
        return result;
    }

    static void check(group_key const& key, digest_options const& options) {
        auto const is_time = key.kind == key_kind::bucket || key.kind == key_kind::date;
        auto const is_bound = key.field == field_id::start || key.field == field_id::end;
        auto const is_column = key.kind == key_kind::field || key.kind == key_kind::port ||
                               key.kind == key_kind::network || is_time;
        if (!is_column || key.other)
            fail(key,
                 "is no column of a flow log; expected fields, networks (srcaddr/24) and parts "
                 "of time (start:1h)");
        for (auto const& m : measures()) {
            if (m.field == key.field && !is_time && !is_bound) fail(key, "is counted in each line");
        }
        if (key.field == field_id::version || key.field == field_id::log_status)
            fail(key, "is in each line anyway");
        if (!is_time && info(key.field).type == field_type::time)
            fail(key, "is a time; expected a part of time, such as " + key.name + ":1h");
        if (is_bound && options.global_bounds)
            fail(key, "is the same in each line of a digest with global bounds");
    }

    [[noreturn]] static void fail(group_key const& key, std::string const& why) {
        throw error{
            errc::invalid_argument, {}, "a digest cannot be made by '" + key.name + "': it " + why};
    }

    [[nodiscard]] static auto common_of(std::vector<group_key> const& keys)
        -> digest_line::common_values {
        auto result = digest_line::common_values{};
        result.slots.fill(digest_line::no_slot);
        auto const put = [&](field_id id, std::size_t slot) {
            result.slots[static_cast<std::size_t>(id)] = static_cast<std::uint8_t>(slot);
        };
        for (std::size_t i = 0; i < keys.size(); ++i) {
            auto const id = keys[i].field;
            if (id == field_id::start || id == field_id::end) continue;  // they are measures
            if (result.slots[static_cast<std::size_t>(id)] != digest_line::no_slot)
                fail(keys[i], "would be a second column of " + std::string{info(id).name});
            put(id, i);
        }
        auto const all = measures();
        for (std::size_t i = 0; i < all.size(); ++i)
            put(all[i].field, digest_line::first_measure + i);
        return result;
    }

    /// Notes what a flow lacks.
    template <class Record>
    void note(Record const& record) {
        if (record[field::start].absent() || record[field::end].absent()) ++untimed_;
        auto& [packets, bytes] = common_.counted;
        if (!packets) packets = record[field::packets].has_value();
        if (!bytes) bytes = record[field::bytes].has_value();
    }

    [[nodiscard]] auto bounds() const -> digest_line::time_bounds {
        auto const totals = groups_.totals();
        auto const time = [&](std::size_t which) {
            auto const* const found = std::get_if<timestamp>(&totals[which]);
            return found != nullptr ? field_value{*found} : field_value<timestamp>{};
        };
        return {time(digest_line::start), time(digest_line::end)};
    }

    bool by_default_;
    dynamic_grouping groups_;
    digest_line::common_values common_;
    std::uint64_t untimed_ = 0;
};

}  // namespace flowlog

#endif
