"""Runs QEMUs with a qxl card and a guest of a few bytes that draws, and migrates between them."""

import json
import os
import socket
import subprocess
import time

import time_namespace
from child import PATIENCE
from pictures import read_png
from xspice import free_port

# The boot sector: 320x200 in 256 colours (640x400 on the card), repainted at each tick of the timer (18 a second); a key
# stops it, the next one lets it go on. No text cursor: nothing else moves.
GUEST = bytes.fromhex(
    "fb"        #         sti
    "31c0"      #         xor ax, ax
    "8ed8"      #         mov ds, ax
    "8ed0"      #         mov ss, ax
    "bc007c"    #         mov sp, 0x7c00
    "b81300"    #         mov ax, 0x0013      ; mode 13h
    "cd10"      #         int 0x10
    "b800a0"    #         mov ax, 0xa000
    "8ec0"      #         mov es, ax
    "31d2"      #         xor dx, dx
    "31ff"      # frame:  xor di, di
    "b900fa"    #         mov cx, 64000
    "89f8"      # pixel:  mov ax, di          ; colour: both bytes of the address and the frame's number
    "00e0"      #         add al, ah
    "00d0"      #         add al, dl
    "aa"        #         stosb
    "e2f7"      #         loop pixel
    "42"        #         inc dx
    "f4"        #         hlt
    "b401"      #         mov ah, 1           ; a key?
    "cd16"      #         int 0x16
    "74ea"      #         jz frame
    "b400"      #         mov ah, 0           ; take it
    "cd16"      #         int 0x16
    "b400"      #         mov ah, 0           ; wait for the next
    "cd16"      #         int 0x16
    "ebe0"      #         jmp frame
)


def write_guest(path):
    """A floppy disk with the guest."""
    with open(path, "wb") as disk:
        disk.write(GUEST.ljust(510, b"\0") + b"\x55\xaa" + bytes(1440 * 1024 - 512))


class Qemu:
    """A running QEMU. Use it in a with statement: it ends with it."""

    def __init__(self, folder, name, *, seamless, incoming=None, clock_ahead=0, spice_options=""):
        self._folder, self._name = folder, name
        self.spice_port = free_port()
        disk = os.path.join(folder, "guest.img")
        if not os.path.exists(disk):
            write_guest(disk)
        prefix, _ = time_namespace.ahead(clock_ahead)
        self._qmp_path = os.path.join(folder, f"{name}.qmp")
        spice = (f"port={self.spice_port},addr=127.0.0.1,disable-ticketing=on,"
                 f"seamless-migration={'on' if seamless else 'off'}{spice_options}")
        self._log_path = os.path.join(folder, f"{name}.log")
        self._pid_path = os.path.join(folder, f"{name}.pid")
        with open(self._log_path, "w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [*prefix, "qemu-system-x86_64", "-accel", "tcg", "-m", "64", "-nodefaults", "-vga", "qxl",
                 "-display", "none", "-drive", f"if=floppy,format=raw,readonly=on,file={disk}", "-boot", "a",
                 "-spice", spice, "-pidfile", self._pid_path, "-qmp", f"unix:{self._qmp_path},server=on,wait=off",
                 *(["-incoming", f"unix:{incoming}"] if incoming else [])],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "G_MESSAGES_DEBUG": "Spice"})
        self._socket = self._lines = None

    def __enter__(self):
        try:
            self._connect()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for open_file in (self._lines, self._socket):
            if open_file:
                open_file.close()
        self._process.kill()
        self._process.wait()

    end = __exit__

    @property
    def uri(self):
        return f"spice://127.0.0.1:{self.spice_port}"

    @property
    def pid(self):
        """Its own, not that of what stands in front of it."""
        with open(self._pid_path, encoding="utf-8") as file:
            return int(file.read())

    def _connect(self):
        end = time.monotonic() + PATIENCE
        while not os.path.exists(self._qmp_path) and time.monotonic() < end and self._process.poll() is None:
            time.sleep(0.05)
        if self._process.poll() is not None:
            raise AssertionError(self._end())
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(2 * PATIENCE)
        while True:
            try:
                self._socket.connect(self._qmp_path)
                break
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self._lines.readline()  # the greeting
        self.qmp("qmp_capabilities")

    def qmp(self, command, **arguments):
        try:
            self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
            for line in self._lines:
                answer = json.loads(line)
                if "error" in answer:
                    raise AssertionError(f"QMP {command}: {answer['error']}")
                if "return" in answer:
                    return answer["return"]
        except ConnectionError:
            pass
        raise AssertionError(f"QMP {command}: {self._end()}")

    def _end(self):
        """How QEMU ended."""
        try:
            how = f"ended with {self._process.wait(timeout=PATIENCE)}"
        except subprocess.TimeoutExpired:
            how = "hung up, and runs"
        return f"QEMU {how}: {self.log()[-5000:]}"

    def log(self):
        """What it and its SPICE server said."""
        with open(self._log_path, encoding="utf-8") as log:
            return log.read()

    def screen(self):
        """What the guest's screen shows, as a Picture."""
        path = os.path.join(self._folder, f"{self._name}.ppm")
        self.qmp("screendump", filename=path)
        return read_png(path)

    def press_a_key(self):
        """The guest stops drawing, or goes on."""
        self.qmp("send-key", keys=[{"type": "qcode", "data": "spc"}])

    def wait_until_it_draws(self, timeout=2 * PATIENCE):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            picture = self.screen()
            if picture.height == 400 and picture.width == 640 and picture.distinct_colors() > 100:
                return
            time.sleep(0.5)
        raise AssertionError("the guest does not draw")

    def wait_until_it_stands_still(self, timeout=2 * PATIENCE):
        """What its screen shows then."""
        end, before = time.monotonic() + timeout, self.screen()
        while True:
            time.sleep(0.5)
            now = self.screen()
            if not before.differences(now):
                return now
            if time.monotonic() > end:
                raise AssertionError("the guest does not stop drawing")
            before = now

    def has_display_client(self):
        return any(channel["channel-type"] == 2 for channel in self.qmp("query-spice").get("channels", []))

    def wait_for_status(self, status, timeout=PATIENCE):
        end = time.monotonic() + timeout
        while self.qmp("query-status")["status"] != status:
            if time.monotonic() > end:
                raise AssertionError(f"QEMU is not {status} after {timeout} s")
            time.sleep(0.05)

    def migrate_to(self, destination, incoming, client_is_connected, timeout=2 * PATIENCE):
        """Moves the machine, and its SPICE client, to a QEMU that was started with that `incoming`.

        client_is_connected  called until it says that the client has all its connections to the destination
        """
        self.qmp("client_migrate_info", protocol="spice", hostname="127.0.0.1", port=destination.spice_port)
        end = time.monotonic() + timeout
        # QEMU does not wait: a machine that is there before its client has said so is a switch of hosts.
        while not client_is_connected():
            if time.monotonic() > end:
                raise AssertionError("the client does not connect to the destination")
            time.sleep(0.01)
        self.qmp("migrate", uri=f"unix:{incoming}")
        while (status := self.qmp("query-migrate").get("status")) != "completed":
            if status in ("failed", "cancelled") or time.monotonic() > end:
                raise AssertionError(f"migration: {status}")
            time.sleep(0.05)
        destination.wait_for_status("running")
        # The client has left, too.
        while not self.qmp("query-spice")["migrated"]:
            if time.monotonic() > end:
                raise AssertionError(f"the client does not go along within {timeout} s")
            time.sleep(0.05)
