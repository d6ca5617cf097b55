// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_OBJECT_INPUT_HPP
#define FLOWLOG_SOURCE_OBJECT_INPUT_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/source/detail/object_source.hpp>
#include <flowlog/source/detail/prefetcher.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/object_store.hpp>
#include <flowlog/source/source.hpp>
#include <flowlog/source/store_options.hpp>

namespace flowlog {

namespace detail {

/// The part of some bytes from `begin` up to `end`, as far as it exists.
inline auto part_of(std::span<char const> bytes, std::uint64_t begin, std::uint64_t end)
    -> std::span<char const> {
    end = std::min<std::uint64_t>(end, bytes.size());
    begin = std::min(begin, end);
    return bytes.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

/// An object of a store, as an input. If it is held, its bytes or its tag are.
template <class = void>
class object_input {
public:
    object_input(std::shared_ptr<prefetcher<>> from, std::size_t index, shared_bytes held = {})
        : from_{std::move(from)}, index_{index}, held_{std::move(held)} {}

    [[nodiscard]] auto name() const -> std::string { return from_->object(index_).name(); }
    [[nodiscard]] auto size() const -> std::optional<std::uint64_t> {
        return from_->object(index_).size();
    }
    [[nodiscard]] auto open() const -> any_source {
        return source(0, from_->object(index_).size(), true);
    }
    [[nodiscard]] auto open_range(std::uint64_t begin, std::uint64_t end) const -> any_source {
        return source(begin, end, false);
    }
    [[nodiscard]] auto read_at(std::uint64_t offset, std::span<char> buffer) const -> std::size_t {
        auto const end = offset + buffer.size();
        if (from_->is_whole(index_)) {
            auto const bytes = this->bytes(false);
            auto const part = part_of(bytes->bytes(), offset, end);
            std::ranges::copy(part, buffer.begin());
            return part.size();
        }
        auto const size = from_->object(index_).size();
        auto const wanted = static_cast<std::size_t>(std::min(end, size) - std::min(offset, size));
        if (wanted != 0) from_->read_at(index_, offset, buffer.first(wanted));
        return wanted;
    }
    [[nodiscard]] auto hold() const -> input {
        if (from_->is_whole(index_)) return object_input{from_, index_, bytes(false)};
        from_->object(index_).pin();
        return *this;
    }

private:
    [[nodiscard]] auto bytes(bool take) const -> shared_bytes {
        return held_ ? held_ : from_->bytes_of(index_, take);
    }

    [[nodiscard]] auto source(std::uint64_t begin, std::uint64_t end, bool take) const
        -> any_source {
        if (from_->is_whole(index_)) {
            auto all = bytes(take);
            auto const part = part_of(all->bytes(), begin, end);
            return detail::fetched_source{std::move(all), part, name()};
        }
        auto const size = from_->object(index_).size();
        return detail::ranged_source<>{from_, index_, std::min(begin, size), std::min(end, size)};
    }

    std::shared_ptr<prefetcher<>> from_;
    std::size_t index_;
    shared_bytes held_;
};

}  // namespace detail

/// Inputs for the objects of a listing, in its order. They share the fetching: while some are read,
/// the next ones are fetched, on threads that end with the last copy of the inputs and of their
/// sources. The order of the records does not depend on it.
///
/// A small object costs one request; it must have the size that was listed. A larger one is read in
/// ranges, each of which is followed by a request for the object's tag (ETag): if the object was
/// replaced, `errc::changed` is thrown before a byte of the new one is handed out. What fails for a
/// reason that may pass (`errc::read_failed`) is asked for again. An error of an object that was
/// fetched ahead is thrown when it is opened.
template <class = void>
[[nodiscard]] auto object_inputs(std::shared_ptr<object_store> store,
                                 std::vector<stored_object> objects, fetch_options const& how = {})
    -> std::vector<input> {
    auto const shared =
        std::make_shared<detail::prefetcher<>>(std::move(store), std::move(objects), how);
    auto result = std::vector<input>{};
    result.reserve(shared->size());
    for (std::size_t i = 0; i < shared->size(); ++i)
        result.emplace_back(detail::object_input<>{shared, i});
    return result;
}

}  // namespace flowlog

#endif
