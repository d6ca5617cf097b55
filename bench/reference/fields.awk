#!/usr/bin/mawk -f
# SPDX-License-Identifier: BSL-1.0
# The truth of the job "fields": the sum of each of the 14 default fields over the flows of a log, modulo 2^32. A number
# counts for itself, an address for the sum of its words of 32 bits, a time for its microseconds, a text for 256 times its
# length and its last byte, ACCEPT for 1, REJECT for 2, OK for 1.

function hex(text,    i, value) {
    for (i = 1; i <= length(text); ++i) value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
    return value + 0
}

# The sum of groups of 16 bits, the first of which has this place in the address.
function groups(text, place,    count, part, i, sum) {
    count = split(text, part, ":")
    for (i = 1; i <= count; ++i) sum += hex(part[i]) * ((place + i - 1) % 2 ? 1 : 65536)
    return sum + 0
}

function address(text,    part, tail) {
    if (split(text, part, ".") == 4) return ((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4]
    if (split(text, part, "::") < 2) return groups(text, 0)
    return groups(part[1], 0) + groups(part[2], 8 - split(part[2], tail, ":"))
}

function once(text) {
    if (!(text in known)) known[text] = address(text)
    return known[text]
}

function letters(text) { return length(text) * 256 + code[substr(text, length(text))] }

function add(field, value) { sum[field] = (sum[field] + value) % 4294967296 }

BEGIN { for (i = 1; i < 256; ++i) code[sprintf("%c", i)] = i }

NF != 14 || $14 != "OK" { next }
{
    add(1, $1)
    add(2, letters($2))
    add(3, letters($3))
    add(4, once($4))
    add(5, once($5))
    for (i = 6; i <= 10; ++i) add(i, $i)
    add(11, $11 * 1000000)
    add(12, $12 * 1000000)
    add(13, $13 == "REJECT" ? 2 : 1)
    add(14, 1)
}

END { for (i = 1; i <= 14; ++i) printf "%d,%.0f\n", i, sum[i] }
