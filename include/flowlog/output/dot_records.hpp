// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_DOT_RECORDS_HPP
#define FLOWLOG_OUTPUT_DOT_RECORDS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include <flowlog/aggregate/concepts.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/output/dot.hpp>
#include <flowlog/output/encoder.hpp>
#include <flowlog/output/graph_text.hpp>

namespace flowlog {

/// Writes records of any format in DOT, an edge for each, as go-vpc draws them: green, or red if
/// the flow was rejected, with nine fields as attributes (`govpc_srcPort`) and as the label. A
/// node's name is its address. The nodes come last; until then their addresses are kept in memory.
///
///     auto writer = flowlog::dot_record_writer{write_to_file};
///     for (auto const& record : log) writer.write(record);
///     writer.finish();
class dot_record_writer {
public:
    explicit dot_record_writer(byte_sink out) : out_{std::move(out)} {
        out_.text() += "digraph {\n";
    }

    /// Writes a record. If a field that is written is malformed, writes nothing and returns that
    /// field.
    template <flow_record Record>
    auto write(Record const& record) -> std::optional<field_id> {
        auto const source = record[field::srcaddr];
        auto const destination = record[field::dstaddr];
        auto const verdict = record[field::action];
        if (source.malformed()) return field_id::srcaddr;
        if (destination.malformed()) return field_id::dstaddr;
        if (verdict.malformed()) return field_id::action;
        attributes_.clear();
        label_.clear();
        if (auto const bad = add_all(record)) return bad;
        auto& text = out_.text();
        text += '\t' + name_of(source) + " -> " + name_of(destination) + " [" + attributes_;
        text += verdict == action::reject ? "color=red" : "color=green";
        text += " label=\"" + label_ + "\"]\n";
        out_.end_line();
        ++edges_;
        return std::nullopt;
    }

    /// The number of edges written.
    [[nodiscard]] auto edges() const noexcept -> std::uint64_t { return edges_; }

    /// Writes the nodes and finishes the text.
    void finish() {
        for (auto const& node : nodes_) {
            out_.text() += '\t' + node + " [label=" + (node == absent ? "\"-\"" : node) + "]\n";
            out_.end_line();
        }
        out_.text() += "}\n";
        out_.flush();
    }

private:
    static constexpr auto absent = std::string_view{"\"\\-\""};

    /// The name of the node of an address, which is kept for `finish`.
    [[nodiscard]] auto name_of(field_value<address> const& end) -> std::string {
        auto name = end ? '"' + end->to_string() + '"' : std::string{absent};
        if (known_.insert(name).second) nodes_.push_back(name);
        return name;
    }

    /// Adds the nine fields; the first that is malformed, if any.
    template <class Record>
    auto add_all(Record const& record) -> std::optional<field_id> {
        auto bad = std::optional<field_id>{};
        auto const add = [&](auto key) {
            if (bad) return;
            auto const value = record[key];
            if (value.malformed()) bad = decltype(key)::id;
            add_field(info(decltype(key)::id).name, text_of(value));
        };
        add(field::account_id);
        add(field::interface_id);
        add(field::srcport);
        add(field::dstport);
        add(field::protocol);
        add(field::packets);
        add(field::bytes);
        add(field::start);
        add(field::end);
        return bad;
    }

    void add_field(std::string_view field, std::string const& value) {
        auto const name = govpc_name(field);
        attributes_ += "govpc_" + name + '=' + dot_quoted(value) + ' ';
        label_ += (label_.empty() ? "" : "\\n") + name + '=' + dot_label(value);
    }

    template <class T>
    [[nodiscard]] static auto text_of(field_value<T> const& value) -> std::string {
        if (!value) return "-";
        if constexpr (std::is_same_v<T, timestamp>) {
            auto buffer = std::array<char, max_printed>{};
            return {buffer.data(), print_unix_time(buffer.data(), *value)};
        } else {
            return to_text(*value);
        }
    }

    detail::text_blocks out_;
    boost::unordered_flat_set<std::string> known_{};
    std::vector<std::string> nodes_{};  // in the order of their first edges
    std::string attributes_{};          // of the edge that is written
    std::string label_{};
    std::uint64_t edges_ = 0;
};

}  // namespace flowlog

#endif
