"""Plays a capture (doc/capture.md) to any SPICE client, as often as asked: every client gets the same bytes at the same times.

Understands nothing of what it says, and drops what the client says.
"""

import socket
import struct
import threading
import time

MAGIC = b"SUMACAP1"
RECORD = struct.Struct("<BBBBIQI")  # doc/capture.md
BYTES = 1
LINK_HEADER = 16  # SpiceLinkHeader; behind it the session's number, four bytes, then the channel's type and number


class Capture:
    """records  [(seconds, connection, bytes)]
    channels    {connection: (type, number)}, in the order in which they were opened
    length      seconds
    """

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        if not data.startswith(MAGIC):
            raise SystemExit(f"{path}: this is no capture")
        self.records, self.channels = [], {}
        view, offset = memoryview(data), len(MAGIC)
        while offset < len(data):
            kind, channel_type, number, _, connection, microseconds, size = RECORD.unpack_from(data, offset)
            offset += RECORD.size
            if kind == BYTES:
                self.records.append((microseconds / 1e6, connection, view[offset : offset + size]))
                self.channels.setdefault(connection, (channel_type, number))
            offset += size
        self.length = self.records[-1][0]
        self.size_bytes = sum(len(said) for _, _, said in self.records)

    def said_by(self, channel_type):
        """All that was said on the first connection of that type."""
        connection = next(c for c, (kind, _) in self.channels.items() if kind == channel_type)
        return b"".join(said for _, of, said in self.records if of == connection)


class CapturePlayer:
    """Serves the capture to one client. Use it in a with statement: it hangs up at its end.

    port      where the client has to connect to, on 127.0.0.1
    finished  an Event: all was said
    began     by time.monotonic, when the capture's time was 0; None before the client came
    """

    def __init__(self, capture, patience=30):
        self._capture, self._patience = capture, patience
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._arrived, self._lines = [], {}
        self._changed = threading.Condition()
        self._closing = False
        self.finished, self.began, self.failure = threading.Event(), None, None
        threading.Thread(target=self._accept, daemon=True).start()
        threading.Thread(target=self._play, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._closing = True
        self._listener.close()
        for _, line in self._arrived:
            line.close()
        for line in self._lines.values():
            line.close()

    def uri(self):
        return f"spice://127.0.0.1:{self.port}"

    def _accept(self):
        while not self._closing:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._listen, args=(line,), daemon=True).start()

    def _listen(self, line):
        try:
            start = b""
            while len(start) < LINK_HEADER + 6:
                more = line.recv(LINK_HEADER + 6 - len(start))
                if not more:
                    return
                start += more
            with self._changed:
                self._arrived.append(((start[-2], start[-1]), line))
                self._changed.notify_all()
            while line.recv(4096):
                pass
        except OSError:
            pass

    def _line_of(self, connection):
        """The client's connection for that of the capture."""
        if connection not in self._lines:
            wanted = self._capture.channels[connection]
            with self._changed:
                if not self._changed.wait_for(lambda: any(key == wanted for key, _ in self._arrived), self._patience):
                    raise TimeoutError(f"the client did not open channel {wanted}")
                found = next(entry for entry in self._arrived if entry[0] == wanted)
                self._arrived.remove(found)
                self._lines[connection] = found[1]
        return self._lines[connection]

    def _play(self):
        try:
            for at, connection, said in self._capture.records:
                line = self._line_of(connection)
                if self.began is None:
                    self.began = time.monotonic() - at
                time.sleep(max(0.0, self.began + at - time.monotonic()))
                line.sendall(said)
        except (OSError, TimeoutError) as failure:
            if not self._closing:
                self.failure = failure
        self.finished.set()
