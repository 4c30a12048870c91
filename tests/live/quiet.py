"""When a server and its client have nothing more to do for each other, however slow the machine is."""

import os
import time

POLLS = 8
PERIOD = 0.03


def wait_until_quiet(pids, ports, timeout=240, carrying=lambda: 0):
    """Waits until all threads of these processes sleep and nothing is under way in TCP connections of these ports, nor,
    as `carrying` says, between them."""
    end = time.monotonic() + timeout
    quiet, busy = 0, []
    while quiet < POLLS:
        if time.monotonic() > end:
            raise AssertionError(f"the processes {pids} do not come to rest within {timeout} s: {busy or 'but for moments'}")
        time.sleep(PERIOD)
        busy = carrying() or _queued(ports) or [thread for pid in pids for thread in _awake(pid)]
        quiet = quiet + 1 if not busy else 0


def _awake(pid):
    """The threads that do not sleep. One that is kept from running is not asleep: its state is R."""
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except FileNotFoundError:
        return []
    states = {task: _state(f"/proc/{pid}/task/{task}/stat") for task in tasks}
    return [f"thread {task} of {pid} is in state {state}" for task, state in states.items() if state not in "SIZ"]


def _state(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"


def _queued(ports):
    """Connections with something under way."""
    found = []
    with open("/proc/net/tcp", encoding="utf-8") as table:
        for line in list(table)[1:]:
            fields = line.split()
            ends = {int(fields[i].rpartition(":")[2], 16) for i in (1, 2)}
            if ends & ports and fields[4] != "00000000:00000000" and fields[3] == "01":
                found.append(" ".join(fields[1:5]))
    return found
