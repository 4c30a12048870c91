"""spice-gtk as a client of a sumac-host, without a window: writes each frame number that it shows.

usage: gtk_client.py URI REGION [CA_FILE]     REGION: x,y,width,height of the clip, as in the host's "ready" event

Writes one JSON object a line: {"t_us", "number"} for each picture that was drawn over the clip (number null: the picture
is torn), {"event": "disconnected"} at the end of the session. Runs until it is killed. Needs the system's Python with the
packages python3-gi and gir1.2-spiceclientglib-2.0.
"""

import ctypes
import json
import sys
import time

import gi

gi.require_version("SpiceClientGLib", "2.0")
from gi.repository import GLib, GObject, SpiceClientGLib  # noqa: E402

from host_cells import cell_side, COLUMNS, crc8  # noqa: E402


# SPICE sessions and channels have a `connect` of their own.
listen = GObject.Object.connect


def say(**members):
    print(json.dumps(members), flush=True)


class Picture:
    """The primary surface, which spice-gtk draws on: 4 bytes a pixel."""

    def __init__(self, stride, address, region):
        self._stride, self._address = stride, address
        self.x, self.y, self.width, self.height = region
        self._side = cell_side(self.width)

    def _bits(self, top):
        row = 0
        for column in range(COLUMNS):
            x = self.x + column * self._side + self._side // 2
            # The green of the middle pixel: cells survive a codec, and need no mean for a test.
            at = self._address + (top + self._side // 2) * self._stride + 4 * x + 1
            row = row << 1 | (ctypes.c_ubyte.from_address(at).value > 127)
        return row

    def _strip(self, top):
        upper, lower = self._bits(top), self._bits(top + self._side)
        number = (upper >> 1 & 0xFFFF) << 8 | lower >> 9 & 0xFF
        flash = upper & 1
        sound = [0b1010 << 17 | number >> 8 << 1 | flash, 0b0101 << 17 | (number & 0xFF) << 9 | crc8(number) << 1 | flash]
        return number if [upper, lower] == sound else None

    def number(self):
        top, bottom = self._strip(self.y), self._strip(self.y + self.height - 2 * self._side)
        return top if top == bottom else None


class Client:
    def __init__(self, uri, region, ca_file):
        self._region = region
        self._picture = None
        self._shown = None
        self._session = SpiceClientGLib.Session()
        self._session.set_property("uri", uri)
        if ca_file:
            self._session.set_property("ca-file", ca_file)
        listen(self._session, "channel-new", self._on_channel)
        listen(self._session, "disconnected", lambda _: say(event="disconnected"))
        self._audio = None

    def start(self):
        self._audio = SpiceClientGLib.Audio.get(self._session, None)
        if not self._session.connect():
            sys.exit("spice-gtk does not connect")

    def _on_channel(self, _, channel):
        if isinstance(channel, SpiceClientGLib.DisplayChannel):
            listen(channel, "display-primary-create", self._on_primary)
            listen(channel, "display-primary-destroy", self._on_no_primary)
            listen(channel, "display-invalidate", self._on_drawn)
        # All of them: a migration waits for those that are known and not connected, too.
        channel.connect()

    def _on_primary(self, channel, _format, _width, _height, stride, _shmid, address):
        self._picture = Picture(stride, int(address), self._region)

    def _on_no_primary(self, _):
        self._picture = None

    def _on_drawn(self, _, x, y, width, height):
        own = self._picture
        if own and x < own.x + own.width and own.x < x + width and y < own.y + own.height and own.y < y + height:
            number = own.number()
            if number != self._shown:
                self._shown = number
                say(t_us=time.monotonic_ns() // 1000, number=number)


def main():
    uri, region = sys.argv[1:3]
    client = Client(uri, tuple(map(int, region.split(","))), sys.argv[3] if len(sys.argv) > 3 else None)
    client.start()
    GLib.MainLoop().run()


main()
