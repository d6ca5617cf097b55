# SPDX-License-Identifier: BSL-1.0
"""All comparisons by name; each is made by calling it with a `Lab`."""
from . import archives, fields, groups, tag

MAKERS = {
    "plain": tag.plain,
    "gz": tag.gz,
    "gz200": tag.objects,
    "small": tag.small,
    "fields": fields.fields,
    "action": groups.action,
    "top": groups.top,
    "keys": groups.keys,
    "flowtools": archives.flow_tools,
    "flowtools-z": archives.flow_tools_zlib,
    "print": archives.print_rows,
    "nfdump": archives.nfdump,
    "nfdump-many": archives.nfdump_many,
}
