// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_INPUT_HPP
#define FLOWLOG_SOURCE_INPUT_HPP

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/source/file.hpp>
#include <flowlog/source/scheme.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

/// Something that can be opened, and so can become an `input`: a file, bytes in memory, an object
/// in a store.
///
/// `name()` is what the user calls it. `open()` gives a byte source that begins at its first byte,
/// or throws `errc::cannot_open`. A model may have more functions, which `input` then uses:
///
///     size() -> std::optional<std::uint64_t>             // bytes, if known without opening it
///     read_at(std::uint64_t offset, std::span<char> buffer) -> std::size_t
///                                                        // fewer than asked for only at the end
///     random_access() -> bool                            // whether read_at works; default: true
///     open_range(std::uint64_t begin, std::uint64_t end) -> /* byte source */
///                                                        // default: made of read_at
///     hold() -> input                                    // default: the input itself
///
/// All are const, and may be called by several threads at once.
template <class T>
concept openable = std::movable<T> && requires(T const& from) {
    { from.name() } -> std::convertible_to<std::string>;
    { from.open() } -> std::convertible_to<any_source>;
};

/// An input of a run: something that can be opened, and perhaps read at any offset. A value that is
/// cheap to copy; copies share what they refer to. Nothing is opened before it is read, so a
/// missing file is an error of `open`, not of the constructor.
///
///     auto found = flowlog::run({"a.log", "s3://bucket/b.log.gz"}, counter);
///     auto found = flowlog::run({flowlog::memory_input{text}}, counter);
class input {
public:
    /// A file; "-" is standard input, which can be opened once. A word with a scheme
    /// (`s3://bucket/key`) is the one object that the scheme's expander makes of it.
    input(std::string path);
    input(char const* path) : input{std::string{path}} {}
    input(std::filesystem::path const& path) : input{path.string()} {}

    /// Anything else that can be opened.
    template <class T>
        requires(!std::same_as<T, input> && openable<T>)
    input(T from) : model_{std::make_shared<model<T>>(std::move(from))} {}

    /// What the user calls it.
    [[nodiscard]] auto name() const -> std::string { return model_->name(); }

    /// How many bytes it has, before decompression; absent if that is not known without reading it.
    [[nodiscard]] auto size() const -> std::optional<std::uint64_t> { return model_->size(); }

    /// The bytes from the first one on. Throws `errc::cannot_open`.
    [[nodiscard]] auto open() const -> any_source { return model_->open(); }

    /// Whether `read_at` and `open_range` may be called.
    [[nodiscard]] auto random_access() const -> bool { return model_->random_access(); }

    /// Reads `buffer.size()` bytes from `offset` on, fewer only at the end; returns how many. Safe
    /// from several threads. \pre `random_access()`
    [[nodiscard]] auto read_at(std::uint64_t offset, std::span<char> buffer) const -> std::size_t {
        return model_->read_at(offset, buffer);
    }

    /// The bytes from `begin` up to `end`, or up to the end of the input if that comes first.
    /// \pre `random_access()`
    [[nodiscard]] auto open_range(std::uint64_t begin, std::uint64_t end) const -> any_source {
        return model_->open_range(*this, begin, end);
    }

    /// The same input, kept open as long as a copy of the result lives. Every read sees the same
    /// file, even if another file takes its place in the meantime. Throws `errc::cannot_open`.
    [[nodiscard]] auto hold() const -> input { return model_->hold(*this); }

private:
    struct interface {
        interface() = default;
        interface(interface const&) = delete;
        auto operator=(interface const&) -> interface& = delete;
        virtual ~interface() = default;
        [[nodiscard]] virtual auto name() const -> std::string = 0;
        [[nodiscard]] virtual auto size() const -> std::optional<std::uint64_t> = 0;
        [[nodiscard]] virtual auto open() const -> any_source = 0;
        [[nodiscard]] virtual auto random_access() const -> bool = 0;
        [[nodiscard]] virtual auto read_at(std::uint64_t offset, std::span<char> buffer) const
            -> std::size_t = 0;
        [[nodiscard]] virtual auto open_range(input const& self, std::uint64_t begin,
                                              std::uint64_t end) const -> any_source = 0;
        [[nodiscard]] virtual auto hold(input const& self) const -> input = 0;
    };

    template <class T>
    struct model;

    std::shared_ptr<interface const> model_;
};

namespace detail {

/// A byte source over a range of an input, made of `read_at`.
class range_source {
public:
    range_source(input from, std::uint64_t begin, std::uint64_t end)
        : from_{std::move(from)}, at_{begin}, end_{end} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        auto const wanted = std::min<std::uint64_t>(block_buffer_size, end_ - std::min(at_, end_));
        buffer_.resize(static_cast<std::size_t>(wanted));
        auto const got = from_.read_at(at_, buffer_);
        at_ += got;
        return std::span{buffer_}.first(got);
    }
    [[nodiscard]] auto name() const -> std::string { return from_.name(); }

private:
    input from_;
    std::uint64_t at_;
    std::uint64_t end_;
    std::vector<char> buffer_;
};

}  // namespace detail

template <class T>
struct input::model final : interface {
    explicit model(T t) : from{std::move(t)} {}

    [[nodiscard]] auto name() const -> std::string override { return from.name(); }
    [[nodiscard]] auto open() const -> any_source override { return from.open(); }
    [[nodiscard]] auto size() const -> std::optional<std::uint64_t> override {
        if constexpr (requires { from.size(); }) {
            return from.size();
        } else {
            return std::nullopt;
        }
    }
    [[nodiscard]] auto random_access() const -> bool override {
        if constexpr (!has_read_at) {
            return false;
        } else if constexpr (requires { from.random_access(); }) {
            return from.random_access();
        } else {
            return true;
        }
    }
    [[nodiscard]] auto read_at(std::uint64_t offset, std::span<char> buffer) const
        -> std::size_t override {
        if constexpr (has_read_at) {
            return from.read_at(offset, buffer);
        } else {
            throw_no_random_access();
        }
    }
    [[nodiscard]] auto open_range(input const& self, std::uint64_t begin, std::uint64_t end) const
        -> any_source override {
        if constexpr (requires { from.open_range(begin, end); }) {
            return from.open_range(begin, end);
        } else if constexpr (has_read_at) {
            return detail::range_source{self, begin, end};
        } else {
            throw_no_random_access();
        }
    }
    [[nodiscard]] auto hold(input const& self) const -> input override {
        if constexpr (requires { from.hold(); }) {
            return from.hold();
        } else {
            return self;
        }
    }

    [[noreturn]] void throw_no_random_access() const {
        throw error{errc::read_failed, {name()}, "cannot be read at any offset"};
    }

    static constexpr bool has_read_at =
        requires(T const& t, std::span<char> buffer) { t.read_at(std::uint64_t{}, buffer); };
    T from;
};

namespace detail {

/// A file by its path, opened anew each time it is read, unless it is held.
class file_input {
public:
    explicit file_input(std::string path, std::shared_ptr<file const> held = {})
        : path_{std::move(path)}, held_{std::move(held)} {}

    [[nodiscard]] auto name() const -> std::string { return path_; }
    [[nodiscard]] auto size() const -> std::optional<std::uint64_t> {
        return held_ ? held_->size() : file::size_of(path_);
    }
    [[nodiscard]] auto open() const -> file_source {
        return open_range(0, std::numeric_limits<std::uint64_t>::max());
    }
    [[nodiscard]] auto random_access() const -> bool {
        return held_ ? held_->size().has_value() : file::is_regular(path_);
    }
    [[nodiscard]] auto read_at(std::uint64_t offset, std::span<char> buffer) const -> std::size_t {
        return opened()->read(buffer, offset);
    }
    [[nodiscard]] auto open_range(std::uint64_t begin, std::uint64_t end) const -> file_source {
        return {opened(), begin, end};
    }
    [[nodiscard]] auto hold() const -> input { return file_input{path_, opened()}; }

private:
    [[nodiscard]] auto opened() const -> std::shared_ptr<file const> {
        return held_ ? held_ : std::make_shared<file const>(path_);
    }

    std::string path_;
    std::shared_ptr<file const> held_;
};

/// Standard input. It has no beginning to go back to: a second `open` would silently see nothing.
class standard_input {
public:
    [[nodiscard]] auto name() const -> std::string { return "-"; }
    [[nodiscard]] auto open() const -> file_source {
        if (opened_->exchange(true)) {
            throw error{
                errc::cannot_open, {"-"}, "cannot open: standard input can be read only once"};
        }
        return file_source{"-"};
    }

private:
    std::shared_ptr<std::atomic<bool>> opened_ = std::make_shared<std::atomic<bool>>(false);
};

/// The one object that a word with a scheme names; looked up when it is first asked for more than
/// its name.
class scheme_input {
public:
    explicit scheme_input(std::string word) : state_{std::make_shared<state>(std::move(word))} {}

    [[nodiscard]] auto name() const -> std::string { return state_->word; }
    [[nodiscard]] auto size() const -> std::optional<std::uint64_t> { return found().size(); }
    [[nodiscard]] auto open() const -> any_source { return found().open(); }
    [[nodiscard]] auto random_access() const -> bool { return found().random_access(); }
    [[nodiscard]] auto read_at(std::uint64_t offset, std::span<char> buffer) const -> std::size_t {
        return found().read_at(offset, buffer);
    }
    [[nodiscard]] auto open_range(std::uint64_t begin, std::uint64_t end) const -> any_source {
        return found().open_range(begin, end);
    }
    [[nodiscard]] auto hold() const -> input { return found().hold(); }

private:
    struct state {
        explicit state(std::string w) : word{std::move(w)} {}
        std::string word;
        std::mutex mutex;
        std::optional<input> found;
    };

    [[nodiscard]] auto found() const -> input {
        auto const lock = std::scoped_lock{state_->mutex};
        if (!state_->found) state_->found = find(state_->word);
        return *state_->found;
    }

    [[nodiscard]] static auto find(std::string const& word) -> input {
        auto const expand = scheme_registry::instance().find(scheme_of(word));
        if (!expand) throw_unknown_scheme(word);
        auto all = (*expand)(word);
        if (all.size() == 1) return std::move(all.front());
        throw error{errc::cannot_open,
                    {word},
                    "cannot open: names " + std::to_string(all.size()) + " objects, not one"};
    }

    std::shared_ptr<state> state_;
};

}  // namespace detail

inline input::input(std::string path) {
    if (path == "-") {
        model_ = std::make_shared<model<detail::standard_input>>(detail::standard_input{});
    } else if (!scheme_of(path).empty()) {
        model_ =
            std::make_shared<model<detail::scheme_input>>(detail::scheme_input{std::move(path)});
    } else {
        model_ = std::make_shared<model<detail::file_input>>(detail::file_input{std::move(path)});
    }
}

}  // namespace flowlog

#endif
