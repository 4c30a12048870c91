#include "machine.h"

#include "desktop.h"
#include "events.h"
#include "file_clip.h"
#include "synthetic_clip.h"

#include <asio/post.hpp>

#include <chrono>
#include <utility>

namespace sumac::host {

namespace {

using namespace std::chrono_literals;

constexpr auto sound_step = 5ms; // half a packet

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

Result<Machine::Sources, Failure> Machine::open_sources(const Options& options) {
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

Machine::Machine(asio::io_context& io, const Options& options, Sources sources)
    : io_(io),
      fps_(options.fps),
      reports_clicks_(options.clip == "synthetic"),
      desktop_(options.desktop_size.value_or(desktop_size_for(options.clip_size))),
      clip_area_(clip_area_on(desktop_, options.clip_size)),
      pool_(clip_area_),
      player_(std::move(sources.pictures), pool_, fps_, options.cells),
      device_(
          pool_,
          draw_desktop(desktop_, clip_area_),
          [this](FrameNumber number, std::int64_t t_us) {
              asio::post(io_, [number, t_us] { write_event("frame", {{"number", number}}, t_us); });
          }),
      pacer_(fps_,
             {.draw = [this](FrameNumber number) { draw_frame(number); },
              .skip = [this](FrameNumber number,
                             FrameNumber count) { report_missed(number, count, "late"); }}),
      sound_(std::move(sources.sound)),
      microphone_(io, options.audio_codec),
      sound_timer_(io),
      audio_(options.audio ? SoundMode::on : SoundMode::off),
      record_on_(options.record) {}

bool Machine::plug_into(SpiceServer& server) {
    server_ = &server;
    return device_.plug_into(server) && sound_.plug_into(server) && microphone_.plug_into(server);
}

// --- running and stopped

void Machine::resume(std::optional<FrameNumber> number) {
    if (number) {
        next_ = *number;
        if (next_ > 0) restore_picture(next_ - 1);
    }
    player_.seek(next_);
    player_.wait_until_ready(next_);
    spice_server_vm_start(server_);
    running_ = true;
    clip_start_ = Clock::now() - Pacer::offset_of(next_, fps_);
    write_event("vm", {{"state", "running"}, {"next_frame", next_}});
    start_sound();
    if (record_on_) microphone_.start();
    if (video_on_) pacer_.start(clip_start_, next_);
}

void Machine::restore_picture(FrameNumber number) {
    player_.seek(number);
    player_.wait_until_ready(number);
    auto frame = player_.take(number);
    if (!frame) return;
    device_.restore(frame->picture, clip_area_);
    pool_.give_back(std::move(frame));
}

FrameNumber Machine::stop() {
    running_ = false;
    next_ = pacer_.stop().value_or(clip_position(Clock::now()));
    sound_timer_.cancel();
    sound_.stop();
    microphone_.stop();
    spice_server_vm_stop(server_);
    if (const auto untaken = device_.withdraw()) next_ = *untaken;
    // Behind the events of the frames that were taken up to now.
    asio::post(io_, [next = next_] {
        write_event("vm", {{"state", "stopped"}, {"next_frame", next}});
    });
    return next_;
}

// --- the clip

void Machine::set_video(bool on) {
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

FrameNumber Machine::clip_position(Clock::time_point now) const {
    return Pacer::frame_at(now - clip_start_, fps_);
}

/// On the pacer's thread.
void Machine::draw_frame(FrameNumber number) {
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
void Machine::report_missed(FrameNumber number, FrameNumber count, const char* reason) {
    asio::post(io_, [number, count, reason, t_us = now_us()] {
        write_event(
            "frame_missed", {{"number", number}, {"count", count}, {"reason", reason}}, t_us);
    });
}

// --- drawings

bool Machine::draw(const Sketches& sketches) {
    auto taken = [this, sketches] {
        asio::post(io_, [sketches] {
            write_event("drawn",
                        {{"operation", sketches.operation},
                         {"count", sketches.count},
                         {"seed", sketches.seed}});
        });
    };
    return device_.draw(make_drawings(sketches, desktop_, draw_rounds_++), std::move(taken));
}

bool Machine::dump_screen(const std::string& file) {
    if (!write_ppm(device_.drawn(), file)) return false;
    write_event("screendump", {{"file", file}});
    return true;
}

// --- its sound and its microphone

void Machine::set_audio(SoundMode mode) {
    if (mode != audio_) {
        sound_timer_.cancel();
        sound_.stop();
    }
    audio_ = mode;
    if (running_) start_sound();
    write_event("audio", {{"state", name_of(mode)}});
}

void Machine::set_record(bool on) {
    record_on_ = on;
    if (!on) microphone_.stop();
    if (on && running_ && !microphone_.is_listening()) microphone_.start();
    write_event("record", {{"state", on ? "on" : "off"}});
}

void Machine::start_sound() {
    if (audio_ == SoundMode::off || sound_.is_playing()) return;
    sound_.start(audio_, clip_start_, Clock::now());
    schedule_sound();
}

void Machine::schedule_sound() {
    sound_.step(Clock::now(), [this](Sound::Click click) {
        if (reports_clicks_) write_event("click", {{"number", click.second}}, click.t_us);
    });
    sound_timer_.expires_after(sound_step);
    sound_timer_.async_wait([this](const std::error_code& error) {
        if (!error && sound_.is_playing()) schedule_sound();
    });
}

} // namespace sumac::host
