#include "stop_signal.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace sumac::tool {

namespace {

constexpr std::int64_t same_signal_ms = 500;

// A signal handler can reach nothing but globals.
std::atomic<int> pipe_to_loop{-1};           // NOLINT(*-avoid-non-const-global-variables)
std::atomic<std::int64_t> first_signal_ms{}; // NOLINT(*-avoid-non-const-global-variables)
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t monotonic_ms() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// Only async-signal-safe calls here.
void on_signal(int number) {
    const int saved_errno = errno;
    const std::int64_t now = monotonic_ms();
    std::int64_t none = 0;
    if (first_signal_ms.compare_exchange_strong(none, now)) {
        const char byte = 0;
        [[maybe_unused]] const auto written = write(pipe_to_loop.load(), &byte, 1);
    } else if (now - none > same_signal_ms) {
        _exit(128 + number);
    }
    errno = saved_errno;
}

void set_handler(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (const int number : {SIGINT, SIGTERM})
        sigaction(number, &action, nullptr);
}

} // namespace

StopSignal::StopSignal() {
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        std::perror("sumac: pipe");
        std::abort();
    }
    read_end_ = ends[0];
    write_end_ = ends[1];
    first_signal_ms = 0;
    pipe_to_loop = write_end_;
    set_handler(on_signal);
}

StopSignal::~StopSignal() {
    set_handler(SIG_DFL);
    pipe_to_loop = -1;
    close(read_end_);
    close(write_end_);
}

bool StopSignal::came() const {
    pollfd waiting{read_end_, POLLIN, 0};
    return poll(&waiting, 1, 0) == 1;
}

} // namespace sumac::tool
