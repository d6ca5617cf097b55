// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_NAMES_HPP
#define FLOWLOG_FORMAT_NFDUMP_NAMES_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <flowlog/detail/load.hpp>

namespace flowlog::detail {

/// What the exporters call interfaces, routing tables and applications, as an archive has it.
///
///     array of names          │ number │ name, with a 0 after it │ number │ name … │
///     array of applications   │ lengths of id, name, description │ id │ name │ description │ … │
///
/// All elements of an array have the same size. The three lengths have two bytes each in layout 2,
/// and one in layout 3.
class nfdump_names {
public:
    /// Kinds of arrays: types of records in layout 2, and kinds of blocks in layout 3.
    enum kind : std::uint16_t { applications = 12, interfaces = 13, vrfs = 14 };

    /// An array: its kind, the number and size of its elements, and their bytes.
    struct array {
        std::uint16_t which;
        std::size_t count;
        std::size_t size;
        std::string_view elements;
        bool wide_lengths;
        bool swapped;
    };

    /// Adds the names of an array; false if it is damaged. Later names replace earlier ones.
    auto add(array from) -> bool {
        auto [which, count, size, elements, wide_lengths, swapped] = from;
        if (which < applications || which > vrfs) return true;
        if (size < 5 || count > elements.size() / size) return false;
        auto good = true;
        for (; count-- != 0; elements.remove_prefix(size)) {
            auto const element = elements.substr(0, size);
            good = (which == applications ? add_application(element, wide_lengths, swapped)
                                          : add_numbered(which, element, swapped)) &&
                   good;
        }
        return good;
    }

    /// The name of an interface or routing table; empty if it has none.
    [[nodiscard]] auto find(kind which, std::uint32_t number) const noexcept -> std::string_view {
        auto const& names = which == interfaces ? interfaces_ : vrfs_;
        auto const found = names.find(number);
        return found == names.end() ? std::string_view{} : std::string_view{found->second};
    }

    /// The name of the application with an id; empty if it has none.
    [[nodiscard]] auto find_application(std::string_view id) const -> std::string_view {
        if (applications_.empty() || id.size() > max_name) return {};
        auto const found = applications_.find(std::string{id});
        return found == applications_.end() ? std::string_view{} : std::string_view{found->second};
    }

    friend auto operator==(nfdump_names const&, nfdump_names const&) -> bool = default;

private:
    // bounds for archives that want to fill the memory
    static constexpr std::size_t max_names = std::size_t{1} << 16;
    static constexpr std::size_t max_name = 255;

    template <class Names, class Key>
    static auto set(Names& names, Key key, std::string_view name) -> bool {
        if (names.size() >= max_names && !names.contains(key)) return false;
        names.insert_or_assign(std::move(key), std::string{name.substr(0, max_name)});
        return true;
    }

    auto add_numbered(std::uint16_t which, std::string_view element, bool swapped) -> bool {
        auto const name = element.substr(4, element.find('\0', 4) - 4);
        return set(which == interfaces ? interfaces_ : vrfs_,
                   load<std::uint32_t>(element.data(), swapped), name);
    }

    auto add_application(std::string_view element, bool wide_lengths, bool swapped) -> bool {
        auto const width = wide_lengths ? std::size_t{2} : std::size_t{1};
        if (element.size() < 3 * width) return false;
        auto const length = [&](std::size_t i) -> std::size_t {
            auto const* const at = element.data() + i * width;
            return wide_lengths ? load<std::uint16_t>(at, swapped)
                                : static_cast<unsigned char>(*at);
        };
        if (3 * width + length(0) + length(1) + length(2) > element.size()) return false;
        auto const id = element.substr(3 * width, length(0));
        auto const name = element.substr(3 * width + id.size(), length(1));
        return id.size() <= max_name &&
               set(applications_, std::string{id}, name.substr(0, name.find('\0')));
    }

    std::unordered_map<std::uint32_t, std::string> interfaces_;
    std::unordered_map<std::uint32_t, std::string> vrfs_;
    std::unordered_map<std::string, std::string> applications_;
};

}  // namespace flowlog::detail

#endif
