"""A PulseAudio of our own, without hardware, and programs that listen to it and speak into it."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

from child import DIE_WITH_US, PATIENCE
from hearing import RATE

DRIFTING_CARD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "drifting_card.py")
CARD_BYTES = 1 << 14  # its buffer, 85 ms
SOUND = ("--raw", "--format=s16le", f"--rate={RATE}", "--channels=2")


def null_sink(name, rate=RATE):
    """A sink whose sound is heard at its monitor; its clock is ours."""
    return f"module-null-sink sink_name={name} rate={rate} channels=2"


class PulseServer:
    """Use it in a with statement: it ends with it. `start` it; `kill` it as a crash does; `start` it again; let it `hang`.

    environment  of programs that are to find this sound server, and no other sound
    """

    def __init__(self, *modules):
        self._modules = modules
        self._process = None
        self._folder = tempfile.TemporaryDirectory()
        folder = self._folder.name
        self.environment = {
            "HOME": folder, "XDG_RUNTIME_DIR": folder, "XDG_CONFIG_HOME": folder,
            "PULSE_RUNTIME_PATH": folder, "PULSE_STATE_PATH": folder, "PULSE_SERVER": f"unix:{folder}/native",
            # Where this one does not run there is no sound: neither a card, nor another server, nor D-Bus.
            "ALSA_CONFIG_PATH": "/dev/null", "JACK_NO_START_SERVER": "1", "AUDIODEVICE": "none",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder}/none", "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/none",
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process:
            self.kill()
        self._folder.cleanup()

    def start(self, timeout=PATIENCE):
        """Until it answers."""
        loads = [word for module in (f"module-native-protocol-unix socket={self._folder.name}/native", *self._modules)
                 for word in ("-L", module)]
        with open(f"{self._folder.name}/log", "a", encoding="utf-8") as log:
            self._process = self.spawn("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
                                       "--log-target=stderr", *loads, stdout=log, stderr=log)
        end = time.monotonic() + timeout
        while self._run("pactl", "info").returncode != 0:
            if time.monotonic() > end or self._process.poll() is not None:
                with open(f"{self._folder.name}/log", encoding="utf-8") as log:
                    raise AssertionError(f"no PulseAudio within {timeout} s: {log.read()}")
            time.sleep(0.05)

    def kill(self):
        self._process.kill()
        self._process.wait()

    def hang(self):
        """It keeps its connections and answers nothing more; `kill` ends that, too."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self._process.send_signal(signal.SIGCONT)

    def control(self, *words):
        """What pactl answers."""
        done = self._run("pactl", *words)
        if done.returncode != 0:
            raise AssertionError(f"pactl {' '.join(words)}: {done.stderr}")
        return done.stdout

    def listen(self, source, rate=RATE):
        """A Listener that has begun."""
        return Listener(self.spawn("parec", *SOUND, f"--rate={rate}", "--latency-msec=50", f"--device={source}",
                                   stdout=subprocess.PIPE), rate)

    @contextlib.contextmanager
    def speaking(self, sink, second):
        """Someone says this second of sound (bytes) into the sink, again and again."""
        speaker = self.spawn("pacat", *SOUND, "--latency-msec=100", f"--device={sink}", stdin=subprocess.PIPE)
        feeder = threading.Thread(target=_feed, args=(speaker.stdin, second), daemon=True)
        feeder.start()
        try:
            yield
        finally:
            speaker.kill()
            speaker.wait()
            feeder.join()
            with contextlib.suppress(BrokenPipeError):
                speaker.stdin.close()

    def spawn(self, *command, **pipes):
        return subprocess.Popen([*DIE_WITH_US, *command], env={**os.environ, **self.environment}, **pipes)

    def _run(self, *command):
        return subprocess.run(command, env={**os.environ, **self.environment}, capture_output=True, text=True,
                              timeout=PATIENCE, check=False)


def _feed(pipe, second):
    with contextlib.suppress(BrokenPipeError):
        while True:
            pipe.write(second)
            pipe.flush()


class Listener:
    """Hears what a program (parec) writes until the end of the with statement, or of the program.

    left   the samples of the left channel up to now
    began  the first one came at that time of the monotonic clock, in seconds
    """

    def __init__(self, process, rate):
        self._process, self._rate, self._bytes, self._looked = process, rate, bytearray(), 0
        self.began = float("inf")
        self._loud = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._reader.join()
        self._process.wait()
        self._process.stdout.close()

    def _read(self):
        while piece := os.read(self._process.stdout.fileno(), 1 << 16):
            self._hear(piece)

    def _hear(self, piece):
        now = time.monotonic()
        self._bytes += piece
        whole = len(self._bytes) // 4 * 4
        # Pieces may come late and never early: the least late one tells when the sound was there.
        self.began = min(self.began, now - whole / 4 / self._rate)
        if max(memoryview(self._bytes[self._looked : whole]).cast("h"), default=0) > 1000:
            self._loud.append(now)
        self._looked = whole

    @property
    def left(self):
        return memoryview(self._bytes[: len(self._bytes) // 4 * 4]).cast("h")[::2]

    def wait_until_loud(self, timeout=PATIENCE):
        """When it was: not silent, from now on."""
        end, before = time.monotonic() + timeout, len(self._loud)
        while len(self._loud) == before:
            if time.monotonic() > end:
                raise AssertionError(f"nothing is heard within {timeout} s")
            time.sleep(0.05)
        return self._loud[before]


def drifting_card(folder, ppm):
    """A Listener of a sound card whose clock goes so many parts in a million faster than ours, and the module of the
    PulseServer that plays on it (drifting_card.py)."""
    path = os.path.join(folder, "card")
    os.mkfifo(path)
    pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, CARD_BYTES)
    card = subprocess.Popen([*DIE_WITH_US, sys.executable, DRIFTING_CARD, str(ppm)], stdin=pipe, stdout=subprocess.PIPE)
    os.close(pipe)
    return Listener(card, RATE), f"module-pipe-sink file={path} format=s16le rate={RATE} channels=2"
