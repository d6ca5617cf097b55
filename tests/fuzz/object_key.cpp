// SPDX-License-Identifier: BSL-1.0
// Reads any bytes as the key of an object; what is read must write the same bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <flowlog/grammar/object_key.hpp>

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    auto const text = std::string_view{reinterpret_cast<char const*>(data), size};
    auto const key = flowlog::parse_object_key(text);
    if (key && key->key() != text) std::abort();
    if (key && flowlog::parse_object_key(key->key()) != key) std::abort();
    return 0;
}
