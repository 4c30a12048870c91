"""What to put in front of a command so that it does not outlive the test, whatever ends that, and even where it is stopped."""

# Its end is that of the thread that starts it: start it on one that stays.
DIE_WITH_US = ("setpriv", "--pdeathsig", "KILL")

PATIENCE = 60  # seconds for what should happen soon: far more than it takes, a slow machine is no failure
