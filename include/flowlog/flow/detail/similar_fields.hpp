// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_DETAIL_SIMILAR_FIELDS_HPP
#define FLOWLOG_FLOW_DETAIL_SIMILAR_FIELDS_HPP

#include <flowlog/detail/similar.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/format/layout.hpp>

namespace flowlog::detail {

/// Considers every field, under all of its names.
inline void consider_fields(similar_words& similar) {
    for (auto const& f : fields) {
        similar.consider(f.name);
        for (auto const alias : layout::tokens(f.aliases)) similar.consider(alias);
    }
}

}  // namespace flowlog::detail

#endif
