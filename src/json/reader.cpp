// SPDX-License-Identifier: BSL-1.0
//      source ──► splitter ──► pieces ──► parser ──► rows ─────────────────────► column_batch
//                    ▲                      │  ├───► tuples ──► rows                 ▲
//                    └── nested logs ◄──────┘  └───► lines ──► text_reader ──► rows ─┘
#include <algorithm>
#include <array>
#include <bitset>
#include <chrono>
#include <concepts>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/chunk.hpp>
#include <flowlog/format/json.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/memory.hpp>
#include <flowlog/source/unpack.hpp>

#include "job.hpp"

namespace flowlog::detail {
namespace json {
namespace {

constexpr std::size_t batch_rows = 2048;  // so that columns stay in the second-level cache
constexpr std::size_t batch_text = std::size_t{128} << 10;
constexpr std::size_t batch_levels = 256;
constexpr std::size_t batch_pieces = 2 * batch_rows;       // of which some are no rows
constexpr std::size_t large_piece = std::size_t{1} << 20;  // is not kept with the one after it
constexpr std::size_t max_levels = 4;
constexpr std::size_t max_unread = 100;   // names that are told
constexpr std::size_t column_size = 128;  // of lines that are decoded at once

/// Takes as many bytes of a log as `find_kind` and `division_of` need.
auto take_beginning(any_source& source) -> std::string {
    auto front = take_front(source);
    auto const is_known = tells_kind(front);
    while (front.size() < most_recognisable && !(is_known && has_whole_line(front)) &&
           take_more(source, front)) {
    }
    return front;
}

/// Whether the reader of a kind leaves fields out that nobody reads.
auto can_leave_out(log_kind kind) -> bool {
    return kind == log_kind::google || kind == log_kind::azure || kind == log_kind::subscription ||
           kind == log_kind::events || kind == log_kind::firehose || kind == log_kind::lines;
}

/// Sets a field of the next rows to what these lines have, many of them at once if all have a
/// value.
template <class T>
void copy_column(row_buffer& rows, field_id id, text_batch const& from) {
    auto const begin = rows.size();
    auto const end = begin + from.size();
    auto* const values = rows.values<T>(id, end);
    auto words = std::array<std::uint64_t, 2 * column_size>{};
    auto v6 = std::array<bool, column_size>{};
    for (auto at = begin; at < end;) {
        auto const some = from.slice(at - begin, std::min(end - at, column_size));
        auto whole = false;
        if constexpr (std::unsigned_integral<T>) {
            whole = some.numbers(id, words.data());
        } else if constexpr (std::same_as<T, address>) {
            whole = some.addresses(id, words.data(), 2,
                                   [&](std::size_t i, bool is_v6) { v6[i] = is_v6; });
        } else if constexpr (std::same_as<T, timestamp>) {
            whole = some.times(id, words.data());
        }
        for (std::size_t i = 0; i < some.size(); ++i, ++at) {
            if (!whole) {
                auto const value = some[i].template get<T>(id);
                rows.states(id)[at] = value.state();
                if constexpr (std::same_as<T, std::string_view>)
                    values[at] = rows.lasting(*value);
                else
                    values[at] = *value;
            } else if constexpr (std::unsigned_integral<T>) {
                values[at] = static_cast<T>(words[i]);
            } else if constexpr (std::same_as<T, address>) {
                values[at] = v6[i] ? address::v6(words[2 * i], words[2 * i + 1])
                                   : address::v4(static_cast<std::uint32_t>(words[2 * i + 1]));
            } else if constexpr (std::same_as<T, timestamp>) {
                values[at] =
                    timestamp{std::chrono::microseconds{static_cast<std::int64_t>(words[i])}};
            }
        }
        if (whole) rows.mark_present(id, at - some.size(), at);
    }
}

/// A log, or a log within a record of another one.
struct level {
    splitter from;
    log_kind kind;
    head_members head{};
    std::optional<std::uint64_t> offset{};  // of the record, if the log is within one
    std::uint64_t line = 0;                 // of the record
};

class reader final : public column_reader {
public:
    /// `size` is the number of bytes of the source, if it is known, `offset` the offset of the
    /// first one in the input, and `is_part` says that the input has others.
    reader(any_source from, division how, log_kind kind, open_options const& options,
           std::optional<std::uint64_t> size, std::uint64_t offset = 0, bool is_part = false)
        : name_{from.name()},
          size_{size},
          is_part_{is_part},
          has_format_{options.format.has_value()},
          columns_{std::make_shared<layout const>(options.format ? *options.format
                                                                 : layout::vpc_default())} {
        job_.how = options.two_way;
        job_.in_lines = how.lines && !has_messages(kind);
        push({splitter{std::move(from), std::move(how), offset}, kind});
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
        if (seen_.none() || seen_[static_cast<std::size_t>(id)]) return true;
        return has_messages(levels_.front()->kind) && (id == field_id::region || columns_->has(id));
    }

    [[nodiscard]] auto may_have(field_id id) -> bool override {
        if (has(id)) return true;
        auto const& log = *levels_.front();
        if (has_messages(log.kind) || !fields_of(log.kind).empty()) return false;
        return is_part_ || !is_at_end();
    }

    [[nodiscard]] auto describe() -> archive_info override {
        auto info = archive_info{.format = std::string{json::name(levels_.front()->kind)}};
        if (job_.passed != 0)
            info.notes.push_back(std::to_string(job_.passed) + " entries of other logs");
        if (levels_.front()->kind == log_kind::names) {
            if (!begun_) ahead_ = read_rows();
            info.unread_columns = job_.names.unread(max_unread);
        }
        return info;
    }
    [[nodiscard]] auto name() const -> std::string override { return name_; }
    [[nodiscard]] auto bytes() const -> std::uint64_t override {
        return levels_.front()->from.bytes();
    }
    [[nodiscard]] auto unread() const -> std::uint64_t override { return job_.passed; }
    [[nodiscard]] auto lines() const -> std::optional<std::uint64_t> override {
        return levels_.front()->from.lines();
    }

    void locate(std::size_t row, malformed_line& line) const override {
        job_.rows.locate(row, line);
        auto const number = job_.rows.line_of(row);
        line.line = number != 0 ? number : line.line - job_.rows.passes_after(row);
        if (row >= row_lines_.size() || row_lines_[row] == 0) return;
        line.text = job_.messages[row_lines_[row] - 1];
        line.columns = columns_;
    }

    void want(std::span<field_use const> wanted) override {
        // rows that `has` read before have all fields
        if (!can_leave_out(levels_.front()->kind)) return;
        wanted_.assign(wanted.begin(), wanted.end());
        job_.rows.want(wanted);
    }

    /// Reads the batch again, with that field; and all fields from the next batch on, as it is not
    /// known what else will be read.
    void load(column_batch& batch, field_id id) override {
        if (wanted_.empty() || job_.rows.wants(id) || !has(id)) return;
        auto const also = std::array{field_use{.id = id}};
        again_ = std::make_unique<job>();
        again_->how = job_.how;
        again_->head = job_.head;
        again_->rows.want(also);
        for (auto const& from : pieces_) {
            parser_.parse(levels_.front()->kind, from, *again_);
            while (!again_->tuples.empty()) take_tuples(*again_, again_->rows.size() + batch_rows);
        }
        read_again(id);
        again_->rows.lend(id, job_.rows, batch);
        later_all_ = true;
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

    /// Reads the rows of a batch; false at the end. What reading throws is thrown after the rows
    /// that were read before it.
    auto read_rows() -> bool {
        begun_ = true;
        if (std::exchange(later_all_, false)) {
            wanted_.clear();
            job_.rows.want_all();
        }
        again_.reset();
        job_.rows.clear();
        while (job_.rows.size() == 0 && !ended_ && !failure_) {
            release();
            try {
                read_pieces();
            } catch (error const&) {
                failure_ = std::current_exception();
            }
            take_messages();
        }
        refuse_unknown_format();
        if (failure_ && job_.rows.size() == 0) std::rethrow_exception(failure_);
        if (!job_.rows.all_refused())
            for (auto const id : job_.rows.used()) seen_[static_cast<std::size_t>(id)] = true;
        return job_.rows.size() != 0;
    }

    /// Whether all of the log was read, as far as that is known.
    [[nodiscard]] auto is_at_end() const -> bool {
        auto const& log = levels_.front()->from;
        return ended_ || (levels_.size() == 1 && log.bytes() == size_ && log.needs_more());
    }

    /// Ends the reading with an error if the messages of the log are lines of a flow log whose
    /// format is not known, or all are JSON.
    void refuse_unknown_format() {
        if (!odd_message_ || has_known_ || failure_ || !is_at_end()) return;
        if (seen_.any() || !job_.rows.all_refused()) return;
        auto const& [line, text] = *odd_message_;
        auto const why =
            text.starts_with('{')
                ? "its messages are JSON, which is not read within JSON; take them out: "
                  "jq -r .message FILE | flowlog ... -"
                : "cannot tell the format of its messages: no header line, and neither of AWS's "
                  "default formats; give the columns with --format '${...} ${...}'";
        failure_ = std::make_exception_ptr(
            error{errc::unknown_format, location{name_, line},
                  std::string{why} + ". A message is: " + escaped(text, 120)});
    }

    /// Reads pieces until a batch is full.
    void read_pieces() {
        for (auto more = true; more && !is_full();) {
            if (job_.tuples.empty()) {
                more = read_piece();
            } else {
                take_tuples(job_, batch_rows);
            }
        }
    }

    /// Lets go of what earlier rows came from, and of entries that became none.
    void release() {
        job_.rows.clear();
        job_.messages.clear();
        row_lines_.clear();
        finished_.clear();
        piece_count_ = 0;
        // tuples are part of the last piece
        auto const all = job_.tuples.empty();
        if (!pieces_.empty()) pieces_.erase(pieces_.begin(), pieces_.end() - (all ? 0 : 1));
        for (auto const& l : levels_) l->from.release(all);
    }

    [[nodiscard]] auto is_full() const -> bool {
        auto const after_large = piece_size_ > large_piece && job_.tuples.empty();
        return job_.rows.size() >= batch_rows || piece_count_ >= batch_pieces ||
               job_.messages.text.size() >= batch_text || finished_.size() >= batch_levels ||
               (after_large && job_.rows.size() != 0);
    }

    /// Reads a piece, or several events; false if nothing more can become a row of the batch.
    auto read_piece() -> bool {
        auto& from = *levels_.back();
        auto found = piece{};
        if (takes_events(from) &&
            take_events(*from.from.values(), from.offset, job_, batch_text) != 0)
            return true;
        try {
            found = from.from.next();
        } catch (error const& failure) {
            if (!from.offset) throw;
            refuse_nested(*from.offset, failure.what());
            return true;
        }
        if (found.what == piece::kind::wait) return false;
        if (found.what == piece::kind::end) {
            ended_ = levels_.size() == 1;
            if (!ended_) pop();
            return !ended_;
        }
        if (from.offset) found.offset = *from.offset;
        if (from.offset) found.line = from.line;
        if (!wanted_.empty() && !has_messages(from.kind)) pieces_.push_back(found);
        piece_size_ = found.text.size();
        ++piece_count_;
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
            auto front = take_beginning(source);
            auto kind = find_kind(front);
            if (kind == log_kind::none && !looks_like_json(front) && holds_flow(front))
                kind = log_kind::text;
            if (!is_read(kind)) throw bad_record{"data is no log of a known kind"};
            auto how = division_of(kind, front);
            put_back(source, std::move(front));
            push({splitter{std::move(source), std::move(how)}, kind, {}, offset, job_.line});
        } catch (error const& failure) {
            job_.offset = offset;
            job_.refuse({failure.what()});
        } catch (bad_record& bad) {
            job_.offset = offset;
            job_.refuse(std::move(bad));
        }
    }

    [[nodiscard]] static auto takes_events(level& from) -> bool {
        return (from.kind == log_kind::subscription || from.kind == log_kind::events) &&
               !from.head.control;
    }

    /// Turns the lines of the messages into rows.
    void take_messages() {
        auto& messages = job_.messages;
        if (messages.lines.empty() && messages.refused.empty()) return;
        refused_ = 0;
        columns_before_ = columns_;
        auto const on_malformed = [&](malformed_line const& line) {
            refuse_before(line.line);
            keep_line(line.line);
            note_odd(messages[line.line - 1], messages.lines[line.line - 1].line, line.reason);
            job_.rows.set_line(messages.lines[line.line - 1].line);
            job_.rows.refuse(messages.lines[line.line - 1].offset, line.reason, line.field, "",
                             line.column);
        };
        job_.rows.set_stable(messages.text);
        auto lines = text_reader<memory_source>{
            memory_source{messages.text, name_},
            {.continues = columns_, .on_malformed = on_malformed, .all_lines = true}};
        auto const use = [&](text_record const& record) {
            add(record, *lines.columns(), lines.stats().lines());
            return true;
        };
        auto const use_batch = [&](text_batch const& flows) {
            return add_batch(flows, *lines.columns(), lines.stats().lines() + 1);
        };
        auto const refused = [](text_record const&) {
            return std::pair{field_id::version, reason::bad_value};  // never: `use` takes them all
        };
        lines.each(use, use_batch, refused, wanted_);
        refuse_before(messages.lines.size() + 1);
        columns_ = lines.columns();
        job_.passed += lines.stats().headers;
        has_known_ |= lines.stats().headers != 0;
    }

    /// Notes a message that is no line of a known format, if there was no other before it; or that
    /// the format is known after all: a line of AWS's default begins with its version, 2.
    void note_odd(std::string_view message, std::uint64_t line, reason why) {
        if (has_format_ || seen_.any()) return;
        auto const is_json = message.starts_with('{');
        auto const is_known = !is_json && (message.starts_with("2 ") || why == reason::bad_value);
        has_known_ |=
            is_known || (odd_message_ && odd_message_->second.starts_with('{') != is_json);
        if (!odd_message_ && (is_json || holds_flow(message))) odd_message_.emplace(line, message);
    }

    /// Reads a field of the lines again.
    void read_again(field_id id) {
        auto& rows = again_->rows;
        auto lines = text_reader<memory_source>{memory_source{job_.messages.text, name_},
                                                {.continues = columns_before_, .all_lines = true}};
        for (auto const& record : lines) {
            with_type(info(id).type,
                      [&]<class T>(std::type_identity<T>) { rows.put<T>(id, record.get<T>(id)); });
            rows.finish(job_.messages.lines[lines.stats().lines() - 1].offset);
        }
    }

    /// Adds the rows of messages that are no lines, up to a line, counted from 1.
    void refuse_before(std::size_t line) {
        auto& refused = job_.messages.refused;
        for (; refused_ < refused.size() && refused[refused_].before < line; ++refused_) {
            auto& bad = refused[refused_];
            job_.rows.set_line(bad.line);
            job_.rows.refuse(bad.offset, bad.why.what, bad.why.field, std::move(bad.why.why));
        }
    }

    /// Adds the row of a line, counted from 1.
    void add(text_record const& record, layout const& columns, std::size_t number) {
        refuse_before(number);
        keep_line(number);
        auto& rows = job_.rows;
        each_field(columns, [&]<class T>(field_id id, std::type_identity<T>) {
            rows.put<T>(id, record.get<T>(id));
        });
        auto const& line = job_.messages.lines[number - 1];
        if (line.region != 0 && !rows.get(field::region))
            rows.put(field_id::region, job_.messages.regions[line.region]);
        rows.set_line(line.line);
        rows.finish(line.offset);
    }

    /// Adds the rows of lines, of which the first is counted from 1, column by column; how many.
    auto add_batch(text_batch const& flows, layout const& columns, std::size_t number)
        -> std::size_t {
        auto const& messages = job_.messages;
        refuse_before(number);
        auto count = flows.size();
        if (refused_ < messages.refused.size())
            count = std::min(count, messages.refused[refused_].before + 1 - number);
        auto& rows = job_.rows;
        if (messages.regions.size() > 1) {
            for (std::size_t i = 0; i < count; ++i) add(flows[i], columns, number + i);
            return count;
        }
        auto const some = flows.slice(0, count);
        each_field(columns, [&]<class T>(field_id id, std::type_identity<T>) {
            copy_column<T>(rows, id, some);
        });
        row_lines_.resize(rows.size());
        for (auto line = number; line < number + count; ++line) {
            row_lines_.push_back(static_cast<std::uint32_t>(line));
            rows.set_line(messages.lines[line - 1].line);
            rows.finish(messages.lines[line - 1].offset);
        }
        return count;
    }

    /// Calls `use(id, type)` for the fields of a layout that will be read.
    template <class Use>
    void each_field(layout const& columns, Use use) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            auto const id = columns.field_at(i);
            if (!id || columns.column(*id) != i || !job_.rows.wants(*id)) continue;
            with_type(info(*id).type, [&]<class T>(std::type_identity<T> type) { use(*id, type); });
        }
    }

    /// Notes that the next row is this line.
    void keep_line(std::size_t number) {
        row_lines_.resize(job_.rows.size());
        row_lines_.push_back(static_cast<std::uint32_t>(number));
    }

    std::string name_;
    std::optional<std::uint64_t> size_;
    bool is_part_;
    bool has_format_;                                 // of messages, which was given
    bool has_known_ = false;                          // messages have a format that is known
    std::shared_ptr<layout const> columns_;           // of messages
    std::shared_ptr<layout const> columns_before_{};  // of the first line of the batch
    job job_{};
    std::unique_ptr<job> again_{};  // the rows of the batch with a field that was left out
    std::vector<piece> pieces_{};   // of the batch, to be read again
    std::size_t piece_size_ = 0;    // of the last one
    std::size_t piece_count_ = 0;   // of the batch
    bool later_all_ = false;        // the next batches have all fields
    parser parser_{};
    std::vector<std::unique_ptr<level>> levels_{};
    std::vector<std::unique_ptr<level>> finished_{};  // that rows of the batch may refer to
    std::vector<std::uint32_t> row_lines_{};  // by row, counted from 1; 0: the row is no line
    std::size_t refused_ = 0;                 // the next one of the refused messages
    // the line and the text of the first message in no known format
    std::optional<std::pair<std::uint64_t, std::string>> odd_message_{};
    std::vector<field_use> wanted_{};  // none: all fields
    bool begun_ = false;
    bool ended_ = false;
    std::exception_ptr failure_;         // what reading has thrown
    bool ahead_ = false;                 // `has` read the rows of the next batch
    std::bitset<fields.size()> seen_{};  // the fields that rows had so far
};

/// Whether each line of a log of a kind is read without what other lines say.
auto is_divisible(log_kind kind) -> bool {
    return is_read(kind) && kind != log_kind::zeek_tsv && !has_messages(kind);
}

/// Divides a log of one record a line.
class line_chunks final : public column_splitter {
public:
    line_chunks(input from, log_kind kind, std::uint64_t chunk_size)
        : from_{std::move(from)}, size_{*from_.size()}, kind_{kind}, chunk_size_{chunk_size} {}

    [[nodiscard]] auto next() -> std::optional<chunk> override {
        if (at_ == size_) return std::nullopt;
        auto const begin = std::exchange(
            at_, chunk_size_ < size_ - at_ ? line_start(from_, at_ + chunk_size_, size_) : size_);
        return chunk{.begin = begin, .end = at_, .last = at_ == size_};
    }

    [[nodiscard]] auto open(chunk const& which, open_options const& options) const
        -> std::unique_ptr<column_reader> override {
        return std::make_unique<reader>(
            open_chunk(from_, which, options.progress), division{.lines = true}, kind_, options,
            which.end - which.begin, which.begin, which.begin != 0 || which.end != size_);
    }

private:
    input from_;
    std::uint64_t size_;
    log_kind kind_;
    std::uint64_t chunk_size_;
    std::uint64_t at_ = 0;
};

[[noreturn]] void throw_unknown(std::string const& name, log_kind kind, std::string_view front) {
    if (front.starts_with(R"({"flowlog":"partial")"))
        throw error{errc::unsupported,
                    {name},
                    "is a partial result of flowlog: flowlog merge FILE prints it"};
    if (kind == log_kind::hubble)
        throw error{errc::unsupported,
                    {name},
                    "holds Hubble flows, which are not read: each is one packet, without counters"};
    throw error{errc::unknown_format,
                {name},
                "is JSON of no kind that is read: CloudWatch Logs subscriptions, answers of "
                "filter-log-events, get-log-events and get-query-results, Data Firehose messages, "
                "AWS Network Firewall, Google Cloud VPC flow logs, Azure VNet and NSG flow logs, "
                "Oracle, IBM and Alibaba Cloud flow logs, Zeek conn, Suricata EVE, OCSF 4001, "
                "objects whose keys are names of fields, and objects that have a line of a flow "
                "log as message, log, _raw, event, body or msg"};
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
    auto const size = from.random_access ? from.random_access->size() : std::nullopt;
    auto front = json::take_beginning(source);
    if (json::says_no_flows(front)) front = "[]";
    auto kind = json::find_kind(front);
    if (kind == json::log_kind::base64) {
        put_back(source, std::move(front));
        source = json::decode_whole(std::move(source));
        front = json::take_beginning(source);
        kind = json::find_kind(front);
        if (kind == json::log_kind::none)
            throw error{errc::unsupported,
                        {source.name()},
                        "is base64 text of gzip data that is no log in JSON: base64 -d FILE | "
                        "flowlog ... -"};
    }
    if (kind == json::log_kind::by_column)
        throw error{errc::unsupported,
                    {source.name()},
                    "has its table column by column: write it record by record, in pandas with "
                    "df.to_json(FILE, orient=\"records\", lines=True)"};
    if (!json::is_read(kind)) json::throw_unknown(source.name(), kind, front);
    auto how = json::division_of(kind, front);
    put_back(source, std::move(front));
    return std::make_unique<json::reader>(std::move(source), std::move(how), kind, options, size);
}

auto split_json(input const& from, open_options const&, std::uint64_t chunk_size)
    -> std::unique_ptr<column_splitter> {
    auto front = std::string(json::most_recognisable, '\0');
    front.resize(from.read_at(0, front));
    auto const kind = json::find_kind(front);
    if (!json::is_divisible(kind) || !json::division_of(kind, front).lines) return nullptr;
    return std::make_unique<json::line_chunks>(from, kind, chunk_size);
}

}  // namespace flowlog::detail
