// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_OTHER_WORDS_HPP
#define FLOWLOG_GRAMMAR_FILTER_OTHER_WORDS_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include <flowlog/flow/field.hpp>

namespace flowlog::grammar {

/// Words of other languages that ask for flows: SQL, CloudWatch Logs Insights, Wireshark, tcpdump.
struct other_words {
    std::string_view hint;  ///< what to write instead, as the end of a message
    /// In lower case. One that ends with a dot, such as `ip.`, matches all words that begin so.
    std::array<std::string_view, 12> words;
};

inline constexpr auto words_of_other_languages = std::to_array<other_words>({
    {"; write only the tests, such as action = REJECT and dstport = 443",
     {"select", "from", "where", "filter", "stats", "limit"}},
    {"; write interface-id = eni-0a* or, as a regular expression, interface-id ~ '^eni-0a'",
     {"like", "ilike", "rlike", "=~", "regexp", "regexp_like", "matches", "contains", "startswith",
      "starts_with", "endswith", "ends_with"}},
    {"; write dstport in 1000-2000", {"between"}},
    {"; write is absent or is present", {"null", "exists", "ispresent", "isempty"}},
    {"; write srcaddr in 10.0.0.0/8",
     {"isipv4insubnet", "isipv6insubnet", "isipinsubnet", "cidrmatch", "cidr_match", "inet",
      "ipaddress", "ip_prefix"}},
    {"; write class(srcaddr) = private", {"private", "public", "rfc1918", "internal", "external"}},
    {"; write bytes > 1000", {"greater", "less"}},
    {"; write srcaddr, dstaddr, or ip for both", {"ip.", "ipv6."}},
    {"; write srcport, dstport, or port for both", {"tcp.", "udp."}},
});

/// Whether `text`, in any case, is this word of the table, or begins with it if it ends with a dot.
constexpr auto is_other_word(std::string_view text, std::string_view word) noexcept -> bool {
    if (word.empty()) return false;
    if (word.ends_with('.') && text.size() > word.size()) text = text.substr(0, word.size());
    return std::ranges::equal(text, word, {}, flowlog::detail::to_lower);
}

/// What to write instead of the last word of another language at `fault` in an expression, or in
/// the 1000 bytes before it; empty if there is none.
constexpr auto other_language_hint(std::string_view expression, std::size_t fault) noexcept
    -> std::string_view {
    constexpr auto separators = std::string_view{" \t\r\n()[],'\""};
    auto const begin = expression.find_first_not_of(separators, fault);
    auto rest = expression.substr(0, expression.find_first_of(separators, begin));
    rest.remove_prefix(rest.size() - std::min(rest.size(), std::size_t{1000}));
    while (!rest.empty()) {
        auto const word = rest.substr(rest.find_last_of(separators) + 1);
        for (auto const& other : words_of_other_languages) {
            for (auto const known : other.words) {
                if (is_other_word(word, known)) return other.hint;
            }
        }
        rest.remove_suffix(std::min(word.size() + 1, rest.size()));
    }
    return {};
}

}  // namespace flowlog::grammar

#endif
