// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SRC_ARROW_STORE_ERROR_HPP
#define FLOWLOG_SRC_ARROW_STORE_ERROR_HPP

// What a store says when it refuses or fails. Arrow hands it over as text:
//
//     When reading information for key 'k' in bucket 'b': AWS Error ACCESS_DENIED during HeadObject
//     operation: No response body.

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <string_view>
#include <utility>

#include <arrow/status.h>
#include <pthread.h>
#include <signal.h>

#include <flowlog/detail/arrow_module.hpp>

#include "module.hpp"

namespace flowlog_arrow {

/// Keeps a connection that the server closes from killing the program with SIGPIPE, which a command
/// needs for its own output.
class no_sigpipe {
public:
    no_sigpipe() {
        sigemptyset(&sigpipe_);
        sigaddset(&sigpipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    }
    no_sigpipe(no_sigpipe const&) = delete;
    auto operator=(no_sigpipe const&) -> no_sigpipe& = delete;
    ~no_sigpipe() {
        if (sigismember(&before_, SIGPIPE) == 1) return;
        sigset_t pending;
        auto taken = 0;
        if (sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1)
            sigwait(&sigpipe_, &taken);
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    sigset_t sigpipe_{};
    sigset_t before_{};
};

/// Whether Arrow found nothing at a path, without a store having refused it.
inline auto is_missing_path(std::string_view message) -> bool {
    return message.starts_with("Path does not exist") ||
           message.starts_with("No such file or directory");
}

/// What a failure of a store is, by the words that the stores and Arrow use.
inline auto kind_of(std::string_view message) -> flowlog::detail::module_status {
    using namespace flowlog::detail;
    static constexpr auto words = std::to_array<std::pair<std::string_view, module_status>>({
        {"XAdminUserNotFound", module_forbidden},  // versitygw
        {"NO_SUCH_BUCKET", module_not_found},
        {"NO_SUCH_KEY", module_not_found},
        {"RESOURCE_NOT_FOUND", module_not_found},
        {"NoSuchBucket", module_not_found},
        {"NoSuchKey", module_not_found},
        {"status 404", module_not_found},
        {"NOT_FOUND", module_not_found},
        {"Not Found", module_not_found},
        {"ACCESS_DENIED", module_forbidden},
        {"INVALID_ACCESS_KEY_ID", module_forbidden},
        {"SIGNATURE_DOES_NOT_MATCH", module_forbidden},
        {"INVALID_CLIENT_TOKEN_ID", module_forbidden},
        {"UNRECOGNIZED_CLIENT", module_forbidden},
        {"MISSING_AUTHENTICATION_TOKEN", module_forbidden},
        {"InvalidToken", module_forbidden},
        {"ExpiredToken", module_forbidden},
        {"EXPIRED_TOKEN", module_forbidden},
        {"status 401", module_forbidden},
        {"status 403", module_forbidden},
        {"PERMISSION_DENIED", module_forbidden},
        {"UNAUTHENTICATED", module_forbidden},
        {"Forbidden", module_forbidden},
        {"NETWORK_CONNECTION", module_unavailable},
        {"curlCode", module_unavailable},
        {"checksums mismatch", module_unavailable},
        {"SLOW_DOWN", module_unavailable},
        {"SlowDown", module_unavailable},
        {"THROTTLING", module_unavailable},
        {"SERVICE_UNAVAILABLE", module_unavailable},
        {"INTERNAL_FAILURE", module_unavailable},
        {"REQUEST_TIMEOUT", module_unavailable},
        {"RequestTimeout", module_unavailable},
        {"status 429", module_unavailable},
        {"status 5", module_unavailable},
        {"UNAVAILABLE", module_unavailable},
        {"DEADLINE_EXCEEDED", module_unavailable},
        {"Could not connect", module_unavailable},
        {"Failed to connect", module_unavailable},
        {"Connection refused", module_unavailable},
    });
    if (is_missing_path(message)) return module_not_found;
    auto const found = std::ranges::find_if(
        words, [&](auto const& word) { return message.find(word.first) != message.npos; });
    return found == words.end() ? module_failed : found->second;
}

/// The part of Arrow's message that the store wrote, or that says what failed. A code that the AWS
/// SDK does not know takes the place of `UNKNOWN`:
///
///     UNKNOWN (HTTP status 400) during GetObject operation: Unable to parse ExceptionName: C
///     Message: M C (HTTP status 400) during GetObject operation: M
inline auto reason_of(std::string message) -> std::string {
    constexpr auto name = std::string_view{"Unable to parse ExceptionName: "};
    constexpr auto text = std::string_view{" Message: "};
    if (auto const at = message.find("AWS Error "); at != message.npos) message.erase(0, at + 10);
    auto const name_at = message.find(name);
    auto const text_at = message.find(text, name_at == message.npos ? 0 : name_at);
    if (!message.starts_with("UNKNOWN") || name_at == message.npos || text_at == message.npos)
        return message;
    auto const code = message.substr(name_at + name.size(), text_at - name_at - name.size());
    message.erase(name_at, text_at + text.size() - name_at);
    return message.replace(0, 7, code);
}

/// Calls a function that returns an `arrow::Status` of a store.
template <class Function>
auto store_guarded(char** error, Function function) -> std::int32_t {
    using namespace flowlog::detail;
    auto kind = std::int32_t{module_ok};
    auto const status = guarded(error, [&]() -> arrow::Status {
        arrow::Status result = function();
        if (result.ok() || result.IsNotImplemented() || result.IsCancelled()) return result;
        auto const reason = reason_of(result.message());  // without the key, which may be any text
        kind = kind_of(reason);
        return result.WithMessage(reason);
    });
    if (status == module_stopped) {
        std::free(*error);
        *error = nullptr;
        return module_ok;
    }
    return kind != module_ok ? kind : status;
}

}  // namespace flowlog_arrow

#endif
