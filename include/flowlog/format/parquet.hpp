// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_PARQUET_HPP
#define FLOWLOG_FORMAT_PARQUET_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/error.hpp>
#include <flowlog/format/formats.hpp>
#include <flowlog/format/parquet/columns.hpp>
#include <flowlog/format/parquet/file.hpp>
#include <flowlog/format/parquet/reader.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/memory.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

/// Parquet files that cannot be read at any offset (standard input, compressed files) are read into
/// memory, up to this many bytes.
inline constexpr std::size_t max_parquet_in_memory = std::size_t{1} << 30;

namespace detail {

/// All bytes of a source, as an input with random access.
template <class = void>
auto read_parquet_into_memory(any_source from) -> input {
    auto bytes = std::string{};
    for (auto block = from.next(); !block.empty(); block = from.next()) {
        if (block.size() > max_parquet_in_memory - bytes.size())
            throw error{errc::unsupported,
                        {from.name()},
                        "is a Parquet file of more than " +
                            std::to_string(max_parquet_in_memory >> 20) +
                            " MiB that cannot be read at any offset, because it is compressed or "
                            "no file: unpack or save it first"};
        bytes.append(block.data(), block.size());
    }
    return memory_input{std::move(bytes), from.name()};
}

inline auto is_parquet(std::string_view first_bytes) -> bool {
    return first_bytes.starts_with("PAR1");
}

template <class = void>
auto open_parquet(log_bytes from, open_options const& options) -> std::unique_ptr<column_reader> {
    auto source = from.random_access && from.random_access->size()
                      ? from.random_access->hold()
                      : read_parquet_into_memory(std::move(from.source));
    auto file = std::make_unique<parquet_file>(std::move(source));
    auto layout = read_layout(*file);
    return std::make_unique<parquet_reader>(std::move(file), std::move(layout), options.progress);
}

template <class = void>
auto split_parquet(input const& from, open_options const&, std::uint64_t chunk_size)
    -> std::unique_ptr<column_splitter> {
    auto file = std::make_unique<parquet_file>(from);
    auto layout = read_layout(*file);
    if (!parquet_splitter::can_split(*layout, file->size())) return nullptr;
    return std::make_unique<parquet_splitter>(std::move(file), std::move(layout), chunk_size);
}

}  // namespace detail

/// Parquet files (https://parquet.apache.org): `open`, `run` and all that is built on them read
/// them in every program that includes this header. It needs the component flowlog::arrow.
///
/// A column is a field if its name is one of the field's spellings, such as AWS's `pkt_srcaddr`;
/// others are ignored, and `describe` names them. A value that is null is absent, and so are the
/// texts `-`, `None` and the empty one, unless flowlog wrote the file. Integers of any width,
/// decimals without a fraction, floating point numbers that are whole, and texts are decoded to
/// what the field is, and are malformed if they do not fit; times also from dates and timestamps.
/// Only columns that are read are fetched, and row groups that a filter excludes according to
/// their statistics are passed over.
inline bool const parquet_registered = register_format(
    {.name = "Parquet",
     .matches = detail::is_parquet,
     .open = [](log_bytes from, open_options const& options) -> std::unique_ptr<column_reader> {
         return detail::open_parquet(std::move(from), options);
     },
     .split = [](input const& from, open_options const& options,
                 std::uint64_t chunk_size) -> std::unique_ptr<column_splitter> {
         return detail::split_parquet(from, options, chunk_size);
     }});

}  // namespace flowlog

#endif
