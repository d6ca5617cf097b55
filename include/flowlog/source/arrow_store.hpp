// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_ARROW_STORE_HPP
#define FLOWLOG_SOURCE_ARROW_STORE_HPP

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/detail/arrow_module.hpp>
#include <flowlog/error.hpp>
#include <flowlog/source/arrow_module.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/object_input.hpp>
#include <flowlog/source/object_list.hpp>
#include <flowlog/source/object_store.hpp>
#include <flowlog/source/scheme.hpp>
#include <flowlog/source/store_options.hpp>

namespace flowlog {

namespace detail {

/// Throws the error that a function of the module has returned.
[[noreturn]] inline void throw_store_error(std::int32_t status, std::string const& name,
                                           std::string const& what, std::string const& why) {
    auto const message = what + ": " + why;
    switch (status) {
        case module_not_found: throw no_such_object{name, message};
        case module_unsupported: throw error{errc::unsupported, {name}, message};
        case module_changed: throw error{errc::changed, {name}, message};
        case module_unavailable: throw error{errc::read_failed, {name}, message};
        default: throw error{errc::cannot_open, {name}, message};
    }
}

/// Writes an object through the module.
class arrow_object_writer final : public object_writer {
public:
    arrow_object_writer(store_functions const& functions, void* writer, std::string name)
        : functions_{functions}, writer_{writer}, name_{std::move(name)} {}
    ~arrow_object_writer() override {
        if (writer_ != nullptr) functions_.abandon(writer_);
    }

    void write(std::span<char const> bytes) override {
        char* why = nullptr;
        check(functions_.write(writer_, bytes.data(), bytes.size(), &why), why);
    }
    void finish() override {
        char* why = nullptr;
        auto const status = functions_.finish(std::exchange(writer_, nullptr), &why);
        check(status, why);
    }

private:
    void check(std::int32_t status, char* why) const {
        if (status != module_ok)
            throw error{errc::write_failed, {name_}, "cannot write the object: " + take_text(why)};
    }

    store_functions const& functions_;
    void* writer_;
    std::string name_;
};

/// A store that Arrow reads. Paths begin with what a URI has between `scheme://` and the next `/`.
class arrow_store final : public object_store {
public:
    /// `authority` is that part: `bucket` of `s3://bucket/key`.
    arrow_store(store_functions const& functions, std::string scheme, std::string authority,
                store_options const& options)
        : functions_{functions}, scheme_{std::move(scheme)}, authority_{std::move(authority)} {
        auto const uri = (scheme_ == "s3a" ? "s3" : scheme_) + "://" + authority_;
        auto const how =
            module_store_options{.endpoint = options.endpoint ? options.endpoint->c_str() : nullptr,
                                 .region = options.region ? options.region->c_str() : nullptr,
                                 .anonymous = options.anonymous ? 1 : 0,
                                 .timeout = options.timeout,
                                 .retries = static_cast<std::int32_t>(options.fetch.retries),
                                 .requests = static_cast<std::int32_t>(options.fetch.fetches)};
        char* root = nullptr;
        char* why = nullptr;
        auto const status = functions_.open(uri.c_str(), &how, &store_, &root, &why);
        if (status != module_ok)
            throw_store_error(status, scheme_ + "://" + authority_, "cannot open the store",
                              take_text(why));
        root_ = take_text(root);
        while (root_.ends_with('/')) root_.pop_back();
    }
    ~arrow_store() override { functions_.close(store_); }

    [[nodiscard]] auto scheme() const -> std::string override { return scheme_ + "://"; }

    void list(std::string const& path, bool recursive,
              std::function<bool(stored_object const&)> const& use) override {
        auto state = listing{.store = *this, .use = use};
        std::uint64_t requests = 0;
        char* why = nullptr;
        auto const status = functions_.list(store_, to_arrow(path).c_str(), recursive ? 1 : 0,
                                            &state, take_object, &requests, &why);
        list_requests_ += requests;
        if (state.failure) {
            std::free(why);
            std::rethrow_exception(state.failure);
        }
        check(status, path, "cannot list", why);
    }
    [[nodiscard]] auto list_requests() const -> std::uint64_t override { return list_requests_; }

    [[nodiscard]] auto stat(std::string const& path, std::string* tag) -> std::uint64_t override {
        std::uint64_t size = 0;
        char* text = nullptr;
        char* why = nullptr;
        auto const status = functions_.stat(store_, to_arrow(path).c_str(), &size, &text, &why);
        check(status, path, "cannot open", why);
        auto const found = take_text(text);
        if (tag != nullptr) *tag = found;
        return size;
    }

    [[nodiscard]] auto read_at(std::string const& path, std::uint64_t, std::uint64_t offset,
                               std::span<char> buffer) -> std::size_t override {
        std::uint64_t got = 0;
        char* why = nullptr;
        auto const status = functions_.read(store_, to_arrow(path).c_str(), offset, buffer.data(),
                                            buffer.size(), &got, &why);
        check(status, path, status == module_unavailable ? "cannot read" : "cannot open", why);
        return static_cast<std::size_t>(got);
    }

    [[nodiscard]] auto create(std::string const& path) -> std::unique_ptr<object_writer> override {
        void* writer = nullptr;
        char* why = nullptr;
        auto const status = functions_.create(store_, to_arrow(path).c_str(), &writer, &why);
        if (status != module_ok) {
            throw error{errc::write_failed,
                        {scheme() + path},
                        "cannot write the object: " + take_text(why)};
        }
        return std::make_unique<arrow_object_writer>(functions_, writer, scheme() + path);
    }

private:
    struct listing {
        arrow_store& store;
        std::function<bool(stored_object const&)> const& use;
        std::exception_ptr failure{};
    };

    /// Nothing that a user's function throws crosses the line to the module.
    static auto take_object(void* context, module_object const* object) -> std::int32_t {
        auto& state = *static_cast<listing*>(context);
        try {
            auto found = stored_object{.path = state.store.from_arrow(object->path),
                                       .size = object->size,
                                       .is_folder = object->is_folder != 0};
            if (object->modified != std::numeric_limits<std::int64_t>::min())
                found.modified.emplace(std::chrono::microseconds{object->modified});
            return state.use(found) ? 0 : 1;
        } catch (...) {
            state.failure = std::current_exception();
            return 1;
        }
    }

    void check(std::int32_t status, std::string const& path, char const* what, char* why) const {
        if (status != module_ok) throw_store_error(status, scheme() + path, what, take_text(why));
    }

    /// A path of this store, as Arrow has it: with the root of the URI in place of the authority.
    [[nodiscard]] auto to_arrow(std::string_view path) const -> std::string {
        path.remove_prefix(std::min(path.size(), authority_.size()));
        if (root_.empty() && scheme_ != "hdfs" && path.starts_with('/')) path.remove_prefix(1);
        return root_ + std::string{path};
    }
    [[nodiscard]] auto from_arrow(std::string_view path) const -> std::string {
        path.remove_prefix(std::min(path.size(), root_.size()));
        auto const slash = path.starts_with('/') || path.empty() ? "" : "/";
        return authority_ + slash + std::string{path};
    }

    store_functions const& functions_;
    std::string scheme_;
    std::string authority_;
    std::string root_;
    void* store_ = nullptr;
    std::atomic<std::uint64_t> list_requests_ = 0;
};

/// The stores that are open, one for each bucket.
template <class = void>
class open_stores {
public:
    static auto instance() -> open_stores& {
        static open_stores stores;
        return stores;
    }

    [[nodiscard]] auto get(std::string const& scheme, std::string const& authority,
                           std::string const& word) -> std::shared_ptr<object_store> {
        auto const& module = load_arrow_module(word);
        auto const lock = std::scoped_lock{mutex_};
        functions_ = module.store;
        auto& store = stores_[scheme + "://" + authority];
        if (!store)
            store =
                std::make_shared<arrow_store>(*functions_, scheme, authority, get_store_options());
        return store;
    }

    void shut_down() {
        auto const lock = std::scoped_lock{mutex_};
        stores_.clear();
        if (functions_ != nullptr) std::exchange(functions_, nullptr)->shut_down();
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<object_store>> stores_;
    store_functions const* functions_ = nullptr;
};

}  // namespace detail

/// An object store, and a path in it.
struct opened_store {
    std::shared_ptr<object_store> store;
    std::string path;  ///< `bucket/key`
};

/// Opens the store that a word such as `s3://bucket/key` names, with `get_store_options()`. Words
/// of one bucket share a store. Nothing in the word is decoded: `%20` is three characters of the
/// key. Throws `errc::unsupported` if the component flowlog::arrow cannot be loaded.
template <class = void>
[[nodiscard]] auto open_store(std::string const& word) -> opened_store {
    auto const scheme = std::string{scheme_of(word)};
    auto path = word.substr(std::min(word.size(), scheme.size() + 3));
    auto const authority = path.substr(0, path.find('/'));
    if (authority.empty())
        throw error{errc::cannot_open, {word}, "cannot open: the name of a bucket is missing"};
    return {detail::open_stores<>::instance().get(scheme, authority, word), std::move(path)};
}

/// Inputs for the objects that a word such as `s3://bucket/logs/` or `s3://bucket/logs/*.gz` names
/// (see `find_objects`).
template <class = void>
[[nodiscard]] auto expand_objects(std::string const& word) -> std::vector<input> {
    auto const [store, path] = open_store(word);
    return object_inputs(store, find_objects(*store, path), get_store_options().fetch);
}

/// Ends what object stores keep running when it is destroyed; harmless if no store was opened. A
/// program that reads from stores has one in `main`, before all inputs; no store is opened after it
/// has ended.
class [[nodiscard]] object_store_session {
public:
    object_store_session() = default;
    object_store_session(object_store_session const&) = delete;
    auto operator=(object_store_session const&) -> object_store_session& = delete;
    ~object_store_session() { detail::open_stores<>::instance().shut_down(); }
};

namespace detail {

inline bool const stores_are_registered = [] {
    for (auto const* const scheme : {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "hdfs"})
        register_scheme(scheme, [](std::string const& word) { return expand_objects(word); });
    return true;
}();

}  // namespace detail

}  // namespace flowlog

#endif
