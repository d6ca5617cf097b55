// SPDX-License-Identifier: BSL-1.0
//      source ──► splitter ──► pieces ──► parser ──► rows ─────────────────────► column_batch
//                    ▲                      │  ├───► tuples ──► rows                 ▲
//                    └── nested logs ◄──────┘  └───► lines ──► text_reader ──► rows ─┘
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/json.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/memory.hpp>
#include <flowlog/source/unpack.hpp>

#include "job.hpp"

namespace flowlog::detail {
namespace json {
namespace {

constexpr std::size_t batch_rows = 8192;
constexpr std::size_t batch_text = std::size_t{512} << 10;
constexpr std::size_t batch_levels = 256;
constexpr std::size_t max_levels = 4;

/// A log, or a log within a record of another one.
struct level {
    splitter from;
    log_kind kind;
    head_members head{};
    std::optional<std::uint64_t> offset{};  // of the record, if the log is within one
};

class reader final : public column_reader {
public:
    reader(any_source from, std::string_view first_bytes, log_kind kind,
           open_options const& options)
        : name_{from.name()},
          columns_{std::make_shared<layout const>(options.format ? *options.format
                                                                 : layout::vpc_default())} {
        job_.how = options.two_way;
        push({splitter{std::move(from), division_of(kind, first_bytes)}, kind});
    }

    [[nodiscard]] auto next(column_batch& batch) -> bool override {
        if (!std::exchange(ahead_, false) && !read_rows()) return false;
        job_.rows.fill(batch);
        return true;
    }

    [[nodiscard]] auto has(field_id id) -> bool override {
        auto const known = fields_of(levels_.front()->kind);
        if (!known.empty()) return std::ranges::find(known, id) != known.end();
        if (!begun_) ahead_ = read_rows();
        if (!seen_any_ || id == field_id::region || job_.rows.has(id)) return true;
        return has_messages(levels_.front()->kind) && columns_->has(id);
    }

    [[nodiscard]] auto describe() -> archive_info override {
        auto info = archive_info{.format = std::string{json::name(levels_.front()->kind)}};
        if (job_.passed != 0)
            info.notes.push_back(std::to_string(job_.passed) + " entries of other logs");
        return info;
    }
    [[nodiscard]] auto name() const -> std::string override { return name_; }
    [[nodiscard]] auto bytes() const -> std::uint64_t override {
        return levels_.front()->from.bytes();
    }
    [[nodiscard]] auto unread() const -> std::uint64_t override { return job_.passed; }

    void locate(std::size_t row, malformed_line& line) const override {
        job_.rows.locate(row, line);
        if (row >= row_lines_.size() || row_lines_[row].empty()) return;
        line.text = row_lines_[row];
        line.columns = columns_;
    }

private:
    void push(level&& added) {
        levels_.push_back(std::make_unique<level>(std::move(added)));
        job_.head = &levels_.back()->head;
    }

    void pop() {
        finished_.push_back(std::move(levels_.back()));
        levels_.pop_back();
        job_.head = &levels_.back()->head;
    }

    /// Reads the rows of a batch; false at the end.
    auto read_rows() -> bool {
        begun_ = true;
        job_.rows.clear();
        while (job_.rows.size() == 0 && !ended_) {
            job_.messages.clear();
            row_lines_.clear();
            finished_.clear();
            for (auto const& l : levels_) l->from.release();
            while (!ended_ && !is_full()) {
                if (job_.tuples.empty()) {
                    ended_ = !read_piece();
                } else {
                    take_tuples(job_, batch_rows);
                }
            }
            take_messages();
        }
        seen_any_ |= job_.rows.size() != 0;
        return job_.rows.size() != 0;
    }

    [[nodiscard]] auto is_full() const -> bool {
        return job_.rows.size() >= batch_rows || job_.messages.text.size() >= batch_text ||
               finished_.size() >= batch_levels;
    }

    auto read_piece() -> bool {
        auto& from = *levels_.back();
        auto found = piece{};
        try {
            found = from.from.next();
        } catch (error const& failure) {
            if (!from.offset) throw;
            refuse_nested(*from.offset, failure.what());
            return true;
        }
        if (found.what == piece::kind::end) {
            if (levels_.size() == 1) return false;
            pop();
            return true;
        }
        if (from.offset) found.offset = *from.offset;
        parser_.parse(from.kind, found, job_);
        for (auto& bytes : job_.nested) open_nested(std::move(bytes), found.offset);
        job_.nested.clear();
        return true;
    }

    void refuse_nested(std::uint64_t offset, std::string why) {
        job_.offset = offset;
        job_.refuse({std::move(why)});
        if (levels_.back()->offset) pop();
    }

    /// Begins to read a log that a record holds.
    void open_nested(std::string bytes, std::uint64_t offset) {
        auto const depth = levels_.size();
        try {
            if (depth == max_levels) throw bad_record{"logs within logs are nested too deep"};
            auto source = any_source{memory_input{std::move(bytes), name_}.open()};
            static_cast<void>(unpack(source, false));
            auto front = take_front(source);
            auto const kind = find_kind(front);
            if (kind == log_kind::none || kind == log_kind::hubble || kind == log_kind::base64)
                throw bad_record{"data is no log of a known kind"};
            auto how = division_of(kind, front);
            put_back(source, std::move(front));
            push({splitter{std::move(source), std::move(how)}, kind, {}, offset});
        } catch (error const& failure) {
            job_.offset = offset;
            job_.refuse({failure.what()});
        } catch (bad_record& bad) {
            job_.offset = offset;
            job_.refuse(std::move(bad));
        }
    }

    /// Turns the lines of the messages into rows.
    void take_messages() {
        auto& messages = job_.messages;
        if (messages.lines.empty() && messages.refused.empty()) return;
        auto refused = std::size_t{0};
        auto const refuse_before = [&](std::size_t line) {
            for (; refused < messages.refused.size(); ++refused) {
                auto& bad = messages.refused[refused];
                if (bad.before >= line) break;
                job_.rows.refuse(bad.offset, bad.why.what, bad.why.field, std::move(bad.why.why));
            }
        };
        auto on_malformed = [&](malformed_line const& line) {
            refuse_before(line.line);
            keep_line(line.line);
            job_.rows.refuse(messages.lines[line.line - 1].offset, line.reason, line.field, "",
                             line.column);
        };
        begin_lines();
        job_.rows.set_stable(messages.text);
        auto lines = text_reader<memory_source>{
            memory_source{messages.text, name_},
            {.continues = columns_, .on_malformed = on_malformed, .all_lines = true}};
        for (auto const& record : lines) {
            auto const number = lines.stats().lines();
            refuse_before(number);
            keep_line(number);
            add(record, *lines.columns(), messages.lines[number - 1]);
        }
        refuse_before(messages.lines.size() + 1);
        columns_ = lines.columns();
        job_.passed += lines.stats().headers;
    }

    void add(text_record const& record, layout const& columns, message_lines::line const& line) {
        auto& rows = job_.rows;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            auto const id = columns.field_at(i);
            if (!id || columns.column(*id) != i) continue;
            with_type(info(*id).type, [&]<class T>(std::type_identity<T>) {
                rows.put<T>(*id, record.get<T>(*id));
            });
        }
        if (line.region != 0 && !rows.get(field::region))
            rows.put(field_id::region, job_.messages.regions[line.region]);
        rows.finish(line.offset);
    }

    void begin_lines() {
        texts_.clear();
        auto rest = std::string_view{job_.messages.text};
        while (!rest.empty()) {
            auto const end = rest.find('\n');
            texts_.push_back(rest.substr(0, end));
            rest.remove_prefix(end + 1);
        }
    }

    /// Notes that the next row is this line.
    void keep_line(std::size_t number) {
        row_lines_.resize(job_.rows.size());
        row_lines_.push_back(texts_[number - 1]);
    }

    std::string name_;
    std::shared_ptr<layout const> columns_;  // of messages
    job job_{};
    parser parser_{};
    std::vector<std::unique_ptr<level>> levels_{};
    std::vector<std::unique_ptr<level>> finished_{};  // that rows of the batch may refer to
    std::vector<std::string_view> texts_{};           // the lines of the messages
    std::vector<std::string_view> row_lines_{};       // by row; empty: the row is no line
    bool begun_ = false;
    bool ended_ = false;
    bool ahead_ = false;  // `has` read the rows of the next batch
    bool seen_any_ = false;
};

[[noreturn]] void throw_unknown(std::string const& name, log_kind kind) {
    if (kind == log_kind::hubble)
        throw error{errc::unsupported,
                    {name},
                    "holds Hubble flows, which are not read: each is one packet, without counters"};
    throw error{errc::unknown_format,
                {name},
                "is JSON of no kind that is read: CloudWatch Logs subscriptions, answers of "
                "filter-log-events, get-log-events and get-query-results, Data Firehose messages, "
                "AWS Network Firewall, Google Cloud VPC flow logs, Azure VNet and NSG flow logs, "
                "Oracle, IBM and Alibaba Cloud flow logs, Zeek conn, Suricata EVE, OCSF 4001, and "
                "objects whose keys are names of fields"};
}

/// The bytes of a log that is base64 text as a whole.
auto decode_whole(any_source from) -> any_source {
    constexpr auto max_text = std::size_t{256} << 20;
    auto text = std::string{};
    for (auto block = from.next(); !block.empty(); block = from.next()) {
        if (block.size() > max_text - text.size())
            throw error{errc::unsupported,
                        {from.name()},
                        "is base64 text of more than 256 MiB: base64 -d FILE | flowlog ... -"};
        text.append(block.data(), block.size());
    }
    auto bytes = decode_base64(text);
    if (!bytes)
        throw error{
            errc::corrupt, {from.name()}, "begins as base64 text of gzip data, and is none"};
    auto source = any_source{memory_input{*std::move(bytes), from.name()}.open()};
    static_cast<void>(unpack(source, false));
    return source;
}

}  // namespace
}  // namespace json

auto is_json_log(std::string_view first_bytes) -> bool {
    return json::looks_like_json(first_bytes);
}

auto open_json(log_bytes from, open_options const& options) -> std::unique_ptr<column_reader> {
    auto source = std::move(from.source);
    auto front = take_front(source);
    auto kind = json::find_kind(front);
    if (kind == json::log_kind::base64) {
        put_back(source, std::move(front));
        source = json::decode_whole(std::move(source));
        front = take_front(source);
        kind = json::find_kind(front);
        if (kind == json::log_kind::none)
            throw error{errc::unsupported,
                        {source.name()},
                        "is base64 text of gzip data that is no log in JSON: base64 -d FILE | "
                        "flowlog ... -"};
    }
    if (kind == json::log_kind::none || kind == json::log_kind::hubble ||
        kind == json::log_kind::base64)
        json::throw_unknown(source.name(), kind);
    auto const first_bytes = front;
    put_back(source, std::move(front));
    return std::make_unique<json::reader>(std::move(source), first_bytes, kind, options);
}

}  // namespace flowlog::detail
