// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_BATCH_HPP
#define FLOWLOG_FORMAT_BATCH_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/flow.hpp>

namespace flowlog {

/// Scratch memory for `select`, to which a batch of selected flows refers. Any kind of batch may
/// use any buffer; reuse one to save allocations.
struct selection_buffer {
    std::vector<std::uint32_t> delimiters{};  ///< offsets of text, or numbers of rows
    std::vector<char const*> records{};
};

/// Several flows of a log that can be read column by column. Readers give batches to the
/// `add_batch` of an aggregator, which may also read them flow by flow.
///
/// `numbers(id, out, step)` reads a field of type `u8` to `u64` from every flow, `times(id, out,
/// step)` reads a time as microseconds since 1970, and `addresses(id, out, step, note)` reads an
/// address. They return false if the column cannot be read at once because a value is absent or
/// malformed, or because the format stores it in another way. Then read it flow by flow.
template <class T>
concept record_batch =
    flow_record<typename T::record_type> &&
    requires(T const& batch, std::size_t i, std::uint64_t mask, std::uint64_t* out,
             selection_buffer& buffer, field_id id, void (*note)(std::size_t, bool)) {
        { batch.size() } -> std::same_as<std::size_t>;
        { batch[i] } -> std::same_as<typename T::record_type>;
        { batch.slice(i, i) } -> std::same_as<T>;
        { batch.select(mask, buffer) } -> std::same_as<T>;
        { batch.numbers(id, out, i) } -> std::same_as<bool>;
        { batch.times(id, out, i) } -> std::same_as<bool>;
        { batch.addresses(id, out, i, note) } -> std::same_as<bool>;
    };

}  // namespace flowlog

#endif
