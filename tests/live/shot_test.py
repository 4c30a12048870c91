"""`sumac shot` shows what the X server shows, pixel by pixel, and a BIOS screen of QEMU.

usage: shot_test.py SUMAC SUMAC_HOST
"""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from child import PATIENCE
from host_process import HostProcess
from pictures import read_png, read_ppm, read_xwd
from quiet import wait_until_quiet
from sumac_process import SumacProcess
from watcher import Watcher
from xspice import Xspice, free_port

SUMAC = HOST = ""
# What these programs need and is not drawn yet, by the names of the report: nothing. Sumac lacks ROP3, STROKE, TEXT,
# TRANSPARENT, ALPHA_BLEND, COMPOSITE and the QUIC, LZ, GLZ and JPEG images; Xspice draws these programs without them.
MISSING_FOR_PROGRAMS = set()


def sumac(*arguments, **environment):
    return subprocess.run(
        [SUMAC, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, timeout=180, check=False)


def start_programs(screen, folder):
    """A desktop of programs that draw in different ways and then stand still."""
    text = os.path.join(folder, "text")
    with open(text, "w", encoding="utf-8") as out:
        for i in range(40):
            out.write(f"\033[3{i % 8}m line {i} \033[1mbold\033[0m \033[7minverse\033[0m {'wxyz' * i}\n")
    screen.run("xsetroot", "-solid", "steelblue")
    screen.start("xterm", "-geometry", "80x24+10+10", "+sb", "-bc", "-e", f"tput civis; cat {text}; sleep 1000")
    screen.start("xclock", "-geometry", "200x200+550+10", "-update", "3600")
    screen.start("xeyes", "-geometry", "200x150+770+10")
    screen.start("xlogo", "-geometry", "220x220+550+230")
    # One frame of a video, then it waits.
    screen.start("ffplay", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=1:duration=1",
                 "-left", "20", "-top", "400", "-an")
    programs = ("xterm", "xclock", "xlogo", "xeyes")
    if screen.depth == 24:  # SDL knows no other
        screen.wait_until_drawn((*programs, "ffplay"), 100)
    else:
        screen.wait_until_drawn(programs, 20)


class Relay:
    """A unix socket in front of a TCP port: Xspice listens on TCP only."""

    def __init__(self, path, port):
        self._port = port
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._port))
            for a, b in ((client, server), (server, client)):
                threading.Thread(target=self._copy, args=(a, b), daemon=True).start()

    @staticmethod
    def _copy(source, target):
        with source, contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


def make_certificates(folder):
    """An authority and a certificate for localhost, with the file names that Xspice and QEMU look for."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca-key.pem", "-out", "ca-cert.pem",
            "-subj", "/CN=Test authority", "-days", "2")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server-key.pem", "-out", "server.csr",
            "-subj", "/O=Sumac/CN=localhost")
    with open(os.path.join(folder, "names"), "w", encoding="utf-8") as out:
        out.write("subjectAltName=DNS:localhost\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca-cert.pem", "-CAkey", "ca-key.pem", "-CAcreateserial",
            "-out", "server-cert.pem", "-days", "2", "-extfile", "names")
    os.symlink("ca-cert.pem", os.path.join(folder, "cacert.pem"))


class Desktop(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def assert_shows(self, uri, expected, *options, **environment):
        png = os.path.join(self.folder, "shot.png")
        result = sumac("shot", uri, png, *options, **environment)
        self.assertEqual(result.returncode, 0, result.stderr)
        shown = read_png(png)
        self.assertEqual(expected.differences(shown), [], uri)

    def check_depth(self, depth):
        make_certificates(self.folder)
        with Xspice(depth=depth, tls_dir=self.folder) as screen:
            # One client watches while the programs draw: their own operations. Those that connect afterwards are
            # sent the finished screen as one image.
            with Watcher(SUMAC, screen.port, "lz4", screen.pid) as watcher:
                watcher.watch()
                start_programs(screen, self.folder)
                expected = read_xwd(screen.root_window())
                self.assertEqual(expected.differences(watcher.seen()), [], "drawn while we watched")
            self.assertGreater(expected.distinct_colors(), 20, "the programs did not draw")
            self.assert_shows(f"spice://127.0.0.1:{screen.port}", expected)
            self.assert_shows(f"spice+tls://localhost:{screen.tls_port}", expected,
                              "--ca-file", os.path.join(self.folder, "ca-cert.pem"))
            path = os.path.join(self.folder, "socket")
            with Relay(path, screen.port):
                self.assert_shows(f"spice+unix://{path}", expected)

    def test_every_pixel_at_depth_24(self):
        self.check_depth(24)

    def test_every_pixel_at_depth_15(self):
        # The other depth that Xspice offers: it has no screens at 16 and 30.
        self.check_depth(15)

    def test_nothing_that_the_programs_draw_is_missing(self):
        with Xspice() as screen:
            with SumacProcess(SUMAC, "probe", f"spice://127.0.0.1:{screen.port}", self.folder) as probe:
                probe.wait_for("clock_observed")  # it has come
                time.sleep(1)
                start_programs(screen, self.folder)
                wait_until_quiet([screen.pid, probe.pid], {screen.port})
                probe.stop()
            counted = probe.report()
            self.assertEqual(set(counted["not_drawn"]), MISSING_FOR_PROGRAMS)
            self.assertLessEqual({"copy", "fill", "copy_bits"}, set(counted["draws"]))

    def test_a_server_that_prefers_glz_sends_lz4_when_asked(self):
        with Xspice(compression="auto_glz") as screen:
            start_programs(screen, self.folder)
            self.assert_shows(f"spice://127.0.0.1:{screen.port}", read_xwd(screen.root_window()))

    def test_a_password_from_file_and_environment(self):
        secret = os.path.join(self.folder, "secret")
        with open(secret, "w", encoding="utf-8") as out:
            out.write("s3cret\n")
        with Xspice(password="s3cret") as screen:
            expected = read_xwd(screen.root_window())
            uri = f"spice://127.0.0.1:{screen.port}"
            self.assert_shows(uri, expected, "--password-file", secret)
            self.assert_shows(uri, expected, SUMAC_PASSWORD="s3cret")

    def test_the_host_looks_the_same_over_its_unix_socket(self):
        path = os.path.join(self.folder, "host")
        with HostProcess(HOST, "--port", "0", "--unix", path, "--cells", "off", "--start-paused") as host:
            port = host.wait_for("ready")["port"]
            png = os.path.join(self.folder, "tcp.png")
            self.assertEqual(sumac("shot", f"spice://127.0.0.1:{port}", png).returncode, 0)
            self.assert_shows(f"spice+unix://{path}", read_png(png))


def wait_for(what, found):
    end = time.monotonic() + PATIENCE
    while not found():
        if time.monotonic() > end:
            raise AssertionError(f"no {what}")
        time.sleep(0.2)


def has_text(path, text):
    with contextlib.suppress(FileNotFoundError), open(path, encoding="latin-1") as file:
        return text in file.read()
    return False


def is_whole_ppm(path):
    with contextlib.suppress(FileNotFoundError, ValueError), open(path, "rb") as file:
        data = file.read()
        magic, width, height, _ = data.split(maxsplit=4)[:4]
        return magic == b"P6" and len(data) > 3 * int(width) * int(height)
    return False


class Qemu(unittest.TestCase):
    def test_the_bios_screen(self):
        port = free_port()
        with tempfile.TemporaryDirectory() as folder:
            # No disk: SeaBIOS ends with "No bootable device", which stays.
            qemu = subprocess.Popen(
                ["qemu-system-x86_64", "-accel", "tcg", "-m", "64", "-vga", "qxl", "-nodefaults", "-display", "none",
                 "-spice", f"port={port},addr=127.0.0.1,disable-ticketing=on", "-monitor", "stdio",
                 "-debugcon", f"file:{folder}/said", "-global", "isa-debugcon.iobase=0x402"],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            try:
                wait_for("end of the BIOS", lambda: has_text(os.path.join(folder, "said"), "No bootable device"))
                time.sleep(4)  # QEMU looks at an idle screen every three seconds
                png, dump = os.path.join(folder, "shot.png"), os.path.join(folder, "screen.ppm")
                result = sumac("shot", f"spice://127.0.0.1:{port}", png)
                self.assertEqual(result.returncode, 0, result.stderr)
                qemu.stdin.write(f"screendump {dump}\n".encode())
                qemu.stdin.flush()
                wait_for("screendump", lambda: is_whole_ppm(dump))
                shown, expected = read_png(png), read_ppm(dump)
                self.assertEqual((shown.width, shown.height), (expected.width, expected.height))
                self.assertGreater(shown.distinct_colors(), 1, "the BIOS screen is black")
                # The text cursor blinks between the two pictures.
                different = sum(
                    shown.bgr[i : i + 3] != expected.bgr[i : i + 3] for i in range(0, len(shown.bgr), 3))
                self.assertLessEqual(different, 9 * 16)
            finally:
                qemu.kill()
                qemu.communicate()


if __name__ == "__main__":
    HOST = sys.argv.pop()
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
