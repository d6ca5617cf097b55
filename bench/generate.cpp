// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "generator/columns.hpp"
#include "generator/damage.hpp"
#include "generator/lookup.hpp"
#include "generator/writer.hpp"

namespace {

struct options {
    bench::traffic traffic;
    std::uint64_t bytes = 0;
    std::uint64_t records = 0;
    std::string layout = "v2";
    std::string format;
    std::string file;
    std::string lookup;
    std::string kinds =
        "truncated,extra,non-digit,range,random,empty,status,other,tab,blanks,cr,quote";
    std::uint32_t lookup_rows = 10'000;
    std::uint32_t tags = 64;
    double malformed = 0;
    bool header = true;
    bool summary = false;
};

/// A file or the standard output, written in blocks that stay in the cache.
class sink {
public:
    explicit sink(std::string const& path) : buffer_{std::make_unique<char[]>(block + reserve)} {
        if (path.empty() || path == "-") return;
        file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (file_ < 0) fail(path);
    }
    sink(sink const&) = delete;
    auto operator=(sink const&) -> sink& = delete;
    ~sink() {
        if (file_ != STDOUT_FILENO) ::close(file_);
    }

    /// Room for `reserve` bytes; `advance()` tells how many were used.
    auto room() -> char* {
        if (used_ >= block) flush();
        return buffer_.get() + used_;
    }
    void advance(std::size_t size) noexcept { used_ += size; }

    void write(std::string_view text) {
        for (; !text.empty(); text.remove_prefix(std::min(text.size(), reserve))) {
            auto const part = text.substr(0, reserve);
            std::memcpy(room(), part.data(), part.size());
            advance(part.size());
        }
    }

    void flush() {
        for (std::size_t done = 0; done < used_;) {
            auto const size = ::write(file_, buffer_.get() + done, used_ - done);
            if (size < 0 && errno != EINTR) fail("output");
            if (size > 0) done += static_cast<std::size_t>(size);
        }
        used_ = 0;
    }

    static constexpr std::size_t reserve = std::size_t{1} << 16;

private:
    [[noreturn]] static void fail(std::string const& what) {
        throw std::system_error{errno, std::generic_category(), what};
    }

    static constexpr std::size_t block = std::size_t{1} << 17;
    std::unique_ptr<char[]> buffer_;
    std::size_t used_ = 0;
    int file_ = STDOUT_FILENO;
};

/// How many lines of each kind were written; damaged lines are counted by their damage alone.
struct summary {
    std::uint64_t lines = 0;
    std::uint64_t bytes = 0;
    std::array<std::uint64_t, 3> kinds{};
    std::array<std::uint64_t, bench::damage_names.size()> damages{};

    void print(std::ostream& out) const {
        out << "lines," << lines << "\nbytes," << bytes << "\nflows," << kinds[0] << "\nnodata,"
            << kinds[1] << "\nskipdata," << kinds[2] << '\n';
        for (std::size_t i = 0; i < damages.size(); ++i) {
            if (damages[i] > 0) out << bench::damage_names[i] << ',' << damages[i] << '\n';
        }
    }
};

auto columns_of(options const& given) -> bench::layout {
    return given.format.empty() ? bench::named_layout(given.layout, given.traffic.seed)
                                : bench::parse_format(given.format);
}

auto generate(options const& given) -> summary {
    auto const limit = given.bytes > 0 ? given.bytes : std::numeric_limits<std::uint64_t>::max();
    auto const records =
        given.records > 0 ? given.records : std::numeric_limits<std::uint64_t>::max();
    auto const columns = columns_of(given);
    auto out = sink{given.file};
    auto log = bench::log_writer{columns, given.traffic};
    if (log.longest() > sink::reserve)
        throw std::invalid_argument("the format has too many fields");
    auto damage = bench::damager{columns, bench::parse_damage(given.kinds), given.traffic.seed};
    auto chance = bench::random{given.traffic.seed ^ 0xdeca1};
    auto const damaged = static_cast<std::uint64_t>(given.malformed * 4294967296.0);
    auto done = summary{};
    if (given.header) {
        auto const line = bench::header(columns) + '\n';
        if (line.size() > limit) return done;
        out.write(line);
        done.bytes = line.size();
    }
    while (done.lines < records) {
        auto* const start = out.room();
        auto const size = static_cast<std::size_t>(log.line(start) - start);
        if (damaged > 0 && chance() >> 32 < damaged) {
            auto text = std::string{start, size - 1};
            auto const kind = damage(text);
            text += '\n';
            if (done.bytes + text.size() > limit) break;
            out.write(text);
            done.bytes += text.size();
            ++done.damages[static_cast<std::size_t>(kind)];
        } else {
            if (done.bytes + size > limit) break;
            out.advance(size);
            done.bytes += size;
            ++done.kinds[static_cast<std::size_t>(log.kind())];
        }
        ++done.lines;
    }
    out.flush();
    return done;
}

void define(CLI::App& app, options& given) {
    auto const share = CLI::Range(0.0, 1.0);
    auto& t = given.traffic;
    app.add_option("FILE", given.file, "Where the log goes (standard output)");
    auto* const bytes =
        app.add_option("--bytes", given.bytes, "Size at most, whole lines: 100M, 1G, 1Gi")
            ->transform(CLI::AsSizeValue(true));
    app.add_option("--records", given.records, "Lines, not counting the header")
        ->transform(CLI::AsSizeValue(true))
        ->excludes(bytes);
    app.add_option("--seed", t.seed, "Same arguments, same bytes")->capture_default_str();
    auto* const layout = app.add_option("--layout", given.layout, "Columns")
                             ->check(CLI::IsMember({"v2", "v5", "shuffled", "alphabetical", "tgw"}))
                             ->capture_default_str();
    app.add_option("--format", given.format, "Columns, such as '${srcaddr} ${dstaddr}'")
        ->excludes(layout);
    app.add_flag("--header,!--no-header", given.header, "Write a header line (default)");
    app.add_option("--ipv6", t.ipv6, "Share of IPv6")->check(share)->capture_default_str();
    app.add_option("--nodata", t.nodata, "Share of NODATA lines")
        ->check(share)
        ->capture_default_str();
    app.add_option("--skipdata", t.skipdata, "Share of SKIPDATA lines")
        ->check(share)
        ->capture_default_str();
    app.add_option("--malformed", given.malformed, "Share of damaged lines")
        ->check(share)
        ->capture_default_str();
    app.add_option("--kinds", given.kinds,
                   "Kinds of damage; 'long' is there too, and 'empty', 'tab', 'blanks', 'cr' and "
                   "'quote' do no harm")
        ->capture_default_str();
    app.add_option("--interfaces", t.interfaces, "Interfaces that log")
        ->check(CLI::Range(1, 65'000))
        ->capture_default_str();
    app.add_option("--remotes", t.remotes, "Hosts outside")
        ->check(CLI::Range(1, 65'000))
        ->capture_default_str();
    app.add_option(
           "--connections", t.connections,
           "So many connections go on from beginning to end; 0: each has one record, or two")
        ->transform(CLI::AsSizeValue(true))
        ->capture_default_str();
    app.add_option("--start", t.start, "Unix time of the first record")->capture_default_str();
    app.add_option("--per-second", t.per_second, "Records in a second of the log's time")
        ->check(CLI::Range(1, 1'000'000'000))
        ->capture_default_str();
    app.add_option("--lookup", given.lookup,
                   "Write a lookup table to this file too; without --bytes and --records, "
                   "only that");
    app.add_option("--lookup-rows", given.lookup_rows)
        ->check(CLI::Range(0, 90'000))
        ->capture_default_str();
    app.add_option("--tags", given.tags, "Tags in the lookup table")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    app.add_flag("--summary", given.summary, "Print what was written to standard error, as CSV");
}

}  // namespace

auto main(int argc, char** argv) -> int {
    auto app = CLI::App{"Writes realistic flow logs, gigabytes in a second."};
    auto given = options{};
    define(app, given);
    CLI11_PARSE(app, argc, argv);
    try {
        if (!given.lookup.empty()) {
            auto out = std::ofstream{given.lookup, std::ios::binary};
            bench::write_lookup(out, given.lookup_rows, given.tags, given.traffic.seed);
            if (!out.flush()) throw std::runtime_error("cannot write " + given.lookup);
        }
        if (given.bytes == 0 && given.records == 0) {
            if (!given.lookup.empty()) return 0;
            throw std::invalid_argument("give --bytes, --records or --lookup");
        }
        auto const done = generate(given);
        if (given.summary) done.print(std::cerr);
        return 0;
    } catch (std::exception const& e) {
        std::cerr << "flowlog_generate: " << e.what() << '\n';
        return 2;
    }
}
