// SPDX-License-Identifier: BSL-1.0
#include "partial_merge.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <thread>

#include <flowlog/escape.hpp>
#include <flowlog/source/memory.hpp>
#include <flowlog/source/read_text.hpp>

#include "commands.hpp"
#include "outputs.hpp"
#include "terminal.hpp"

namespace cli {

auto merging() -> merge_request& {
    static auto request = merge_request{};
    return request;
}

namespace {

/// The partial results of one thread.
using merge_share = std::unique_ptr<merged_parts>;

/// Reads partial results with several threads, each of which takes the next file.
class partial_merger {
public:
    partial_merger(std::vector<flowlog::input> const& files, merged_parts& into, unsigned threads)
        : files_{files},
          into_{into},
          threads_{threads},
          failures_(files.size()),
          checksums_(files.size()) {}

    void run() {
        auto shares = std::vector<merge_share>(
            std::clamp<std::size_t>(threads_, 1, std::max<std::size_t>(files_.size(), 1)));
        for (auto& share : shares) share = into_.fresh();
        {
            auto others = std::vector<std::jthread>{};
            for (std::size_t i = 1; i < shares.size(); ++i)
                others.emplace_back([this, &shares, i] { work(shares[i]); });
            work(shares.front());
        }
        fail_if_any();
        for (auto& share : shares) into_.merge(*share, threads_);
        for (auto* const read : into_.readings())
            read->finish(
                [&](std::size_t owner) {
                    auto const file = owner >> 32;
                    return partial_identity{files_[file].name(),
                                            checksums_[file][owner & 0xFFFF'FFFF]};
                },
                merging().same_names);
    }

private:
    void work(merge_share& share) {
        for (auto at = next_++; at < files_.size() && !failed_; at = next_++) {
            try {
                read(at, *share);
            } catch (flowlog::error const&) {
                failures_[at] = std::current_exception();  // the others are looked at, too
            } catch (...) {
                failures_[at] = std::current_exception();
                failed_ = true;
            }
        }
    }

    /// Throws the last failure, after the others are printed.
    void fail_if_any() const {
        auto messages = limited_messages{"more error", complain};
        auto last = std::exception_ptr{};
        for (auto const& failure : failures_) {
            if (!failure) continue;
            if (last) say(messages, last);
            last = failure;
        }
        messages.finish();
        if (last) std::rethrow_exception(last);
    }

    static void say(limited_messages& messages, std::exception_ptr const& failure) {
        try {
            std::rethrow_exception(failure);
        } catch (flowlog::error const& why) {
            messages.say(describe(why));
        }
    }

    void read(std::size_t at, merged_parts& into) {
        auto in = flowlog::open_state(files_[at]);
        while (in.begin()) {
            require_job(in);
            into.load(in, at << 32 | checksums_[at].size());
            in.finish();
            checksums_[at].push_back(in.checksum());
        }
        if (checksums_[at].empty()) throw empty_partial(in.name());
    }

    static void require_job(flowlog::state_reader const& in) {
        if (in.job() == merging().job) return;
        auto const text = [](std::vector<std::string> const& words) {
            auto result = std::string{};
            for (auto const& word : words) result += (result.empty() ? "" : " ") + word;
            return flowlog::escaped(result, 400);
        };
        throw flowlog::error{flowlog::errc::invalid_argument,
                             {in.name()},
                             "is a part of '" + text(in.job()) + "', and the others are of '" +
                                 text(merging().job) + '\''};
    }

    std::vector<flowlog::input> const& files_;
    merged_parts& into_;
    unsigned threads_;
    std::vector<std::exception_ptr> failures_;
    std::vector<std::vector<std::uint32_t>> checksums_;  // of the partial results in each file
    std::atomic<std::size_t> next_ = 0;
    std::atomic<bool> failed_ = false;
};

}  // namespace

auto empty_partial(std::string name) -> flowlog::error {
    return {flowlog::errc::truncated,
            {std::move(name)},
            "is empty: it is no partial result; make it again"};
}

auto find_partials(std::vector<std::string> const& words) -> flowlog::input_list {
    auto result = flowlog::expand_inputs(words);
    auto& standard_input = merging().standard_input;
    for (auto& file : result.files) {
        if (file.name() != "-") continue;
        if (!standard_input) standard_input = flowlog::memory_input{flowlog::read_text("-"), "-"};
        file = *standard_input;
    }
    return result;
}

void merge_partials(flowlog::input_list const& partials, merged_parts& into,
                    reading_options const& options) {
    if (auto const& missing = partials.missing; !missing.empty()) {
        auto messages = limited_messages{"more error", complain};
        for (std::size_t i = 1; i < missing.size(); ++i) messages.say(describe(missing[i - 1]));
        messages.finish();
        throw flowlog::error{missing.back()};
    }
    for (auto const& file : partials.files) {
        if (file.name() == options.partial && file.name() != "-")
            throw usage_error{"the output " + flowlog::escaped(options.partial) +
                              " would replace an input"};
        keep_apart(options.partial, {file.name()});
    }
    auto const threads =
        options.threads != 0 ? options.threads : std::max(std::thread::hardware_concurrency(), 1U);
    partial_merger{partials.files, into, threads}.run();
}

}  // namespace cli
