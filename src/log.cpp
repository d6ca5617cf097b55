// SPDX-License-Identifier: BSL-1.0
#include <flowlog/format/detect.hpp>
#include <flowlog/format/log.hpp>

namespace flowlog {

template class basic_log<any_reader>;
template auto open<any_reader>(any_source, open_options) -> basic_log<any_reader>;
template auto open<any_reader>(input const&, open_options) -> basic_log<any_reader>;
template auto open<any_reader>(std::vector<input>, open_options) -> basic_log<any_reader>;
template auto detail::open_word<any_reader>(std::string const&, open_options)
    -> basic_log<any_reader>;

}  // namespace flowlog
