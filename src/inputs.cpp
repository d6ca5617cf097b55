// SPDX-License-Identifier: BSL-1.0
#include <flowlog/source/inputs.hpp>

namespace flowlog {

template auto expand_inputs<void>(std::vector<std::string> const&) -> input_list;

}  // namespace flowlog
