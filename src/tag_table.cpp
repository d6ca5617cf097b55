// SPDX-License-Identifier: BSL-1.0
#include <flowlog/lookup/tag_table.hpp>

namespace flowlog {

template class tag_table::basic_builder<void>;
template auto tag_table::load<void>(std::string const&, tag_table_options const&) -> tag_table;
template auto tag_table::parse<void>(std::string_view, std::string const&, tag_table_options const&)
    -> tag_table;

}  // namespace flowlog
