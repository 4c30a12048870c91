/// SoundQueue: decoded packets on their way to the device, in order of arrival. Bounded in time
/// and in number.
///
/// Each packet has its own format and stamp, so that sound which starts anew, in another format or
/// by another server's clock, simply stands behind the rest of the old one.
#pragma once

#include "audio/sound.h"

#include <deque>
#include <span>

namespace sumac::audio {

class SoundQueue {
public:
    struct Packet {
        Stamp stamp; ///< of the first frame
        Format format;
        Samples samples; ///< whole frames
    };
    /// Drops the oldest where there is too much; returns how much that was.
    Duration push(Packet packet);

    struct Piece {
        Stamp stamp;
        Format format;
        std::span<const std::int16_t> samples; ///< valid until the queue changes
    };
    /// Looks at the oldest, up to `longest` and within one packet; empty when nothing waits.
    Piece front(Duration longest) const;
    /// Takes that piece away.
    void pop(const Piece& piece);
    /// Takes the oldest away, up to a whole number of frames; returns how much that was.
    Duration discard(Duration wanted);
    void clear();

    Duration level() const { return level_; }
    bool empty() const { return packets_.empty(); }

    /// Above the regulator's largest target (1 s) and its limit for floods, with room for what
    /// comes between two looks at it.
    static constexpr Duration max_level{2'000'000};
    /// Packets of 2.5 ms, the shortest of any codec, still reach that level.
    static constexpr std::size_t max_packets = 1000;

private:
    void pop_frames(std::uint64_t frames);
    Duration drop_front();

    std::deque<Packet> packets_;
    std::uint64_t front_taken_ = 0; ///< frames of the oldest packet that are gone
    Duration level_{0};
};

} // namespace sumac::audio
