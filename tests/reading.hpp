// SPDX-License-Identifier: BSL-1.0
// Reads logs for tests: what came of every line, kept.
#ifndef FLOWLOG_TESTS_READING_HPP
#define FLOWLOG_TESTS_READING_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/text.hpp>

namespace testing {

/// Hands out copies of exactly the size of a block, so that the sanitizers see whoever reads
/// beyond one or keeps it.
class strict_source {
public:
    strict_source(std::string_view bytes, std::size_t block_size)
        : rest_{bytes}, block_size_{block_size} {}

    auto next() -> std::span<char const> {
        auto const size = std::min(block_size_, rest_.size());
        block_ = std::make_unique_for_overwrite<char[]>(size);
        std::copy_n(rest_.data(), size, block_.get());
        rest_.remove_prefix(size);
        return {block_.get(), size};
    }
    [[nodiscard]] auto name() const -> std::string { return "test"; }

private:
    std::string_view rest_;
    std::size_t block_size_;
    std::unique_ptr<char[]> block_;
};

/// A `malformed_line` that keeps its text.
struct rejected {
    std::string source;
    std::uint64_t line;
    std::uint64_t offset;
    std::size_t column;
    std::optional<flowlog::field_id> field;
    flowlog::reason reason;
    std::string text;

    friend auto operator==(rejected const&, rejected const&) -> bool = default;

    friend auto operator<<(std::ostream& out, rejected const& r) -> std::ostream& {
        return out << r.source << ':' << r.line << ':' << r.column << " @" << r.offset << " field "
                   << (r.field ? flowlog::info(*r.field).name : "-") << " reason "
                   << static_cast<int>(r.reason) << " '" << flowlog::escaped(r.text, 80) << '\'';
    }
};

inline auto keep(flowlog::malformed_line const& line) -> rejected {
    return {line.source, line.line,   line.offset,           line.column,
            line.field,  line.reason, std::string{line.text}};
}

/// All that a log holds.
struct reading {
    std::vector<flowlog::flow> flows{};
    flowlog::statistics stats{};
    std::vector<rejected> malformed{};

    friend auto operator==(reading const&, reading const&) -> bool = default;
};

/// Reads a text log from blocks of one size.
inline auto read(std::string_view text, flowlog::text_options options = {},
                 std::size_t block_size = 1U << 18) -> reading {
    auto result = reading{};
    options.on_malformed = [&](auto const& line) { result.malformed.push_back(keep(line)); };
    auto reader = flowlog::text_reader{strict_source{text, block_size}, std::move(options)};
    for (auto const& record : reader) result.flows.emplace_back(record);
    result.stats = reader.stats();
    return result;
}

/// What reading fails with.
inline auto failure(std::string_view text, flowlog::text_options options = {},
                    std::size_t block_size = 1U << 18) -> std::optional<flowlog::error> {
    try {
        static_cast<void>(read(text, std::move(options), block_size));
    } catch (flowlog::error const& thrown) {
        return thrown;
    }
    return std::nullopt;
}

/// Numbers that are the same on every run and machine.
class random_numbers {
public:
    explicit random_numbers(std::uint64_t seed) : state_{seed} {}

    /// A number below `limit`.
    auto operator()(std::uint64_t limit) -> std::uint64_t {
        state_ += 0x9E3779B97F4A7C15U;
        auto x = state_;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
        return (x ^ (x >> 31)) % limit;
    }

    template <class Range>
    auto pick(Range const& range) -> auto const& {
        return range[static_cast<std::size_t>((*this)(std::size(range)))];
    }

private:
    std::uint64_t state_;
};

}  // namespace testing

#endif
