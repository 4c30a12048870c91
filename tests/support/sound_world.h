/// SoundWorld: a server that plays, a path with jitter, the player with its null device, and the
/// media core that regulates it, in virtual time. Now and then a frame of video, to see how far it
/// and its sound are apart.
#pragma once

#include "audio/player.h"
#include "media/media_core.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

namespace sumac::audio {

class SoundWorld {
public:
    struct Options {
        double server_ppm = 0; ///< by which the server's clock is faster
        Duration jitter{0};    ///< of each packet's way, on top of the least
        Format format = {};
        Format device = {};
        Duration packet{10'000};
        Duration frame{33'333};
    };
    explicit SoundWorld(Options options) : options_(options), player_(options.device) {}

    void start() {
        playing_ = true;
        core_.playback_started(stamp(now_).mm_time, now_);
        first_packet_ = next_packet_ = now_;
        packets_ = 0;
    }
    void stop() {
        playing_ = false;
        core_.playback_stopped(now_);
        player_.ended();
    }
    /// The server's clock jumps.
    void jump(std::chrono::milliseconds by) { server_shift_ += by; }
    /// Nothing arrives for so long; then everything that was sent.
    void stall(Duration duration) { stalled_until_ = now_ + duration; }
    /// Our timer fails to fire for so long.
    void sleep_through(Duration duration) { next_step_ = now_ + duration; }

    void run(Duration duration) {
        const LocalTime end = now_ + duration;
        while (true) {
            const LocalTime next =
                std::min({next_packet_, next_step_, arrival(), next_frame_, due()});
            if (next > end) break;
            now_ = std::max(now_, next);
            turn();
        }
        now_ = end;
    }

    struct Seen {
        double least_speed = 2;
        double greatest_speed = 0;
        Duration worst_skew{0};
        Duration longest_buffered{0};
        Duration sum_buffered{0};
        std::uint64_t silent_blocks = 0;
        std::uint64_t frames_presented = 0;
        Duration longest_gap{0};
    };
    Seen& seen() { return seen_; }
    Player& player() { return player_; }
    media::MediaCore& core() { return core_; }
    LocalTime now() const { return now_; }
    std::uint64_t underruns() const {
        return core_.audio_status().underruns + player_.counts().ring_underruns;
    }
    /// All that was given to the device as sound, and when each block was to be heard.
    struct Played {
        Samples samples;
        Stamp stamp;
        LocalTime heard;
    };
    std::vector<Played> played;
    bool keep_played = false;
    /// The sample of a server's frame number; silence unless set.
    std::function<std::int16_t(std::uint64_t)> wave;

private:
    struct Packet {
        Stamp stamp;
        LocalTime arrival;
        std::uint64_t first = 0;
    };

    Stamp stamp(LocalTime at) const {
        const auto us =
            static_cast<double>(at.time_since_epoch().count()) * (1 + options_.server_ppm / 1e6);
        const auto ms = static_cast<std::int64_t>(us / 1000) + server_shift_.count();
        return {static_cast<std::uint32_t>(ms), Duration{0}};
    }
    LocalTime arrival() const {
        if (sent_.empty()) return LocalTime::max();
        return std::max(sent_.front().arrival, stalled_until_);
    }
    LocalTime due() const { return core_.next_deadline().value_or(LocalTime::max()); }

    void turn() {
        if (now_ >= next_packet_) send();
        while (now_ >= arrival())
            receive();
        if (now_ >= next_frame_) frame();
        if (now_ >= next_step_) step();
        for (const auto& decision : core_.step(now_))
            if (const auto* present = std::get_if<media::Present>(&decision)) presented(*present);
    }

    void send() {
        if (playing_) {
            const auto random =
                std::uniform_int_distribution<Duration::rep>{0, options_.jitter.count()}(random_);
            LocalTime at = now_ + Duration{random};
            if (!sent_.empty()) at = std::max(at, sent_.back().arrival);
            sent_.push_back({stamp(now_), at, sent_frames_});
            sent_frames_ += frames_in(options_.packet, options_.format.rate_hz);
        }
        const auto packets = static_cast<double>(++packets_);
        next_packet_ =
            first_packet_ +
            Duration{std::llround(packets * static_cast<double>(options_.packet.count()) /
                                  (1 + options_.server_ppm / 1e6))};
        if (!playing_) next_packet_ = std::max(next_packet_, now_ + Duration{1});
    }

    void receive() {
        const Packet packet = sent_.front();
        sent_.pop_front();
        const std::uint64_t frames = frames_in(options_.packet, options_.format.rate_hz);
        Samples samples(frames * options_.format.channels);
        for (std::size_t i = 0; wave && i < samples.size(); ++i)
            samples[i] = wave(packet.first + i / options_.format.channels);
        core_.playback_packet(packet.stamp.mm_time, now_);
        player_.push({packet.stamp, options_.format, std::move(samples)});
    }

    void step() {
        next_step_ = now_ + Player::period;
        const auto advise = [this](Duration buffered) {
            const auto advice = core_.regulate_audio(buffered, now_);
            if (advice.silence) {
                ++seen_.silent_blocks;
            } else {
                seen_.least_speed = std::min(seen_.least_speed, advice.speed);
                seen_.greatest_speed = std::max(seen_.greatest_speed, advice.speed);
            }
            return Player::Advice{advice.silence, advice.discard, advice.speed};
        };
        player_.step(now_, advise, [this](const Player::Block& block) {
            if (keep_played)
                played.push_back(
                    {{block.samples.begin(), block.samples.end()}, block.stamp, block.heard});
        });
        const auto heard = player_.heard(now_);
        if (!heard) return;
        core_.heard({heard->stamp.mm_time, heard->stamp.beyond, now_, heard->buffered}, now_);
        seen_.longest_buffered = std::max(seen_.longest_buffered, heard->buffered);
    }

    void frame() {
        if (!stream_made_) core_.stream_created({StreamKey{1}, 0, StreamId{1}, {}}, now_);
        stream_made_ = true;
        const FrameId id{++last_frame_};
        core_.frame_received(StreamKey{1}, id, stamp(now_).mm_time, now_);
        core_.frame_decoded(StreamKey{1}, id, now_);
        waiting_.push_back({id, stamp(now_).mm_time});
        next_frame_ = now_ + options_.frame;
    }

    void presented(const media::Present& present) {
        while (waiting_.front().id != present.frame)
            waiting_.pop_front();
        ++seen_.frames_presented;
        if (last_presented_ != LocalTime{})
            seen_.longest_gap = std::max(seen_.longest_gap, now_ - last_presented_);
        last_presented_ = now_;
        const auto heard = player_.heard(now_);
        if (!heard) return;
        // What is heard now, against what is shown now.
        const auto ahead =
            static_cast<std::int32_t>(waiting_.front().mm_time - heard->stamp.mm_time);
        const Duration skew = std::chrono::milliseconds{ahead} - heard->stamp.beyond;
        seen_.worst_skew = std::max(seen_.worst_skew, std::chrono::abs(skew));
    }

    struct Frame {
        FrameId id;
        std::uint32_t mm_time = 0;
    };

    const Options options_;
    Player player_;
    media::MediaCore core_;
    std::mt19937 random_{1};
    LocalTime now_{std::chrono::hours{1}};
    std::chrono::milliseconds server_shift_{0};
    bool playing_ = false;
    LocalTime first_packet_ = now_;
    LocalTime next_packet_ = now_;
    std::uint64_t packets_ = 0;
    std::uint64_t sent_frames_ = 0;
    LocalTime next_step_ = now_;
    LocalTime next_frame_ = now_;
    LocalTime stalled_until_ = now_;
    LocalTime last_presented_{};
    std::deque<Packet> sent_;
    std::deque<Frame> waiting_;
    std::uint64_t last_frame_ = 0;
    bool stream_made_ = false;
    Seen seen_;
};

} // namespace sumac::audio
