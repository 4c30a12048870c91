#include "media/stream_reporter.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace sumac::media {
namespace {

using Milliseconds = std::chrono::milliseconds;

/// Far beyond any delay that means something; keeps the field within 32 bits.
constexpr Milliseconds most_reported{100'000};

std::int32_t margin_ms(Duration lateness) {
    const auto margin = std::chrono::floor<Milliseconds>(StreamReporter::nominal_margin - lateness);
    return static_cast<std::int32_t>(std::clamp(margin, -most_reported, most_reported).count());
}

} // namespace

void StreamReporter::activate(const ReportTerms& terms) {
    terms_ = terms;
    terms_->max_window_size = std::max(terms.max_window_size, 1u);
    window_ = {};
    drops_in_row_ = 0;
    drops_here_ = 0;
}

std::optional<StreamReport> StreamReporter::arrived(std::uint32_t mm_time,
                                                    Duration lateness,
                                                    std::optional<Duration> sound_lateness,
                                                    LocalTime now) {
    if (!terms_ || stream_.value >= max_streams) return {};
    if (window_.num_frames == 0) {
        window_.stream = stream_;
        window_.unique_id = terms_->unique_id;
        window_.start_frame_mm_time = mm_time;
        window_began_ = now;
    }
    ++window_.num_frames;
    window_.end_frame_mm_time = mm_time;
    window_.last_frame_delay = margin_ms(lateness);
    const bool dropped = window_.last_frame_delay < 0;
    drops_in_row_ = dropped ? drops_in_row_ + 1 : 0;
    window_.num_drops += (dropped ? 1 : 0) + std::exchange(drops_here_, 0);

    const bool complete = window_.num_frames >= terms_->max_window_size ||
                          now - window_began_ >= Milliseconds{terms_->timeout_ms} ||
                          drops_in_row_ >= drops_in_a_row;
    if (!complete) return {};
    // The server counts drops among the frames of the window.
    window_.num_drops = std::min(window_.num_drops, window_.num_frames);
    if (sound_lateness)
        window_.audio_delay = static_cast<std::uint32_t>(std::max(margin_ms(*sound_lateness), 0));
    drops_in_row_ = 0;
    return std::exchange(window_, {});
}

void StreamReporter::dropped_here() {
    if (terms_) ++drops_here_;
}

} // namespace sumac::media
