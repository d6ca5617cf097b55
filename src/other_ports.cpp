// SPDX-License-Identifier: BSL-1.0
#include <flowlog/aggregate/ports.hpp>

namespace flowlog {

template auto run(std::vector<input> const&, basic_port_protocol_counter<port_key::srcport> const&,
                  run_options const&) -> run_result<basic_port_protocol_counter<port_key::srcport>>;
template auto run(std::vector<input> const&, basic_port_protocol_counter<port_key::service> const&,
                  run_options const&) -> run_result<basic_port_protocol_counter<port_key::service>>;
template auto run(std::vector<input> const&,
                  filtered<filter, basic_port_protocol_counter<port_key::srcport>> const&,
                  run_options const&)
    -> run_result<filtered<filter, basic_port_protocol_counter<port_key::srcport>>>;
template auto run(std::vector<input> const&,
                  filtered<filter, basic_port_protocol_counter<port_key::service>> const&,
                  run_options const&)
    -> run_result<filtered<filter, basic_port_protocol_counter<port_key::service>>>;

}  // namespace flowlog
