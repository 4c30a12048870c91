/// `sumac-faultproxy`: reads the scenario, then relays until it is told to end.
#include "commands.h"
#include "events.h"
#include "input.h"
#include "options.h"
#include "proxy.h"

#include <asio/signal_set.hpp>
#include <fmt/core.h>

#include <csignal>

namespace {

using namespace sumac::faultproxy; // NOLINT(google-build-using-namespace): the program's own

constexpr int exit_failed = 1;

void tell_if_none(std::size_t count, const std::string& name) {
    if (count == 0)
        write_event("error", {{"message", "no fault has the name '" + name + "'"}}, now());
}

struct Execute {
    Proxy& proxy;
    const std::function<void(const char*)>& quit;

    void operator()(const Fire& fire) const { tell_if_none(proxy.fire(fire.name), fire.name); }
    void operator()(const Stop& stop) const { tell_if_none(proxy.stop(stop.name), stop.name); }
    void operator()(const Status&) const { proxy.tell_status(); }
    void operator()(const Help&) const {
        write_event("help", {{"commands", command_summary}}, now());
    }
    void operator()(const Quit&) const { quit("command"); }
};

int run(sumac::faultproxy::Scenario scenario) {
    asio::io_context io{1};
    auto proxy = Proxy::start(io, std::move(scenario));
    if (!proxy) {
        fmt::print(stderr, "sumac-faultproxy: {}\n", proxy.error().line());
        return exit_failed;
    }
    asio::signal_set signals{io, SIGINT, SIGTERM};
    std::function<void(const char*)> quit;
    const auto on_line = [&](std::string_view line) {
        const auto command = parse_command(line);
        if (!command) return write_event("error", {{"message", command.error().line()}}, now());
        std::visit(Execute{**proxy, quit}, *command);
    };
    InputLines input{io, on_line, [] { write_event("input_closed", {}, now()); }};
    quit = [&](const char* why) {
        write_event("quit", {{"reason", why}}, now());
        (*proxy)->close();
        input.close();
        asio::error_code ignored;
        signals.cancel(ignored);
    };
    signals.async_wait([&](const asio::error_code& error, int) {
        if (!error) quit("signal");
    });
    io.run();
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN); // a reader of our events that is gone
    auto scenario = parse_options({argv + 1, argv + argc});
    if (!scenario) {
        const Answer& answer = scenario.error();
        fmt::print(answer.status == 0 ? stdout : stderr, "{}", answer.text);
        return answer.status;
    }
    return run(*std::move(scenario));
}
