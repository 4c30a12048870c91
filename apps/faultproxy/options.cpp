#include "options.h"

#include "case_preset.h"
#include "quantities.h"
#include "scenario_file.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace sumac::faultproxy {

namespace {

constexpr int exit_usage = 2;
/// A scenario of max_faults faults stays below it.
constexpr std::size_t largest_file = std::size_t{1} << 20U;

constexpr const char* footer = R"(
Examples:
  sumac-faultproxy --listen 5999 --upstream 127.0.0.1:5900
      nothing goes wrong: look at the events, then add faults
  sumac-faultproxy --listen 0 --upstream 127.0.0.1:5900 --case 1a --jump 28h --for 5s
      two seconds into the first video, frames come from a clock 28 h ahead; 5 s later the session's
      clock follows. Connect the client to the port that "ready" names.
  sumac-faultproxy --listen 0 --upstream 127.0.0.1:5900 --case 2b --jump 100s --on "fire go"
      the clock jumps 100 s back when you type "fire go"; the frames never follow
  sumac-faultproxy scenario.toml
      anything else: delays, stalls, rates, cuts, several listeners; doc/faultproxy.md has the format

The cases, as after a migration between hosts whose clocks differ by --jump:
  1a  frames jump ahead, the clock follows     2a  the clock jumps ahead, frames follow
  1b  frames jump back, the clock follows      2b  the clock jumps back, frames follow

A scenario, two seconds of nothing on the display channel, five seconds after the first connection:
  [[listener]]
  listen = "127.0.0.1:5999"
  upstream = "127.0.0.1:5900"
  [[fault]]
  stall = true
  channel = "display"
  from = "5s"
  for = "2s"

Commands, one a line on standard input:
  fire NAME    start the faults that wait for it (on = "fire NAME"), anew if they act already
  stop NAME    end the faults of that name, or fired by it
  status       connections and what they counted;  help, quit
The end of standard input is not the end of the proxy; quit, SIGINT or SIGTERM is.

Events, one JSON object a line on standard output, t_us is CLOCK_MONOTONIC in microseconds:
  ready         port (of the first listener), listeners with their ports, pid
  connection    state opened, linked (its channel and header are known), opaque (TLS or other bytes
                that cannot be looked into; with the reason), closed (with reason and counts)
  fault         state began, ended; name, effect, listener
  injected, not_injected    a MULTI_MEDIA_TIME and its value, or why not
  status, error, input_closed, quit

Exit status: 0 ended as asked, 1 could not start, 2 wrong usage or scenario.)";

/// What CLI11 fills before it is checked as a whole.
struct Raw {
    std::string file;
    std::string listen;
    std::string upstream;
    std::string which;
    std::string jump = "3s";
    std::string lasts;
    std::string on = "frame 60";
    std::string from = "0";
};

Failure wrong(std::string message, std::string advice) {
    return {ErrorCode::invalid, std::move(message), std::move(advice)};
}

Result<Scenario, Failure> read_file(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (file.bad() || !file.is_open()) {
        return wrong(fmt::format("cannot read the scenario {}", path), "check the path");
    }
    if (text.size() > largest_file)
        return wrong(fmt::format("the scenario {} is too large", path), "at most 1 MiB");
    return parse_scenario(text, path);
}

Result<Done, Failure> add_listener(const Raw& raw, Scenario& scenario) {
    if (raw.listen.empty() && raw.upstream.empty()) return Done{};
    if (raw.listen.empty() || raw.upstream.empty())
        return wrong("--listen and --upstream go together", "give both");
    const auto listen = parse_endpoint(raw.listen);
    const auto upstream = parse_endpoint(raw.upstream);
    if (!listen || !upstream) {
        return wrong(fmt::format("'{}' is no address", listen ? raw.upstream : raw.listen),
                     "write HOST:PORT, PORT or unix:PATH");
    }
    scenario.listeners.push_back({{}, *listen, *upstream});
    return Done{};
}

Result<Done, Failure> add_case(const Raw& raw, Scenario& scenario) {
    if (raw.which.empty()) return Done{};
    CasePlan plan;
    const auto which = parse_case(raw.which);
    if (!which) return wrong(fmt::format("there is no case '{}'", raw.which), "1a, 1b, 2a or 2b");
    const auto jump = parse_time(raw.jump);
    const auto lasts = raw.lasts.empty() ? Duration{0} : parse_time(raw.lasts);
    const auto from = parse_time(raw.from);
    if (!jump || !lasts || !from || *jump < Duration{0} || *lasts < Duration{0} ||
        *from < Duration{0}) {
        return wrong("--jump, --for and --from are times of 0 or more",
                     "as in \"28h\" or \"500ms\"");
    }
    auto trigger = parse_trigger(raw.on);
    if (!trigger) return trigger.error();
    plan.which = *which;
    plan.jump = std::chrono::round<std::chrono::milliseconds>(*jump);
    if (!raw.lasts.empty()) plan.disagreement = *lasts;
    plan.trigger = *trigger;
    plan.from = *from;
    std::ranges::copy(faults_of(plan), std::back_inserter(scenario.faults));
    return Done{};
}

Result<Scenario, Failure> make_scenario(const Raw& raw) {
    Scenario scenario;
    if (!raw.file.empty()) {
        auto read = read_file(raw.file);
        if (!read) return read.error();
        scenario = *std::move(read);
    }
    if (const auto added = add_listener(raw, scenario); !added) return added.error();
    if (const auto added = add_case(raw, scenario); !added) return added.error();
    return settle(std::move(scenario));
}

void add_options(CLI::App& app, Raw& raw) {
    app.add_option("SCENARIO", raw.file, "a scenario file (TOML)")->type_name("");
    app.add_option("--listen",
                   raw.listen,
                   "where clients connect: HOST:PORT, PORT (0: a free one) "
                   "or unix:PATH")
        ->type_name("ADDRESS");
    app.add_option("--upstream", raw.upstream, "the server")->type_name("ADDRESS");
    const auto group = app.add_option_group("One of the four cases");
    auto* const which =
        group->add_option("--case", raw.which, "which one: 1a, 1b, 2a or 2b")->type_name("CASE");
    group->add_option("--jump", raw.jump, "how far the clocks are apart (default 3s)")
        ->type_name("TIME")
        ->needs(which);
    group->add_option("--for", raw.lasts, "how long frames and clock disagree (default: for ever)")
        ->type_name("TIME")
        ->needs(which);
    group
        ->add_option("--on",
                     raw.on,
                     "what starts it: connection, \"fire NAME\", or a message and a count (default "
                     "\"frame 60\")")
        ->type_name("TRIGGER")
        ->needs(which);
    group->add_option("--from", raw.from, "time from that to the start (default 0)")
        ->type_name("TIME")
        ->needs(which);
}

Answer mistake(std::string what) {
    std::replace(what.begin(), what.end(), '\n', ' ');
    return {fmt::format("sumac-faultproxy: {}; see 'sumac-faultproxy --help'\n", what), exit_usage};
}

} // namespace

Result<Scenario, Answer> parse_options(std::vector<std::string> arguments) {
    CLI::App app{
        "Stands between SPICE clients and servers and makes go wrong what a scenario says: "
        "delays, stalls, cuts, and clocks that disagree.",
        "sumac-faultproxy"};
    app.set_help_flag("-h,--help", "print this help");
    app.footer(footer);
    Raw raw;
    add_options(app, raw);
    try {
        std::reverse(arguments.begin(), arguments.end()); // CLI11 takes them from the end
        app.parse(arguments);
    } catch (const CLI::CallForHelp&) {
        return Answer{app.help(), 0};
    } catch (const CLI::ParseError& error) {
        return mistake(error.what());
    }
    auto scenario = make_scenario(raw);
    if (!scenario) return mistake(scenario.error().line());
    return *std::move(scenario);
}

} // namespace sumac::faultproxy
