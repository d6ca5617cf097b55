#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks events of OCSF 1.1.0, class Network Activity (4001), one a line on standard input: that the attributes which the
schema requires are there, and that all are of its types. Prints what is wrong, or how many events there were."""
import json
import sys

NUMBER, TEXT = int, str
ENDPOINT = {"ip": TEXT, "port": NUMBER, "mac": TEXT, "svc_name": TEXT, "interface_uid": TEXT, "vpc_uid": TEXT,
            "subnet_uid": TEXT, "instance_uid": TEXT, "intermediate_ips": [TEXT],
            "autonomous_system": {"number": NUMBER}, "location": {"country": TEXT}}
# of an object: its attributes; "!" marks those that the schema requires
EVENT = {
    "!class_uid": NUMBER, "!category_uid": NUMBER, "!activity_id": NUMBER, "!type_uid": NUMBER, "!severity_id": NUMBER,
    "!time": NUMBER,
    "!metadata": {"!version": TEXT, "!product": {"name": TEXT, "!vendor_name": TEXT, "version": TEXT}, "profiles": [TEXT]},
    "action_id": NUMBER, "disposition_id": NUMBER, "disposition": TEXT, "start_time": NUMBER, "end_time": NUMBER,
    "status_code": TEXT,
    "cloud": {"!provider": TEXT, "account": {"uid": TEXT}, "region": TEXT, "zone": TEXT},
    "connection_info": {"!direction_id": NUMBER, "protocol_name": TEXT, "boundary_id": NUMBER, "protocol_num": NUMBER,
                        "protocol_ver": TEXT, "tcp_flags": NUMBER, "uid": TEXT},
    "src_endpoint": ENDPOINT, "!dst_endpoint": ENDPOINT,
    "traffic": {"packets": NUMBER, "bytes": NUMBER, "packets_in": NUMBER, "bytes_in": NUMBER, "packets_out": NUMBER, "bytes_out": NUMBER},
    "firewall_rule": {"name": TEXT, "uid": TEXT}, "device": {"!type_id": NUMBER, "ip": TEXT}, "unmapped": dict,
}


def faults(value, kind, path):
    if isinstance(kind, type):
        if type(value) is not kind:
            yield f"{path} is no {kind.__name__}"
    elif isinstance(kind, list):
        for element in value if isinstance(value, list) else [None]:
            yield from faults(element, kind[0], path)
    elif not isinstance(value, dict):
        yield f"{path} is no object"
    else:
        known = {key.lstrip("!"): kind[key] for key in kind}
        yield from (f"{path}{key[1:]} is missing" for key in kind if key[0] == "!" and key[1:] not in value)
        for key in value:
            if key in known:
                yield from faults(value[key], known[key], f"{path}{key}.")
            else:
                yield f"{path}{key} is unknown"


def wrong_in(event):
    yield from faults(event, EVENT, "")
    if (event["class_uid"], event["category_uid"], event["type_uid"]) != (4001, 4, 400100 + event["activity_id"]):
        yield "the class is wrong"
    if ("cloud" in event) != ("cloud" in event["metadata"]["profiles"]):
        yield "the profile of cloud is wrong"
    if ("action_id" in event) != ("security_control" in event["metadata"]["profiles"]):
        yield "the profile of action_id is wrong"


found = 0
for number, line in enumerate(sys.stdin, 1):
    for fault in wrong_in(json.loads(line, object_pairs_hook=lambda pairs: dict(pairs))):
        sys.exit(f"{number}: {fault}")
    found = number
print(f"{found} events")
