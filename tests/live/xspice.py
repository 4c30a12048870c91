"""Runs an X server whose screen is a SPICE server (Xspice): real programs, no virtual machine.

`xwd -root` of it is the truth that a lossless client must show. Debian 12's `Xspice --auto` crashes at its
start; Xorg with a configuration of our own, which limits heads and buffers, runs well."""

import contextlib
import errno
import os
import random
import re
import socket
import subprocess
import tempfile
import time

from child import DIE_WITH_US, PATIENCE

SCREEN_SIZE = (1024, 768)
CONFIG = """
Section "Device"
    Identifier "XSPICE"
    Driver "spiceqxl"
    Option "SpiceDisableTicketing" "{no_ticket}"
    Option "SpicePassword" "{password}"
    Option "SpicePort" "{port}"
    Option "SpiceTlsPort" "{tls_port}"
    Option "SpiceX509Dir" "{tls_dir}"
    Option "SpiceAddr" "127.0.0.1"
    Option "SpiceStreamingVideo" "off"
    Option "SpiceImageCompression" "{compression}"
    Option "SpiceJpegWanCompression" "{jpeg_wan}"
    Option "SpiceZlibGlzWanCompression" "{zlib_wan}"
    Option "EnableSurfaces" "{surfaces}"
    Option "NumHeads" "1"
    Option "FrameBufferSize" "16"
    Option "SurfaceBufferSize" "128"
    Option "CommandBufferSize" "128"
EndSection
Section "InputDevice"
    Identifier "POINTER"
    Driver "xspice pointer"
EndSection
Section "InputDevice"
    Identifier "KEYBOARD"
    Driver "xspice keyboard"
EndSection
Section "Monitor"
    Identifier "Monitor"
EndSection
Section "Screen"
    Identifier "Screen"
    Monitor "Monitor"
    Device "XSPICE"
    DefaultDepth {depth}
    SubSection "Display"
        Depth {depth}
        Modes "{size}"
    EndSubSection
EndSection
Section "ServerLayout"
    Identifier "Layout"
    Screen "Screen"
    InputDevice "KEYBOARD"
    InputDevice "POINTER"
EndSection
Section "ServerFlags"
    Option "AutoAddDevices" "False"
EndSection
"""


_taken = []


def free_port():
    """Nobody else takes it while this process runs: it is none of those that the kernel gives away (to who binds to port 0,
    or connects), and other tests see that it is taken."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="utf-8") as given:
        lowest = int(given.read().split()[0])
    most = max(lowest, 20000)  # a kernel that gives away nearly all leaves it to chance
    while True:
        port = random.randrange(most - 10000, most)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0sumac-test-port-{port}")  # an abstract name: it goes with the process
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError as error:
            claim.close()
            if error.errno != errno.EADDRINUSE:
                raise
            continue
        _taken.append(claim)
        return port


class Xspice:
    """Use it in a with statement: the server and all programs started through it end with it."""

    def __init__(self, depth=24, password="", compression="off", tls_dir="", jpeg_wan="never", zlib_wan="never",
                 surfaces="True"):
        self._folder = tempfile.TemporaryDirectory(prefix="xspice-")
        self.port = free_port()
        self.depth = depth
        self.tls_port = free_port() if tls_dir else 0
        config = os.path.join(self._folder.name, "xorg.conf")
        with open(config, "w", encoding="utf-8") as out:
            out.write(CONFIG.format(
                depth=depth, size="{}x{}".format(*SCREEN_SIZE), port=self.port, tls_port=self.tls_port, tls_dir=tls_dir, password=password,
                no_ticket=not password, compression=compression, jpeg_wan=jpeg_wan, zlib_wan=zlib_wan,
                surfaces=surfaces))
        self._log = os.path.join(self._folder.name, "log")
        # Xorg writes the display number that it took to this pipe once it accepts clients.
        reader, writer = os.pipe()
        self._programs = []
        with open(os.path.join(self._folder.name, "output"), "wb") as output:
            self._server = subprocess.Popen(
                [*DIE_WITH_US, "Xorg", "-config", config, "-logfile", self._log, "-displayfd", str(writer), "-noreset",
                 "-nolisten", "tcp"],
                pass_fds=[writer], stdout=output, stderr=output)
        os.close(writer)
        with os.fdopen(reader) as number:
            self.display = ":" + number.readline().strip()
        if self.display == ":":
            with open(os.path.join(self._folder.name, "output"), errors="replace") as output:
                text = output.read()
            self.__exit__()
            raise AssertionError("Xorg did not start: " + text[-2000:])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in [*self._programs, self._server]:
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._folder.cleanup()

    def start(self, *command):
        """Starts a program that ends with the server, or before."""
        # SDL (ffplay) would pick a visual of its own, and xwd cannot show windows of several visuals rightly.
        visual = re.search(rb"default visual id:\s*(0x\w+)", self.run("xdpyinfo"))[1].decode()
        environment = {**os.environ, "DISPLAY": self.display, "SDL_RENDER_DRIVER": "software",
                       "SDL_VIDEO_X11_VISUALID": visual, "SDL_VIDEO_X11_WINDOW_VISUALID": visual}
        self._programs.append(subprocess.Popen(
            [*DIE_WITH_US, *command], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return self._programs[-1]

    def run(self, *command):
        environment = {**os.environ, "DISPLAY": self.display}
        return subprocess.run(command, env=environment, capture_output=True, check=True, timeout=PATIENCE).stdout

    @property
    def pid(self):
        return self._server.pid

    def wait_until_drawn(self, programs, colours):
        """Until windows of all these programs are there, so many colours are on the screen, and all have had time to draw."""
        end = time.monotonic() + 4 * PATIENCE
        missing, seen = programs, 0
        while missing or seen <= colours:
            if time.monotonic() > end:
                raise AssertionError(f"no windows of {missing}, and {seen} colours: the programs did not draw")
            time.sleep(0.3)
            # It fails where a window goes while it asks.
            with contextlib.suppress(subprocess.CalledProcessError):
                tree = self.run("xwininfo", "-root", "-tree").decode()
                missing = [program for program in programs if f'("{program}" ' not in tree]
            if not missing:
                pixels = self.run(*self._grab)
                seen = len({pixels[i : i + 3] for i in range(0, len(pixels), 3)})
        time.sleep(4)

    def root_window(self):
        """An xwd dump of the whole screen, once it has stopped changing."""
        return self._settled("xwd", "-root", "-silent")

    def grabbed(self):
        """The screen's pixels, B, G, R, once they have stopped changing. Where windows have visuals or colour maps of
        their own (GTK's and SDL's have), xwd asks for each window, and shows some of them black."""
        return self._settled(*self._grab)

    @property
    def _grab(self):
        return ("ffmpeg", "-v", "error", "-f", "x11grab", "-draw_mouse", "0", "-video_size", "{}x{}".format(*SCREEN_SIZE),
                "-i", self.display, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "bgr24", "-")

    def _settled(self, *command):
        before = self.run(*command)
        for _ in range(4 * PATIENCE):
            time.sleep(0.5)
            after = self.run(*command)
            if after == before:
                return after
            before = after
        raise AssertionError("the X screen does not settle")
