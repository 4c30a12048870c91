#include "host.h"

#include "desktop.h"
#include "events.h"
#include "file_clip.h"
#include "synthetic_clip.h"

#include <asio/post.hpp>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <type_traits>
#include <utility>

namespace sumac::host {

namespace {

using namespace std::chrono_literals;

constexpr auto sound_step = 5ms; // half a packet
constexpr int backlog = 16;

Failure cannot(const std::string& what, const std::string& why, const std::string& advice) {
    return {.code = ErrorCode::system, .message = "cannot " + what + ": " + why, .advice = advice};
}

const char* name_of(SoundMode mode) {
    switch (mode) {
    case SoundMode::off:
        return "off";
    case SoundMode::on:
        return "on";
    case SoundMode::beep:
        return "beep";
    }
    return "";
}

} // namespace

Result<Host::Sources, Failure> Host::open_sources(const Options& options) {
    if (options.clip == "synthetic")
        return Sources{.pictures =
                           std::make_unique<SyntheticPictures>(options.clip_size, options.fps),
                       .sound = std::make_unique<ClickSound>()};
    auto pictures = FilePictures::open(options.clip, options.fps);
    if (!pictures) return pictures.error();
    auto sound = FileSound::open(options.clip);
    // A silent film is fine unless sound was asked for; it then clicks each second.
    if (!sound && options.audio) return sound.error();
    return Sources{.pictures = std::move(*pictures),
                   .sound = sound ? std::move(*sound) : std::make_unique<ClickSound>()};
}

Result<std::unique_ptr<Host>, Failure> Host::start(asio::io_context& io, Options options) {
    if (auto checked = check_encoder(options.codec); !checked) return checked.error();
    auto sources = open_sources(options);
    if (!sources) return sources.error();
    std::unique_ptr<Host> host(new Host(io, std::move(options), std::move(*sources)));
    if (auto done = host->set_up_tls(); !done) return done.error();
    if (auto done = host->start_server(); !done) return done.error();
    if (auto done = host->listen(); !done) return done.error();
    host->announce();
    if (host->options_.start_paused)
        spice_server_vm_stop(host->server_.get());
    else
        host->resume(std::nullopt);
    return host;
}

Host::Host(asio::io_context& io, Options options, Sources sources)
    : io_(io),
      options_(std::move(options)),
      desktop_(options_.desktop_size.value_or(desktop_size_for(options_.clip_size))),
      clip_area_(clip_area_on(desktop_, options_.clip_size)),
      pool_(clip_area_),
      player_(std::move(sources.pictures), pool_, options_.fps, options_.cells),
      device_(
          pool_,
          draw_desktop(desktop_, clip_area_),
          [this](FrameNumber number, std::int64_t t_us) {
              asio::post(io_, [number, t_us] { write_event("frame", {{"number", number}}, t_us); });
          }),
      pacer_(options_.fps,
             {.draw = [this](FrameNumber number) { draw_frame(number); },
              .skip = [this](FrameNumber number,
                             FrameNumber count) { report_missed(number, count, "late"); }}),
      sound_(std::move(sources.sound)),
      core_(io, [this](const ChannelEvent& event) { on_channel(event); }),
      migration_(io,
                 {.kind = options_.migration,
                  .copy_time = options_.copy_time,
                  .downtime = options_.downtime},
                 [this] { return stop_to_migrate(); }),
      tcp_(io),
      unix_(io),
      sound_timer_(io),
      audio_(options_.audio ? SoundMode::on : SoundMode::off) {}

Host::~Host() {
    pacer_.stop();   // it draws through the server
    server_.reset(); // before the card and the sound that are plugged into it
    if (unix_.is_open()) ::unlink(options_.unix_path.c_str());
}

// --- the server and its sockets

Host::Outcome Host::start_server() {
    // The server has no function for it.
    if (options_.refuse_seamless) ::setenv("SPICE_DEBUG_ALLOW_MC", "1", 1);
    server_.reset(spice_server_new());
    auto* const server = server_.get();
    spice_server_set_name(server, "sumac-host");
    if (options_.ticket.empty())
        spice_server_set_noauth(server);
    else
        spice_server_set_ticket(server, options_.ticket.c_str(), 0, 0, 0);
    spice_server_set_streaming_video(server, options_.streaming);
    spice_server_set_video_codecs(server, server_name_of(options_.codec).c_str());
    spice_server_set_image_compression(server, options_.compression);
    spice_server_set_jpeg_compression(server, options_.jpeg_wan);
    spice_server_set_zlib_glz_compression(server, options_.zlib_wan);
    spice_server_set_seamless_migration(server, options_.migration == Migration::seamless ? 1 : 0);
    spice_server_set_addr(server, options_.address.c_str(), 0);
    const std::string retry = "choose another --tls-port (0 takes a free one) or other PEM files";
    if (options_.tls_port && spice_server_set_tls(server,
                                                  *options_.tls_port,
                                                  options_.ca.c_str(),
                                                  options_.certificate.c_str(),
                                                  options_.key.c_str(),
                                                  nullptr,
                                                  nullptr,
                                                  nullptr) != 0)
        return cannot("set up TLS", "libspice-server refused", retry);
    if (spice_server_init(server, &core_.table()) != 0)
        return cannot("start the SPICE server", "libspice-server refused (see above)", retry);
    if (!device_.plug_into(*server) || !sound_.plug_into(*server) || !migration_.plug_into(*server))
        return cannot("start the SPICE server", "it refused a device", "report this");
    return Done{};
}

Host::Outcome Host::set_up_tls() {
    if (!options_.tls_port) return Done{};
    if (!options_.tls_directory.empty()) {
        auto made = make_certificates(options_.tls_directory, options_.tls_name);
        if (!made) return made.error();
        options_.ca = made->ca;
        options_.certificate = made->certificate;
        options_.key = made->key;
    }
    if (*options_.tls_port != 0) return Done{};
    // The server opens its TLS port by itself and takes no 0: find a free one for it.
    std::error_code error;
    const auto address = asio::ip::make_address(options_.address, error);
    if (error)
        return cannot("listen on " + options_.address, error.message(), "give an IP address");
    asio::ip::tcp::acceptor probe(io_);
    probe.open(address.is_v6() ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), error);
    if (!error) probe.bind({address, 0}, error);
    if (error) return cannot("find a free TLS port", error.message(), "give --tls-port");
    options_.tls_port = probe.local_endpoint(error).port();
    return Done{};
}

Host::Outcome Host::listen() {
    if (auto done = listen_tcp(); !done) return done;
    return listen_unix();
}

Host::Outcome Host::listen_tcp() {
    if (!options_.port) return Done{};
    const std::string where = options_.address + " port " + std::to_string(*options_.port);
    std::error_code error;
    const auto address = asio::ip::make_address(options_.address, error);
    if (error) return cannot("listen on " + where, error.message(), "give --address an IP address");
    const asio::ip::tcp::endpoint endpoint(address, static_cast<std::uint16_t>(*options_.port));
    tcp_.open(endpoint.protocol(), error);
    if (!error) tcp_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) tcp_.bind(endpoint, error);
    if (!error) tcp_.listen(backlog, error);
    if (!error) options_.port = tcp_.local_endpoint(error).port();
    if (error)
        return cannot(
            "listen on " + where, error.message(), "choose another --port, or 0 for a free one");
    accept_on(tcp_);
    return Done{};
}

Host::Outcome Host::listen_unix() {
    if (options_.unix_path.empty()) return Done{};
    std::error_code error;
    asio::local::stream_protocol::acceptor acceptor(io_);
    try { // the endpoint throws where the path is too long for a unix address
        const asio::local::stream_protocol::endpoint endpoint(options_.unix_path);
        acceptor.open(endpoint.protocol(), error);
        if (!error) acceptor.bind(endpoint, error);
        if (!error) acceptor.listen(backlog, error);
    } catch (const std::system_error& thrown) {
        error = thrown.code();
    }
    if (error)
        return cannot("listen on " + options_.unix_path,
                      error.message(),
                      "remove a socket that is left over there, or choose another path");
    unix_ = std::move(acceptor);
    accept_on(unix_);
    return Done{};
}

template <class Acceptor>
void Host::accept_on(Acceptor& acceptor) {
    acceptor.async_accept([this, &acceptor](const std::error_code& error,
                                            typename Acceptor::protocol_type::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (!error) {
            const int descriptor = socket.release();
            if (spice_server_add_client(server_.get(), descriptor, 0) != 0) ::close(descriptor);
        }
        accept_on(acceptor);
    });
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
    ready["desktop"] = {{"width", desktop_.width}, {"height", desktop_.height}};
    ready["region"] = {{"x", clip_area_.x},
                       {"y", clip_area_.y},
                       {"width", clip_area_.width},
                       {"height", clip_area_.height}};
    ready["cell"] = cell_side(clip_area_.width);
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
            if constexpr (std::is_same_v<Wish, Pause>) stop_vm();
            if constexpr (std::is_same_v<Wish, Audio>) set_audio(wish.mode);
            if constexpr (std::is_same_v<Wish, Video>) set_video(wish.on);
        },
        command);
}

void Host::fail_command(const std::string& message) {
    write_event("error", {{"message", message}});
}

void Host::migrate(const Migrate& command) {
    if (migration_.is_under_way()) return fail_command("migrate: a migration is under way");
    if (!running_) return fail_command("migrate: the VM is stopped");
    migration_.start(command);
}

FrameNumber Host::stop_to_migrate() {
    if (running_) stop_vm();
    return next_;
}

void Host::cancel_migration() {
    if (!migration_.is_under_way())
        return fail_command("migrate-cancel: no migration is under way");
    migration_.cancel();
    if (!running_) resume(std::nullopt);
}

void Host::resume(std::optional<FrameNumber> number) {
    if (running_) return fail_command("resume: the VM runs already");
    if (number) {
        next_ = *number;
        if (next_ > 0) restore_picture(next_ - 1);
    }
    player_.seek(next_);
    player_.wait_until_ready(next_);
    spice_server_vm_start(server_.get());
    running_ = true;
    clip_start_ = Clock::now() - Pacer::offset_of(next_, options_.fps);
    write_event("vm", {{"state", "running"}, {"next_frame", next_}});
    start_sound();
    if (video_on_) pacer_.start(clip_start_, next_);
}

void Host::restore_picture(FrameNumber number) {
    player_.seek(number);
    player_.wait_until_ready(number);
    auto frame = player_.take(number);
    if (!frame) return;
    device_.restore(frame->picture, clip_area_);
    pool_.give_back(std::move(frame));
}

void Host::stop_vm() {
    if (!running_) return fail_command("the VM is stopped already");
    running_ = false;
    next_ = pacer_.stop().value_or(clip_position(Clock::now()));
    sound_timer_.cancel();
    sound_.stop();
    spice_server_vm_stop(server_.get());
    if (const auto untaken = device_.withdraw()) next_ = *untaken;
    // Behind the events of the frames that were taken up to now.
    asio::post(io_, [next = next_] {
        write_event("vm", {{"state", "stopped"}, {"next_frame", next}});
    });
}

void Host::set_audio(SoundMode mode) {
    if (mode != audio_) {
        sound_timer_.cancel();
        sound_.stop();
    }
    audio_ = mode;
    if (running_) start_sound();
    write_event("audio", {{"state", name_of(mode)}});
}

void Host::set_video(bool on) {
    if (on == video_on_) return fail_command("video: nothing to change");
    video_on_ = on;
    if (on && running_) {
        // Two frames ahead: time to render the first.
        next_ = clip_position(Clock::now()) + 2;
        player_.seek(next_);
        pacer_.start(clip_start_, next_);
    } else {
        next_ = pacer_.stop().value_or(next_);
    }
    write_event("video", {{"state", on ? "started" : "stopped"}, {"next_frame", next_}});
}

// --- the clip

FrameNumber Host::clip_position(Clock::time_point now) const {
    return Pacer::frame_at(now - clip_start_, options_.fps);
}

/// On the pacer's thread.
void Host::draw_frame(FrameNumber number) {
    auto frame = player_.take(number);
    if (!frame) {
        const bool held = pool_.is_exhausted();
        if (held) device_.ask_for_memory();
        return report_missed(number, 1, held ? "no_memory" : "not_rendered");
    }
    if (device_.push(std::move(frame)) == QxlDevice::Pushed::ring_full)
        report_missed(number, 1, "ring_full");
}

/// On the pacer's thread.
void Host::report_missed(FrameNumber number, FrameNumber count, const char* reason) {
    asio::post(io_, [number, count, reason, t_us = now_us()] {
        write_event(
            "frame_missed", {{"number", number}, {"count", count}, {"reason", reason}}, t_us);
    });
}

void Host::start_sound() {
    if (audio_ == SoundMode::off || sound_.is_playing()) return;
    sound_.start(audio_, clip_start_, Clock::now());
    schedule_sound();
}

void Host::schedule_sound() {
    sound_.step(Clock::now(), [this](Sound::Click click) {
        if (options_.clip == "synthetic")
            write_event("click", {{"number", click.second}}, click.t_us);
    });
    sound_timer_.expires_after(sound_step);
    sound_timer_.async_wait([this](const std::error_code& error) {
        if (!error && sound_.is_playing()) schedule_sound();
    });
}

} // namespace sumac::host
