#include "options.h"

#include "cells.h"

#include <CLI/CLI.hpp>

#include <charconv>
#include <fstream>
#include <map>
#include <string_view>

namespace sumac::host {

namespace {

constexpr int exit_usage = 2;
constexpr Size most_clip_size{3840, 2160};
constexpr Size most_desktop_size{4096, 4096};
// libspice-server cuts a ticket at SPICE_MAX_PASSWORD_LENGTH (60) bytes.
constexpr std::size_t most_ticket_bytes = 60;

constexpr const char* footer = R"(
Commands, one a line on standard input:
  migrate HOST PORT [TLSPORT [SUBJECT]]  move the client and the clip to another sumac-host
                               (PORT 0: none; SUBJECT: what the client asks of its certificate)
  migrate-cancel               the VM stays, or runs on, here; so does the client
  resume [NUMBER]              start the VM; with NUMBER as a migrated clip that goes on there
  pause                        stop the VM: no frames, no sound, the client stays
  audio on|beep|off            start or stop the sound; beep: 67 ms of it at each whole second
  record on|off                start or stop listening to the client's microphone
  video stop|start             stop or start drawing; the clip's clock goes on
  draw OPERATION COUNT SEED    draw at random, on the desktop and on surfaces off it; OPERATION is all,
                               fill, opaque, copy, blend, blackness, whiteness, invers, rop3, stroke,
                               dash, text, transparent, alpha_blend, composite or copy_bits, or images:
                               of every width from 1 to 67, for compressors ("video stop" first)
  screendump FILE              the desktop as the server has drawn it by now, as PPM
  help, quit
The end of standard input is not the end of the host; quit, SIGINT or SIGTERM is.

Events, one JSON object a line on standard output. t_us is CLOCK_MONOTONIC in microseconds, mm_time
the same in milliseconds, cut to 32 bits, as the server stamps it.
  ready         first; port, tls_port, unix, ca, subject, desktop, region, cell, fps, codec
  frame         the server took frame NUMBER from the ring and stamped it (1 ms later at most)
  frame_missed  COUNT frames from NUMBER on were never given to the server: not_rendered (decoding
                too slow), late (the host itself), ring_full or no_memory (client too slow)
  click         the packet with the first sample of second NUMBER of the clip was stamped
  heard         each second while the guest records: samples (that came, of each channel), their peak
                and rms of 32767, frequency_hz of a tone among them (null: nothing is audible)
  client, channel     connected, initialized, disconnected
  vm, audio, video, record    a state changed; vm carries next_frame, the number that comes next
  migration     phase: connecting, connected (the client has answered, yes or no), stopped (with
                next_frame), ended, completed; cancelled; failed. switch-host starts with stopped
  drawn         the server took the last drawing of OPERATION, COUNT, SEED
  screendump    FILE is written
  input_closed, error (a command that was not understood or not possible), quit

Frame NUMBER stands at NUMBER / fps seconds of the clip. It is written into the top and the bottom
left corner of the clip as 2 x 21 square cells of max(16, 8 * (width / 320)) pixels, white is 1:
  row 0: 1 0 1 0, bits 23..8 of the number, flash;  row 1: 0 1 0 1, bits 7..0, CRC-8, flash
(CRC-8 polynomial 0x07 over the three bytes of the number; flash: the first 100 ms of each second.)

A migration, by hand:
  sumac-host --port 5901                   the source; connect a client
  sumac-host --port 5902 --start-paused    the destination, same --size, --fps, --clip
  source:      migrate 127.0.0.1 5902      prints "stopped" with next_frame N
  destination: resume N                    (after "audio on", "record on", if they were on)
A destination with --refuse-seamless makes a seamless migration a semi-seamless one.

Exit status: 0 ended as asked, 1 could not start or failed, 2 wrong usage.)";

bool parse_size(const std::string& text, Size& size) {
    const char* const end = text.data() + text.size();
    const auto width = std::from_chars(text.data(), end, size.width);
    if (width.ec != std::errc{} || width.ptr == end || *width.ptr != 'x') return false;
    const auto height = std::from_chars(width.ptr + 1, end, size.height);
    return height.ec == std::errc{} && height.ptr == end;
}

/// Parsing and checking of a size between two others.
auto size_setter(Size& target, Size least, Size most) {
    return [&target, least, most](const std::string& text) {
        const bool fits = parse_size(text, target) && target.width >= least.width &&
                          target.height >= least.height && target.width <= most.width &&
                          target.height <= most.height;
        const auto name = [](Size size) {
            return std::to_string(size.width) + "x" + std::to_string(size.height);
        };
        if (!fits)
            throw CLI::ValidationError("'" + text + "' is not a size from " + name(least) + " to " +
                                       name(most));
    };
}

template <class T>
CLI::Option* add_choice(CLI::App& app,
                        const char* name,
                        T& target,
                        const char* help,
                        std::map<std::string, T> choices) {
    std::string names;
    for (const auto& [key, value] : choices)
        names += (names.empty() ? "" : "|") + key;
    return app
        .add_option_function<std::string>(
            name, [&target, choices](const std::string& key) { target = choices.at(key); }, help)
        ->check(CLI::IsMember(choices))
        ->type_name(names);
}

/// What CLI11 fills before it is checked as a whole.
struct Raw {
    Options options;
    Size desktop;
    bool desktop_given = false;
    bool tls = false;
    std::string ticket_file;
};

void add_network_options(CLI::App& app, Raw& raw) {
    auto& options = raw.options;
    const std::string group = "Network";
    app.add_option("--address", options.address, "address to listen on")
        ->capture_default_str()
        ->group(group);
    app.add_option("--port",
                   options.port,
                   "plain TCP port, 0 takes a free one (default: 0, or none with --tls or --unix)")
        ->check(CLI::Range(0, 65535))
        ->group(group);
    app.add_flag("--tls", raw.tls, "listen with TLS too")->group(group);
    app.add_option("--tls-port", options.tls_port, "TLS port, 0 takes a free one; implies --tls")
        ->check(CLI::Range(0, 65535))
        ->group(group);
    app.add_option("--cert", options.certificate, "server certificate (PEM)")->group(group);
    app.add_option("--key", options.key, "its key (PEM)")->group(group);
    app.add_option("--ca", options.ca, "its authority (PEM)")->group(group);
    app.add_option("--tls-dir",
                   options.tls_directory,
                   "make an authority and a certificate in this directory instead")
        ->group(group);
    app.add_option("--tls-name", options.tls_name, "host name in the certificate made")
        ->capture_default_str()
        ->group(group);
    app.add_option("--unix", options.unix_path, "listen on this unix socket too")->group(group);
    app.add_option("--ticket", options.ticket, "password (others can see it: see --ticket-file)")
        ->group(group);
    app.add_option("--ticket-file", raw.ticket_file, "file whose first line is the password")
        ->group(group);
}

void add_clip_options(CLI::App& app, Raw& raw) {
    auto& options = raw.options;
    const std::string group = "Clip";
    app.add_option_function<std::string>(
           "--size",
           size_setter(options.clip_size, least_clip_size, most_clip_size),
           "size of the moving region (default 640x360)")
        ->type_name("WxH")
        ->group(group);
    app.add_option_function<std::string>(
           "--desktop",
           [&raw](const std::string& text) {
               size_setter(raw.desktop, least_clip_size, most_desktop_size)(text);
               raw.desktop_given = true;
           },
           "size of the display (default: 1024x768, or the region and a border of 80 pixels;\n"
           "the region's own size makes it full-screen)")
        ->type_name("WxH")
        ->group(group);
    app.add_option("--fps",
                   options.fps,
                   "frames drawn a second, 1 to 60 (the server's MJPEG sends "
                   "at most 30)")
        ->check(CLI::Range(1, 60))
        ->capture_default_str()
        ->group(group);
    app.add_option("--clip",
                   options.clip,
                   "'synthetic', or any file that FFmpeg reads: looped, scaled into the region")
        ->capture_default_str()
        ->group(group);
    add_choice<CellsShown>(app,
                           "--cells",
                           options.cells,
                           "draw the number cells (default on)",
                           {{"on", CellsShown::yes}, {"off", CellsShown::no}})
        ->group(group);
    app.add_flag("--audio,!--no-audio",
                 options.audio,
                 "start with sound: the file's, or a click and a flash each second")
        ->group(group);
    app.add_flag(
           "--record", options.record, "start with a guest that listens to the client's microphone")
        ->group(group);
    app.add_flag("--start-paused",
                 options.start_paused,
                 "wait with a stopped VM for 'resume': the destination of a migration")
        ->group(group);
}

void add_server_options(CLI::App& app, Raw& raw) {
    auto& options = raw.options;
    const std::string group = "Server";
    const std::map<std::string, spice_wan_compression_t> wan{
        {"auto", SPICE_WAN_COMPRESSION_AUTO},
        {"always", SPICE_WAN_COMPRESSION_ALWAYS},
        {"never", SPICE_WAN_COMPRESSION_NEVER}};
    add_choice<Codec>(
        app,
        "--codec",
        options.codec,
        "video codec of streams (default mjpeg)",
        {{"mjpeg", Codec::mjpeg}, {"vp8", Codec::vp8}, {"vp9", Codec::vp9}, {"h264", Codec::h264}})
        ->group(group);
    add_choice<AudioCodec>(app,
                           "--audio-codec",
                           options.audio_codec,
                           "sound in both directions (default opus, where the client can)",
                           {{"opus", AudioCodec::opus}, {"raw", AudioCodec::raw}})
        ->group(group);
    add_choice<int>(app,
                    "--streaming",
                    options.streaming,
                    "what becomes a stream: filter asks for photo-like pictures (default all)",
                    {{"all", SPICE_STREAM_VIDEO_ALL},
                     {"filter", SPICE_STREAM_VIDEO_FILTER},
                     {"off", SPICE_STREAM_VIDEO_OFF}})
        ->group(group);
    add_choice<SpiceImageCompression>(app,
                                      "--compression",
                                      options.compression,
                                      "image compression where the client asks for none (default "
                                      "auto_glz)",
                                      {{"off", SPICE_IMAGE_COMPRESSION_OFF},
                                       {"auto_glz", SPICE_IMAGE_COMPRESSION_AUTO_GLZ},
                                       {"auto_lz", SPICE_IMAGE_COMPRESSION_AUTO_LZ},
                                       {"quic", SPICE_IMAGE_COMPRESSION_QUIC},
                                       {"glz", SPICE_IMAGE_COMPRESSION_GLZ},
                                       {"lz", SPICE_IMAGE_COMPRESSION_LZ},
                                       {"lz4", SPICE_IMAGE_COMPRESSION_LZ4}})
        ->group(group);
    add_choice(app, "--jpeg-wan", options.jpeg_wan, "lossy JPEG images (default never)", wan)
        ->group(group);
    add_choice(app, "--zlib-wan", options.zlib_wan, "zlib over GLZ images (default never)", wan)
        ->group(group);
    add_choice<Migration>(app,
                          "--migration",
                          options.migration,
                          "kind (default seamless)",
                          {{"seamless", Migration::seamless},
                           {"semi-seamless", Migration::semi_seamless},
                           {"switch-host", Migration::switch_host}})
        ->group(group);
    app.add_flag("--refuse-seamless",
                 options.refuse_seamless,
                 "as a destination: allow several clients, which rules a seamless migration out")
        ->group(group);
    app.add_option_function<int>(
           "--copy-time",
           [&options](int ms) { options.copy_time = std::chrono::milliseconds(ms); },
           "ms between the client's answer and the stop of the VM (default 0)")
        ->check(CLI::Range(0, 600000))
        ->group(group);
    app.add_option_function<int>(
           "--downtime",
           [&options](int ms) { options.downtime = std::chrono::milliseconds(ms); },
           "ms between the stop of the VM and the end of the migration (default 50)")
        ->check(CLI::Range(0, 60000))
        ->group(group);
}

void read_ticket(Raw& raw) {
    auto& ticket = raw.options.ticket;
    if (!raw.ticket_file.empty()) {
        std::ifstream file(raw.ticket_file);
        if (!std::getline(file, ticket) || ticket.empty())
            throw CLI::ValidationError("--ticket-file",
                                       raw.ticket_file + " cannot be read or is empty");
    }
    if (ticket.size() > most_ticket_bytes)
        throw CLI::ValidationError("--ticket", "longer than the 60 bytes that SPICE allows");
}

void settle_network(Raw& raw) {
    auto& options = raw.options;
    if (raw.tls && !options.tls_port) options.tls_port = 0;
    if (!options.port && !options.tls_port && options.unix_path.empty()) options.port = 0;
    const bool all_given =
        !options.certificate.empty() && !options.key.empty() && !options.ca.empty();
    const bool none_given =
        options.certificate.empty() && options.key.empty() && options.ca.empty();
    const bool make = !options.tls_directory.empty();
    if (options.tls_port && !(make ? none_given : all_given))
        throw CLI::ValidationError("--tls", "needs --tls-dir, or --cert, --key and --ca");
    read_ticket(raw);
}

void settle_sizes(Raw& raw) {
    if (!raw.desktop_given) return;
    const Size clip = raw.options.clip_size;
    if (raw.desktop.width < clip.width || raw.desktop.height < clip.height)
        throw CLI::ValidationError("--desktop", "smaller than --size");
    raw.options.desktop_size = raw.desktop;
}

} // namespace

std::variant<Options, int> parse_options(int argc, const char* const* argv) {
    CLI::App app("A SPICE host on libspice-server: a desktop with a clip that plays on it, for "
                 "testing and showing SPICE clients.",
                 "sumac-host");
    app.footer(footer);
    Raw raw;
    add_network_options(app, raw);
    add_clip_options(app, raw);
    add_server_options(app, raw);
    try {
        app.parse(argc, argv);
        settle_network(raw);
        settle_sizes(raw);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : exit_usage;
    }
    return raw.options;
}

} // namespace sumac::host
