/// What comes from a microphone, summed up. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sumac::host {

struct Heard {
    std::int64_t samples = 0; ///< per channel
    int peak = 0;             ///< the largest amplitude
    double rms = 0;
    /// By the median distance of two rises through zero, so that a pause in a tone does not change
    /// it; nothing where there is no such sound.
    std::optional<double> frequency_hz;
};

/// Listens to the left channel.
class Hearing {
public:
    /// Interleaved stereo at sound_rate_hz.
    void add(std::span<const std::int16_t> samples);
    /// What was heard since the last time.
    Heard take();

private:
    void look_for_rise(std::int16_t sample);

    std::int64_t samples_ = 0;
    int peak_ = 0;
    double squares_ = 0;
    bool below_ = false; ///< the newest sample that was loud enough was negative
    std::optional<std::int64_t> last_rise_;
    std::vector<std::int64_t> distances_; ///< of rises, in samples
};

} // namespace sumac::host
