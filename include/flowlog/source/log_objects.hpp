// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_LOG_OBJECTS_HPP
#define FLOWLOG_SOURCE_LOG_OBJECTS_HPP

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/source/detail/folder_listing.hpp>
#include <flowlog/source/detail/log_folders.hpp>
#include <flowlog/source/object_filter.hpp>
#include <flowlog/source/object_key.hpp>
#include <flowlog/source/object_store.hpp>

namespace flowlog {

class input;

/// A log in a store.
struct log_object {
    std::string path{};      ///< within the store
    std::uint64_t size = 0;  ///< in bytes
    std::optional<timestamp> modified{};
    object_key key{};
};

/// Why an object of a listing is not a wanted log.
enum class skip_reason : std::uint8_t {
    folder_marker,  ///< an empty object whose name ends with `/`
    empty,          ///< it has no bytes
    write_test,     ///< `aws-logs-write-test` and the like, which services leave beside logs
    foreign,        ///< its name is not that of a flow log
    not_wanted      ///< the filter does not want it
};

/// What a listing came across. Each object is either chosen or skipped for one reason.
struct listing_counts {
    std::uint64_t requests = 0;  ///< by which the store was asked
    std::uint64_t listed = 0;    ///< objects
    std::uint64_t chosen = 0;
    std::uint64_t chosen_bytes = 0;
    std::uint64_t folder_markers = 0;
    std::uint64_t empty = 0;
    std::uint64_t write_tests = 0;
    std::uint64_t foreign = 0;
    std::uint64_t not_wanted = 0;
    std::uint64_t other_services = 0;  ///< folders of other services of AWS, which are not listed

    /// The count of a reason.
    [[nodiscard]] auto of(skip_reason why) noexcept -> std::uint64_t& {
        switch (why) {
            case skip_reason::folder_marker: return folder_markers;
            case skip_reason::empty: return empty;
            case skip_reason::write_test: return write_tests;
            case skip_reason::foreign: return foreign;
            case skip_reason::not_wanted: break;
        }
        return not_wanted;
    }
    [[nodiscard]] auto skipped() const noexcept -> std::uint64_t {
        return folder_markers + empty + write_tests + foreign + not_wanted;
    }

    auto operator+=(listing_counts const& other) noexcept -> listing_counts& {
        requests += other.requests;
        listed += other.listed;
        chosen += other.chosen;
        chosen_bytes += other.chosen_bytes;
        folder_markers += other.folder_markers;
        empty += other.empty;
        write_tests += other.write_tests;
        foreign += other.foreign;
        not_wanted += other.not_wanted;
        other_services += other.other_services;
        return *this;
    }
    friend auto operator==(listing_counts const&, listing_counts const&) -> bool = default;
};

/// How to list.
struct listing_options {
    /// Receives each object that is not chosen.
    std::function<void(stored_object const&, skip_reason)> on_skipped{};
    /// Receives the error of a folder that cannot be listed; then the listing goes on. Without it,
    /// the range throws the error.
    std::function<void(error const&)> on_error{};
    /// How many folders are listed at once. The order of the objects does not depend on it.
    std::size_t concurrency = 8;
    /// Where a range of time that has no end is taken to end, with an hour to spare.
    timestamp now = std::chrono::floor<timestamp::duration>(std::chrono::system_clock::now());
};

/// Whether a file name is one that a service leaves beside logs, to check that it may write there
/// or to say what is in them: `aws-logs-write-test`, `_SUCCESS`, `_metadata`, `2024_$folder$`.
[[nodiscard]] constexpr auto is_write_test(std::string_view name) noexcept -> bool {
    constexpr auto names = std::to_array<std::string_view>(
        {"aws-logs-write-test", "aws-log-write-test", "aws-programmatic-access-test-object",
         "ELBAccessLogTestFile", "ConfigWritabilityCheckFile", "_SUCCESS", "_metadata",
         "_common_metadata"});
    return std::ranges::find(names, name) != names.end() || name.ends_with("_$folder$") ||
           name.ends_with(".csv.metadata");
}

namespace detail {

/// What is known of an object by its path and size, besides the filter.
inline auto skip_reason_of(stored_object const& object) -> std::optional<skip_reason> {
    if (object.path.ends_with('/')) return skip_reason::folder_marker;
    if (object.size == 0) return skip_reason::empty;
    auto const name = std::string_view{object.path}.substr(object.path.rfind('/') + 1);
    if (is_write_test(name)) return skip_reason::write_test;
    return std::nullopt;
}

}  // namespace detail

/// The log objects below a path of a store that a filter wants, in order of name: a single-pass
/// range of `log_object`.
///
/// Of AWS's folders, only those are listed in which there can be wanted objects. Accounts and
/// regions are found by listing their folders; up to 31 days of an object store, one request each;
/// more, and those of a folder on disk, by their years and months. The path may be that of any
/// folder, inside of AWS's layouts or outside of them; below a folder that is part of no layout,
/// every folder is looked into. Without a filter, everything below the path is listed at once.
///
/// Objects are taken exactly as the filter says; for the flows of a time range, `widened()` gives
/// the filter of the objects. A range throws what the store throws, from `begin` and `++`.
template <class = void>
class log_object_range {
public:
    log_object_range(std::shared_ptr<object_store> store, std::string path, object_key_parser parse,
                     object_filter wanted = {}, listing_options options = {})
        : store_{std::move(store)},
          parse_{parse},
          wanted_{std::move(wanted)},
          rules_{wanted_},
          options_{std::move(options)},
          has_buckets_{!store_->scheme().empty()},
          requests_before_{store_->list_requests()} {
        add_folder(todo_, detail::folder_rules::at(path, has_buckets_));
    }

    class iterator {
    public:
        using value_type = log_object;
        using difference_type = std::ptrdiff_t;

        iterator() = default;
        explicit iterator(log_object_range* of) : of_{of} {}
        [[nodiscard]] auto operator*() const -> log_object const& { return of_->ready_.front(); }
        [[nodiscard]] auto operator->() const -> log_object const* { return &**this; }
        auto operator++() -> iterator& {
            of_->ready_.pop_front();
            of_->advance();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] auto operator==(std::default_sentinel_t) const -> bool {
            return of_->ready_.empty();
        }

    private:
        log_object_range* of_ = nullptr;
    };

    /// To be called once.
    [[nodiscard]] auto begin() -> iterator {
        advance();
        return iterator{this};
    }
    [[nodiscard]] auto end() const noexcept -> std::default_sentinel_t { return {}; }

    /// The objects that are left, as inputs: `run(log_objects(…), aggregator)` and
    /// `open(log_objects(…))` read them. source/log_inputs.hpp has the definition.
    operator std::vector<input>() &&;

    /// The store that is listed.
    [[nodiscard]] auto store() const -> std::shared_ptr<object_store> { return store_; }

    /// What was come across so far.
    [[nodiscard]] auto counts() const -> listing_counts {
        auto result = counts_;
        result.requests = store_->list_requests() - requests_before_;
        return result;
    }

    /// Whether there is a log, wanted or not, or a folder of AWS's layouts, as far as the listing
    /// has come. If there is none, the path is that of a plain folder.
    [[nodiscard]] auto has_layout() const noexcept -> bool { return has_layout_; }

private:
    /// A folder to list, or an object that was found between folders.
    struct step {
        detail::log_folder folder{};
        bool recursive = false;
        std::unique_ptr<detail::folder_listing<>> listing{};  // if it has begun
        std::optional<stored_object> object{};
    };
    using steps = std::deque<step>;

    /// Goes on until an object is ready, or to the end.
    void advance() {
        while (ready_.empty() && !todo_.empty()) {
            auto& first = todo_.front();
            if (first.object) {
                auto const object = *std::move(first.object);
                todo_.pop_front();
                take(object);
                continue;
            }
            begin_listings();
            first.recursive ? take_some(*first.listing) : open_folder(*first.listing);
        }
    }

    /// Lists the first folder, and begins to list those that follow.
    void begin_listings() {
        auto running = std::size_t{0};
        for (auto& next : todo_) {
            if (next.object) continue;
            if (!next.listing)
                next.listing = std::make_unique<detail::folder_listing<>>(store_, next.folder.path,
                                                                          next.recursive);
            if (++running >= options_.concurrency) break;
        }
    }

    /// Takes the next objects of the first folder, of which all below it is listed.
    void take_some(detail::folder_listing<>& listing) {
        auto const found = listing.next();
        for (auto const& object : found) take(object);
        if (!found.empty()) return;
        auto const failure = listing.failure();
        todo_.pop_front();
        if (failure) report(failure);
    }

    /// Puts what is in the first folder in its place.
    void open_folder(detail::folder_listing<>& listing) {
        auto const folder = todo_.front().folder;
        auto inner = steps{};
        for (auto some = listing.next(); !some.empty(); some = listing.next()) {
            for (auto& found : some) {
                if (found.is_folder) {
                    enter(inner, folder, found.path);
                } else if (inner.empty()) {
                    take(found);
                } else {
                    inner.push_back({.object = std::move(found)});
                }
            }
        }
        auto const failure = listing.failure();
        todo_.pop_front();
        todo_.insert(todo_.begin(), std::make_move_iterator(inner.begin()),
                     std::make_move_iterator(inner.end()));
        if (failure) report(failure);
    }

    void report(std::exception_ptr const& failure) {
        try {
            std::rethrow_exception(failure);
        } catch (error const& why) {
            if (!options_.on_error) throw;
            options_.on_error(why);
        }
    }

    /// Adds what a folder found in another one leads to.
    void enter(steps& into, detail::log_folder const& folder, std::string_view path) {
        path.remove_suffix(path.ends_with('/') ? 1 : 0);
        auto inner = rules_.below(folder, path.substr(path.rfind('/') + 1));
        if (inner.level != detail::folder_level::outside) has_layout_ = true;
        if (inner.level == detail::folder_level::foreign) ++counts_.other_services;
        if (inner.level == detail::folder_level::foreign ||
            inner.level == detail::folder_level::unwanted)
            return;
        add_folder(into, std::move(inner));
    }

    /// Adds a folder, or, in an object store, the folders below it if they are known. On disks,
    /// logs may also lie in the folders of months, regions and accounts, and a listing costs
    /// little.
    void add_folder(steps& into, detail::log_folder folder) {
        auto const whole = rules_.is_whole(folder);
        if (!whole && has_buckets_) {
            if (auto known = rules_.known(folder, options_.now)) {
                for (auto& inner : *known) add_folder(into, std::move(inner));
                return;
            }
        }
        into.push_back({.folder = std::move(folder), .recursive = whole});
    }

    /// Chooses or skips an object.
    void take(stored_object const& object) {
        ++counts_.listed;
        if (auto const why = detail::skip_reason_of(object)) return skip(object, *why);
        auto const path = std::string_view{object.path};
        auto key = parse_(has_buckets_ ? path.substr(path.find('/') + 1) : path);
        if (!key) return skip(object, skip_reason::foreign);
        has_layout_ = true;
        if (!wanted_(*key)) return skip(object, skip_reason::not_wanted);
        ++counts_.chosen;
        counts_.chosen_bytes += object.size;
        ready_.push_back({object.path, object.size, object.modified, *std::move(key)});
    }

    void skip(stored_object const& object, skip_reason why) {
        ++counts_.of(why);
        if (options_.on_skipped) options_.on_skipped(object, why);
    }

    std::shared_ptr<object_store> store_;
    object_key_parser parse_;
    object_filter wanted_;
    detail::folder_rules rules_;
    listing_options options_;
    bool has_buckets_;
    std::uint64_t requests_before_;
    steps todo_{};
    std::deque<log_object> ready_{};
    listing_counts counts_{};
    bool has_layout_ = false;
};

/// The log objects below a path of a store. grammar/object_key.hpp has the same function without
/// the parser.
template <std::convertible_to<object_key_parser> Parser>
[[nodiscard]] auto log_objects(std::shared_ptr<object_store> store, std::string path, Parser parse,
                               object_filter wanted = {}, listing_options options = {})
    -> log_object_range<> {
    return {std::move(store), std::move(path), parse, std::move(wanted), std::move(options)};
}

}  // namespace flowlog

#endif
