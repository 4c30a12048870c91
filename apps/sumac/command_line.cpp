#include "command_line.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace sumac::tool {

namespace {

constexpr double longest_seconds = 10.0 * 365 * 24 * 3600; // ten years, in any clock's range

constexpr const char* top_footer = R"(
A server is a URI or a connection file:
  spice://host:5900                    spice+tls://host:5901
  spice://host?port=5900&tls-port=5901 spice+unix:///run/vm/spice.sock
  console.vv                           as Proxmox, oVirt and virt-manager hand them out

The password comes from --password-file, the URI or .vv file, or the environment variable
SUMAC_PASSWORD; if the server wants one and none was given, sumac asks at the terminal.

Examples:
  sumac shot spice://localhost:5900 screen.png
  sumac record spice://localhost:5900 session.mkv --duration 10
  sumac probe console.vv --duration 60 --json report.json --trace trace.jsonl
  sumac record spice://localhost:5900 --wire session.capture
  sumac replay session.capture

Exit status: 0 done, 1 the session failed (one line on standard error says why), 2 usage.
'sumac COMMAND --help' tells more.)";

constexpr const char* shot_footer = R"(
Examples:
  sumac shot spice://localhost:5900 screen.png
  sumac shot spice://localhost:5900 - --settle 2000 | display png:-
A picture that never stands still (a video plays) is taken when --timeout is over, with a note on
standard error. The file appears complete or not at all.)";

constexpr const char* record_footer = R"(
Examples:
  sumac record spice://localhost:5900 session.mkv             until Ctrl-C
  sumac record spice://localhost:5900 session.mkv --duration 10
  sumac record spice://localhost:5900 --wire session.capture  what the server said, for 'sumac replay'
Every picture is kept, losslessly, with the time at which it was shown (variable frame rate), and
the sound as and when it is heard (FLAC; not with --sound none). An
existing file is overwritten. When the display changes its size the recording goes on in
session.2.mkv, session.3.mkv and so on. If the session fails, what was recorded is kept and the
exit status is 1. Where the disk or the encoder cannot follow, the server is slowed down; it then
sends fewer frames of a video.
Codecs: huffyuv is the fastest, for whatever moves (each picture takes at least 3 bits a pixel). h264
makes tiny files of a desktop that mostly stands still, and takes about twice the time for video. ffv1 is for archives, and slow.
A capture (--wire) has every byte that the server sent and when, and a hash of the picture each time
it stood still for a second. It holds all that the screen showed; the password is not in it.)";

constexpr const char* replay_footer = R"(
Examples:
  sumac replay session.capture
  sumac replay session.capture --fast --picture last.png
The captured bytes go once more through the whole client. Where the capture has a checkpoint the
picture must be the same again; exit status 1 says that one was not. No server is needed.)";

constexpr const char* probe_footer = R"(
Examples:
  sumac probe spice://localhost:5900 --duration 60
  sumac probe spice://localhost:5900 --duration 60 --json - | jq '.streams[].frames_skipped'
  sumac probe spice://localhost:5900 --trace trace.jsonl      until Ctrl-C
Everything is decoded, drawn and timed as for a window, but shown nowhere. The trace has one JSON
object a line; t_us is CLOCK_MONOTONIC in microseconds.)";

CLI::Validator seconds_validator() {
    const auto check = [](const std::string& text) -> std::string {
        double value = 0;
        if (CLI::detail::lexical_cast(text, value) && std::isfinite(value) && value > 0 &&
            value <= longest_seconds) {
            return {};
        }
        return fmt::format("'{}' is no number of seconds above 0", text);
    };
    return {check, "", "seconds"}; // the type's name says it already
}

/// An option whose value is a length of time in seconds.
template <class Store>
void add_seconds(CLI::App& app, const char* name, Store store, const char* help) {
    app.add_option_function<double>(
           name,
           [store](const double& seconds) {
               store(std::chrono::duration_cast<Duration>(std::chrono::duration<double>{seconds}));
           },
           help)
        ->check(seconds_validator())
        ->type_name("SECONDS");
}

/// An option whose value is one of some words.
template <class Value>
void add_choice(CLI::App& app,
                const char* name,
                Value& value,
                std::map<std::string, Value> choices,
                const char* help) {
    std::vector<std::string> words;
    for (const auto& [word, choice] : choices)
        words.push_back(word);
    app.add_option_function<std::string>(
           name, [&value, choices](const std::string& word) { value = choices.at(word); }, help)
        ->check(CLI::IsMember(words).description(""))
        ->type_name(fmt::format("{}", fmt::join(words, "|")));
}

void add_connection(CLI::App& app, ConnectionOptions& options) {
    app.add_option("URI", options.uri, "the server: a SPICE URI or a .vv file")
        ->required()
        ->type_name("");
    const auto group = app.add_option_group("Connection");
    group->add_option("--password-file", options.password_file, "read the password from this file")
        ->type_name("FILE");
    group
        ->add_option("--ca-file",
                     options.ca_file,
                     "trust the certificate authorities in this PEM file, not the system's")
        ->type_name("FILE");
    group
        ->add_option("--host-subject",
                     options.host_subject,
                     "expect this subject in the server's certificate, not its host name")
        ->type_name("SUBJECT");
    add_seconds(
        *group,
        "--connect-timeout",
        [&options](Duration value) {
            const auto limit = std::chrono::ceil<std::chrono::milliseconds>(value);
            options.deadlines = {.connect = limit, .link = limit, .attach = limit};
        },
        "give up when the server takes longer for one step of connecting (default 10)");
    add_choice(*group,
               "--log-level",
               options.log_level,
               {{"error", LogLevel::error},
                {"warn", LogLevel::warn},
                {"info", LogLevel::info},
                {"debug", LogLevel::debug}},
               "what to log on standard error (default warn)");
    add_choice(
        *group,
        "--compression",
        options.compression,
        {{"server", ImageCompression::server},
         {"off", ImageCompression::off},
         {"lz4", ImageCompression::lz4},
         {"lz", ImageCompression::lz},
         {"glz", ImageCompression::glz},
         {"quic", ImageCompression::quic},
         {"auto-lz", ImageCompression::auto_lz},
         {"auto-glz", ImageCompression::auto_glz}},
        "how the server shall send what is no video: lz4 is quickest for both sides, and right for "
        "all but slow networks; there auto-glz (default lz4)");
}

void add_sound(CLI::App& app, SoundOptions& options) {
    const auto group = app.add_option_group("Sound");
    add_choice(*group,
               "--sound",
               options.device,
               {{"null", SoundDevice::null_device},
                {"system", SoundDevice::system},
                {"none", SoundDevice::none}},
               "what plays the guest's sound: nothing, but in real time; the system's loudspeaker; "
               "or no sound at all (default null)");
    add_choice(
        *group,
        "--microphone",
        options.microphone,
        {{"off", Microphone::off}, {"tone", Microphone::tone}, {"system", Microphone::system}},
        "what the guest hears when it records (default off)");
}

void add_display(CLI::App& app, std::uint32_t& display) {
    app.add_option("--display", display, "which display, from 0 (default 0)")->type_name("N");
}

void add_trace(CLI::App& app, std::string& trace) {
    app.add_option("--trace", trace, "write every event as a line of JSON")->type_name("FILE");
}

CLI::App* add_shot(CLI::App& app, ShotOptions& options) {
    CLI::App* shot = app.add_subcommand("shot", "save what a display shows as a PNG picture");
    add_connection(*shot, options.connection);
    shot->add_option("OUT.png", options.output, "the picture's file; - is standard output")
        ->required()
        ->type_name("");
    add_display(*shot, options.display);
    shot->add_option_function<unsigned>(
            "--settle",
            [&options](const unsigned& ms) { options.settle = std::chrono::milliseconds{ms}; },
            "wait until nothing has changed for this long (default 500)")
        ->type_name("MS");
    add_seconds(
        *shot,
        "--timeout",
        [&options](Duration value) { options.timeout = value; },
        "wait at most this long (default 30)");
    shot->footer(shot_footer);
    return shot;
}

CLI::App* add_record(CLI::App& app, RecordOptions& options, std::string& wire) {
    CLI::App* record =
        app.add_subcommand("record", "record what a display shows as a video, with the sound");
    add_connection(*record, options.connection);
    CLI::Option* output =
        record->add_option("OUT.mkv", options.output, "the Matroska file to write")
            ->type_name("")
            ->check(
                [](const std::string& path) {
                    return path.ends_with(".mkv") ? "" : "'" + path + "' does not end in .mkv";
                },
                "");
    CLI::Option* capture =
        record->add_option("--wire", wire, "instead of a video, write what the server sends")
            ->type_name("FILE")
            ->excludes(output);
    record->callback([output, capture] {
        if (output->count() + capture->count() == 0) throw CLI::RequiredError("OUT.mkv or --wire");
    });
    add_seconds(
        *record,
        "--duration",
        [&options](Duration value) { options.duration = value; },
        "stop after this time, counted from the display's appearance, or with --wire from the "
        "start "
        "(default: until Ctrl-C)");
    add_choice(
        *record,
        "--codec",
        options.codec,
        {{"huffyuv", VideoCodec::huffyuv}, {"h264", VideoCodec::h264}, {"ffv1", VideoCodec::ffv1}},
        "how to encode, always without loss (default huffyuv); not with --wire");
    record->get_option("--codec")->excludes(capture);
    add_display(*record, options.display);
    add_seconds(
        *record,
        "--timeout",
        [&options](Duration value) { options.timeout = value; },
        "wait at most this long for the display to appear (default 30); not with --wire");
    record->get_option("--timeout")->excludes(capture);
    add_trace(*record, options.trace);
    add_sound(*record, options.sound);
    record->footer(record_footer);
    return record;
}

CLI::App* add_replay(CLI::App& app, ReplayOptions& options) {
    CLI::App* replay =
        app.add_subcommand("replay", "play a capture through the client, and compare the pictures");
    replay->add_option("CAPTURE", options.capture, "made by 'sumac record --wire'")
        ->required()
        ->type_name("");
    replay->add_flag_function(
        "--fast",
        [&options](std::int64_t) { options.pace = Pace::fast; },
        "in virtual time: without pauses, and no frame lost to a slow machine");
    replay->add_option("--picture", options.picture, "save the last picture as PNG")
        ->type_name("OUT.png");
    add_trace(*replay, options.trace);
    replay->footer(replay_footer);
    return replay;
}

CLI::App* add_probe(CLI::App& app, ProbeOptions& options) {
    CLI::App* probe =
        app.add_subcommand("probe", "measure a session: frames, sound, delays, drawing");
    add_connection(*probe, options.connection);
    add_seconds(
        *probe,
        "--duration",
        [&options](Duration value) { options.duration = value; },
        "stop after this time (default: at the session's end or Ctrl-C)");
    probe->add_option("--json", options.json, "write the report as JSON; - is standard output")
        ->type_name("FILE");
    probe->add_flag(
        "--planes",
        options.planes,
        "take the pictures of videos in planes of brightness and colour, as a GPU does, "
        "not in pixels");
    add_trace(*probe, options.trace);
    add_sound(*probe, options.sound);
    probe->footer(probe_footer);
    return probe;
}

/// CLI11's explanation as one line, and where to read on. `first` is the first argument.
Answer mistake(const CLI::App& app, const CLI::ParseError& error, const std::string& first) {
    const auto parsed = app.get_subcommands();
    const std::string command = parsed.empty() ? "sumac" : "sumac " + parsed.front()->get_name();
    std::string what = error.what();
    std::replace(what.begin(), what.end(), '\n', ' ');
    if (parsed.empty() && !first.starts_with('-')) {
        what = first.empty() ? "say what to do: shot, record, replay or probe"
                             : fmt::format("there is no command '{}'", first);
    }
    return {fmt::format("{}: {}; see '{} --help'\n", command, what, command), 2};
}

} // namespace

Result<Command, Answer> parse_command_line(std::vector<std::string> arguments) {
    CLI::App app{"Looks at SPICE servers without a window: pictures, recordings, measurements.",
                 "sumac"};
    app.set_version_flag("--version", "sumac " SUMAC_VERSION, "print the version");
    app.set_help_flag("-h,--help", "print this help");
    app.require_subcommand(1);
    app.footer(top_footer);
    ShotOptions shot_options;
    RecordOptions record_options;
    ProbeOptions probe_options;
    const CLI::App* shot = add_shot(app, shot_options);
    std::string wire;
    ReplayOptions replay_options;
    const CLI::App* record = add_record(app, record_options, wire);
    const CLI::App* replay = add_replay(app, replay_options);
    add_probe(app, probe_options);
    const std::string first = arguments.empty() ? "" : arguments.front();
    try {
        std::reverse(arguments.begin(), arguments.end()); // CLI11 takes them from the end
        app.parse(arguments);
    } catch (const CLI::CallForVersion& version) {
        return Answer{std::string{version.what()} + '\n', 0};
    } catch (const CLI::CallForHelp&) {
        const auto parsed = app.get_subcommands();
        return Answer{parsed.empty() ? app.help() : parsed.front()->help("sumac"), 0};
    } catch (const CLI::ParseError& error) {
        return mistake(app, error, first);
    }
    if (shot->parsed()) return Command{shot_options};
    if (record->parsed() && !wire.empty()) {
        return Command{CaptureOptions{.connection = record_options.connection,
                                      .sound = record_options.sound,
                                      .output = wire,
                                      .trace = record_options.trace,
                                      .duration = record_options.duration,
                                      .display = record_options.display}};
    }
    if (record->parsed()) return Command{record_options};
    if (replay->parsed()) return Command{replay_options};
    return Command{probe_options};
}

} // namespace sumac::tool
