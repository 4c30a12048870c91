#include "sound_track.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sumac::tool {
namespace {

using namespace std::chrono_literals;

constexpr double rate_hz = SoundView::rate_hz;
constexpr std::size_t block_frames = 480; // 10 ms

using Samples = std::vector<std::int16_t>;

std::size_t frames_in(Duration duration) {
    return static_cast<std::size_t>(
        std::llround(static_cast<double>(duration.count()) * rate_hz / 1e6));
}

/// Frames number `first` and so on of a tone of 440 Hz; the right channel is the left one, negated.
Samples tone(std::size_t first, std::size_t frames) {
    Samples samples;
    for (std::size_t i = first; i < first + frames; ++i) {
        const double turns = 440 * static_cast<double>(i) / rate_hz;
        const auto value = static_cast<std::int16_t>(8000 * std::cos(2 * std::numbers::pi * turns));
        samples.push_back(value);
        samples.push_back(static_cast<std::int16_t>(-value));
    }
    return samples;
}

/// How much of a sound is continuous: a tone of 440 Hz moves 461 at most from sample to sample.
int largest_step(const Samples& samples) {
    int largest = 0;
    for (std::size_t i = 1; i < samples.size(); ++i)
        largest = std::max(largest, std::abs(samples[i] - samples[i - 1]));
    return largest;
}

/// A track whose packets are kept, and read back with FFmpeg's decoder.
class TrackTest : public testing::Test {
protected:
    void SetUp() override {
        auto created = SoundTrack::create();
        ASSERT_TRUE(created);
        track_ = *std::move(created);
    }
    void add(const Samples& samples, Duration at) { ASSERT_TRUE(track_->add(samples, at, keep())); }
    /// Blocks of the tone; block number i is heard at `at(i)`.
    template <class At>
    void play(std::int64_t blocks, At at) {
        for (std::int64_t i = 0; i < blocks; ++i)
            add(tone(static_cast<std::size_t>(i) * block_frames, block_frames), at(i));
    }
    void follow_card(std::int64_t ppm);
    void fill(Duration now) { ASSERT_TRUE(track_->fill(now, keep())); }
    /// The left channel of the finished track.
    Samples finish(Duration end) {
        EXPECT_TRUE(track_->finish(end, keep()));
        return decode();
    }
    std::size_t packets() const { return packets_.size(); }
    std::size_t packets_in(Duration sound) const {
        return frames_in(sound) / static_cast<std::size_t>(track_->encoder().frame_size) + 1;
    }

private:
    SoundTrack::OnPacket keep() {
        return [this](AVPacket& packet) -> Result<Done, Failure> {
            packets_.emplace_back(av_packet_clone(&packet));
            return Done{};
        };
    }
    Samples decode() const {
        const CodecPointer decoder{avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_FLAC))};
        AVCodecParameters* parameters = avcodec_parameters_alloc();
        avcodec_parameters_from_context(parameters, &track_->encoder());
        avcodec_parameters_to_context(decoder.get(), parameters);
        avcodec_parameters_free(&parameters);
        EXPECT_GE(avcodec_open2(decoder.get(), nullptr, nullptr), 0);
        Samples samples;
        for (const PacketPointer& packet : packets_) {
            if (packet->size == 0) continue; // the last one only completes the header
            EXPECT_EQ(packet->pts, static_cast<std::int64_t>(samples.size()));
            append_decoded(*decoder, packet.get(), samples);
        }
        append_decoded(*decoder, nullptr, samples);
        return samples;
    }
    static void append_decoded(AVCodecContext& decoder, const AVPacket* packet, Samples& samples) {
        const FramePointer frame{av_frame_alloc()};
        EXPECT_GE(avcodec_send_packet(&decoder, packet), 0);
        while (avcodec_receive_frame(&decoder, frame.get()) >= 0) {
            ASSERT_EQ(frame->format, AV_SAMPLE_FMT_S16);
            const auto* data = static_cast<const std::int16_t*>(static_cast<void*>(frame->data[0]));
            for (int i = 0; i < frame->nb_samples; ++i)
                samples.push_back(data[2 * i]);
        }
    }

    std::unique_ptr<SoundTrack> track_;
    std::vector<PacketPointer> packets_;
};

/// Where the sound begins and ends: the first sample that is not silent, and the one after the
/// last.
std::pair<std::size_t, std::size_t> sounding(const Samples& samples) {
    const auto loud = [](std::int16_t sample) { return sample != 0; };
    const auto first = std::find_if(samples.begin(), samples.end(), loud);
    const auto last = std::find_if(samples.rbegin(), samples.rend(), loud);
    return {static_cast<std::size_t>(first - samples.begin()),
            static_cast<std::size_t>(samples.rend() - last)};
}

Samples part(const Samples& samples, std::size_t from, std::size_t to) {
    return {samples.begin() + static_cast<std::ptrdiff_t>(from),
            samples.begin() + static_cast<std::ptrdiff_t>(to)};
}

/// As near as the track brings its samples to their places.
bool is_near(std::size_t frame, Duration place) {
    const double off = static_cast<double>(frame) - static_cast<double>(frames_in(place));
    return std::abs(off) <= static_cast<double>(frames_in(SoundTrack::slack + 1ms));
}

Samples left(const Samples& samples) {
    Samples channel;
    for (std::size_t i = 0; i < samples.size(); i += 2)
        channel.push_back(samples[i]);
    return channel;
}

TEST_F(TrackTest, SoundStandsWhereItWasHeardAndIsUnchanged) {
    play(100, [](std::int64_t i) { return 500ms + 10ms * i; });
    const Samples samples = finish(2s);
    ASSERT_EQ(samples.size(), 96'000U);
    EXPECT_EQ(sounding(samples), std::pair(std::size_t{24'000}, std::size_t{72'000}));
    EXPECT_TRUE(
        std::ranges::equal(std::span{samples}.subspan(24'000, 48'000), left(tone(0, 48'000))));
}

TEST_F(TrackTest, MeasurementsThatScatterChangeNothing) {
    play(100, [](std::int64_t i) { return 10ms * i + (i % 5) * 700us; });
    EXPECT_EQ(finish(1s), left(tone(0, 48'000)));
}

/// 100 s of a card whose clock is so much slower than ours; 500 ppm make 50 ms.
void TrackTest::follow_card(std::int64_t ppm) {
    constexpr std::int64_t blocks = 10'000;
    const auto at = [&](std::int64_t i) {
        return 1s + Duration{i * (10'000'000 + 10 * ppm) / 1000};
    };
    play(blocks, at);
    const Samples samples = finish(110s);
    const auto [first, end] = sounding(samples);
    EXPECT_EQ(first, 48'000U);
    EXPECT_TRUE(is_near(end, at(blocks))) << end;
    EXPECT_LE(largest_step(part(samples, first, end)), 500) << "a cut, or silence";
}

TEST_F(TrackTest, ASlowCardIsFollowedWithoutSilence) {
    follow_card(500);
}

TEST_F(TrackTest, AFastCardIsFollowedWithoutACut) {
    follow_card(-500);
}

TEST_F(TrackTest, AShortPauseIsMadeUpForLittleByLittle) {
    // 15 ms of silence after a second.
    const auto at = [](std::int64_t i) { return 10ms * i + (i < 100 ? 0ms : 15ms); };
    play(2000, at);
    const Samples samples = finish(21s);
    const std::size_t end = sounding(samples).second;
    EXPECT_TRUE(is_near(end, at(2000))) << end;
    EXPECT_LE(largest_step(part(samples, 0, end)), 500);
}

TEST_F(TrackTest, ALongPauseIsSilence) {
    play(200, [](std::int64_t i) { return 10ms * i + (i < 100 ? 0ms : 50ms); });
    const Samples samples = finish(2050ms);
    const auto silence = std::span{samples}.subspan(48'000, 2400);
    EXPECT_TRUE(std::ranges::all_of(silence, [](std::int16_t sample) { return sample == 0; }));
    EXPECT_TRUE(std::ranges::equal(std::span{samples}.subspan(50'400), left(tone(48'000, 48'000))));
}

TEST_F(TrackTest, WhatComesForAPlaceThatIsWrittenIsCut) {
    const auto at = [](std::int64_t i) { return 10ms * i - (i < 100 ? 0ms : 50ms); };
    play(1500, at);
    const Samples samples = finish(16s);
    // As far as it is no matter of steering: three blocks of the five.
    EXPECT_EQ(part(samples, 48'000, 49'000), left(tone(49'440, 1000)));
    const std::size_t end = sounding(samples).second;
    EXPECT_TRUE(is_near(end, at(1500))) << end;
}

TEST_F(TrackTest, SoundFromBeforeTheFileIsCut) {
    play(100, [](std::int64_t i) { return 10ms * i - 505ms; });
    EXPECT_EQ(finish(495ms), left(tone(24'240, 23'760)));
}

TEST_F(TrackTest, SilenceIsEncodedAsItPasses) {
    add(tone(0, block_frames), 0ms);
    std::size_t before = packets();
    const std::size_t packets_in_11s = packets_in(11s);
    for (Duration now = 10s; now <= 300s; now += 10s) {
        fill(now);
        EXPECT_GT(packets(), before);
        EXPECT_LE(packets() - before, packets_in_11s);
        before = packets();
    }
    add(tone(0, block_frames), 301s);
    EXPECT_LE(packets() - before, packets_in_11s) << "nothing is left over for the end";
    const Samples samples = finish(302s);
    EXPECT_EQ(samples.size(), 302U * 48'000U);
    EXPECT_EQ(samples.at(301 * 48'000), 8000);
}

TEST_F(TrackTest, OddBlocksAreTaken) {
    add({}, 0ms);
    add(tone(0, 1), 10ms);
    add(tone(1, 31), 30ms); // just within what is not a gap, and too short to be stretched
    EXPECT_EQ(finish(1s).size(), 48'000U);
}

} // namespace
} // namespace sumac::tool
