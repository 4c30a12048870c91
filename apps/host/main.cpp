#include "events.h"
#include "host.h"
#include "options.h"

#include <asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <string_view>

namespace {

using namespace sumac::host;

constexpr int exit_failed = 1;

void quit(asio::io_context& io, const char* why) {
    write_event("quit", {{"reason", why}});
    io.stop();
}

void on_line(asio::io_context& io, Host& host, std::string_view line) {
    if (line == "help") return write_event("help", {{"commands", command_summary}});
    const auto command = parse_command(line);
    if (!command) return write_event("error", {{"message", command.error().line()}});
    if (std::holds_alternative<Quit>(*command)) return quit(io, "command");
    host.execute(*command);
}

int run(Options options) {
    asio::io_context io(1);
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const std::error_code& error, int) {
        if (!error) quit(io, "signal");
    });
    auto host = Host::start(io, std::move(options));
    if (!host) {
        std::fprintf(stderr, "sumac-host: %s\n", host.error().line().c_str());
        return exit_failed;
    }
    const CommandReader commands(
        io,
        [&](std::string_view line) { on_line(io, **host, line); },
        [] { write_event("input_closed"); });
    io.run();
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN); // a reader of our events, or a client, that is gone
    auto parsed = parse_options(argc, argv);
    if (const int* const status = std::get_if<int>(&parsed)) return *status;
    claim_standard_output();
    return run(std::move(std::get<Options>(parsed)));
}
