# SPDX-License-Identifier: BSL-1.0
"""A proxy before an S3 server that counts requests and spoils some of their answers."""
import http.client
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW_DOWN = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


class Proxy:
    """Forwards to a port of this machine. `rule(method, path, number)` is called for each request, whose number counts
    the requests of this method and path from 1, and returns what happens to the answer:

    None             it is passed on
    ("drop", n)      the connection is closed after n bytes of the body
    ("stall", n, s)  after n bytes of the body, nothing comes for s seconds
    ("cut", n)       the body is n bytes long, and the header says so
    ("answer", code, body)
    """

    def __init__(self, port):
        proxy = self
        self.rule = lambda method, path, number: None
        self.lock = threading.Lock()
        self.requests = []  # (method, path, range)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def forward(self):
                path = self.path
                with proxy.lock:
                    proxy.requests.append((self.command, path, self.headers.get("Range", "")))
                    number = sum(1 for r in proxy.requests if r[:2] == (self.command, path))
                what = proxy.rule(self.command, path, number)
                if what and what[0] == "answer":
                    return self.reply(what[1], {"Content-Type": "application/xml"}, what[2])
                upstream = http.client.HTTPConnection("127.0.0.1", port)
                upstream.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    upstream.putheader(name, value)
                upstream.endheaders()
                answer = upstream.getresponse()
                body = answer.read()
                upstream.close()
                headers = {n: v for n, v in answer.getheaders() if n.lower() not in ("connection", "transfer-encoding")}
                self.reply(answer.status, headers, body, what)

            do_GET = do_HEAD = forward

            def reply(self, code, headers, body, what=None):
                if what and what[0] == "cut":
                    body = body[: what[1]]
                if self.command != "HEAD":
                    headers = {n: v for n, v in headers.items() if n.lower() != "content-length"}
                    headers["Content-Length"] = str(len(body))
                self.send_response_only(code)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command == "HEAD":
                    return
                if what and what[0] in ("drop", "stall"):
                    self.wfile.write(body[: what[1]])
                    self.wfile.flush()
                    if what[0] == "stall":
                        time.sleep(what[2])
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.wfile.write(body)

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # a client that gives up

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reset(self, rule=None):
        with self.lock:
            self.requests = []
        self.rule = rule or (lambda method, path, number: None)

    def count(self, method, pattern=""):
        with self.lock:
            return sum(1 for m, path, _ in self.requests if m == method and re.search(pattern, path))

    def close(self):
        self.server.shutdown()
        self.server.server_close()
