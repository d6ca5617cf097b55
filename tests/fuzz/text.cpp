// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as a text log: words or cells, with or without a format. The first byte
// determines the size of the blocks and the options. Aborts if what is read, or what is said of
// malformed lines, depends on the blocks or on the way of reading.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/detail/foreign.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/grammar/explain.hpp>
#include <flowlog/source/memory.hpp>

namespace {

using namespace flowlog;

/// What a reading comes to.
struct reading {
    std::vector<flow> flows{};
    std::vector<std::string> malformed{};
    std::vector<std::uint64_t> offsets{};
    statistics stats{};
    std::string failure{};

    friend auto operator==(reading const&, reading const&) -> bool = default;
};

/// Keeps the flows; says that it reads one column, so that the reader need not index the others.
struct keeper {
    std::vector<flow>* flows;

    [[nodiscard]] auto uses() const -> std::vector<field_use> {
        return {{field_id::dstport, true}};
    }

    template <flow_record Record>
    void add(Record const& record) {
        flows->emplace_back(record);
    }
    void merge(keeper&&) {}
};

auto read(std::string_view text, std::size_t block_size, std::uint8_t option, bool one_by_one)
    -> reading {
    auto result = reading{};
    auto options = text_options{.max_line = 300, .all_lines = (option & 4) != 0};
    if ((option & 2) != 0) options.format = layout{{"srcaddr", "dstport", "bytes"}};
    options.on_malformed = [&](malformed_line const& line) {
        result.malformed.push_back(describe(line));
        result.offsets.push_back(line.offset);
        auto const is_part = line.offset + line.text.size() <= text.size() + 3;
        if (!is_part ||
            text.substr(static_cast<std::size_t>(line.offset), line.text.size()) != line.text)
            std::abort();
    };
    auto reader = text_reader{memory_source{text, "fuzz", block_size}, std::move(options)};
    auto keep = keeper{&result.flows};
    try {
        if (one_by_one) {
            for (auto const& record : reader) {
                if (auto const found = find_offending_field(keep, record)) {
                    reader.reject(found->id, found->why);
                } else {
                    keep.add(record);
                }
            }
        } else {
            add_all(reader, keep);
        }
    } catch (error const& failure) {
        result.failure = failure.what();
    }
    result.stats = reader.stats();
    // of a log that is refused, more or less was fetched
    if (!result.failure.empty()) result.stats.bytes = 0;
    return result;
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size == 0) return 0;
    auto const text = std::string_view{reinterpret_cast<char const*>(data), size}.substr(1);
    auto const option = data[0];
    // the marks of other formats are looked for in as much as came in one piece
    if (!detail::foreign_format(text).name.empty()) return 0;
    auto const whole = read(text, text.size() + 1, option, true);
    auto const blocks = read(text, 1U + (option >> 1U), option, true);
    if (blocks.failure.find("which is not read here") != std::string::npos) return 0;
    if (blocks != whole) std::abort();
    if (read(text, text.size() + 1, option, false) != whole) std::abort();
    return 0;
}
