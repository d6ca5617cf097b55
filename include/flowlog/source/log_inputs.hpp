// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_LOG_INPUTS_HPP
#define FLOWLOG_SOURCE_LOG_INPUTS_HPP

#include <memory>
#include <utility>
#include <vector>

#include <flowlog/source/input.hpp>
#include <flowlog/source/log_objects.hpp>
#include <flowlog/source/object_input.hpp>
#include <flowlog/source/object_store.hpp>
#include <flowlog/source/store_options.hpp>

namespace flowlog {

/// Inputs for objects of a store, in their order: files of a folder of this machine, or objects
/// that are fetched ahead of their readers (see `object_inputs`).
template <class = void>
[[nodiscard]] auto log_inputs(std::shared_ptr<object_store> store,
                              std::vector<stored_object> objects, fetch_options const& how = {})
    -> std::vector<input> {
    if (!store->scheme().empty()) return object_inputs(std::move(store), std::move(objects), how);
    auto result = std::vector<input>{};
    for (auto& object : objects) result.emplace_back(std::move(object.path));
    return result;
}

/// Inputs for all log objects of a listing. A listing becomes them by itself where inputs are
/// expected:
///
///     auto counts = flowlog::run(flowlog::log_objects(store, path, wanted),
///                                flowlog::port_protocol_counter{});
template <class = void>
[[nodiscard]] auto log_inputs(log_object_range<>&& listing, fetch_options const& how = {})
    -> std::vector<input> {
    auto objects = std::vector<stored_object>{};
    for (auto const& object : listing)
        objects.push_back({object.path, object.size, object.modified});
    return log_inputs(listing.store(), std::move(objects), how);
}

template <class T>
log_object_range<T>::operator std::vector<input>() && {
    return log_inputs(std::move(*this));
}

}  // namespace flowlog

#endif
