#include "hearing.h"

#include "clip.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace sumac::host {

namespace {

/// A hundredth of the full scale: noise below it does not pass for a tone.
constexpr int audible = 328;

} // namespace

void Hearing::add(std::span<const std::int16_t> samples) {
    for (std::size_t i = 0; i + 1 < samples.size(); i += sound_channels) {
        const std::int16_t sample = samples[i];
        peak_ = std::max(peak_, std::abs(int{sample}));
        squares_ += int{sample} * int{sample};
        look_for_rise(sample);
        ++samples_;
    }
}

void Hearing::look_for_rise(std::int16_t sample) {
    if (sample < -audible) below_ = true;
    if (sample <= audible || !std::exchange(below_, false)) return;
    if (last_rise_) distances_.push_back(samples_ - *last_rise_);
    last_rise_ = samples_;
}

Heard Hearing::take() {
    Heard heard{.samples = samples_, .peak = peak_, .rms = 0, .frequency_hz = {}};
    if (samples_ > 0) heard.rms = std::sqrt(squares_ / static_cast<double>(samples_));
    if (!distances_.empty()) {
        const auto middle = distances_.begin() + std::ssize(distances_) / 2;
        std::nth_element(distances_.begin(), middle, distances_.end());
        heard.frequency_hz = static_cast<double>(sound_rate_hz) / static_cast<double>(*middle);
    }
    *this = {};
    return heard;
}

} // namespace sumac::host
