// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_SIMILAR_HPP
#define FLOWLOG_DETAIL_SIMILAR_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace flowlog::detail {

/// The length of the longest words that are compared.
inline constexpr std::size_t max_similar = 32;

/// The number of letters that must be added, removed, changed or swapped with their neighbour to
/// turn one word into the other. \pre neither word is longer than `max_similar`
constexpr auto edit_distance(std::string_view a, std::string_view b) noexcept -> std::size_t {
    std::array<std::array<std::size_t, max_similar + 1>, 3> rows{};
    for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto const& before = rows[(i - 1) % 3];
        auto const& two_before = rows[(i + 1) % 3];
        auto& row = rows[i % 3];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto const changed = before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({changed, before[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], two_before[j - 2] + 1);
        }
    }
    return rows[a.size() % 3][b.size()];
}

/// Whether a word is one of the two parts of a name, between which `-`, `_` or `.` is: `status` of
/// `log-status`.
constexpr auto is_part_of(std::string_view word, std::string_view name) noexcept -> bool {
    auto const at = name.find_first_of("-_.");
    return word.size() > 1 && at != name.npos && at == name.find_last_of("-_.") &&
           (name.substr(0, at) == word || name.substr(at + 1) == word);
}

/// Collects the words that are most like a mistyped word, or of which it is a part, which is as
/// like as a single wrong letter. Case counts.
class similar_words {
public:
    explicit similar_words(std::string_view word) : word_{word}, distance_{1 + word.size() / 4} {}

    void consider(std::string_view candidate) {
        if (word_.size() > max_similar || candidate.size() > max_similar) return;
        auto const distance = distance_to(candidate);
        if (distance > distance_ || distance >= candidate.size()) return;
        if (distance < distance_) found_.clear();
        distance_ = distance;
        if (std::find(found_.begin(), found_.end(), candidate) == found_.end())
            found_.emplace_back(candidate);
    }

    /// A hint to append to a message: `; did you mean 'tcp' or 'tp++'?` with at most three words;
    /// or nothing.
    [[nodiscard]] auto hint() const -> std::string {
        auto text = std::string{};
        auto const count = std::min<std::size_t>(found_.size(), 3);
        for (std::size_t i = 0; i < count; ++i) {
            text += i == 0 ? "; did you mean '" : i + 1 == count ? "' or '" : "', '";
            text += found_[i];
        }
        return text.empty() ? text : text + "'?";
    }

private:
    [[nodiscard]] auto distance_to(std::string_view candidate) const -> std::size_t {
        if (is_part_of(word_, candidate)) return 1;
        auto const [shorter, longer] = std::minmax({word_.size(), candidate.size()});
        // each letter that one word has more must be added
        if (longer - shorter > distance_) return longer - shorter;
        return edit_distance(word_, candidate);
    }

    std::string_view word_;
    std::size_t distance_;  // of the best words so far
    std::vector<std::string> found_;
};

}  // namespace flowlog::detail

#endif
