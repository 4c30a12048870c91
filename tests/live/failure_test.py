"""Every way to fail to connect: exit status 1 within the deadline, one clear line that says what to do, no sanitizer report.

usage: failure_test.py SUMAC SUMAC_HOST
"""

import concurrent.futures
import contextlib
import http.server
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from hiccups import Hiccups
from host_process import HostProcess
from xspice import free_port

SUMAC = HOST = ""
DEADLINE = 3  # seconds
# A client that must not wait for its deadline gets this one, and has to end in less than LIMIT.
FAR_DEADLINE = 100
LIMIT = 20


def shot(uri, *options, deadline=DEADLINE, **environment):
    """Runs `sumac shot`; returns (exit status, standard error, seconds)."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        result = subprocess.run(
            [SUMAC, "shot", uri, os.path.join(folder, "out.png"), "--connect-timeout", str(deadline), *options],
            env={**os.environ, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=200,
            check=False)
        return result.returncode, result.stderr, time.monotonic() - started


class ScriptedServer:
    """Sends these bytes to each client, reading what it says meanwhile; then closes, or stays silent."""

    def __init__(self, script, then_close):
        self._script, self._then_close = script, then_close
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open = []
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()
        for client in self._open:
            client.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                with contextlib.suppress(OSError):
                    client.sendall(self._script)
                    if self._then_close:
                        client.shutdown(socket.SHUT_WR)


def rsa_key():
    """A 1024-bit public key as SPICE sends it: 162 bytes of DER."""
    key = subprocess.run(["openssl", "genrsa", "1024"], capture_output=True, check=True).stdout
    public = subprocess.run(["openssl", "rsa", "-pubout", "-outform", "DER"], input=key, capture_output=True, check=True)
    assert len(public.stdout) == 162
    return public.stdout


def link_reply(key):
    """A whole SpiceLinkReply: no error, the key, ticket authentication and mini headers, no channel capability."""
    common = 1 << 0 | 1 << 1 | 1 << 3
    body = struct.pack("<I162sIII", 0, key, 1, 0, 178) + struct.pack("<I", common)
    return b"REDQ" + struct.pack("<III", 2, 2, len(body)) + body


LINK_OK = struct.pack("<I", 0)


def message(kind, body):
    return struct.pack("<HI", kind, len(body)) + body


MAIN_INIT = message(103, struct.pack("<8I", 1, 1, 3, 1, 0, 10, 1000, 0))


class Failures(unittest.TestCase):
    def check(self, uri, *expected, limit=DEADLINE + 5, **more):
        with Hiccups() as hiccups:
            status, errors, seconds = shot(uri, *more.pop("options", ()), **more)
        self.assertEqual(status, 1, errors)
        self.assertNotIn("Sanitizer", errors)
        self.assertNotIn("runtime error", errors)
        lines = [line for line in errors.splitlines() if line]
        self.assertEqual(len(lines), 1, errors)
        for text in expected:
            self.assertIn(text.lower(), lines[0].lower())
        self.assertLess(1000 * seconds, hiccups.allowed_ms(1000 * limit))

    def test_wrong_password(self):
        with HostProcess(HOST, "--port", "0", "--ticket", "right") as host:
            uri = f"spice://127.0.0.1:{host.wait_for('ready')['port']}"
            self.check(uri, "password", deadline=FAR_DEADLINE, limit=LIMIT, SUMAC_PASSWORD="wrong")
            self.check(uri, "password", deadline=FAR_DEADLINE, limit=LIMIT)

    def test_closed_port(self):
        port = free_port()
        self.check(f"spice://127.0.0.1:{port}", f"127.0.0.1:{port}", "refused", deadline=FAR_DEADLINE, limit=LIMIT)

    def test_no_such_unix_socket(self):
        self.check("spice+unix:///nonexistent/socket", "/nonexistent/socket")

    def test_a_web_server(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        server.RequestHandlerClass.log_message = lambda *_: None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            self.check(f"spice://127.0.0.1:{server.server_port}", "is this a spice server")
        finally:
            server.shutdown()
            server.server_close()

    def test_a_web_server_that_answers_garbage_at_once(self):
        with ScriptedServer(b"HTTP/1.1 400 Bad Request\r\n\r\n", True) as server:
            self.check(f"spice://127.0.0.1:{server.port}", "not a spice server", "HTTP/1.1 400", deadline=FAR_DEADLINE,
                       limit=LIMIT)

    def test_tls_ports_and_certificates(self):
        with tempfile.TemporaryDirectory() as folder, HostProcess(
                HOST, "--port", "0", "--tls-port", "0", "--tls-dir", folder, "--tls-name", "localhost", "--start-paused") as host:
            ready = host.wait_for("ready")
            self.check(f"spice://127.0.0.1:{ready['tls_port']}", "tls")
            self.check(f"spice+tls://127.0.0.1:{ready['port']}", "tls")
            tls = f"spice+tls://localhost:{ready['tls_port']}"
            self.check(tls, "not trusted", "--ca-file", deadline=FAR_DEADLINE, limit=LIMIT)
            trust = ("--ca-file", ready["ca"])
            self.check(tls, "CN=elsewhere", "localhost", options=(*trust, "--host-subject", "CN=elsewhere"), deadline=FAR_DEADLINE,
                       limit=LIMIT)
            status, errors, _ = shot(tls, *trust, deadline=FAR_DEADLINE)
            self.assertEqual(status, 0, errors)
            status, errors, _ = shot(f"spice+tls://127.0.0.1:{ready['tls_port']}", *trust, "--host-subject", ready["subject"],
                                     deadline=FAR_DEADLINE)
            self.assertEqual(status, 0, errors)

    def test_a_certificate_for_another_host(self):
        with tempfile.TemporaryDirectory() as folder, HostProcess(
                HOST, "--tls", "--tls-dir", folder, "--tls-name", "elsewhere.example") as host:
            ready = host.wait_for("ready")
            self.check(f"spice+tls://localhost:{ready['tls_port']}", "elsewhere.example", "localhost",
                       options=("--ca-file", ready["ca"]), deadline=FAR_DEADLINE, limit=LIMIT)

    def test_another_version(self):
        with ScriptedServer(b"REDQ" + struct.pack("<III", 3, 1, 4) + b"\0" * 4, True) as server:
            self.check(f"spice://127.0.0.1:{server.port}", "version", "3.1", deadline=FAR_DEADLINE, limit=LIMIT)

    def test_a_server_that_stops_answering_in_each_phase(self):
        key = rsa_key()
        reply = link_reply(key)
        for script, expected in [
                (b"", "link reply"),
                (reply[:100], "link reply"),
                (reply, "ticket"),
                (reply + LINK_OK, "channels"),
                (reply + LINK_OK + MAIN_INIT, "channels"),
        ]:
            with self.subTest(sent=len(script)), ScriptedServer(script, False) as server:
                self.check(f"spice://127.0.0.1:{server.port}", expected)

    def test_a_tls_server_that_does_not_answer(self):
        with ScriptedServer(b"", False) as server:
            self.check(f"spice+tls://127.0.0.1:{server.port}", "tls")

    def test_a_server_that_hangs_up_in_each_phase(self):
        reply = link_reply(rsa_key())
        for script in (b"", reply[:100], reply, reply + LINK_OK, reply + LINK_OK + MAIN_INIT):
            with self.subTest(sent=len(script)), ScriptedServer(script, True) as server:
                self.check(f"spice://127.0.0.1:{server.port}", "closed", deadline=FAR_DEADLINE, limit=LIMIT)

    def test_hostile_sizes(self):
        reply = link_reply(rsa_key())
        header = b"REDQ" + struct.pack("<II", 2, 2)
        for script in [
                header + struct.pack("<I", 0xFFFFFFFF),
                header + struct.pack("<I", 0) + b"\0" * 64,
                header + struct.pack("<I", 178) + struct.pack("<I162sIII", 0, b"", 0xFFFFFFFF, 1, 178),
                header + struct.pack("<I", 178) + struct.pack("<I162sIII", 0, b"", 1, 0, 0xFFFFFFF0),
                reply + LINK_OK + struct.pack("<HI", 103, 0xFFFFFFFF),
                reply + LINK_OK + MAIN_INIT + message(104, struct.pack("<I", 0xFFFFFFFF)),
                reply + LINK_OK + message(104, struct.pack("<IBB", 1, 2, 0)),
        ]:
            # The server stays silent behind it: only the size itself can be what ends the session.
            with self.subTest(script=script[-24:].hex()), ScriptedServer(script, False) as server:
                self.check(f"spice://127.0.0.1:{server.port}", deadline=FAR_DEADLINE, limit=LIMIT)

    def test_cut_at_every_byte(self):
        """The link and the main channel's first messages, ended after each byte by a server that hangs up."""
        whole = link_reply(rsa_key()) + LINK_OK + MAIN_INIT + message(104, struct.pack("<IBB", 1, 2, 0))

        def cut(size):
            with ScriptedServer(whole[:size], True) as server:
                self.check(f"spice://127.0.0.1:{server.port}", deadline=FAR_DEADLINE, limit=LIMIT)

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(cut, range(len(whole) + 1)))

    def test_usage_errors_are_another_status(self):
        for arguments in (["shot"], ["shot", "http://x", "y.png"], ["nonsense"], ["shot", "spice://h:99999", "y.png"]):
            result = subprocess.run([SUMAC, *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(result.returncode, 2, (arguments, result.stderr))
            self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)


if __name__ == "__main__":
    HOST = sys.argv.pop()
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
