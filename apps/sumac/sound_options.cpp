#include "sound_options.h"

#include <cmath>
#include <numbers>

namespace sumac::tool {

namespace {

constexpr double tone_hz = 440;
constexpr double tone_amplitude = 3000;

} // namespace

std::size_t ToneSource::read(std::span<std::int16_t> samples, unsigned channels, unsigned rate_hz) {
    for (std::size_t i = 0; i + channels <= samples.size(); i += channels) {
        const double turns = tone_hz * static_cast<double>(next_++ % rate_hz) / rate_hz;
        const double value = tone_amplitude * std::sin(2 * std::numbers::pi * turns);
        for (unsigned channel = 0; channel < channels; ++channel)
            samples[i + channel] = static_cast<std::int16_t>(std::lround(value));
    }
    return samples.size() / channels * channels;
}

void apply(const SoundOptions& sound, ToneSource& tone, SessionOptions& options, Sinks& sinks) {
    options.sound = sound.device;
    options.system_microphone = sound.microphone == Microphone::system;
    if (sound.microphone == Microphone::tone) sinks.microphone = &tone;
}

} // namespace sumac::tool
