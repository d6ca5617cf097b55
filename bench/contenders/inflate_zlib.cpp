// SPDX-License-Identifier: BSL-1.0
// What the programs of flow-tools, which are not to be had here, do before they look at a flow:
// inflates a compressed archive with zlib, 64 KiB at a time.
//
//   inflate_zlib ARCHIVE
#include <cstdint>
#include <cstdio>
#include <vector>

#include <zlib.h>

// Magic, byte order and version take four bytes, the size of the header the next four.
std::uint32_t header_size(std::FILE* file) {
    unsigned char front[8] = {};
    if (std::fread(front, 1, sizeof front, file) != sizeof front) return 0;
    auto const little = front[2] == 1;
    std::uint32_t size = 0;
    for (auto i = 0; i < 4; ++i) size = size << 8 | front[little ? 7 - i : 4 + i];
    return size;
}

int main(int argc, char** argv) {
    auto* const file = argc == 2 ? std::fopen(argv[1], "rb") : nullptr;
    if (file == nullptr || std::fseek(file, header_size(file), SEEK_SET) != 0) return 2;
    std::vector<unsigned char> in(1 << 16);
    std::vector<unsigned char> out(1 << 16);
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) return 1;
    auto status = Z_OK;
    while (status == Z_OK) {
        stream.next_in = in.data();
        stream.avail_in = static_cast<unsigned>(std::fread(in.data(), 1, in.size(), file));
        if (stream.avail_in == 0) break;
        do {
            stream.next_out = out.data();
            stream.avail_out = static_cast<unsigned>(out.size());
            status = inflate(&stream, Z_NO_FLUSH);
        } while (status == Z_OK && stream.avail_out == 0);
        if (status == Z_BUF_ERROR) status = Z_OK;  // there was nothing left to give
    }
    std::printf("%lu\n", stream.total_out);
    return status == Z_STREAM_END ? 0 : 1;
}
