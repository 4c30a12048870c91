"""sumac-host's migrations, all kinds and ways to end, with spice-gtk as the client: the frame numbers go on.

usage: host_migration_test.py SUMAC_HOST
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from child import PATIENCE
from host_chain import HostChain
from host_process import HostProcess

HOST = ""
COPYING = ("--copy-time", "5000")
GTK_CLIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gtk_client.py")
# The system's Python: the one with its packages.
PYTHON = "/usr/bin/python3"


class GtkClient:
    """A spice-gtk that watches the clip. Use it in a with statement."""

    def __init__(self, chain, *ca_file):
        ready = chain.here.wait_for("ready")
        uri = f"spice://localhost?tls-port={ready['tls_port']}" if ready["tls_port"] else chain.uri
        self._process = subprocess.Popen(
            [PYTHON, GTK_CLIENT, uri, ",".join(map(str, chain.region)), *ca_file],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.numbers, self.disconnected, self.errors = [], False, ""
        self._changed = threading.Condition()
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read, self._read_errors)]
        for reader in self._readers:
            reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join()
        self._process.stdout.close()
        self._process.stderr.close()

    def _read(self):
        for line in self._process.stdout:
            told = json.loads(line)
            with self._changed:
                if "number" in told:
                    self.numbers.append(told["number"])
                else:
                    self.disconnected = True
                self._changed.notify_all()

    def _read_errors(self):
        for line in self._process.stderr:
            self.errors += line

    def wait_for(self, number, timeout=PATIENCE):
        """Waits until a frame of at least that number is shown."""
        end = time.monotonic() + timeout
        with self._changed:
            while not any(shown is not None and shown >= number for shown in self.numbers[-3:]):
                left = end - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise AssertionError(f"frame {number} was not shown; last ones {self.numbers[-5:]}; {self.errors}")


class Migrations(unittest.TestCase):
    def watch(self, *arguments, ca_file=(), **more):
        chain = HostChain(HOST, *arguments, **more)
        self.enterContext(chain)
        client = self.enterContext(GtkClient(chain, *ca_file))
        client.wait_for(30)
        return chain, client

    def check_order(self, client):
        whole = [number for number in client.numbers if number is not None]
        self.assertEqual(whole, sorted(whole))
        self.assertFalse(client.disconnected)

    def check_hops(self, hops, *arguments, **more):
        chain, client = self.watch(*arguments, **more)
        for _ in range(hops):
            chain.hop()
            chain.end_source()
            # The new host's own frames, and long enough for it to make a stream of them.
            client.wait_for(chain.moves[-1][1] + 40)
        self.check_order(client)
        return chain

    def test_seamless(self):
        self.check_hops(3)

    def test_seamless_with_sound(self):
        # By one clock: no message tells spice-gtk of another one here, but the sound, and where nothing can be heard it
        # shows no stamped frame any more.
        chain = self.check_hops(2, "--audio", clock_ahead=0)
        for host in chain.hosts:
            self.assertGreater(sum(event["event"] == "click" for event in host.events), 0)

    def test_semi_seamless(self):
        self.check_hops(3, migration="semi-seamless")

    def test_semi_seamless_with_sound(self):
        self.check_hops(2, "--audio", migration="semi-seamless")

    def test_switch_host(self):
        self.check_hops(2, migration="switch-host")

    def test_a_destination_that_refuses_seamless_gets_a_semi_seamless_one(self):
        chain, client = self.watch()
        chain.hop(chain.new_destination("--refuse-seamless"))
        chain.end_source()
        client.wait_for(chain.moves[-1][1] + 40)
        self.check_order(client)

    def test_tls_with_the_subject_of_the_certificate(self):
        with tempfile.TemporaryDirectory() as folder:
            tls = ("--tls", "--cert", f"{folder}/server-cert.pem", "--key", f"{folder}/server-key.pem",
                   "--ca", f"{folder}/ca-cert.pem")
            with HostProcess(HOST, "--tls", "--tls-dir", folder) as maker:
                maker.wait_for("ready")
            self.check_hops(2, *tls, ca_file=(f"{folder}/ca-cert.pem",))

    def check_cancelled(self, phase, **more):
        chain, client = self.watch(*more.pop("arguments", ()), **more)
        destination = chain.new_destination()
        source = chain.here
        source.command(chain.migrate_command(destination))
        source.wait_for("migration", phase=phase)
        source.command("migrate-cancel")
        source.wait_for("migration", phase="cancelled")
        time.sleep(0.2)
        client.wait_for(source.numbers()[-1] + 40)
        self.check_order(client)
        # And it can move afterwards.
        destination = chain.hop()
        chain.end_source()
        client.wait_for(chain.moves[-1][1] + 40)
        self.check_order(client)

    def test_cancelled_while_the_client_connects(self):
        # What comes after it takes its time, for a test that gives the command late.
        self.check_cancelled("connecting", arguments=COPYING)

    def test_cancelled_while_memory_is_copied(self):
        self.check_cancelled("connected", arguments=COPYING)

    def test_cancelled_when_the_machine_has_stopped(self):
        self.check_cancelled("stopped", arguments=("--downtime", "5000"))


if __name__ == "__main__":
    HOST = sys.argv.pop()
    unittest.main(verbosity=2)
