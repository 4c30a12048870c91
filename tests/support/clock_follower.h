/// ClockFollower: the baseline. It shows each frame when the session's clock, as last set, reaches
/// its stamp, and drops what is late by it: what clients did before they protected themselves. The
/// simulations run against it too, to prove that they bite. Same interface as media::MediaCore.
#pragma once

#include "media/media_clock.h"
#include "media/media_core.h"
#include "media/stream_reporter.h"
#include "media/types.h"

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace sumac::test {

class ClockFollower {
public:
    void stream_created(const media::MediaCore::NewStream& stream, LocalTime) {
        streams_[stream.key];
    }
    void frame_received(StreamKey key, FrameId frame, std::uint32_t mm_time, LocalTime now) {
        const LocalTime due = due_of(mm_time, now);
        if (due < now) {
            decisions_.emplace_back(media::Skip{frame, key, media::SkipReason::superseded});
            return;
        }
        streams_[key].push_back({frame, mm_time});
    }
    void frame_decoded(StreamKey key, FrameId frame, LocalTime) {
        for (Frame& waiting : streams_[key])
            if (waiting.id == frame) waiting.decoded = true;
    }
    void stream_destroyed(StreamKey key, LocalTime) {
        for (const Frame& frame : streams_[key])
            decisions_.emplace_back(media::Skip{frame.id, key, media::SkipReason::superseded});
        streams_.erase(key);
    }
    void covered(StreamKey, LocalTime) {}
    std::size_t waiting(StreamKey key) const {
        const auto of = streams_.find(key);
        return of == streams_.end() ? 0 : of->second.size();
    }
    void report_activated(StreamKey, const media::ReportTerms&) {}
    void main_clock(std::uint32_t mm_time, LocalTime now) { set(mm_time, Duration{0}, now); }
    void playback_started(std::uint32_t, LocalTime) {}
    void playback_packet(std::uint32_t, LocalTime) {}
    void playback_stopped(LocalTime) {}
    void heard(const media::Heard& heard, LocalTime) { set(heard.mm_time, heard.beyond, heard.at); }
    void server_changed(LocalTime) {}
    void session_closed(LocalTime) {}

    std::optional<LocalTime> next_deadline() const {
        if (!decisions_.empty()) return latest_;
        std::optional<LocalTime> next;
        for (const auto& [key, frames] : streams_) {
            if (frames.empty() || !frames.front().decoded) continue;
            const LocalTime due = std::max(due_of(frames.front().mm_time, latest_), latest_);
            next = next ? std::min(*next, due) : due;
        }
        return next;
    }
    std::vector<media::Decision> step(LocalTime now) {
        latest_ = now;
        auto decisions = std::exchange(decisions_, {});
        for (auto& [key, frames] : streams_) {
            while (!frames.empty() && frames.front().decoded) {
                const LocalTime due = due_of(frames.front().mm_time, now);
                if (due > now) break;
                decisions.emplace_back(media::Present{frames.front().id, key, due});
                frames.pop_front();
            }
        }
        return decisions;
    }

private:
    struct Frame {
        FrameId id;
        std::uint32_t mm_time = 0;
        bool decoded = false;
    };
    void set(std::uint32_t mm_time, Duration beyond, LocalTime at) {
        offset_ = at.time_since_epoch() - unwrap(mm_time, ServerTime{}).time_since_epoch() - beyond;
    }
    LocalTime due_of(std::uint32_t mm_time, LocalTime now) const {
        const auto near =
            std::chrono::floor<ServerClock::duration>(now.time_since_epoch() - offset_);
        return LocalTime{unwrap(mm_time, ServerTime{near}).time_since_epoch() + offset_};
    }

    Duration offset_{0};
    LocalTime latest_{};
    std::map<StreamKey, std::deque<Frame>> streams_;
    std::vector<media::Decision> decisions_;
};

} // namespace sumac::test
