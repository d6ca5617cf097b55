# SPDX-License-Identifier: BSL-1.0
"""wheel.py DATA [WithArrow]: tests the module flowlog_cli on the sample logs in the folder DATA."""

import os
import sys
import tempfile
import unittest
import warnings

import flowlog_cli

DATA = os.path.abspath(sys.argv.pop(1))
LOG = os.path.join(DATA, "flow_logs.txt")
TAGS = os.path.join(DATA, "lookup_table.csv")
LINE = "2 123456789012 eni-1 10.0.0.1 10.0.0.2 1234 {} 6 1 {} 1620140761 1620140821 ACCEPT OK\n"


class Written(unittest.TestCase):
    """A test with logs of its own."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as log:
            log.write(text)
        return path


class WithoutArrow(Written):
    def test_top(self):
        rows = list(flowlog_cli.top(LOG, by=["service", "action"], sum="bytes", n=2))
        self.assertEqual(rows, [{"service": "443/tcp", "action": "ACCEPT", "bytes": 24000},
                                {"service": "23/tcp", "action": "REJECT", "bytes": 19500}])  # fmt: skip

    def test_tag(self):
        self.assertEqual(list(flowlog_cli.tag(LOG, lookup=TAGS))[-1], {"tag": "Untagged", "count": 8})

    def test_flows(self):
        with flowlog_cli.print(LOG, where="dstport = 443", fields=("srcaddr", "bytes")) as rows:
            row = next(rows)
        self.assertEqual(list(row), ["srcaddr", "bytes"])
        self.assertIsInstance(row["bytes"], int)

    def test_an_absent_value_is_none_and_a_large_number_is_exact(self):
        log = self.write("a.log", LINE.format("-", 2**64 - 1))
        row = next(flowlog_cli.print(log))
        self.assertIsNone(row["dstport"])
        self.assertEqual(row["bytes"], 2**64 - 1)

    def test_other_commands(self):
        self.assertEqual(next(flowlog_cli.digest(LOG))["dstport"], 0)
        self.assertEqual(next(flowlog_cli.connections(LOG, n=1))["bytes_back"], 20000)
        self.assertEqual(next(flowlog_cli.report("talkers", LOG))["bytes"], 20000)
        self.assertEqual(next(flowlog_cli.detect(LOG, count=True))["records"], 14)
        self.assertEqual(next(flowlog_cli.fields())["name"], "version")
        self.assertEqual(list(flowlog_cli.check(LOG)), [])
        self.assertEqual(next(flowlog_cli.ls(os.path.join(DATA, "bucket")))["account"], "123456789010")
        self.assertEqual(list(flowlog_cli.diff(LOG, LOG)), [])
        self.assertIn("digraph", flowlog_cli.run("graph", LOG, by="srcaddr/24"))

    def test_standard_input(self):
        with open(LOG, "rb") as log:
            self.assertEqual(next(flowlog_cli.top("-", by="protocol", flows=True, stdin=log)), {"protocol": 6, "flows": 14})

    def test_a_file_whose_name_begins_with_a_dash(self):
        log = self.write("-a.log", LINE.format(443, 40))
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(os.path.dirname(log))
        self.assertEqual(next(flowlog_cli.top("-a.log", flows=True)), {"flows": 1})

    def test_errors(self):
        with self.assertRaisesRegex(flowlog_cli.FlowlogError, "no such file|does not exist|cannot be opened|No such file") as raised:
            list(flowlog_cli.top("nope.log", by="srcaddr"))
        self.assertEqual(raised.exception.exit_code, 2)
        with self.assertRaisesRegex(flowlog_cli.FlowlogError, "no such option: --nope"):
            list(flowlog_cli.top(LOG, nope=True))
        with self.assertRaisesRegex(flowlog_cli.FlowlogError, "srcadr"):
            list(flowlog_cli.top(LOG, by="srcadr"))

    def test_rows_of_an_incomplete_answer_end_with_an_error(self):
        rows = flowlog_cli.top(LOG, "nope.log", by="protocol", flows=True)
        self.assertEqual(next(rows), {"protocol": 6, "flows": 14})
        with self.assertRaisesRegex(flowlog_cli.FlowlogError, "nope.log"):
            next(rows)

    def test_malformed_lines_are_a_warning_and_with_strict_an_error(self):
        log = self.write("a.log", LINE.format(443, 40) + LINE.format("x", 40))
        with self.assertWarnsRegex(flowlog_cli.FlowlogWarning, "expected a port") as warned:
            self.assertEqual(len(list(flowlog_cli.top(log, by="dstport"))), 1)
        self.assertEqual(os.path.basename(warned.filename), "wheel.py")
        with self.assertRaisesRegex(flowlog_cli.FlowlogError, "malformed"):
            list(flowlog_cli.top(log, by="dstport", strict=True))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.assertEqual(next(flowlog_cli.check(log))["line"], 2)

    def test_rows_that_are_not_read(self):
        log = self.write("long.log", LINE.format(443, 40) * 100000)
        rows = flowlog_cli.print(log)
        next(rows)
        rows.close()
        with self.assertRaises(StopIteration):
            next(rows)


class WithArrow(Written):
    def test_table(self):
        table = flowlog_cli.top(LOG, by="service", sum="bytes", all=True).to_arrow()
        self.assertEqual(table.column_names, ["service", "bytes"])
        self.assertEqual([str(field.type) for field in table.schema], ["string", "int64"])
        self.assertEqual(sum(table["bytes"].to_pylist()), 111000)

    def test_many_rows_of_which_the_first_lack_a_value(self):
        log = self.write("a.log", LINE.format(443, "-") * 65536 + LINE.format(443, 40))
        table = flowlog_cli.print(log, fields="bytes").to_arrow()
        self.assertEqual(table.num_rows, 65537)
        self.assertEqual(str(table.schema.field("bytes").type), "int64")
        self.assertEqual(table["bytes"][65536].as_py(), 40)

    def test_large_numbers(self):
        log = self.write("a.log", LINE.format(443, 2**64 - 1))
        self.assertEqual(flowlog_cli.print(log, fields="bytes").to_arrow()["bytes"][0].as_py(), 2**64 - 1)

    def test_no_rows(self):
        self.assertEqual(flowlog_cli.print(LOG, where="dstport = 1").to_arrow().num_rows, 0)


if __name__ == "__main__":
    unittest.main(defaultTest=sys.argv.pop(1) if len(sys.argv) > 1 else "WithoutArrow")
