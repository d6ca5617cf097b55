// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_FORMATS_HPP
#define FLOWLOG_FORMAT_FORMATS_HPP

//      name          recognised by              opened by             split by
//
//      flow-tools    first bytes 0xCF 0x10      flow_tools_reader     records
//      nfdump        first bytes 0x0C 0xA5      nfdump_reader         blocks
//      flowd         file or flow header        flowd_reader          -
//      text          first line: header line,   text_reader           lines
//                    or a default of AWS
//      registered    `matches`                  column_log_reader     `split`
//      text          none of the above          text_reader           lines
//
// The rows are tried from the first to the last, after compressions were undone.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/format/chunk.hpp>
#include <flowlog/format/column_reader.hpp>
#include <flowlog/format/detail/foreign.hpp>
#include <flowlog/format/flow_tools.hpp>
#include <flowlog/format/flow_tools/header.hpp>
#include <flowlog/format/flowd.hpp>
#include <flowlog/format/flowd/frame.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/format/nfdump/header.hpp>
#include <flowlog/format/open_options.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/format/text/recognise.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

/// The bytes of a log that is opened with a registered format.
struct log_bytes {
    /// The bytes from the first one on, decompressed; counted in `open_options::progress`.
    any_source source;
    /// The input with these bytes, if they can be read at any offset: the log is not compressed and
    /// was opened from an input with random access. What is read through it is not counted.
    std::optional<input> random_access{};
};

/// Divides an input of a registered format into chunks that are read independently, by several
/// threads.
class column_splitter {
public:
    column_splitter() = default;
    column_splitter(column_splitter const&) = delete;
    auto operator=(column_splitter const&) -> column_splitter& = delete;
    virtual ~column_splitter() = default;

    /// The next chunk; none at the end of the input.
    [[nodiscard]] virtual auto next() -> std::optional<chunk> = 0;

    /// A reader of one chunk. Called by several threads at once.
    [[nodiscard]] virtual auto open(chunk const& which, open_options const& options) const
        -> std::unique_ptr<column_reader> = 0;
};

/// A format that joins at run time: a component's or a user's. See `register_format`.
struct column_format {
    /// What `describe` and messages call it. Must live as long as the program.
    std::string_view name;

    /// Whether a log that begins with these bytes (512 of them, fewer only if it is shorter) is of
    /// this format.
    bool (*matches)(std::string_view first_bytes);

    /// Opens a log. The reader reports malformed rows through `column_batch::refuse`, and leaves
    /// `open_options::on_malformed` alone.
    std::unique_ptr<column_reader> (*open)(log_bytes from, open_options const& options);

    /// Divides a held input with random access into chunks of about `chunk_size` bytes; null if it
    /// cannot be divided. A format without this function is read by one thread per input.
    std::unique_ptr<column_splitter> (*split)(input const& from, open_options const& options,
                                              std::uint64_t chunk_size) = nullptr;
};

namespace detail {

class format_registry {
public:
    static auto instance() -> format_registry& {
        static format_registry registry;
        return registry;
    }

    void add(column_format const& added) {
        auto const lock = std::scoped_lock{mutex_};
        for (auto const& other : formats_) {
            if (other.name == added.name) return;
        }
        formats_.push_back(added);
    }

    [[nodiscard]] auto all() -> std::vector<column_format> {
        auto const lock = std::scoped_lock{mutex_};
        return formats_;
    }

private:
    std::mutex mutex_;
    std::vector<column_format> formats_;
};

class text_splitter;
class flow_tools_splitter;
class nfdump_splitter;

// The rows of the table. The functions are templates so that programs that do not open logs of
// unknown format do not compile them. `splitter` is defined in the folder of the format; void: the
// format is not divided.

struct flow_tools_format {
    using reader = flow_tools_reader<any_source>;
    using splitter = flow_tools_splitter;
    static auto matches(std::string_view first_bytes) -> bool { return is_flow_tools(first_bytes); }
    template <class Source>
    static auto open(Source source, open_options options, bool packed)
        -> flow_tools_reader<Source> {
        return flow_tools_reader<Source>{std::move(source),
                                         {.repair_wraps = options.repair_wraps,
                                          .overlap = options.overlap && !packed,
                                          .on_malformed = std::move(options.on_malformed)}};
    }
};

struct nfdump_format {
    using reader = nfdump_reader<any_source>;
    using splitter = nfdump_splitter;
    static auto matches(std::string_view first_bytes) -> bool { return is_nfdump(first_bytes); }
    template <class Source>
    static auto open(Source source, open_options options, bool) -> nfdump_reader<Source> {
        return nfdump_reader<Source>{std::move(source),
                                     {.on_malformed = std::move(options.on_malformed)}};
    }
};

struct flowd_format {
    using reader = flowd_reader<any_source>;
    using splitter = void;
    static auto matches(std::string_view first_bytes) -> bool { return is_flowd(first_bytes); }
    template <class Source>
    static auto open(Source source, open_options options, bool) -> flowd_reader<Source> {
        return flowd_reader<Source>{std::move(source),
                                    {.repair_wraps = options.repair_wraps,
                                     .on_malformed = std::move(options.on_malformed)}};
    }
};

struct text_format {
    using reader = text_reader<any_source>;
    using splitter = text_splitter;
    /// Whether the first line that is not blank gives the columns: a header line, or a line of one
    /// of AWS's default formats. A line of JSON gives none, even if it holds a record.
    static auto matches(std::string_view first_bytes) -> bool {
        if (first_bytes.starts_with("\xEF\xBB\xBF")) first_bytes.remove_prefix(3);
        auto const begin = first_bytes.find_first_not_of(" \t\r\n");
        if (begin == first_bytes.npos) return false;
        auto const text = first_bytes.substr(begin);
        return !begins_json(text) &&
               recognise_line(text.substr(0, text.find('\n')), std::nullopt).has_value();
    }
    template <class Source>
    static auto open(Source source, open_options options, bool) -> text_reader<Source> {
        return text_reader<Source>{std::move(source),
                                   {.format = std::move(options.format),
                                    .on_malformed = std::move(options.on_malformed),
                                    .check_empty = options.check_empty,
                                    .all_lines = options.all_lines}};
    }
};

template <class... Formats>
struct format_table {
    using any_reader = std::variant<typename Formats::reader..., column_log_reader>;
};

using archive_formats = format_table<flow_tools_format, nfdump_format, flowd_format>;
using built_in_formats = format_table<text_format, flow_tools_format, flowd_format, nfdump_format>;

/// The registered format of a log that begins with these bytes.
template <class = void>
[[nodiscard]] auto find_column_format(std::string_view first_bytes)
    -> std::optional<column_format> {
    auto const registered = format_registry::instance().all();
    if (registered.empty() || text_format::matches(first_bytes)) return std::nullopt;
    for (auto const& format : registered) {
        if (format.matches(first_bytes)) return format;
    }
    return std::nullopt;
}

/// Calls `function` with the row of the format of a log that begins with these bytes: one of the
/// built-in ones, or a `column_format`.
template <class Function, class First, class... Rest>
auto with_format(std::string_view first_bytes, format_table<First, Rest...>, Function& function) {
    if (First::matches(first_bytes)) return function(First{});
    if constexpr (sizeof...(Rest) != 0) {
        return with_format(first_bytes, format_table<Rest...>{}, function);
    } else {
        if (auto const found = find_column_format(first_bytes)) return function(*found);
        return function(text_format{});
    }
}
template <class Function>
auto with_format(std::string_view first_bytes, Function function) {
    return with_format(first_bytes, archive_formats{}, function);
}

}  // namespace detail

/// Makes a format known to the whole program: `open`, `run` and all that is built on them then read
/// it. It cannot hide a built-in format: it is asked only about logs that no built-in format
/// recognises by its first bytes. Formats are asked in the order in which they were registered; if
/// a name is registered twice, the first registration stays. Always returns true, so that it can
/// initialise an inline variable.
///
///     inline bool const registered = flowlog::register_format({"parquet", is_parquet,
///     open_parquet});
inline auto register_format(column_format const& added) -> bool {
    detail::format_registry::instance().add(added);
    return true;
}

/// The names of the registered formats, in order of registration.
[[nodiscard]] inline auto registered_formats() -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const& format : detail::format_registry::instance().all())
        result.emplace_back(format.name);
    return result;
}

}  // namespace flowlog

#endif
