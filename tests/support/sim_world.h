/// SimWorld: a server, a network, a decoder, a loudspeaker and a client in virtual time.
///
///     SimWorld<> world{seed};
///     world.open_stream({.fps = 30});
///     world.sound_on(80ms);
///     world.run_for(3s);
///     world.frames_jump(100s);   // the frames' stamps come from another clock ...
///     world.run_for(500ms);
///     world.clock_jumps(100s);   // ... and now the session's clock, too
///     world.run_for(3s);
///     EXPECT_EQ(world.lost(), 0) << world.trace();
///
/// Deterministic: the same calls with the same seed give the same session. `Core` is the policy
/// under test: media::MediaCore, or the baseline of clock_follower.h.
#pragma once

#include "media/media_core.h"
#include "sim_frame.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <deque>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sumac::test {

template <class Core = media::MediaCore>
class SimWorld {
public:
    /// `server_start`: the server's clock at the beginning; `drift_ppm`: how much faster it runs.
    explicit SimWorld(std::uint64_t seed,
                      std::int64_t server_start_ms = 900'000,
                      double drift_ppm = 0)
        : dice_(seed), start_ms_(server_start_ms), rate_(1 + drift_ppm * 1e-6) {
        core.main_clock(stamp_at(now_, clock_of_main_ - 400), now_);
    }

    Core core;

    // ---- what happens. Times are relative to now.

    std::size_t open_stream(const SimStreamOptions& options,
                            std::optional<std::size_t> continues = {}) {
        Stream stream;
        stream.key = {streams_.size() + 1};
        stream.options = options;
        stream.interval = Duration{1'000'000 / options.fps};
        stream.next_capture = now_;
        stream.last_arrival = now_;
        streams_.push_back(stream);
        std::optional<StreamKey> before;
        if (continues) before = streams_[*continues].key;
        core.stream_created({.key = stream.key,
                             .display = 0,
                             .id = StreamId{static_cast<std::uint32_t>(49 - streams_.size() % 50)},
                             .continues = before,
                             .frames_are_independent = options.independent},
                            now_);
        core.report_activated(stream.key,
                              {.unique_id = 7, .max_window_size = 5, .timeout_ms = 1000});
        return streams_.size() - 1;
    }
    /// The server ends it; what is on its way is lost with the stream, as a server would never send
    /// it.
    void close_stream(std::size_t index) {
        if (!streams_[index].live) return;
        streams_[index].live = false;
        streams_[index].on_the_way.clear();
        core.stream_destroyed(streams_[index].key, now_);
        step();
    }
    void cover(std::size_t index) {
        core.covered(streams_[index].key, now_);
        step();
    }
    void pause_stream(std::size_t index) { streams_[index].next_capture = LocalTime::max(); }
    void resume_stream(std::size_t index) { streams_[index].next_capture = now_; }

    void sound_on(Duration delay) {
        sound_ = true;
        sound_delay_ = delay;
        clock_heard_ = clock_of_sound_;
        pending_clock_.reset();
        heard_from_ = now_ + delay;
        next_packet_ = now_;
        next_heard_ = heard_from_;
        core.playback_started(stamp_at(now_, clock_of_sound_), now_);
    }
    void sound_off() {
        if (!sound_) return;
        sound_ = false;
        core.playback_stopped(now_);
        core.main_clock(stamp_at(now_, clock_of_main_ - 400), now_);
    }
    /// The scatter of what the device says of its latency.
    void device_noise(Duration noise) { device_noise_ = noise; }

    void sound_is_told_every(Duration period) { sound_period_ = period; }

    void frames_jump(Duration by) { clock_of_frames_ += ms(by); }
    /// Main and sound.
    void clock_jumps(Duration by) {
        clock_of_main_ += ms(by);
        clock_of_sound_ += ms(by);
        pending_clock_ = std::pair{now_ + sound_delay_, clock_of_sound_};
        core.main_clock(stamp_at(now_, clock_of_main_ - 400), now_);
        step();
    }
    /// Everything that is stamped from now on comes from one clock, `by` away from the frames'
    /// last.
    void agree_again(Duration by) {
        clock_of_frames_ += ms(by);
        clock_of_main_ = clock_of_sound_ = clock_of_frames_;
        clock_jumps(Duration{0});
    }
    /// MULTI_MEDIA_TIME that was `late` on its way.
    void main_clock_late(Duration late) {
        core.main_clock(stamp_at(now_ - late, clock_of_main_ - 400), now_);
        step();
    }
    void server_changed() {
        core.server_changed(now_);
        step();
    }
    /// Nothing arrives for so long; then everything at once.
    void stall(Duration length) {
        stall_until_ = std::max(stall_until_, now_ + length);
        for (Stream& stream : streams_)
            for (SimFrame& frame : stream.on_the_way)
                frame.arrived = std::max(frame.arrived, stall_until_);
    }
    void close_session() {
        for (Stream& stream : streams_)
            stream.next_capture = LocalTime::max();
        for (Stream& stream : streams_)
            stream.on_the_way.clear();
        core.session_closed(now_);
        step();
    }

    void run_for(Duration length) {
        const LocalTime end = now_ + length;
        while (true) {
            const LocalTime next = next_event();
            if (next > end) break;
            now_ = std::max(now_, next);
            ++turns_;
            turn();
        }
        now_ = end;
    }
    /// The server draws no more; runs until all that was on its way is decided, 20 s at most.
    void drain() {
        for (Stream& stream : streams_)
            stream.next_capture = LocalTime::max();
        const LocalTime end = now_ + 20s;
        while (now_ < end && !idle())
            run_for(100ms);
    }

    // ---- what came of it

    LocalTime now() const { return now_; }
    const std::vector<SimFrame>& frames() const { return frames_; }
    std::vector<SimFrame>& frames() { return frames_; }
    const std::vector<media::StreamReport>& reports() const { return reports_; }
    /// Ids in the order in which they were decided, and shown ones only.
    const std::vector<StreamKey>& given_up() const { return given_up_; }
    const std::vector<FrameId>& shown() const { return shown_; }
    std::uint64_t turns() const { return turns_; }
    const std::vector<std::string>& errors() const { return errors_; }
    StreamKey key(std::size_t index) const { return streams_[index].key; }
    Duration interval(std::size_t index) const { return streams_[index].interval; }

    int lost() const {
        return static_cast<int>(
            std::count_if(frames_.begin(), frames_.end(), [](const SimFrame& f) {
                return f.skipped.has_value();
            }));
    }
    int waiting() const {
        return static_cast<int>(
            std::count_if(frames_.begin(), frames_.end(), [](const SimFrame& f) {
                return !f.skipped && !f.presented;
            }));
    }
    /// The longest time between two pictures of a stream that were shown after `from`, less what
    /// lay between their arrivals beyond one interval.
    Duration longest_gap(std::size_t stream, LocalTime from = LocalTime::min()) const {
        Duration longest{0};
        const SimFrame* before = nullptr;
        for (const SimFrame& frame : frames_) {
            if (frame.stream != stream || !frame.presented || *frame.presented < from) continue;
            if (before) {
                const Duration arrival_gap = std::max(
                    frame.arrived - before->arrived - streams_[stream].interval, Duration{0});
                longest = std::max(longest, *frame.presented - *before->presented - arrival_gap);
            }
            before = &frame;
        }
        return longest;
    }
    /// |presented - heard| of the frames shown in that time by the sound's own clock; p95.
    std::optional<Duration> skew_p95(LocalTime from, LocalTime to) const {
        std::vector<Duration> skews;
        for (const SimFrame& frame : frames_) {
            if (!frame.presented || *frame.presented < from || *frame.presented >= to) continue;
            if (frame.clock != clock_of_sound_) continue;
            skews.push_back(std::chrono::abs(*frame.presented - frame.captured - sound_delay_));
        }
        if (skews.empty()) return {};
        std::sort(skews.begin(), skews.end());
        return skews[(skews.size() - 1) * 95 / 100];
    }
    std::vector<Duration> delays(LocalTime from = LocalTime::min()) const {
        std::vector<Duration> all;
        for (const SimFrame& frame : frames_)
            if (frame.presented && frame.captured >= from)
                all.push_back(*frame.presented - frame.captured);
        std::sort(all.begin(), all.end());
        return all;
    }

    std::string trace() const {
        std::ostringstream out;
        const auto t = [](LocalTime time) {
            return static_cast<double>((time - beginning).count()) / 1000;
        };
        for (const SimFrame& f : frames_) {
            out << "s" << f.stream << " #" << f.id.value << " mm " << f.mm_time << " captured "
                << t(f.captured) << " arrived " << t(f.arrived);
            if (f.decoded) out << " decoded " << t(*f.decoded);
            if (f.due) out << " due " << t(*f.due);
            if (f.presented) out << " shown " << t(*f.presented);
            if (f.skipped) out << " skipped " << media::to_string(*f.skipped);
            out << "\n";
        }
        for (const std::string& error : errors_)
            out << "error: " << error << "\n";
        return out.str();
    }

    static constexpr LocalTime beginning{1000s};

private:
    struct Stream {
        StreamKey key;
        SimStreamOptions options;
        Duration interval{0};
        LocalTime next_capture;
        LocalTime last_arrival;
        bool live = true;
        std::deque<SimFrame> on_the_way;
        std::deque<std::size_t> to_decode; ///< indices of frames_
        std::optional<std::size_t> decoding;
    };

    static std::int64_t ms(Duration duration) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    }
    double server_ms(LocalTime at, std::int64_t clock) const {
        const double elapsed = static_cast<double>((at - beginning).count()) / 1000;
        return static_cast<double>(start_ms_ + clock) + elapsed * rate_;
    }
    std::uint32_t stamp_at(LocalTime at, std::int64_t clock) const {
        return static_cast<std::uint32_t>(
            static_cast<std::int64_t>(std::floor(server_ms(at, clock))));
    }

    bool idle() const {
        return std::all_of(streams_.begin(), streams_.end(), [&](const Stream& stream) {
            return stream.on_the_way.empty() && core.waiting(stream.key) == 0;
        });
    }
    LocalTime next_event() const {
        LocalTime next = core.next_deadline().value_or(LocalTime::max());
        for (const Stream& stream : streams_) {
            if (stream.live) next = std::min(next, stream.next_capture);
            if (!stream.on_the_way.empty())
                next = std::min(next, stream.on_the_way.front().arrived);
            if (stream.decoding) next = std::min(next, *frames_[*stream.decoding].decoded);
        }
        if (sound_) next = std::min({next, next_packet_, next_heard_});
        return next;
    }

    void turn() {
        for (std::size_t i = 0; i < streams_.size(); ++i) {
            capture(i);
            arrive(i);
            finish_decoding(streams_[i]);
        }
        if (sound_) play_sound();
        step();
    }

    void capture(std::size_t index) {
        Stream& stream = streams_[index];
        if (!stream.live || stream.next_capture > now_) return;
        SimFrame frame;
        frame.stream = index;
        frame.clock = clock_of_frames_;
        frame.captured = now_;
        frame.mm_time = stamp(stream);
        const Duration transit = 1ms + dice_.up_to(stream.options.jitter);
        frame.arrived = std::max({now_ + transit, stream.last_arrival, stall_until_});
        stream.last_arrival = frame.arrived;
        stream.on_the_way.push_back(frame);
        stream.next_capture = now_ + stream.interval;
    }
    std::uint32_t stamp(const Stream& stream) {
        using Stamps = SimStreamOptions::Stamps;
        const std::uint32_t honest = stamp_at(now_, clock_of_frames_);
        switch (stream.options.stamps) {
        case Stamps::zero:
            return 0;
        case Stamps::repeated:
            return honest - honest % 100;
        case Stamps::hostile:
            break;
        case Stamps::honest:
            return honest;
        }
        switch (dice_.next() % 4) {
        case 0:
            return honest;
        case 1:
            return honest + static_cast<std::uint32_t>(dice_.next() % 4000) - 2000;
        case 2:
            return 0;
        default:
            return static_cast<std::uint32_t>(dice_.next());
        }
    }
    void arrive(std::size_t index) {
        Stream& stream = streams_[index];
        while (!stream.on_the_way.empty() && stream.on_the_way.front().arrived <= now_) {
            SimFrame frame = stream.on_the_way.front();
            stream.on_the_way.pop_front();
            frame.id = FrameId{frames_.size() + 1};
            frames_.push_back(frame);
            stream.to_decode.push_back(frames_.size() - 1);
            core.frame_received(stream.key, frame.id, frame.mm_time, now_);
        }
    }
    void finish_decoding(Stream& stream) {
        if (!stream.decoding || *frames_[*stream.decoding].decoded > now_) return;
        core.frame_decoded(stream.key, frames_[*stream.decoding].id, now_);
        stream.decoding.reset();
    }
    void begin_decoding(Stream& stream) {
        while (!stream.decoding && !stream.to_decode.empty()) {
            SimFrame& frame = frames_[stream.to_decode.front()];
            if (!frame.skipped || !stream.options.independent) {
                stream.decoding = stream.to_decode.front();
                frame.decoded = now_ + std::max(stream.options.decode +
                                                    dice_.up_to(stream.options.decode_jitter),
                                                Duration{1});
            }
            stream.to_decode.pop_front();
        }
    }
    void play_sound() {
        if (next_packet_ <= now_) {
            core.playback_packet(stamp_at(now_, clock_of_sound_), now_);
            next_packet_ = now_ + sound_period_;
        }
        if (next_heard_ > now_) return;
        if (pending_clock_ && pending_clock_->first <= now_) {
            clock_heard_ = pending_clock_->second;
            pending_clock_.reset();
        }
        const Duration noise = dice_.up_to(device_noise_ * 2) - device_noise_;
        const double exact = server_ms(now_ - sound_delay_ + noise, clock_heard_);
        const double whole = std::floor(exact);
        core.heard({.mm_time = static_cast<std::uint32_t>(static_cast<std::int64_t>(whole)),
                    .beyond = Duration{static_cast<std::int64_t>((exact - whole) * 1000)},
                    .at = now_,
                    .buffered = sound_delay_},
                   now_);
        next_heard_ = now_ + sound_period_;
    }

    void step() {
        for (const media::Decision& decision : core.step(now_)) {
            if (const auto* present = std::get_if<media::Present>(&decision)) {
                SimFrame& frame = take(present->frame);
                frame.presented = now_;
                frame.due = present->due;
                shown_.push_back(present->frame);
            } else if (const auto* skip = std::get_if<media::Skip>(&decision)) {
                take(skip->frame).skipped = skip->reason;
            } else if (const auto* report = std::get_if<media::SendReport>(&decision)) {
                reports_.push_back(report->report);
            } else if (const auto* given_up = std::get_if<media::GiveUp>(&decision)) {
                given_up_.push_back(given_up->stream);
            }
        }
        for (Stream& stream : streams_)
            begin_decoding(stream);
    }
    SimFrame& take(FrameId id) {
        SimFrame& frame = frames_.at(id.value - 1);
        if (frame.presented || frame.skipped)
            errors_.push_back("frame " + std::to_string(id.value) + " decided twice");
        return frame;
    }

    Dice dice_;
    LocalTime now_ = beginning;
    std::int64_t start_ms_;
    double rate_;
    std::int64_t clock_of_frames_ = 0;
    std::int64_t clock_of_main_ = 0;
    std::int64_t clock_of_sound_ = 0;
    std::int64_t clock_heard_ = 0;
    std::optional<std::pair<LocalTime, std::int64_t>> pending_clock_;
    bool sound_ = false;
    Duration sound_delay_{0};
    Duration device_noise_{0};
    Duration sound_period_ = 40ms;
    LocalTime heard_from_;
    LocalTime next_packet_;
    LocalTime next_heard_;
    LocalTime stall_until_ = beginning;
    std::vector<Stream> streams_;
    std::vector<SimFrame> frames_;
    std::vector<FrameId> shown_;
    std::vector<media::StreamReport> reports_;
    std::vector<StreamKey> given_up_;
    std::vector<std::string> errors_;
    std::uint64_t turns_ = 0;
};

} // namespace sumac::test
