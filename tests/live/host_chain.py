"""A clip that moves from sumac-host to sumac-host, taking its client along."""

import contextlib

import time_namespace
from child import PATIENCE
from host_process import HostProcess


class HostChain:
    """Use it in a with statement. The clocks of the second, fourth ... host are `clock_ahead` seconds ahead, where the
    kernel allows that.

    hosts   all of them, in order; those that the clip has left have ended
    moves   (our t_us when the source had stopped, first number of the destination) for each hop
    """

    def __init__(self, executable, *arguments, migration="seamless", clock_ahead=time_namespace.FAR):
        self._executable, self._arguments = executable, arguments
        self._migration, self._clock_ahead = migration, clock_ahead
        self._stack = contextlib.ExitStack()
        self.hosts, self.moves = [], []

    def __enter__(self):
        self.hosts.append(self.new_host())
        return self

    def __exit__(self, *_):
        self._stack.close()

    @property
    def here(self):
        """The host that the clip is on."""
        return self.hosts[-1]

    @property
    def uri(self):
        return f"spice://127.0.0.1:{self.here.wait_for('ready')['port']}"

    @property
    def region(self):
        region = self.here.wait_for("ready")["region"]
        return tuple(region[key] for key in ("x", "y", "width", "height"))

    def new_host(self, *more):
        """One more host with the same clip; it ends with the chain at the latest."""
        host = HostProcess(
            self._executable, "--port", "0", *self._arguments, "--migration", self._migration, *more,
            clock_ahead=self._clock_ahead if len(self.hosts) % 2 else 0)
        return self._stack.enter_context(host)

    def new_destination(self, *more):
        destination = self.new_host("--start-paused", *more)
        destination.wait_for("ready")
        return destination

    def hop(self, destination=None):
        """Moves the clip and the client on; returns the destination once the source has done its part."""
        source, destination = self.here, destination or self.new_destination()
        seen = len(source.events)  # an earlier migration may have been cancelled
        source.command(self.migrate_command(destination))
        stopped = source.wait_for("migration", after=seen, phase="stopped")
        destination.command(f"resume {stopped['next_frame']}")
        destination.wait_for("vm", state="running")
        source.wait_for("migration", after=seen, phase="ended")
        self.moves.append((source.to_ours(stopped["t_us"]), stopped["next_frame"]))
        self.hosts.append(destination)
        return destination

    @staticmethod
    def migrate_command(destination):
        ready = destination.wait_for("ready")
        words = ["migrate", "127.0.0.1" if not ready["tls_port"] else "localhost", str(ready["port"] or 0)]
        if ready["tls_port"]:
            words += [str(ready["tls_port"]), ready["subject"]]
        return " ".join(words)

    def end_source(self, timeout=PATIENCE):
        """Ends the host that the clip has left, once the client is gone from it."""
        source = self.hosts[-2]
        source.wait_for("client", state="disconnected", timeout=timeout)
        source.command("quit")
        source.wait()

    def drawn(self):
        """All frames that the servers took: [(number, mm_time, our t_us, index of the host)], in order."""
        return [(event["number"], event["mm_time"], host.to_ours(event["t_us"]), index)
                for index, host in enumerate(self.hosts)
                for event in list(host.events) if event["event"] == "frame"]


def certificates(executable, folder):
    """Makes them; the options that make hosts use them."""
    with HostProcess(executable, "--tls", "--tls-dir", folder) as maker:
        maker.wait_for("ready")
    return ("--tls", "--cert", f"{folder}/server-cert.pem", "--key", f"{folder}/server-key.pem",
            "--ca", f"{folder}/ca-cert.pem")
