// SPDX-License-Identifier: BSL-1.0
#include "record_file.hpp"

#include <array>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/did_you_mean.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/output/result_file.hpp>

#include "commands.hpp"

namespace cli {
namespace {

using flowlog::record_format;

struct ending {
    std::string_view text;  ///< of a name
    std::string_view word;  ///< of --to
    std::optional<record_format> format;
};

constexpr auto endings = std::to_array<ending>({{".parquet", "parquet", {}},
                                                {".csv", "csv", record_format::csv},
                                                {".tsv", "tsv", record_format::tsv},
                                                {".json", "json", record_format::json},
                                                {".ndjson", "ndjson", record_format::ndjson},
                                                {".jsonl", "ndjson", record_format::ndjson},
                                                {".log", "log", record_format::vpc},
                                                {".txt", "log", record_format::vpc}});

[[noreturn]] void throw_unknown_word(std::string const& to) {
    auto words = std::vector<std::string_view>{};
    for (auto const& known : endings) words.push_back(known.word);
    throw usage_error{"--to: expected parquet, csv, tsv, json, ndjson or log, found '" +
                      flowlog::escaped(to, 60) + '\'' + flowlog::did_you_mean(to, words)};
}

/// Removes the ending of a compression from a name, and returns what it is called.
auto take_compression(std::string_view& name) -> std::string {
    constexpr auto known = std::to_array<std::pair<std::string_view, std::string_view>>(
        {{".gz", "gzip"}, {".zst", "zstd"}});
    for (auto const& [text, compression] : known) {
        if (!name.ends_with(text)) continue;
        name.remove_suffix(text.size());
        return std::string{compression};
    }
    return {};
}

auto find_ending(std::string_view name, std::string const& to) -> ending const* {
    for (auto const& known : endings) {
        if (to.empty() ? name.ends_with(known.text) : known.word == to) return &known;
    }
    return nullptr;
}

}  // namespace

auto file_format_of(std::string_view name, std::string const& to) -> file_format {
    auto result = file_format{.compression = take_compression(name)};
    auto const* const found = find_ending(name, to);
    if (found == nullptr && !to.empty()) throw_unknown_word(to);
    if (found == nullptr && result.compression.empty())
        throw usage_error{
            "the name of the output does not tell its format: " + flowlog::escaped(name, 200) +
            " (.parquet, .csv, .tsv, .json, .ndjson, .log; with .gz or .zst); or "
            "give --to"};
    result.text = found == nullptr ? record_format::vpc : found->format;
    result.ending = found == nullptr ? ".log" : std::string{found->text};
    if (result.compression == "gzip") result.ending += ".gz";
    if (result.compression == "zstd") result.ending += ".zst";
    if (result.is_parquet() && !result.compression.empty())
        throw usage_error{"a Parquet file is compressed inside, and is not compressed again"};
    return result;
}

record_file::record_file(std::string name, file_format const& format, columns const& shown,
                         times_option times, flowlog::byte_sink out)
    : out_{std::move(out)} {
    if (!format.compression.empty()) {
        auto const found = flowlog::find_encoder(format.compression);
        if (!found)
            throw flowlog::error{flowlog::errc::unsupported,
                                 {std::move(name)},
                                 "cannot be compressed: this program was built without flowlog::" +
                                     format.compression};
        compressor_ = found->make(out_);
    }
    auto const to = [this](std::string_view bytes) { put(bytes); };
    if (format.is_parquet()) {
        auto how = flowlog::parquet_options{.name = std::move(name)};
        if (times) how.timestamps = *times == flowlog::time_format::rfc3339;
        parquet_ = std::make_unique<flowlog::parquet_writer>(shown, std::move(how), to);
    } else {
        auto const how = flowlog::record_options{
            .format = *format.text, .times = times.value_or(flowlog::time_format::unix_seconds)};
        text_ = std::make_unique<flowlog::record_writer>(shown, how, to);
        has_comments_ = how.format != record_format::json && how.format != record_format::ndjson;
    }
}

void record_file::flush() {
    if (parquet_) parquet_->flush();
}

void record_file::put(std::string_view bytes) {
    compressor_ ? compressor_->write(bytes) : out_(bytes);
}

void record_file::finish(std::string const& missing) {
    parquet_ ? parquet_->finish() : text_->finish();
    if (!missing.empty() && has_comments_) put(flowlog::incomplete_line(missing));
    if (compressor_) compressor_->finish();
}

}  // namespace cli
