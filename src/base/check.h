/// CHECK: we misbehaved. Never for anything that a peer, a user or a file can cause.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace sumac {

[[noreturn]] inline void check_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", file, line, condition);
    std::abort();
}

} // namespace sumac

#define CHECK(condition)                                                                           \
    ((condition) ? static_cast<void>(0) : ::sumac::check_failed(#condition, __FILE__, __LINE__))
