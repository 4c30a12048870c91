/// Gain: the guest's volume and mute, applied to samples without a click.
#pragma once

#include "audio/sound.h"

#include <span>
#include <vector>

namespace sumac::audio {

/// Model: the guest's mixer sends 0 to 65535 for each channel. We take that number for the position
/// of a control, not for an amplitude, as PulseAudio does with its volumes: the amplitude is its
/// cube, so that equal steps of the control sound equal. A change is spread over the next piece of
/// sound.
class Gain {
public:
    /// For the channels in order; the last holds for all further ones, none means full volume.
    void set_volume(const std::vector<std::uint16_t>& channels);
    void set_muted(bool muted);
    /// Changes `samples` of so many channels in place.
    void apply(std::span<std::int16_t> samples, std::uint32_t channels);
    /// As at the beginning: full volume, not muted, at once.
    void reset() { *this = {}; }

private:
    double wanted(std::size_t channel) const;

    std::vector<double> volume_;
    bool muted_ = false;
    std::vector<double> in_force_; ///< where the last piece ended; empty: nothing played yet
};

} // namespace sumac::audio
