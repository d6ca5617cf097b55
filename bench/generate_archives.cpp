// SPDX-License-Identifier: BSL-1.0
// Writes the same flows as archives of several formats, and as text:
//   v5.ft        flow-tools, NetFlow v5, not compressed
//   v5-z.ft      the same, zlib
//   v5.nfdump    nfdump, not compressed
//   v5.log       a VPC flow log
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <zlib.h>

#include "generator/archives.hpp"

namespace {

constexpr std::size_t block = 1'000'000;  // bytes, as large as nfdump's

class output {
public:
    explicit output(std::filesystem::path const& path) : path_{path}, file_{path, mode} {}
    void write(std::string_view bytes) {
        file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    void rewind() { file_.seekp(0); }
    void close() {
        file_.close();
        if (!file_) throw std::runtime_error("cannot write " + path_.string());
    }

private:
    static constexpr auto mode = std::ios::out | std::ios::binary | std::ios::trunc;
    std::filesystem::path path_;
    std::ofstream file_;
};

/// A zlib stream, level 6.
class zlib_output {
public:
    explicit zlib_output(output to) : to_{std::move(to)} {
        if (deflateInit(&stream_, 6) != Z_OK) throw std::runtime_error("zlib fails");
    }
    zlib_output(zlib_output const&) = delete;
    auto operator=(zlib_output const&) -> zlib_output& = delete;
    ~zlib_output() { deflateEnd(&stream_); }

    void write(std::string& bytes, bool last) {
        stream_.next_in = reinterpret_cast<Bytef*>(bytes.data());
        stream_.avail_in = static_cast<uInt>(bytes.size());
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
            stream_.avail_out = static_cast<uInt>(buffer_.size());
            deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
            to_.write({buffer_.data(), buffer_.size() - stream_.avail_out});
        } while (stream_.avail_out == 0);
        if (last) to_.close();
    }

private:
    output to_;
    z_stream stream_{};
    std::string buffer_ = std::string(block, '\0');
};

/// All files, written block by block.
class archives {
public:
    explicit archives(std::filesystem::path const& folder)
        : plain_{folder / "v5.ft"},
          nfdump_{folder / "v5.nfdump"},
          text_{folder / "v5.log"},
          packed_{std::make_unique<zlib_output>(start_packed(folder / "v5-z.ft"))} {
        plain_.write(bench::flow_tools_header(false));
        nfdump_.write(bench::nfdump_header(0, 0));
        text_.write(
            "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets "
            "bytes start end action log-status\n");
    }

    void add(bench::archive_flow const& flow) {
        bench::append_flow_tools(v5_, flow);
        bench::append_nfdump(records_, flow);
        bench::append_text(lines_, flow);
        ++count_;
        if (records_.size() >= block) flush(false);
    }

    void finish() {
        flush(true);
        plain_.close();
        text_.close();
        nfdump_.rewind();
        nfdump_.write(bench::nfdump_header(0, blocks_));
        nfdump_.close();
    }

private:
    static auto start_packed(std::filesystem::path const& path) -> output {
        auto file = output{path};
        file.write(bench::flow_tools_header(true));
        return file;
    }

    void flush(bool last) {
        plain_.write(v5_);
        packed_->write(v5_, last);
        text_.write(lines_);
        if (count_ > 0) {
            nfdump_.write(bench::nfdump_block_header(count_, records_.size()) + records_);
            ++blocks_;
        }
        count_ = 0;
        for (auto* used : {&v5_, &records_, &lines_}) used->clear();
    }

    output plain_, nfdump_, text_;
    std::unique_ptr<zlib_output> packed_;
    std::string v5_, records_, lines_;
    std::uint32_t count_ = 0;  // records in this block
    std::uint32_t blocks_ = 0;
};

}  // namespace

auto main(int argc, char** argv) -> int {
    auto app = CLI::App{"Writes the same flows as flow-tools and nfdump archives and as text."};
    auto folder = std::string{};
    auto flows = std::uint64_t{1'000'000};
    auto seed = std::uint64_t{1};
    auto outside = std::uint32_t{100'000};
    app.add_option("FOLDER", folder, "Where the files go")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--flows", flows)->transform(CLI::AsSizeValue(true))->capture_default_str();
    app.add_option("--seed", seed, "Same arguments, same bytes")->capture_default_str();
    app.add_option("--outside", outside, "Hosts outside of the network")
        ->transform(CLI::AsSizeValue(true))
        ->check(CLI::Range(1, 100'000'000))
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        auto next = bench::archive_flows{seed, outside};
        auto all = archives{folder};
        for (; flows > 0; --flows) all.add(next());
        all.finish();
        return 0;
    } catch (std::exception const& e) {
        std::cerr << "flowlog_generate_archives: " << e.what() << '\n';
        return 2;
    }
}
