#include "base/writer.h"
#include "client/playback_channel.h"
#include "fake_port.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <spice/enums.h>

#include <cmath>
#include <numbers>

namespace sumac::client {
namespace {

using namespace std::chrono_literals;
using namespace sumac::test;

using Calls = std::vector<std::string>;

/// Notes what it is told.
class NotedSound final : public GuestSound {
public:
    void started(std::uint32_t mm_time, LocalTime) override {
        calls.push_back(fmt::format("started {}", mm_time));
    }
    void arrived(std::uint32_t mm_time, LocalTime) override {
        calls.push_back(fmt::format("arrived {}", mm_time));
    }
    void play(audio::SoundQueue::Packet packet, LocalTime now) override {
        calls.push_back("play");
        played.push_back(std::move(packet));
        played_at = now;
    }
    void stopped(LocalTime) override { calls.push_back("stopped"); }
    void reset(LocalTime) override { calls.push_back("reset"); }
    void wish(std::uint32_t latency_ms) override {
        calls.push_back(fmt::format("wish {}", latency_ms));
    }
    audio::Gain& gain() override { return gain_; }

    Calls calls;
    std::vector<audio::SoundQueue::Packet> played;
    LocalTime played_at;

private:
    audio::Gain gain_;
};

ByteVector start(std::uint32_t channels, std::uint16_t format, std::uint32_t rate_hz) {
    Writer w;
    w.u32(channels);
    w.u16(format);
    w.u32(rate_hz);
    w.u32(1000); // mm-time
    return w.take();
}

ByteVector mode(std::uint16_t mode) {
    Writer w;
    w.u32(1000); // mm-time
    w.u16(mode);
    return w.take();
}

ByteVector data(std::uint32_t mm_time, const ByteVector& packet) {
    Writer w;
    w.u32(mm_time);
    w.bytes(packet);
    return w.take();
}

/// 10 ms of stereo at 48 kHz.
ByteVector opus_packet() {
    auto encoder = audio::PacketEncoder::make({2, 48000});
    audio::Samples samples;
    for (int i = 0; i < 960; ++i)
        samples.push_back(
            static_cast<std::int16_t>(8000 * std::sin(2 * std::numbers::pi * (i / 2) / 109)));
    return *(*encoder)->encode(samples);
}

const ByteVector start_48k = start(2, SPICE_AUDIO_FMT_S16, 48000);
const ByteVector two_frames = "01 00 02 00  03 00 ff ff"_hex;

class PlaybackTest : public testing::Test {
protected:
    void get(std::uint16_t type, const ByteVector& body = {}) { deliver(channel_, type, body); }
    /// What the channel has counted as such since the session began.
    std::uint64_t damaged() const { return total(report().damaged); }
    std::uint64_t ignored() const { return total(report().ignored); }
    Calls take_calls() { return std::exchange(sound_->calls, {}); }

    std::shared_ptr<NotedSound> sound_ = std::make_shared<NotedSound>();
    LocalTime now_{1000s};

private:
    ChannelReport report() const {
        const auto channels = statistics_.report().channels;
        return channels.empty() ? ChannelReport{} : channels.front();
    }
    static std::uint64_t total(const std::map<std::string, std::uint64_t>& counts) {
        std::uint64_t sum = 0;
        for (const auto& [name, count] : counts)
            sum += count;
        return sum;
    }

    FakePort port_{{SPICE_CHANNEL_PLAYBACK, 0}};
    Statistics statistics_{"server"};
    PlaybackChannel channel_{
        {port_, sound_, statistics_, [](LogLevel, std::string_view) {}, [this] { return now_; }}};

protected:
    Channel& channel() { return channel_; }
};

TEST_F(PlaybackTest, RawSoundIsPlayedAsItIs) {
    get(SPICE_MSG_PLAYBACK_MODE, mode(SPICE_AUDIO_DATA_MODE_RAW));
    get(SPICE_MSG_PLAYBACK_START, start_48k);
    get(SPICE_MSG_PLAYBACK_DATA, data(1010, two_frames));
    get(SPICE_MSG_PLAYBACK_STOP);
    EXPECT_EQ(take_calls(), (Calls{"started 1000", "arrived 1010", "play", "stopped"}));
    const auto& packet = sound_->played.at(0);
    EXPECT_EQ(packet.stamp, (audio::Stamp{1010, {}}));
    EXPECT_EQ(packet.format, (audio::Format{2, 48000}));
    EXPECT_EQ(packet.samples, (audio::Samples{1, 2, 3, -1}));
    EXPECT_EQ(sound_->played_at, now_);
}

TEST_F(PlaybackTest, WithoutAModeSoundIsRaw) {
    get(SPICE_MSG_PLAYBACK_START, start(1, SPICE_AUDIO_FMT_S16, 44100));
    get(SPICE_MSG_PLAYBACK_DATA, data(1010, two_frames));
    EXPECT_EQ(sound_->played.at(0).samples.size(), 4U);
    EXPECT_EQ(sound_->played.at(0).format, (audio::Format{1, 44100}));
}

TEST_F(PlaybackTest, OpusIsUnpackedAndOlderThanItsStampByTheEncodersDelay) {
    get(SPICE_MSG_PLAYBACK_MODE, mode(SPICE_AUDIO_DATA_MODE_OPUS));
    get(SPICE_MSG_PLAYBACK_START, start_48k);
    get(SPICE_MSG_PLAYBACK_DATA, data(1010, opus_packet()));
    const auto& packet = sound_->played.at(0);
    EXPECT_EQ(packet.samples.size(), 960U);
    EXPECT_EQ(packet.stamp, (audio::Stamp{1003, 500us}));
}

TEST_F(PlaybackTest, TheModeMayChangeBetweenTwoPackets) {
    get(SPICE_MSG_PLAYBACK_START, start_48k);
    get(SPICE_MSG_PLAYBACK_DATA, data(1010, two_frames));
    get(SPICE_MSG_PLAYBACK_MODE, mode(SPICE_AUDIO_DATA_MODE_OPUS));
    get(SPICE_MSG_PLAYBACK_DATA, data(1020, opus_packet()));
    get(SPICE_MSG_PLAYBACK_MODE, mode(SPICE_AUDIO_DATA_MODE_RAW));
    get(SPICE_MSG_PLAYBACK_DATA, data(1030, two_frames));
    std::vector<std::size_t> sizes;
    for (const auto& packet : sound_->played)
        sizes.push_back(packet.samples.size());
    EXPECT_EQ(sizes, (std::vector<std::size_t>{4, 960, 4}));
}

TEST_F(PlaybackTest, AStartInMidSoundChangesTheFormat) {
    get(SPICE_MSG_PLAYBACK_START, start_48k);
    get(SPICE_MSG_PLAYBACK_START, start(1, SPICE_AUDIO_FMT_S16, 8000));
    get(SPICE_MSG_PLAYBACK_DATA, data(1010, two_frames));
    EXPECT_EQ(sound_->played.at(0).format, (audio::Format{1, 8000}));
}

TEST_F(PlaybackTest, SoundBeforeAStartAndAfterAStopIsCountedAndNotPlayed) {
    get(SPICE_MSG_PLAYBACK_DATA, data(1010, two_frames));
    get(SPICE_MSG_PLAYBACK_START, start_48k);
    get(SPICE_MSG_PLAYBACK_STOP);
    get(SPICE_MSG_PLAYBACK_DATA, data(1020, two_frames));
    EXPECT_EQ(take_calls(), (Calls{"started 1000", "stopped"}));
    EXPECT_EQ(ignored(), 2U);
}

TEST_F(PlaybackTest, FormatsThatCannotBePlayedEndTheSound) {
    const std::vector<ByteVector> starts{start(0, SPICE_AUDIO_FMT_S16, 48000),
                                         start(9, SPICE_AUDIO_FMT_S16, 48000),
                                         start(0xffffffff, SPICE_AUDIO_FMT_S16, 48000),
                                         start(2, SPICE_AUDIO_FMT_S16, 0),
                                         start(2, SPICE_AUDIO_FMT_S16, 7999),
                                         start(2, SPICE_AUDIO_FMT_S16, 192'001),
                                         start(2, SPICE_AUDIO_FMT_S16, 0xffffffff),
                                         start(2, SPICE_AUDIO_FMT_INVALID, 48000),
                                         start(2, 0xffff, 48000)};
    for (const ByteVector& hostile : starts) {
        get(SPICE_MSG_PLAYBACK_START, start_48k);
        take_calls();
        get(SPICE_MSG_PLAYBACK_START, hostile);
        get(SPICE_MSG_PLAYBACK_DATA, data(1010, two_frames));
        EXPECT_EQ(take_calls(), Calls{"stopped"});
    }
    EXPECT_EQ(ignored(), 2 * starts.size()) << "the start, and the sound";
}

TEST_F(PlaybackTest, SoundInAModeThatNobodyAnnouncedIsCountedAndNotPlayed) {
    get(SPICE_MSG_PLAYBACK_START, start_48k);
    take_calls();
    // 2 is CELT, which is no more.
    for (const std::uint16_t odd : std::vector<std::uint16_t>{0, 2, 4, 0xffff}) {
        get(SPICE_MSG_PLAYBACK_MODE, mode(odd));
        get(SPICE_MSG_PLAYBACK_DATA, data(1010, two_frames));
    }
    EXPECT_EQ(take_calls(), Calls{});
    EXPECT_EQ(ignored(), 4U);
}

TEST_F(PlaybackTest, OpusInAFormatThatItDoesNotHaveCostsThePackets) {
    get(SPICE_MSG_PLAYBACK_MODE, mode(SPICE_AUDIO_DATA_MODE_OPUS));
    for (const ByteVector& odd :
         {start(2, SPICE_AUDIO_FMT_S16, 44100), start(8, SPICE_AUDIO_FMT_S16, 48000)}) {
        get(SPICE_MSG_PLAYBACK_START, odd);
        get(SPICE_MSG_PLAYBACK_DATA, data(1010, opus_packet()));
    }
    EXPECT_EQ(sound_->played.size(), 0U);
    EXPECT_EQ(damaged(), 2U);
}

TEST_F(PlaybackTest, ADamagedOpusPacketIsFilledInOnceThereWasSound) {
    const ByteVector bad = "ff 00"_hex; // of no frames at all
    get(SPICE_MSG_PLAYBACK_MODE, mode(SPICE_AUDIO_DATA_MODE_OPUS));
    get(SPICE_MSG_PLAYBACK_START, start_48k);
    get(SPICE_MSG_PLAYBACK_DATA, data(1010, bad));
    get(SPICE_MSG_PLAYBACK_DATA, data(1020, opus_packet()));
    get(SPICE_MSG_PLAYBACK_DATA, data(1030, bad));
    get(SPICE_MSG_PLAYBACK_DATA, data(1040, {}));
    EXPECT_EQ(damaged(), 3U);
    ASSERT_EQ(sound_->played.size(), 3U);
    const auto& last = sound_->played.back();
    EXPECT_EQ(last.samples.size(), 960U) << "as long as the one before";
    EXPECT_EQ(last.stamp, (audio::Stamp{1033, 500us}));
}

TEST_F(PlaybackTest, EachStartDecodesAnew) {
    get(SPICE_MSG_PLAYBACK_MODE, mode(SPICE_AUDIO_DATA_MODE_OPUS));
    get(SPICE_MSG_PLAYBACK_START, start_48k);
    get(SPICE_MSG_PLAYBACK_DATA, data(1010, opus_packet()));
    get(SPICE_MSG_PLAYBACK_START, start_48k);
    get(SPICE_MSG_PLAYBACK_DATA, data(1020, opus_packet()));
    EXPECT_EQ(sound_->played.at(0).samples, sound_->played.at(1).samples);
}

TEST_F(PlaybackTest, RawPacketsOfOddOrHugeSizeAreDropped) {
    get(SPICE_MSG_PLAYBACK_START, start_48k);
    take_calls();
    get(SPICE_MSG_PLAYBACK_DATA, data(1010, "01 00 02"_hex));
    get(SPICE_MSG_PLAYBACK_DATA, data(1020, ByteVector(48001 * 4)));
    EXPECT_EQ(take_calls(), (Calls{"arrived 1010", "arrived 1020"}));
    EXPECT_EQ(damaged(), 2U);
    get(SPICE_MSG_PLAYBACK_DATA, data(1030, ByteVector(48000 * 4))); // a second
    EXPECT_EQ(take_calls(), (Calls{"arrived 1030", "play"}));
}

TEST_F(PlaybackTest, VolumeMuteAndLatencyReachThePlayer) {
    const auto applied = [&] {
        audio::Samples samples{8000, 8000};
        audio::Gain gain = sound_->gain(); // a sound that begins now
        gain.apply(samples, 2);
        return samples;
    };
    get(SPICE_MSG_PLAYBACK_VOLUME, "02  00 80  ff ff"_hex);
    EXPECT_EQ(applied(), (audio::Samples{1000, 8000})) << "half of the way is an eighth";
    get(SPICE_MSG_PLAYBACK_MUTE, "01"_hex);
    EXPECT_EQ(applied(), (audio::Samples{0, 0}));
    get(SPICE_MSG_PLAYBACK_MUTE, "00"_hex);
    get(SPICE_MSG_PLAYBACK_VOLUME, "00"_hex);
    EXPECT_EQ(applied(), (audio::Samples{8000, 8000})) << "no channel: as loud as it is";
    get(SPICE_MSG_PLAYBACK_LATENCY, "c8 00 00 00"_hex);
    EXPECT_EQ(take_calls(), Calls{"wish 200"});
}

TEST_F(PlaybackTest, AnotherServerBeginsWithoutFormatAndMode) {
    get(SPICE_MSG_PLAYBACK_MODE, mode(SPICE_AUDIO_DATA_MODE_OPUS));
    get(SPICE_MSG_PLAYBACK_START, start_48k);
    take_calls();
    channel().reset(now_);
    get(SPICE_MSG_PLAYBACK_DATA, data(1010, two_frames));
    EXPECT_EQ(take_calls(), Calls{"reset"});
    get(SPICE_MSG_PLAYBACK_START, start_48k);
    get(SPICE_MSG_PLAYBACK_DATA, data(1020, two_frames));
    EXPECT_EQ(sound_->played.at(0).samples.size(), 4U) << "raw";
}

TEST_F(PlaybackTest, AServerThatGoesOnSeamlesslyKeepsBoth) {
    get(SPICE_MSG_PLAYBACK_MODE, mode(SPICE_AUDIO_DATA_MODE_OPUS));
    get(SPICE_MSG_PLAYBACK_START, start_48k);
    take_calls();
    channel().moved();
    get(SPICE_MSG_PLAYBACK_DATA, data(1010, opus_packet()));
    EXPECT_EQ(take_calls(), (Calls{"arrived 1010", "play"}));
}

TEST_F(PlaybackTest, TheEndIsSilence) {
    get(SPICE_MSG_PLAYBACK_START, start_48k);
    take_calls();
    channel().stop(now_);
    EXPECT_EQ(take_calls(), Calls{"reset"});
}

TEST_F(PlaybackTest, CutMessagesAreCountedAndChangeNothing) {
    const std::vector<std::pair<std::uint16_t, ByteVector>> messages{
        {SPICE_MSG_PLAYBACK_START, start_48k},
        {SPICE_MSG_PLAYBACK_MODE, mode(SPICE_AUDIO_DATA_MODE_OPUS)},
        {SPICE_MSG_PLAYBACK_DATA, data(1010, {})},
        {SPICE_MSG_PLAYBACK_VOLUME, "01 00 80"_hex},
        {SPICE_MSG_PLAYBACK_MUTE, "01"_hex},
        {SPICE_MSG_PLAYBACK_LATENCY, "c8 00 00 00"_hex}};
    std::uint64_t cuts = 0;
    for (const auto& [type, body] : messages) {
        for (std::size_t size = 0; size < body.size(); ++size, ++cuts)
            get(type, {body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size)});
    }
    EXPECT_EQ(damaged(), cuts);
    EXPECT_EQ(take_calls(), Calls{});
}

TEST_F(PlaybackTest, UnknownMessagesAreCounted) {
    get(200, "00"_hex);
    EXPECT_EQ(ignored(), 1U);
}

} // namespace
} // namespace sumac::client
