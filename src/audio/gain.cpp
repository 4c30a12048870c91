#include "audio/gain.h"

#include <algorithm>
#include <cmath>

namespace sumac::audio {

void Gain::set_volume(const std::vector<std::uint16_t>& channels) {
    volume_.clear();
    for (const std::uint16_t control : channels) {
        const double position = control / 65535.0;
        volume_.push_back(position * position * position);
    }
}

void Gain::set_muted(bool muted) {
    muted_ = muted;
}

double Gain::wanted(std::size_t channel) const {
    if (muted_) return 0;
    if (volume_.empty()) return 1;
    return volume_[std::min(channel, volume_.size() - 1)];
}

void Gain::apply(std::span<std::int16_t> samples, std::uint32_t channels) {
    const std::size_t frames = samples.size() / channels;
    const bool anew = in_force_.size() != channels;
    in_force_.resize(channels);
    for (std::size_t channel = 0; channel < channels; ++channel) {
        const double end = wanted(channel);
        const double begin = anew ? end : in_force_[channel];
        in_force_[channel] = end;
        if (begin == 1 && end == 1) continue;
        for (std::size_t i = 0; i < frames; ++i) {
            std::int16_t& sample = samples[i * channels + channel];
            const double part = static_cast<double>(i + 1) / static_cast<double>(frames);
            sample =
                static_cast<std::int16_t>(std::lround(sample * (begin + (end - begin) * part)));
        }
    }
}

} // namespace sumac::audio
