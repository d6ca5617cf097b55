// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_ERROR_HPP
#define FLOWLOG_ERROR_HPP

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace flowlog {

/// Why a set-up or a read failed. Bad lines in a log are not errors: see `malformed_line`.
enum class errc {
    cannot_open = 1,   ///< the system cannot open or list a file; the message says why
    read_failed,       ///< the system failed during a read
    changed,           ///< the input shrank during the read
    truncated,         ///< the input ends inside a unit that its header announced
    corrupt,           ///< a checksum, length or marker contradicts the format
    unknown_format,    ///< nothing in the input determines its format
    unsupported,       ///< recognised, but this build or version cannot read it
    invalid_format,    ///< a `${field}` format string that does not parse
    invalid_table,     ///< a lookup or protocol table row that does not parse
    invalid_filter,    ///< a filter expression that does not parse
    invalid_argument,  ///< a value outside its documented range
    missing_field,     ///< a job needs a field that the log does not have
    write_failed       ///< the system cannot write an output
};

/// The category of `errc`, named "flowlog".
[[nodiscard]] inline auto category() noexcept -> std::error_category const&;

/// Makes `errc` usable as a `std::error_code`.
[[nodiscard]] inline auto make_error_code(errc code) noexcept -> std::error_code {
    return {static_cast<int>(code), category()};
}

}  // namespace flowlog

template <>
struct std::is_error_code_enum<flowlog::errc> : std::true_type {};

namespace flowlog {

namespace detail {

class error_category final : public std::error_category {
public:
    [[nodiscard]] auto name() const noexcept -> char const* override { return "flowlog"; }

    [[nodiscard]] auto message(int code) const -> std::string override {
        switch (static_cast<errc>(code)) {
            case errc::cannot_open: return "cannot open";
            case errc::read_failed: return "read failed";
            case errc::changed: return "input changed while it was read";
            case errc::truncated: return "input is truncated";
            case errc::corrupt: return "input is corrupt";
            case errc::unknown_format: return "unknown format";
            case errc::unsupported: return "not supported";
            case errc::invalid_format: return "invalid format string";
            case errc::invalid_table: return "invalid table";
            case errc::invalid_filter: return "invalid filter";
            case errc::invalid_argument: return "invalid argument";
            case errc::missing_field: return "field is missing";
            case errc::write_failed: return "write failed";
        }
        return "unknown error";
    }
};

}  // namespace detail

inline auto category() noexcept -> std::error_category const& {
    static detail::error_category const instance;
    return instance;
}

/// A place in an input. A line or column of 0 is unknown.
struct location {
    std::string source{};      ///< path, URL or "-"; as the user gave it
    std::uint64_t line = 0;    ///< counted from 1
    std::uint64_t column = 0;  ///< in bytes, counted from 1
};

/// Everything that flowlog throws. `what()` reads `source:line:column: message`.
class error : public std::system_error {
public:
    error(errc code, location where, std::string message)
        : std::system_error{make_error_code(code)},
          where_{std::move(where)},
          message_{std::move(message)},
          what_{compose()} {}

    /// Where it happened, as far as that is known.
    [[nodiscard]] auto where() const noexcept -> location const& { return where_; }

    /// What was found and what was expected, without the place.
    [[nodiscard]] auto message() const noexcept -> std::string const& { return message_; }

    [[nodiscard]] auto what() const noexcept -> char const* override { return what_.c_str(); }

private:
    [[nodiscard]] auto compose() const -> std::string {
        auto text = where_.source;
        for (auto const number : {where_.line, where_.column}) {
            if (number == 0) continue;
            if (!text.empty()) text += ':';
            text += std::to_string(number);
        }
        return text.empty() ? message_ : text + ": " + message_;
    }

    location where_;
    std::string message_;
    std::string what_;
};

}  // namespace flowlog

#endif
