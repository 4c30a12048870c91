/// The virtual machine that sumac-host plays: a card that shows the clip, its sound, its
/// microphone, and the clip's clock.
#pragma once

#include "microphone.h"
#include "options.h"
#include "pacer.h"
#include "player.h"
#include "qxl_device.h"
#include "sketchbook.h"
#include "sound.h"
#include <sumac/result.h>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <spice.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sumac::host {

/// All of it on the thread that runs `io`; the server's display thread and the player's are inside
/// QxlDevice and Player, the pacer's calls the two methods that say so. It must outlive the server
/// that it is plugged into. Writes the events of what it does.
///
/// The clip's clock: frame n is due at clip_start + n / fps while the machine runs. Stopping the
/// video does not stop that clock, a stop of the machine does.
class Machine {
public:
    /// Where the clip comes from.
    struct Sources {
        std::unique_ptr<PictureSource> pictures;
        std::unique_ptr<SoundSource> sound;
    };
    static Result<Sources, Failure> open_sources(const Options& options);

    /// Stopped, at frame 0.
    Machine(asio::io_context& io, const Options& options, Sources sources);
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;
    Machine(Machine&&) = delete;
    Machine& operator=(Machine&&) = delete;
    ~Machine() = default;

    bool plug_into(SpiceServer& server);
    /// Nothing is drawn any more: the server is about to go.
    void stop_drawing() { pacer_.stop(); }

    Size desktop() const { return desktop_; }
    Area clip_area() const { return clip_area_; }

    bool is_running() const { return running_; }
    /// It is stopped. With a number the clip goes on there, as after a migration.
    void resume(std::optional<FrameNumber> number);
    /// It runs. Returns the frame that comes next.
    FrameNumber stop();
    /// The frame that comes next; it is stopped.
    FrameNumber next_frame() const { return next_; }

    void set_audio(SoundMode mode);
    void set_record(bool on);
    bool video_is_on() const { return video_on_; }
    /// To the other state.
    void set_video(bool on);

    /// Starts these drawings, while the machine runs. False: others are not taken yet.
    bool draw(const Sketches& sketches);
    /// Writes what the server has drawn on the desktop, while the machine runs. False: it cannot.
    bool dump_screen(const std::string& file);

private:
    void restore_picture(FrameNumber number);
    FrameNumber clip_position(Clock::time_point now) const;
    void draw_frame(FrameNumber number); // on the pacer's thread
    void report_missed(FrameNumber number, FrameNumber count, const char* reason); // also there
    void start_sound();
    void schedule_sound();

    asio::io_context& io_;
    const int fps_;
    const bool reports_clicks_;
    const Size desktop_;
    const Area clip_area_;

    FramePool pool_;
    Player player_;
    QxlDevice device_;
    Pacer pacer_;
    Sound sound_;
    Microphone microphone_;
    SpiceServer* server_ = nullptr;
    asio::steady_timer sound_timer_;

    bool running_ = false;
    bool video_on_ = true;
    SoundMode audio_ = SoundMode::off;
    bool record_on_ = false;
    std::uint32_t draw_rounds_ = 0;
    Clock::time_point clip_start_{};
    FrameNumber next_ = 0; ///< the frame that is drawn next; only while the pacer stands
};

} // namespace sumac::host
