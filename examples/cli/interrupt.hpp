// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_INTERRUPT_HPP
#define FLOWLOG_CLI_INTERRUPT_HPP

#include <csignal>

namespace cli {

/// Lets the signals that end a program (Ctrl-C, a closed pipe) first remove the files of `doom`.
void catch_signals();

/// Has a file removed should a signal end the program. The text must stay as and where it is until
/// `pardon`. False where too many are registered already.
[[nodiscard]] auto doom(char const* path) noexcept -> bool;
void pardon(char const* path) noexcept;

/// Holds signals back while it lives; for what must happen whole or not at all. Works where the
/// program has one thread.
class signals_held {
public:
    signals_held() noexcept;
    signals_held(signals_held const&) = delete;
    auto operator=(signals_held const&) -> signals_held& = delete;
    ~signals_held();

private:
    ::sigset_t before_{};
};

}  // namespace cli

#endif
