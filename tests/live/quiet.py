"""When a server and its client have nothing more to do for each other, however slow the machine is."""

import os
import time

POLLS = 8
PERIOD = 0.03


def wait_until_quiet(pids, ports, timeout=240, carrying=lambda: 0):
    """Waits until all threads of these processes sleep and nothing is under way in TCP connections of these ports, nor,
    as `carrying` says, between them."""
    end = time.monotonic() + timeout
    quiet = 0
    while quiet < POLLS:
        if time.monotonic() > end:
            raise AssertionError(f"the processes {pids} do not come to rest within {timeout} s")
        time.sleep(PERIOD)
        quiet = quiet + 1 if not carrying() and _nothing_queued(ports) and all(map(_sleeps, pids)) else 0


def _sleeps(pid):
    # A thread that is kept from running is not asleep: its state is R.
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except FileNotFoundError:
        return True
    return all(_state(f"/proc/{pid}/task/{task}/stat") in "SIZ" for task in tasks)


def _state(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"


def _nothing_queued(ports):
    with open("/proc/net/tcp", encoding="utf-8") as table:
        for line in list(table)[1:]:
            fields = line.split()
            ends = {int(fields[i].rpartition(":")[2], 16) for i in (1, 2)}
            if ends & ports and fields[4] != "00000000:00000000" and fields[3] == "01":
                return False
    return True
