"""What is heard: a sumac-host's clicks among samples, a tone among what a host says that it hears."""

import time

from child import PATIENCE

RATE = 48000
TONE_HZ, TONE_PEAK = 440, 3000  # of `sumac probe --microphone tone`


def click_times(samples, rate=RATE):
    """Seconds at which the host's clicks begin: one at each second of its clip, near silence in between."""
    times, quiet = [], rate
    for index, sample in enumerate(samples):
        if abs(sample) < 1000:
            quiet += 1
            continue
        if quiet > rate // 4:
            times.append(index / rate)
        quiet = 0
    return times


def click_peaks(samples, times, rate=RATE):
    """The loudest sample of each click: it lasts less than a tenth of a second."""
    return [max(samples[round(time * rate):round((time + 0.1) * rate)]) for time in times]


def wait_for_clicks(listener, count, timeout=PATIENCE):
    """Until so many have been heard since it began to listen."""
    end = time.monotonic() + timeout
    while len(times := click_times(listener.left)) < count:
        if time.monotonic() > end:
            raise AssertionError(f"clicks are heard at {times}")
        time.sleep(0.25)


def heard(host, after=0):
    return [event for event in list(host.events)[after:] if event["event"] == "heard"]


def is_tone(event):
    """A quarter of a second of it will do: a busy machine may keep the client from sending for a while."""
    return (event["samples"] > RATE / 4 and event["frequency_hz"] is not None
            and abs(event["frequency_hz"] - TONE_HZ) < 5 and event["rms"] > TONE_PEAK / 2**1.5 and event["peak"] < 4000)


def wait_until_heard(host, after, found, timeout=PATIENCE):
    """Until one of the events (from index `after` on) in which the host says what it hears is as it should be."""
    end = time.monotonic() + timeout
    while not any(found(event) for event in heard(host, after)):
        if time.monotonic() > end:
            raise AssertionError(f"heard: {heard(host, after)}")
        time.sleep(0.1)


def switch_recording(host, state):
    """From where on events tell of what was heard after it."""
    after = len(host.events)
    host.command(f"record {state}")
    host.wait_for("record", after=after, state=state)
    return len(host.events)
