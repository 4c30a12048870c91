/// The sound of one file: an encoder, and the place of each sample in time.
#pragma once

#include "libav.h"
#include <sumac/result.h>
#include <sumac/sinks.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace sumac::tool {

/// FLAC. Model: sample number n of the track belongs to n / rate after the file's beginning. What
/// is heard comes with its time. As long as that is within 20 ms of the next sample's place it is
/// appended; where it stays more than 2 ms off (a sound card's clock is not ours), blocks are
/// stretched or shrunk by a sample each, at most 0.2 %, until it is not. Beyond that a gap is
/// filled with silence, and what comes for a place that is written is cut. So the track stays in
/// time with the pictures for hours, whatever the sound does. Belongs to one thread.
class SoundTrack {
public:
    static Result<std::unique_ptr<SoundTrack>, Failure> create();

    /// For the file's header; its time base is that of the packets.
    const AVCodecContext& encoder() const { return *encoder_; }

    using OnPacket = std::function<Result<Done, Failure>(AVPacket&)>;
    /// `at`: since the file's beginning, or before it where negative.
    Result<Done, Failure>
    add(std::span<const std::int16_t> samples, Duration at, const OnPacket& on_packet);
    /// It is `now`: what was not heard by then, and is not on its way any more, was silence.
    Result<Done, Failure> fill(Duration now, const OnPacket& on_packet);
    /// The track lasts until `end`. Call once.
    Result<Done, Failure> finish(Duration end, const OnPacket& on_packet);

    static constexpr Duration tolerance{20'000};
    /// Measurements of time scatter.
    static constexpr Duration slack{2'000};
    /// Between two samples that are put in or left out.
    static constexpr Duration slip_interval{10'000};
    /// Sound is given to sinks before it is heard; this is for clocks that are set anew.
    static constexpr Duration patience{1'000'000};

private:
    SoundTrack() = default;
    std::span<const std::int16_t> steered(std::span<const std::int16_t> samples, std::int64_t off);
    Result<Done, Failure> append_silence(std::int64_t frames, const OnPacket& on_packet);
    Result<Done, Failure> append(std::span<const std::int16_t> samples, const OnPacket& on_packet);
    Result<Done, Failure> encode_pending(const OnPacket& on_packet);
    Result<Done, Failure> take_packets(const OnPacket& on_packet);

    CodecPointer encoder_;
    FramePointer frame_;
    PacketPointer packet_;
    std::vector<std::int16_t> pending_; ///< less than the encoder takes at once
    std::int64_t frames_ = 0;           ///< appended so far
    std::int64_t encoded_ = 0;          ///< of them, given to the encoder
    double off_ = 0;              ///< frames by which sound comes late for its place, smoothed
    std::int64_t since_slip_ = 0; ///< frames since a block was stretched or shrunk
    std::vector<std::int16_t> stretched_; ///< reused
};

} // namespace sumac::tool
