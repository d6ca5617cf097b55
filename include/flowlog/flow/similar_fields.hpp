// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_SIMILAR_FIELDS_HPP
#define FLOWLOG_FLOW_SIMILAR_FIELDS_HPP

#include <algorithm>

#include <flowlog/detail/similar.hpp>
#include <flowlog/flow/field.hpp>

namespace flowlog::detail {

/// Considers every field, under all of its names.
inline void consider_fields(similar_words& similar) {
    for (auto const& f : fields) {
        similar.consider(f.name);
        for (auto rest = f.aliases; !rest.empty();) {
            auto const end = std::min(rest.find(' '), rest.size());
            similar.consider(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
}

}  // namespace flowlog::detail

#endif
