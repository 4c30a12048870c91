#include "host.h"

#include "certificates.h"
#include "encoders.h"
#include "events.h"
#include "failures.h"

#include <unistd.h>

#include <type_traits>
#include <utility>

namespace sumac::host {

Result<std::unique_ptr<Host>, Failure> Host::start(asio::io_context& io, Options options) {
    if (auto checked = check_encoder(options.codec); !checked) return checked.error();
    auto sources = Machine::open_sources(options);
    if (!sources) return sources.error();
    std::unique_ptr<Host> host(new Host(io, std::move(options), std::move(*sources)));
    if (auto done = host->start_server(io); !done) return done.error();
    if (auto done = host->listen(); !done) return done.error();
    host->announce();
    if (host->options_.start_paused)
        spice_server_vm_stop(host->server_.get());
    else
        host->resume(std::nullopt);
    return host;
}

Host::Host(asio::io_context& io, Options options, Machine::Sources sources)
    : options_(std::move(options)),
      machine_(io, options_, std::move(sources)),
      core_(io, [this](const ChannelEvent& event) { on_channel(event); }),
      migration_(
          io,
          {.kind = options_.migration,
           .copy_time = options_.copy_time,
           .downtime = options_.downtime},
          [this] { return machine_.is_running() ? machine_.stop() : machine_.next_frame(); }),
      listeners_(io, [this](int descriptor) { add_client(descriptor); }) {}

Host::~Host() {
    machine_.stop_drawing(); // it draws through the server
}

// --- the server and its sockets

Host::Outcome Host::start_server(asio::io_context& io) {
    auto made = make_server(io, core_, options_);
    if (!made) return made.error();
    server_ = std::move(*made);
    if (!machine_.plug_into(*server_) || !migration_.plug_into(*server_))
        return cannot("start the SPICE server", "it refused a device", "report this");
    return Done{};
}

Host::Outcome Host::listen() {
    if (options_.port) {
        const auto port = listeners_.listen_tcp(options_.address, *options_.port);
        if (!port) return port.error();
        options_.port = *port;
    }
    return options_.unix_path.empty() ? Done{} : listeners_.listen_unix(options_.unix_path);
}

void Host::add_client(int descriptor) {
    if (spice_server_add_client(server_.get(), descriptor, 0) != 0) ::close(descriptor);
}

void Host::announce() {
    Json ready{
        {"address", options_.address}, {"port", nullptr}, {"tls_port", nullptr}, {"unix", nullptr}};
    if (options_.port) ready["port"] = *options_.port;
    if (!options_.unix_path.empty()) ready["unix"] = options_.unix_path;
    if (options_.tls_port) {
        ready["tls_port"] = *options_.tls_port;
        ready["ca"] = options_.ca;
        ready["subject"] = subject_of(options_.certificate);
    }
    const Size desktop = machine_.desktop();
    const Area clip = machine_.clip_area();
    ready["desktop"] = {{"width", desktop.width}, {"height", desktop.height}};
    ready["region"] = {
        {"x", clip.x}, {"y", clip.y}, {"width", clip.width}, {"height", clip.height}};
    ready["cell"] = cell_side(clip.width);
    ready["fps"] = options_.fps;
    ready["codec"] = server_name_of(options_.codec);
    ready["clip"] = options_.clip;
    ready["pid"] = ::getpid();
    write_event("ready", ready);
}

void Host::on_channel(const ChannelEvent& event) {
    const char* const state = event.state == ChannelEvent::State::connected     ? "connected"
                              : event.state == ChannelEvent::State::initialized ? "initialized"
                                                                                : "disconnected";
    write_event("channel",
                {{"state", state},
                 {"type", event.type},
                 {"id", event.id},
                 {"connection_id", event.connection_id},
                 {"tls", event.tls}});
    if (event.type != SPICE_CHANNEL_MAIN || event.state == ChannelEvent::State::connected) return;
    const bool here = event.state == ChannelEvent::State::initialized;
    write_event("client",
                {{"state", here ? "connected" : "disconnected"},
                 {"connection_id", event.connection_id},
                 {"tls", event.tls}});
}

// --- commands

void Host::execute(const Command& command) {
    std::visit(
        [this](const auto& wish) {
            using Wish = std::decay_t<decltype(wish)>;
            if constexpr (std::is_same_v<Wish, Migrate>) migrate(wish);
            if constexpr (std::is_same_v<Wish, CancelMigration>) cancel_migration();
            if constexpr (std::is_same_v<Wish, Resume>) resume(wish.number);
            if constexpr (std::is_same_v<Wish, Pause>) pause();
            if constexpr (std::is_same_v<Wish, Audio>) machine_.set_audio(wish.mode);
            if constexpr (std::is_same_v<Wish, Record>) machine_.set_record(wish.on);
            if constexpr (std::is_same_v<Wish, Video>) set_video(wish.on);
            if constexpr (std::is_same_v<Wish, Draw>) draw(wish.sketches);
            if constexpr (std::is_same_v<Wish, Screendump>) dump_screen(wish.file);
        },
        command);
}

void Host::fail_command(const std::string& message) {
    write_event("error", {{"message", message}});
}

void Host::migrate(const Migrate& command) {
    if (migration_.is_under_way()) return fail_command("migrate: a migration is under way");
    if (!machine_.is_running()) return fail_command("migrate: the VM is stopped");
    migration_.start(command);
}

void Host::cancel_migration() {
    if (!migration_.is_under_way())
        return fail_command("migrate-cancel: no migration is under way");
    migration_.cancel();
    if (!machine_.is_running()) machine_.resume(std::nullopt);
}

void Host::resume(std::optional<FrameNumber> number) {
    if (machine_.is_running()) return fail_command("resume: the VM runs already");
    machine_.resume(number);
}

void Host::pause() {
    if (!machine_.is_running()) return fail_command("the VM is stopped already");
    machine_.stop();
}

void Host::set_video(bool on) {
    if (on == machine_.video_is_on()) return fail_command("video: nothing to change");
    machine_.set_video(on);
}

void Host::draw(const Sketches& sketches) {
    if (!machine_.draw(sketches)) fail_command("draw: the last drawings are not taken yet");
}

void Host::dump_screen(const std::string& file) {
    if (!machine_.is_running()) return fail_command("screendump: the VM is stopped");
    if (!machine_.dump_screen(file)) fail_command("screendump: cannot write " + file);
}

} // namespace sumac::host
