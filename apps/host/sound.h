/// The guest's loudspeaker: gives the clip's sound to the server at the pace of the clip's clock.
#pragma once

#include "clip.h"
#include "clock.h"

#include <spice.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace sumac::host {

/// `beep`: the first 67 ms of each second of the clip, as a system sound does; between them the
/// server knows of no sound.
enum class SoundMode { off, on, beep };

/// All of it on the main thread. Call `step` at least every 10 ms while it plays.
class Sound {
public:
    /// A second of the clip began: its number, and the moment at which the server stamped the
    /// packet that holds its first sample.
    struct Click {
        std::int64_t second = 0;
        std::int64_t t_us = 0;
    };
    explicit Sound(std::unique_ptr<SoundSource> source);
    Sound(const Sound&) = delete;
    Sound& operator=(const Sound&) = delete;
    Sound(Sound&&) = delete;
    Sound& operator=(Sound&&) = delete;
    ~Sound() = default;

    bool plug_into(SpiceServer& server);
    bool is_playing() const { return clip_start_.has_value(); }

    /// Plays the clip as if it had begun at `clip_start`, from the sample of `now` on. The mode is
    /// not `off`.
    void start(SoundMode mode, Clock::time_point clip_start, Clock::time_point now);
    void stop();
    /// Hands over the packets that are due. Without a listening client they are only counted off.
    void step(Clock::time_point now, const std::function<void(Click)>& on_click);

private:
    /// One packet from `next_` on; its length in sample pairs.
    std::int64_t put_packet();

    void open(std::int64_t first);
    void close();
    /// Opens and closes the server's playback as the beeps want it.
    void follow_beeps(std::int64_t due);

    std::unique_ptr<SoundSource> source_;
    SpicePlaybackInterface interface_{};
    SpicePlaybackInstance instance_{};
    std::optional<Clock::time_point> clip_start_;
    SoundMode mode_ = SoundMode::on;
    bool open_ = false;     ///< the server plays
    std::int64_t next_ = 0; ///< sample pair of the clip
};

} // namespace sumac::host
