// SPDX-License-Identifier: BSL-1.0
// Which function reads which piece; and the messages that AWS wraps lines in.
#include <algorithm>
#include <array>
#include <utility>

#include "value.hpp"

namespace flowlog::detail::json {
namespace {

/// An event of a CloudWatch log, or an object of Firehose.
void read_message(od::object event, job& to) {
    auto message = std::optional<std::string_view>{};
    auto region = std::string_view{};
    auto has_message = false;
    each_member(event, [&](std::string_view key, od::value v) {
        if (key == "message") {
            has_message = true;
            message = text_of(key, v);
        } else if (key == "extractedFields") {
            each_member_of(key, v, [&](std::string_view k, od::value m) {
                if (k == "@aws.region") region = text_of(k, m).value_or("");
            });
        }
    });
    if (!has_message) throw bad_record{"the event has no message"};
    to.add_message(message.value_or(""), region);
}

/// A record of another log that holds a line, perhaps in an object within it.
void read_line(od::object record, job& to) {
    auto line = std::optional<std::string_view>{};
    auto best = line_keys.size();
    auto const member = [&](std::string_view key, od::value v, auto const& self) -> void {
        auto const type = json_type(v.type());
        if (type == json_type::object && (is_holder(key) || key == "event"))
            return each_member_of(key, v, [&](auto k, od::value m) { self(k, m, self); });
        auto const rank =
            static_cast<std::size_t>(std::ranges::find(line_keys, key) - line_keys.begin());
        if (type != json_type::string || rank >= best) return;
        best = rank;
        line = text_of(key, v);
    };
    each_member(record, [&](auto key, od::value v) { member(key, v, member); });
    if (!line) throw bad_record{"the record has no message"};
    to.add_message(*line, "");
}

/// The records of an object of OpenTelemetry's logs, which are three levels of arrays down.
void read_otlp(od::object from, job& to, std::size_t level = 0) {
    static constexpr auto keys =
        std::to_array<std::string_view>({"resourceLogs", "scopeLogs", "logRecords"});
    constexpr auto old_key = std::string_view{"instrumentationLibraryLogs"};  // for scopeLogs
    if (level != keys.size()) {
        auto found = false;
        each_member(from, [&](std::string_view key, od::value v) {
            if (key != keys[level] && (level != 1 || key != old_key)) return;
            found = true;
            each_element_of(key, v, [&](od::value one) {
                if (json_type(one.type()) == json_type::object)
                    read_otlp(od::object(one.get_object()), to, level + 1);
                else
                    to.refuse({std::string{key} + ": expected objects"});
            });
        });
        if (!found && level == 0) throw bad_record{"the object has no array resourceLogs"};
        return;
    }
    try {
        auto line = std::optional<std::string_view>{};
        each_member(from, [&](std::string_view key, od::value v) {
            if (key != "body") return;
            each_member_of(key, v, [&](std::string_view k, od::value m) {
                if (k == "stringValue") line = text_of(k, m);
            });
        });
        if (!line) throw bad_record{"the record has no message"};
        to.add_message(*line, "");
    } catch (bad_record& bad) {
        to.refuse(std::move(bad));
    }
}

/// A record that is an array of texts, of which the longest is the line: times and names may
/// precede it.
void read_longest(od::array texts, job& to) {
    auto line = std::string_view{};
    for (auto element : texts) {
        auto v = od::value(element.value());
        if (json_type(v.type()) != json_type::string) continue;
        auto const text = content_of(v);
        if (text.size() > line.size()) line = text;
    }
    to.add_message(line, "");
}

/// A row of Athena: the first one names the columns.
void read_row(od::object row, std::vector<std::string>& columns, job& to) {
    auto const is_heading = columns.empty();
    auto count = std::size_t{0};
    auto any = false;
    each_member(row, [&](std::string_view key, od::value v) {
        if (key != "Data") return;
        each_element_of(key, v, [&](od::value cell) {
            auto text = std::string_view{};
            each_member_of("a cell", cell, [&](std::string_view k, od::value m) {
                if (k == "VarCharValue") text = text_of(k, m).value_or("");
            });
            if (is_heading)
                columns.emplace_back(text);
            else if (count < columns.size())
                any |= set_token(to.rows, columns[count], text);
            ++count;
        });
    });
    if (is_heading) {
        auto const is_field = [](std::string const& name) { return find_field(name).has_value(); };
        if (std::ranges::any_of(columns, is_field)) return;
        columns.clear();
        throw bad_record{"no column has the name of a field"};
    }
    if (count != columns.size())
        throw bad_record{"expected " + std::to_string(columns.size()) + " columns, found " +
                             std::to_string(count),
                         std::nullopt, reason::column_count};
    if (!any) throw bad_record{"no column has the name of a field"};
    to.rows.finish(to.offset);
}

/// A row of Logs Insights: an array of names and values.
void read_result(od::array cells, job& to) {
    auto message = std::optional<std::string_view>{};
    auto any = false;
    for (auto cell : cells) {
        auto name = std::string_view{};
        auto value = std::string_view{};
        each_member_of("a cell", od::value(cell.value()), [&](std::string_view key, od::value v) {
            if (key == "field") name = text_of(key, v).value_or("");
            if (key == "value") value = text_of(key, v).value_or("");
        });
        if (name == "@message") {
            message = value;
        } else if (!name.starts_with('@')) {
            any |= set_token(to.rows, name, value);
        }
    }
    if (message) {
        to.rows.discard();
        return to.add_message(*message, "");
    }
    if (!any) throw bad_record{"no cell has the name of a field"};
    to.rows.finish(to.offset);
}

/// Whether an error is one of all the bytes that the parser was given, which it looks at first.
auto is_about_all(simdjson::error_code error) -> bool {
    return error == simdjson::UTF8_ERROR || error == simdjson::UNCLOSED_STRING ||
           error == simdjson::UNESCAPED_CHARS;
}

/// What follows blanks, commas, byte order marks, and line ends that some producers write as two
/// characters between objects.
auto without_separators(std::string_view text) -> std::string_view {
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(" \t\r,"), text.size()));
        auto const is_mark = text.starts_with(byte_order_mark);
        if (!is_mark && !text.starts_with("\\n")) return text;
        text.remove_prefix(is_mark ? byte_order_mark.size() : 2);
    }
}

void unwrap(std::string_view base64, job& to) {
    auto bytes = decode_base64(base64);
    if (!bytes) throw bad_record{"data is no base64 text"};
    to.nested.push_back(*std::move(bytes));
}

/// An event or a record that holds a log as base64 text.
void read_wrapped(od::object record, job& to) {
    auto found = false;
    auto const member = [&](std::string_view key, od::value v, auto const& self) -> void {
        if (key == "data") {
            found = true;
            unwrap(text_of(key, v).value_or(""), to);
        } else if (key == "awslogs" || key == "kinesis" || key == "message") {
            each_member_of(key, v, [&](auto k, od::value m) { self(k, m, self); });
        }
    };
    each_member(record, [&](auto key, od::value v) { member(key, v, member); });
    if (!found) throw bad_record{"the record has no data"};
}

/// The members before an array.
auto read_head(od::object members) -> head_members {
    auto result = head_members{};
    each_member(members, [&](std::string_view key, od::value v) {
        if (key == "messageType") result.control = text_of(key, v) == "CONTROL_MESSAGE";
        if (key == "network_interface_id") result.interface.text = text_of(key, v).value_or("");
    });
    return result;
}

void read_object(log_kind kind, piece::kind what, od::object object, job& to) {
    switch (kind) {
        case log_kind::azure: return read_azure(object, to);
        case log_kind::network_firewall: return read_eve(object, to, true);
        case log_kind::suricata: return read_eve(object, to, false);
        case log_kind::wrapped:
        case log_kind::pubsub: return read_wrapped(object, to);
        case log_kind::google: return read_google(object, to);
        case log_kind::oci: return read_oci(object, to);
        case log_kind::alibaba: return read_alibaba(object, to);
        case log_kind::names: return read_names(object, to);
        case log_kind::zeek: return read_zeek(object, to);
        case log_kind::ocsf: return read_ocsf(object, to);
        case log_kind::firehose: return read_message(object, to);
        case log_kind::lines: return read_line(object, to);
        case log_kind::otlp: return read_otlp(object, to);
        case log_kind::ibm:
            if (what == piece::kind::element) return read_ibm(object, to);
            throw bad_record{"the document has no array flow_logs"};
        case log_kind::athena: throw bad_record{"the document has no array Rows"};
        case log_kind::subscription:
        case log_kind::events: {
            if (what == piece::kind::element) {
                return read_message(object, to);
            }
            if (read_head(object).control) return;
            throw bad_record{kind == log_kind::events ? "the document has no array events"
                                                      : "the document has no array logEvents"};
        }
        default: throw bad_record{"the record is of no known kind"};
    }
}

}  // namespace

struct parser::state {
    od::parser json{};
    record_index index{};
    int quick = 0;  // how many more records than not were read the faster way, within limits
    std::vector<std::string> columns{};  // of a Zeek log in columns, or of Athena's rows
    std::string path{};                  // what a Zeek log in columns is a log of

    /// Reads the first value of a text and returns what follows it.
    auto parse_one(log_kind kind, piece::kind what, std::string_view text, job& to)
        -> std::string_view {
        auto document = od::document(json.iterate(text.data(), text.size(), text.size() + padding));
        auto const type = json_type(document.type());
        if (kind == log_kind::insights && what == piece::kind::element) {
            read_result(od::array(document.get_array()), to);
        } else if (kind == log_kind::lines && type == json_type::array) {
            read_longest(od::array(document.get_array()), to);
        } else if (kind == log_kind::lines && type == json_type::string) {
            to.add_message(std::string_view(document.get_string()), "");
        } else if (what == piece::kind::head) {
            *to.head = {};  // also if the members cannot be read
            *to.head = read_head(od::object(document.get_object()));
        } else {
            if (type != json_type::object) throw bad_record{"expected an object"};
            if (kind == log_kind::athena && what == piece::kind::element)
                read_row(od::object(document.get_object()), columns, to);
            else
                read_object(kind, what, od::object(document.get_object()), to);
        }
        auto const* rest = static_cast<char const*>(nullptr);
        if (document.current_location().get(rest) != simdjson::SUCCESS) return {};
        return text.substr(static_cast<std::size_t>(rest - text.data()));
    }

    /// Reads a record the faster way; false if that is not possible.
    auto read_quickly(std::string_view text, job& to) -> bool {
        constexpr auto most = 64;
        if (quick < -most) return false;  // the records of this log are unusual
        auto const found = index.find(text);
        auto const done = found && read_google(*found, to);
        quick = std::clamp(quick + (done ? 1 : -2), -most - 1, most);
        return done;
    }

    void parse_tsv(std::string_view line, job& to) {
        if (!line.starts_with('#')) return read_zeek_line(line, columns, path, to);
        constexpr auto kind = std::string_view{"#path\t"};
        if (line.starts_with(kind)) path = line.substr(kind.size());
        constexpr auto fields = std::string_view{"#fields\t"};
        if (!line.starts_with(fields)) return;
        columns.clear();
        line.remove_prefix(fields.size());
        for (;;) {
            auto const end = line.find('\t');
            columns.emplace_back(line.substr(0, end));
            if (end == line.npos) return;
            line.remove_prefix(end + 1);
        }
    }
};

parser::parser() : state_{std::make_unique<state>()} {}
parser::~parser() = default;

void parser::parse(log_kind kind, piece const& from, job& to) {
    to.offset = from.offset;
    to.line = from.line;
    to.rows.set_line(from.line);
    if (from.what == piece::kind::value || from.what == piece::kind::element)
        to.rows.set_stable(from.text);
    try {
        if (from.what == piece::kind::element && to.head->control) return;
        if (from.what != piece::kind::head) ++to.record;
        if (from.what == piece::kind::damage) throw bad_record{std::string{from.text}};
        if (kind == log_kind::text) return to.add_message(from.text, "");
        if (kind == log_kind::zeek_tsv) return state_->parse_tsv(from.text, to);
        if (kind == log_kind::google && from.what != piece::kind::head &&
            state_->read_quickly(from.text, to))
            return;
        auto const is_line = from.what == piece::kind::value;
        if (from.too_deep || (is_line && !is_shallow(from.text)))
            throw bad_record{"is nested deeper than " + std::to_string(max_depth) + " levels"};
    } catch (bad_record& bad) {
        return to.refuse(std::move(bad));
    } catch (simdjson::simdjson_error const& bad) {
        return to.refuse({bad.what()});
    }
    parse_values(kind, from, to);
}

void parser::parse_values(log_kind kind, piece const& from, job& to) {
    // one by one, as the parser looks at all that it is given; but most pieces are one value
    auto alone = false;
    for (auto rest = from.text; !rest.empty();) {
        to.text = rest.data();
        to.offset = from.offset + static_cast<std::uint64_t>(to.text - from.text.data());
        auto const one = alone ? rest.substr(0, end_of_value(rest)) : rest;
        auto left = std::string_view{};
        try {
            left = state_->parse_one(kind, from.what, one, to);
        } catch (bad_record& bad) {
            left = one.substr(std::min(end_of_value(one), one.size()));
            to.refuse(std::move(bad));
        } catch (simdjson::simdjson_error const& bad) {
            auto const end = std::min(end_of_value(one), one.size());
            if (is_about_all(bad.error()) && end != one.size()) {
                alone = true;  // the damage may be that of another value
                continue;
            }
            left = one.substr(end);
            to.refuse({bad.what()});
        }
        alone = true;
        rest = without_separators(rest.substr(one.size() - left.size()));
        if (!rest.empty()) ++to.record;
    }
}

}  // namespace flowlog::detail::json
