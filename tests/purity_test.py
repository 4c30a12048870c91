#!/usr/bin/env python3
"""The pure folders stay pure, and no include points up the data path.

Pure: values in, values out. A clock, thread, lock, socket or environment in one of them would make its tests
depend on the machine. The allowed includes are the arrows of src/CMakeLists.txt, which doc/develop.md explains."""

import pathlib
import re
import sys

PURE = ["base", "wire", "link", "channel", "session", "image", "canvas", "media"]
IMPURE = re.compile(
    r"steady_clock::now|system_clock|\bsleep|std::j?thread|std::mutex|#include <(mutex|thread|condition_variable)>"
    r"|\bsocket\(|asio|getenv|clock_gettime"
)
# It locks as malloc does; who gets memory from it cannot tell.
ALLOCATOR = pathlib.Path("src/base/buffer_memory.cpp")
SEES = {
    "base": [],
    "wire": ["base"],
    "link": ["wire"],
    "channel": ["wire"],
    "session": ["channel", "link"],
    "image": ["wire"],
    "canvas": ["image"],
    "media": ["base"],
    "video": ["wire"],
    "audio": ["wire"],
    "io": ["base"],
    "client": ["session", "canvas", "media", "video", "audio", "io"],
}


def visible(folder):
    """The folder itself and all that it sees, directly or through another."""
    seen = {folder}
    for other in SEES[folder]:
        seen |= visible(other)
    return seen


def code_lines(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        yield number, re.sub(r"//.*", "", line)


def main():
    root = pathlib.Path(sys.argv[1])
    files = sorted(p for p in (root / "src").rglob("*") if p.suffix in (".h", ".cpp"))
    problems = []
    for path in files:
        folder = path.relative_to(root / "src").parts[0]
        if folder not in SEES:
            problems.append(f"{path}: src/{folder} has no place in the data path")
            continue
        pure = folder in PURE and path.relative_to(root) != ALLOCATOR
        for number, line in code_lines(path):
            where = f"{path.relative_to(root)}:{number}"
            if pure and IMPURE.search(line):
                problems.append(f"{where}: a pure folder must not: {line.strip()}")
            include = re.match(r'\s*#include "(\w+)/', line)
            if include and include[1] not in visible(folder):
                problems.append(f"{where}: {folder} must not see {include[1]}")
    for path in sorted((root / "apps").rglob("*.[ch]*")):
        app = path.relative_to(root).parts[1]
        if app == "host":  # sumac-host is a server; it uses the time types only
            continue
        for number, line in code_lines(path):
            include = re.match(r'\s*#include "(\w+)/', line)
            # The fault proxy looks into the wire between others; it is no client.
            allowed = visible("wire") if app == "faultproxy" else set()
            if include and include[1] in SEES and include[1] not in allowed:
                problems.append(f"{path.relative_to(root)}:{number}: apps see include/sumac only")
    print("\n".join(problems) or f"{len(files)} files, each in its place")
    if not files:
        problems.append("no source file found")
    return 1 if problems else 0


sys.exit(main())
