// SPDX-License-Identifier: BSL-1.0
#include "merged_reading.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <numeric>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/source/scheme.hpp>

namespace cli {

auto precedes(malformed_note const& a, malformed_note const& b) -> bool {
    return std::tie(a.source, a.line, a.offset, a.text) <
           std::tie(b.source, b.line, b.offset, b.text);
}

namespace {

void put(flowlog::statistics const& stats, flowlog::state_writer& out) {
    for (auto const count : {stats.records, stats.nodata, stats.skipdata, stats.malformed,
                             stats.headers, stats.blank, stats.unread, stats.bytes})
        out.number(count);
}

void take(flowlog::statistics& stats, flowlog::state_reader& in) {
    for (auto* const count : {&stats.records, &stats.nodata, &stats.skipdata, &stats.malformed,
                              &stats.headers, &stats.blank, &stats.unread, &stats.bytes})
        *count = in.number();
}

void save(flowlog::input_report const& input, flowlog::state_writer& out) {
    out.open().text("input").text(input.name);
    put(input.stats, out);
    if (auto const& failure = input.failure) {
        auto const& where = failure->where();
        out.open().number(failure->code().value()).text(where.source);
        out.number(where.line).number(where.column).text(failure->message()).close();
    }
    out.close_row();
}

}  // namespace

void save(reading const& done, bool unnamed, flowlog::state_writer& out) {
    out.head(R"({"part":"inputs"})");
    auto count = done.unnamed;
    auto stats = done.unnamed_stats;
    for (auto const& input : done.inputs) {
        if (!unnamed || input.failure) {
            save(input, out);
            continue;
        }
        ++count;
        stats += input.stats;
    }
    if (count != 0) {
        out.open().text("inputs").number(count);
        put(stats, out);
        out.close_row();
    }
    if (done.matched) {
        out.open().text("matched").number(*done.matched).text(done.wanted_by);
        out.number(done.names_status ? 1 : 0).close_row();
    }
    if (!done.fields.empty()) {
        out.open().text("fields").number(done.fields_sure ? 1 : 0);
        for (auto const id : done.fields) out.text(flowlog::info(id).name);
        out.close_row();
    }
    out.open().text("microseconds");
    out.number(static_cast<std::uint64_t>(done.seconds * 1e6)).close_row();
    for (auto const& note : done.bad_lines)
        out.open()
            .text("malformed")
            .text(note.source)
            .number(note.line)
            .number(note.offset)
            .text(note.text)
            .close_row();
}

namespace {

/// Reads the rest of a row of fields.
void take_fields(reading& done, flowlog::state_reader& in) {
    if (in.number() == 0) done.fields_sure = false;
    while (!in.at_close()) {
        auto const found =
            std::ranges::find(flowlog::fields, in.text(), &flowlog::field_info::name);
        if (found == flowlog::fields.end()) in.fail("expected the name of a field");
        done.fields.insert(found->id);
    }
}

}  // namespace

void merged_reading::load(flowlog::state_reader& in, std::size_t owner) {
    in.head(R"({"part":"inputs"})");
    while (in.at_row()) {
        in.open();
        auto const what = std::string{in.text()};
        if (what == "input") {
            auto& input = done.inputs.emplace_back();
            owners.push_back(owner);
            input.name = in.text();
            take(input.stats, in);
            if (!in.at_close()) {
                in.open();
                auto const code = static_cast<flowlog::errc>(in.number());
                auto where = flowlog::location{std::string{in.text()}};
                where.line = in.number();
                where.column = in.number();
                input.failure = flowlog::error{code, std::move(where), std::string{in.text()}};
                in.close();
            }
            done.stats += input.stats;
        } else if (what == "inputs") {
            auto stats = flowlog::statistics{};
            done.unnamed += in.number();
            take(stats, in);
            done.unnamed_stats += stats;
            done.stats += stats;
        } else if (what == "matched") {
            done.matched = done.matched.value_or(0) + in.number();
            done.wanted_by = in.text();
            done.names_status = in.number() != 0;
        } else if (what == "fields") {
            take_fields(done, in);
        } else if (what == "microseconds") {
            done.seconds += static_cast<double>(in.number()) / 1e6;
        } else if (what == "malformed") {
            auto& note = done.bad_lines.emplace_back();
            note.source = in.text();
            note.line = in.number();
            note.offset = in.number();
            note.text = in.text();
        } else {
            in.fail("expected what was read");
        }
        in.close_row();
    }
}

void merged_reading::merge(merged_reading&& other) {
    auto const append = [](auto& to, auto& from) {
        to.insert(to.end(), std::move_iterator{from.begin()}, std::move_iterator{from.end()});
    };
    append(done.inputs, other.done.inputs);
    append(owners, other.owners);
    append(done.bad_lines, other.done.bad_lines);
    done.unnamed += other.done.unnamed;
    done.unnamed_stats += other.done.unnamed_stats;
    done.stats += other.done.stats;
    done.seconds += other.done.seconds;
    done.fields.merge(other.done.fields);
    done.fields_sure = done.fields_sure && other.done.fields_sure;
    if (!other.done.matched) return;
    done.matched = done.matched.value_or(0) + *other.done.matched;
    done.wanted_by = std::move(other.done.wanted_by);
    done.names_status = other.done.names_status;
}

namespace {

/// The name of a file, if it is written in another way than it has to be: `logs/1.log` for
/// `./logs/1.log`. Otherwise nothing. The names of objects are as they are.
auto normal_name(std::string const& name) -> std::string {
    if (name.find("./") == name.npos && name.find("//") == name.npos) return {};
    if (!flowlog::scheme_of(name).empty()) return {};
    return std::filesystem::path{name}.lexically_normal().string();
}

[[noreturn]] void fail_on_doubled(std::string const& input, std::string const& file,
                                  std::string const& other) {
    auto const in = "has the input " + flowlog::escaped(input);
    auto const what = input == "-"    ? "is the same partial result as " + flowlog::escaped(other)
                      : file == other ? in + " twice, or is given twice"
                                      : in + ", which " + flowlog::escaped(other) + " has, too";
    throw flowlog::error{flowlog::errc::invalid_argument,
                         {file},
                         what + ": it would count twice; --same-names if they are different files"};
}

}  // namespace

void merged_reading::finish(std::function<partial_identity(std::size_t)> const& owner_of,
                            bool same_names) {
    // standard input has no name of its own: then the same partial result is looked for
    auto const is_stdin = [&](std::size_t i) { return done.inputs[i].name == "-"; };
    auto const is_nothing = [&](std::size_t i) {
        return is_stdin(i) && done.inputs[i].stats.bytes == 0;
    };
    auto const is_unopened = [&](std::size_t i) {
        auto const& input = done.inputs[i];
        return input.failure && input.stats.bytes == 0 && input.stats.lines() == 0;
    };
    auto normal = std::vector<std::string>{};  // the names that are written in another way
    for (auto const& input : done.inputs) normal.push_back(normal_name(input.name));
    auto const key = [&](std::size_t i) {
        return std::tuple{std::string_view{normal[i].empty() ? done.inputs[i].name : normal[i]},
                          is_stdin(i) ? owner_of(owners[i]).checksum : 0,
                          is_stdin(i) ? done.inputs[i].stats.bytes : 0};
    };
    auto order = std::vector<std::size_t>(owners.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair{key(i), owners[i]}; });
    auto kept = std::vector<std::size_t>{};
    kept.reserve(order.size());
    for (auto const i : order) {
        auto const is_doubled = !same_names && !kept.empty() && owners[i] != owners[kept.back()] &&
                                key(i) == key(kept.back()) && !is_nothing(i);
        if (!is_doubled) {
            kept.push_back(i);
        } else if (is_unopened(kept.back())) {
            kept.back() = i;  // what one could not open, another one may have read
        } else if (!is_unopened(i)) {
            fail_on_doubled(done.inputs[i].name, owner_of(owners[i]).file,
                            owner_of(owners[kept.back()]).file);
        }
    }
    auto inputs = std::vector<flowlog::input_report>{};
    inputs.reserve(kept.size());
    for (auto const i : kept) inputs.push_back(std::move(done.inputs[i]));
    done.inputs = std::move(inputs);
    std::ranges::sort(done.bad_lines, precedes);
}

}  // namespace cli
