/// Player: packets in, the device's ring kept filled, and what is heard when.
///
///     packets -> SoundQueue -> gain -> Converter (speed) -> Ring -> device
///                    ^ how much, how fast: the regulator's advice
///
/// Everything is converted to the device's one format, so that the server may change its own at any
/// time. `step` fills the ring up to `ahead`: what the device wants at once, and what a late step
/// of ours must not empty. Where no device plays, the *null device* does: it takes frames exactly
/// as fast as local time passes. Pure but for the ring, which a device's callback may read.
///
/// Sound that is missing is silence, counted: the regulator counts an empty queue, this class a
/// ring that ran dry because a step came late. Each of those, and each step that came nearly too
/// late, makes `ahead` grow; while there are none it shrinks again.
#pragma once

#include "audio/converter.h"
#include "audio/gain.h"
#include "audio/playhead.h"
#include "audio/ring.h"
#include "audio/sound_queue.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace sumac::audio {

class Player {
public:
    explicit Player(Format device);

    // ---- the server's sound
    void push(SoundQueue::Packet packet);
    /// What waits is played to its end.
    void ended() { ended_ = true; }
    /// Sound stops: what waits is dropped. What the device has taken is still heard.
    void reset();
    Gain& gain() { return gain_; }

    // ---- the device
    /// One for a device that is about to play. A ring has one reader, so each device gets its own.
    std::shared_ptr<Ring> make_ring() const;
    /// The ring in use.
    const std::shared_ptr<Ring>& ring() const { return ring_; }
    /// A device plays from that ring, the sound being heard so much later than it takes it.
    void device_plays(std::shared_ptr<Ring> ring, Duration latency, LocalTime now);
    /// It takes up to this much at once.
    void device_takes(Duration at_once);
    /// That frame of the ring was heard then.
    void device_heard(std::uint64_t frame, LocalTime at);
    /// It found the ring empty.
    void device_ran_dry();
    /// No device: the null device takes over. What lay in the device's ring is lost.
    void device_gone(LocalTime now);

    // ---- time
    struct Advice {
        bool silence = false;
        Duration discard{0};
        double speed = 1.0;
    };
    using Advise = std::function<Advice(Duration buffered)>;
    /// A piece of sound as the device will play it.
    struct Block {
        std::span<const std::int16_t> samples;
        Format format; ///< the device's
        Stamp stamp;   ///< of the first frame
        LocalTime heard;
    };
    using OnBlock = std::function<void(const Block&)>;
    /// Call every `period` while `active`. Asks for advice for each block, and shows each.
    void step(LocalTime now, const Advise& advise, const OnBlock& on_block);
    /// There is sound to play, or there was until shortly.
    bool active() const { return active_; }

    struct HeardSound {
        Stamp stamp;
        Duration buffered{0}; ///< received and not yet heard
    };
    /// What leaves the loudspeaker now; empty in silence.
    std::optional<HeardSound> heard(LocalTime now) const;
    Duration queued() const { return queue_.level(); }

    struct Counts {
        std::uint64_t ring_underruns = 0;
        Duration discarded{0};
        bool operator==(const Counts&) const = default;
    };
    const Counts& counts() const { return counts_; }
    Duration ahead() const { return ahead_ + device_takes_; }

    static constexpr Duration period{10'000};
    /// Three of our periods and a late wake-up of the system's: with 30 ms a machine of two cores
    /// that ran the server as well had an underrun in three minutes.
    static constexpr Duration first_ahead{40'000};
    static constexpr Duration max_ahead{100'000};
    /// A step that finds less in a ring that was full came nearly too late.
    static constexpr Duration narrow{10'000};
    /// So long without one makes the ring shorter by a period.
    static constexpr Duration calm{60'000'000};
    /// With less in the ring the next step could come too late: silence rather than waiting.
    static constexpr Duration low{15'000};
    /// Silence that lasts longer ends the activity.
    static constexpr Duration patience{3'000'000};

private:
    void move_rest_to(const Ring& before);
    void resume(LocalTime now);
    void run_null_device(LocalTime now);
    void ran_dry();
    void lengthen();
    void judge_ahead(LocalTime now);
    void write_sound(double speed, const OnBlock& on_block);
    void write_converted(std::optional<Stamp> stamp, const OnBlock* on_block);
    void write_silence();
    bool has_converter(Format from) const;
    bool make_converter(Format from);
    void note(std::uint64_t frames, std::optional<Stamp> stamp);
    void forget_heard(LocalTime now);
    void rest_when_done(LocalTime now);

    /// What a stretch of the ring's frames is.
    struct Stretch {
        std::uint64_t end = 0;      ///< frame number
        std::uint64_t begin = 0;    ///< frame number
        std::optional<Stamp> stamp; ///< of the first frame; empty: silence
    };

    const Format device_;
    std::shared_ptr<Ring> ring_;
    SoundQueue queue_;
    Gain gain_;
    std::unique_ptr<Converter> converter_; ///< of the sound that plays
    bool converter_made_ = false;          ///< in this step: one takes long to make
    Samples piece_;                        ///< reused
    Samples converted_;                    ///< reused
    std::deque<Stretch> stretches_;        ///< written and not yet heard
    Playhead playhead_;

    bool active_ = false;
    bool resumed_ = false; ///< since it became active
    bool ended_ = false;
    bool sounding_ = false; ///< the newest stretch is no silence
    LocalTime sounded_at_{};

    struct NullDevice {
        LocalTime origin;
        std::uint64_t taken = 0; ///< since then
    };
    std::optional<NullDevice> null_ = NullDevice{};
    Duration device_latency_{0};
    Duration device_takes_{0};
    Duration ahead_ = first_ahead;
    bool filled_ = false;     ///< by the last step, as far as `ahead` wants
    bool lengthened_ = false; ///< since the last step
    LocalTime calm_since_{};
    Counts counts_;
};

} // namespace sumac::audio
