"""A TCP port in front of a SPICE server's that lets a client ask for another image compression.

Sumac asks for LZ4, and a server gives each client what it asks for. Here its message is changed on its way. The relay also
hangs up on command, as a server that ends: `sumac shot` then writes what it has."""

import contextlib
import select
import socket
import struct
import threading

from child import PATIENCE
from image_types import ImageTypes

# SpiceImageCompression
COMPRESSIONS = {"off": 1, "auto_glz": 2, "auto_lz": 3, "quic": 4, "glz": 5, "lz": 6, "lz4": 7}
# SPICE_MSG_DISCONNECTING with its mini header: u16 type, u32 size, u64 time, u32 reason
_GOODBYE = struct.pack("<HIQI", 6, 12, 0, 0)
# SPICE_MSGC_DISPLAY_PREFERRED_COMPRESSION with its mini header: u16 type, u32 size, u8 compression
_ASKED = b"\x67\x00\x01\x00\x00\x00\x07"


class CompressionRelay:
    """Use it in a with statement.

    changed   how many messages were changed
    carrying  how many threads have something that is in no socket
    images    the ImageTypes that were relayed
    """

    def __init__(self, port, compression):
        self._port = port
        self._wanted = _ASKED[:-1] + bytes([COMPRESSIONS[compression]])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.changed = 0
        self.carrying = 0
        self.images = ImageTypes()
        self._lock = threading.Lock()  # of carrying
        self._clients = []
        self._threads = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()
        self.hang_up()

    def hang_up(self):
        """Says goodbye to the client in the server's name. Call it when all has been relayed: between messages."""
        for client in self._clients:  # any channel may say it; the main channel's is heard
            with contextlib.suppress(OSError):
                client.sendall(_GOODBYE)
        for client in self._clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_WR)
        self._clients.clear()

    def wait_until_closed(self, timeout=PATIENCE):
        """Waits until the server, too, has closed all connections, so that the next client takes nothing over."""
        for thread in self._threads:
            thread.join(timeout)
        self._threads.clear()

    @contextlib.contextmanager
    def _carried(self):
        with self._lock:
            self.carrying += 1
        try:
            yield
        finally:  # the other end may have hung up
            with self._lock:
                self.carrying -= 1

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                for end in (client, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._clients.append(client)
                for ends in ((client, server, True), (server, client, False)):
                    self._threads.append(threading.Thread(target=self._copy, args=ends, daemon=True))
                    self._threads[-1].start()

    def _copy(self, source, target, asks):
        with source, contextlib.suppress(OSError):
            held = b""
            look = None if asks else self.images.reader()
            # What is under way is either still in the socket's queue or counted in `carrying`.
            while True:
                if held and not select.select([source], [], [], 0.2)[0]:
                    # Nothing follows: it was the end of something else, as of one ticket in 256.
                    target.sendall(held)
                    held = b""
                if not source.recv(1, socket.MSG_PEEK):
                    break
                with self._carried():
                    data = source.recv(1 << 18)
                    if look:
                        look(data)
                    if asks:
                        before = self.changed
                        data, held = self._change(held + data)
                        if self.changed != before:  # it asks once, at its beginning
                            data, held, asks = data + held, b"", False
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def _change(self, data):
        """What may be sent now, and the beginning of such a message that may follow."""
        if _ASKED in data:
            self.changed += 1
            data = data.replace(_ASKED, self._wanted)
        for length in range(len(_ASKED) - 1, 0, -1):
            if data.endswith(_ASKED[:length]):
                return data[:-length], data[-length:]
        return data, b""
