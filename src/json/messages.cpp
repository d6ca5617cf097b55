// SPDX-License-Identifier: BSL-1.0
// Events of CloudWatch logs as AWS writes them, without the parser: they are all alike, and all but
// their message is passed over.
#include <algorithm>

#include "bytes.hpp"
#include "job.hpp"

namespace flowlog::detail::json {
namespace {

/// Reads one event. Gives up at whatever is unusual, which the parser then reads.
class event_scanner {
public:
    /// `last` is the end of what was read; there are readable bytes after it.
    event_scanner(char const* at, char const* last) noexcept : at_{at}, last_{last} {}

    [[nodiscard]] auto scan() noexcept -> bool {
        if (!take('{')) return false;
        do {
            auto key = std::string_view{};
            if (!take_text(key) || !take(':')) return false;
            if (next() != '"') {
                if (!take_number()) return false;
                continue;
            }
            auto value = std::string_view{};
            if (!take_text(value)) return false;
            if (key == "message") message_ = value;
        } while (take(','));
        return take('}') && at_ <= last_ && message_.data() != nullptr;
    }

    [[nodiscard]] auto message() const noexcept -> std::string_view { return message_; }
    /// The byte after the event.
    [[nodiscard]] auto end() const noexcept -> char const* { return at_; }

private:
    [[nodiscard]] auto next() noexcept -> char {
        while (at_ < last_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
        return *at_;
    }
    auto take(char c) noexcept -> bool {
        if (next() != c) return false;
        ++at_;
        return true;
    }
    auto take_number() noexcept -> bool {
        auto const* const begin = at_;
        while (at_ < last_ && *at_ >= '0' && *at_ <= '9') ++at_;
        return at_ != begin;
    }
    /// Takes a text of letters of ASCII without escapes.
    auto take_text(std::string_view& into) noexcept -> bool {
        if (!take('"')) return false;
        auto const* const begin = at_;
        for (; at_ < last_; at_ += sixteen::size) {
            auto const bytes = sixteen{at_};
            auto const quotes = bytes.are('"');
            auto const stops = quotes | bytes.are_odd();
            if (stops == 0) continue;
            at_ += std::countr_zero(stops);
            if ((quotes & stops & -stops) == 0 || at_ >= last_) return false;
            into = {begin, static_cast<std::size_t>(at_ - begin)};
            ++at_;
            return true;
        }
        return false;
    }

    char const* at_;
    char const* last_;
    std::string_view message_{};
};

/// Whether a message is a line as it is.
auto is_line(std::string_view message) noexcept -> bool {
    return !message.empty() && message.front() != ' ' && message.front() != 'C';
}

}  // namespace

auto take_events(value_splitter& from, std::optional<std::uint64_t> offset, job& to,
                 std::size_t max_text) -> std::size_t {
    auto const text = from.elements();
    auto const* at = text.data();
    auto const* const last = at + text.size();
    auto const first = from.offset();
    auto& messages = to.messages;
    auto taken = std::size_t{0};
    while (at < last && messages.text.size() < max_text) {
        auto const* const begin = std::find_if_not(at, last, [](char c) {
            return c == ',' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
        });
        auto event = event_scanner{begin, last};
        if (begin == last || !event.scan() || !is_line(event.message())) break;
        messages.lines.push_back(
            {offset.value_or(first + static_cast<std::uint64_t>(begin - text.data())),
             static_cast<std::uint32_t>(messages.text.size()), 0});
        messages.text += event.message();
        messages.text += '\n';
        at = event.end();
        ++taken;
    }
    if (taken != 0) from.skip(static_cast<std::size_t>(at - text.data()));
    to.record += taken;
    return taken;
}

}  // namespace flowlog::detail::json
