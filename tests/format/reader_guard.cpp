// SPDX-License-Identifier: BSL-1.0
// A reader that lacks nearly everything: the compiler says what, in sentences. Never compiled into
// a program.
#include <flowlog/format/reader.hpp>

struct half_a_reader {
    [[nodiscard]] auto name() const -> char const* { return "half"; }
};

static_assert(flowlog::require_log_reader<half_a_reader>());
