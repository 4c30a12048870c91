/// `sumac`: reads the command line, makes what every subcommand needs and runs the subcommand.
#include "command_line.h"
#include "libav.h"

#include <fmt/core.h>
#include <malloc.h>

#include <csignal>
#include <cstdio>

namespace {

using namespace sumac::tool; // NOLINT(google-build-using-namespace): the program's own

struct Run {
    const Surroundings& around;
    int operator()(const ShotOptions& options) const { return shot(options, around); }
    int operator()(const RecordOptions& options) const { return record(options, around); }
    int operator()(const CaptureOptions& options) const { return capture(options, around); }
    int operator()(const ReplayOptions& options) const { return replay(options, around); }
    int operator()(const ProbeOptions& options) const { return probe(options, around); }
};

sumac::LogLevel log_level(const Command& command) {
    return std::visit(
        [](const auto& options) {
            if constexpr (requires { options.connection; }) {
                return options.connection.log_level;
            } else {
                return sumac::LogLevel::warn;
            }
        },
        command);
}

/// Images of a whole screen come by the dozen, each on another thread. By itself malloc keeps what
/// was freed of them, up to 32 MB in each thread's arena; what the library does not keep for the
/// next (max_spare_bytes) goes back to the system at once. malloc then no longer learns how much of
/// the small to keep, and would give back and take again all day. And one arena for all threads:
/// the others' grow by a page at a time, with a system call for each.
void return_large_memory() {
    constexpr int large_bytes = 1 << 20;
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, large_bytes);
    mallopt(M_TRIM_THRESHOLD, 8 * large_bytes);
}

} // namespace

int main(int argc, char** argv) {
    const auto command = parse_command_line({argv + 1, argv + argc});
    if (!command) {
        const Answer& answer = command.error();
        fmt::print(answer.status == 0 ? stdout : stderr, "{}", answer.text);
        return answer.status;
    }
    return_large_memory();
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error that write() reports
    av_log_set_level(AV_LOG_QUIET); // what goes wrong in there, we report
    Console console{log_level(*command)};
    StopSignal stop;
    const WakeUp wake;
    return std::visit(Run{{console, stop, wake}}, *command);
}
