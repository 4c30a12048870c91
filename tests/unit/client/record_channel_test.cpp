#include "base/writer.h"
#include "client/record_channel.h"
#include "fake_port.h"

#include <gtest/gtest.h>
#include <spice/enums.h>
#include <spice/protocol.h>

#include <algorithm>
#include <limits>

namespace sumac::client {
namespace {

using namespace std::chrono_literals;
using namespace sumac::test;

using Sent = std::vector<channel::OutgoingMessage>;
using Types = std::vector<std::uint16_t>;

/// Counts the frames that it gives: 1, 2, 3 ... in every channel.
class CountingSource final : public SoundSource {
public:
    std::size_t read(std::span<std::int16_t> samples, unsigned channels, unsigned) override {
        ++reads;
        const std::size_t frames = std::min(samples.size() / channels, left);
        for (std::size_t i = 0; i < frames; ++i)
            for (unsigned channel = 0; channel < channels; ++channel)
                samples[i * channels + channel] = static_cast<std::int16_t>(given + i + 1);
        given += frames;
        left -= frames;
        return boasts ? std::numeric_limits<std::size_t>::max() : frames * channels;
    }

    std::size_t left = std::numeric_limits<std::size_t>::max();
    std::size_t given = 0;
    int reads = 0;
    bool boasts = false; ///< says that it gave more than it was asked for
};

ByteVector start(std::uint32_t channels, std::uint16_t format, std::uint32_t rate_hz) {
    Writer w;
    w.u32(channels);
    w.u16(format);
    w.u32(rate_hz);
    return w.take();
}

const ByteVector start_48k = start(2, SPICE_AUDIO_FMT_S16, 48000);
const ByteVector start_44k = start(2, SPICE_AUDIO_FMT_S16, 44100);

Types types_of(const Sent& sent) {
    Types types;
    for (const auto& message : sent)
        types.push_back(message.type);
    return types;
}

/// What begins each recording, and so many packets.
Types begun(std::size_t packets) {
    Types types{SPICE_MSGC_RECORD_MODE, SPICE_MSGC_RECORD_START_MARK};
    types.insert(types.end(), packets, SPICE_MSGC_RECORD_DATA);
    return types;
}

std::uint16_t mode_of(const channel::OutgoingMessage& message) {
    Reader r{message.body};
    r.u32(); // mm-time
    return r.u16();
}

ByteVector packet_of(const channel::OutgoingMessage& message) {
    return {message.body.begin() + 4, message.body.end()}; // behind the mm-time
}

audio::Samples raw_samples_of(const channel::OutgoingMessage& message) {
    const ByteVector packet = packet_of(message);
    audio::Samples samples;
    for (Reader r{packet}; r.left() > 0;)
        samples.push_back(r.i16());
    return samples;
}

/// A guest whose server knows Opus, and a client with a source; no timer runs, time is the test's.
class RecordTest : public testing::Test {
protected:
    explicit RecordTest(wire::Capabilities server = {SPICE_RECORD_CAP_VOLUME,
                                                     SPICE_RECORD_CAP_OPUS})
        : port_({SPICE_CHANNEL_RECORD, 0}, std::move(server)) {}

    void get(std::uint16_t type, const ByteVector& body = {}) { deliver(channel_, type, body); }
    /// Lets time pass as the timer does; returns what was sent.
    Sent run(Duration duration) {
        for (const LocalTime end = now_ + duration; now_ < end;)
            step_after(RecordChannel::packet_length);
        return port_.take_sent();
    }
    void step_after(Duration duration) {
        now_ += duration;
        channel_.step(now_);
    }
    std::uint64_t damaged() const { return total(report().damaged); }
    std::uint64_t ignored() const { return total(report().ignored); }

    CountingSource source_;
    FakePort port_;

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

    asio::io_context net_; // never run
    Statistics statistics_{"server"};
    LocalTime now_{1000s};

protected:
    RecordChannel channel_{{port_,
                            net_,
                            &source_,
                            statistics_,
                            [](LogLevel, std::string_view) {},
                            [this] { return now_; }}};
};

class RawRecordTest : public RecordTest {
protected:
    RawRecordTest() : RecordTest(wire::Capabilities{SPICE_RECORD_CAP_VOLUME}) {}
};

TEST_F(RecordTest, NothingIsAskedOrSentBeforeTheGuestListens) {
    EXPECT_EQ(run(100ms).size(), 0U);
    EXPECT_EQ(source_.reads, 0);
    EXPECT_FALSE(channel_.recording());
}

TEST_F(RecordTest, TheGuestHearsAModeAMarkAndThenSoundAsTimePasses) {
    get(SPICE_MSG_RECORD_START, start_48k);
    const Sent sent = run(50ms);
    ASSERT_EQ(types_of(sent), begun(5));
    EXPECT_EQ(mode_of(sent[0]), SPICE_AUDIO_DATA_MODE_OPUS);
    auto decoder = audio::PacketDecoder::make({2, 48000});
    ASSERT_TRUE(decoder);
    for (std::size_t i = 2; i < sent.size(); ++i) {
        const auto samples = (*decoder)->decode(packet_of(sent[i]));
        ASSERT_TRUE(samples);
        EXPECT_EQ(samples->size(), 960U);
    }
    EXPECT_EQ(types_of(run(20ms)), (Types{SPICE_MSGC_RECORD_DATA, SPICE_MSGC_RECORD_DATA}));
}

TEST_F(RawRecordTest, AServerWithoutOpusGetsTheSamplesThemselves) {
    get(SPICE_MSG_RECORD_START, start_48k);
    const Sent sent = run(20ms);
    ASSERT_EQ(types_of(sent), begun(2));
    EXPECT_EQ(mode_of(sent[0]), SPICE_AUDIO_DATA_MODE_RAW);
    const audio::Samples first = raw_samples_of(sent[2]);
    ASSERT_EQ(first.size(), 960U);
    EXPECT_EQ(first.front(), 1);
    EXPECT_EQ(first.back(), 480);
    EXPECT_EQ(raw_samples_of(sent[3]).front(), 481);
}

TEST_F(RecordTest, ARateAndChannelsThatServersDoNotTakeAsOpusAreRaw) {
    for (const audio::Format format :
         {audio::Format{2, 44100}, {1, 8000}, {2, 24000}, {8, 192'000}, {1, 11025}}) {
        get(SPICE_MSG_RECORD_START, start(format.channels, SPICE_AUDIO_FMT_S16, format.rate_hz));
        const Sent sent = run(20ms);
        ASSERT_GE(sent.size(), 3U) << format.rate_hz;
        EXPECT_EQ(mode_of(sent[0]), SPICE_AUDIO_DATA_MODE_RAW);
        EXPECT_EQ(raw_samples_of(sent[2]).size(), format.rate_hz / 100 * format.channels);
    }
}

TEST_F(RecordTest, NotAByteAfterAStop) {
    get(SPICE_MSG_RECORD_START, start_48k);
    run(50ms);
    get(SPICE_MSG_RECORD_STOP);
    const int reads = source_.reads;
    EXPECT_EQ(run(100ms).size(), 0U);
    EXPECT_EQ(source_.reads, reads);
    EXPECT_FALSE(channel_.recording());
}

TEST_F(RecordTest, EachStartBeginsWithModeAndMark) {
    get(SPICE_MSG_RECORD_START, start_48k);
    run(50ms);
    get(SPICE_MSG_RECORD_STOP);
    run(1s);
    get(SPICE_MSG_RECORD_START, start_48k);
    EXPECT_EQ(types_of(run(30ms)), begun(3)) << "and nothing of what was silent in between";
    get(SPICE_MSG_RECORD_START, start_44k); // without a STOP
    const Sent sent = run(20ms);
    EXPECT_EQ(types_of(sent), begun(2));
    EXPECT_EQ(mode_of(sent[0]), SPICE_AUDIO_DATA_MODE_RAW);
}

TEST_F(RecordTest, TheSameStartAgainChangesNothing) {
    get(SPICE_MSG_RECORD_START, start_48k);
    run(50ms);
    get(SPICE_MSG_RECORD_START, start_48k);
    EXPECT_EQ(types_of(run(10ms)), Types{SPICE_MSGC_RECORD_DATA});
}

TEST_F(RecordTest, ASourceThatHasNothingSendsNothing) {
    source_.left = 479;
    get(SPICE_MSG_RECORD_START, start_48k);
    EXPECT_EQ(run(100ms).size(), 0U);
    source_.left = 1;
    EXPECT_EQ(types_of(run(10ms)), begun(1));
}

TEST_F(RecordTest, AfterAPauseOfOursTheGuestGetsATenthOfASecondAtMost) {
    get(SPICE_MSG_RECORD_START, start_48k);
    run(50ms);
    step_after(1h);
    EXPECT_EQ(port_.take_sent().size(), 10U);
    EXPECT_EQ(run(10ms).size(), 1U);
}

TEST_F(RawRecordTest, ASourceThatBoastsIsGivenNoMoreThanItsPlace) {
    source_.boasts = true;
    get(SPICE_MSG_RECORD_START, start_48k);
    const Sent sent = run(20ms);
    ASSERT_EQ(types_of(sent), begun(2));
    EXPECT_EQ(raw_samples_of(sent[2]).size(), 960U);
}

TEST_F(RawRecordTest, TheGuestsVolumeAndMuteAreApplied) {
    get(SPICE_MSG_RECORD_VOLUME, "01 00 80"_hex); // half of the way is an eighth
    get(SPICE_MSG_RECORD_START, start_48k);
    EXPECT_EQ(raw_samples_of(run(10ms).at(2)).back(), 60);
    get(SPICE_MSG_RECORD_MUTE, "01"_hex);
    run(10ms); // fades out
    const audio::Samples muted = raw_samples_of(run(10ms).at(0));
    EXPECT_TRUE(std::ranges::all_of(muted, [](std::int16_t sample) { return sample == 0; }));
}

TEST_F(RecordTest, FormatsThatWeDoNotHaveEndTheRecording) {
    const std::vector<ByteVector> starts{start(0, SPICE_AUDIO_FMT_S16, 48000),
                                         start(9, SPICE_AUDIO_FMT_S16, 48000),
                                         start(0xffffffff, SPICE_AUDIO_FMT_S16, 48000),
                                         start(2, SPICE_AUDIO_FMT_S16, 0),
                                         start(2, SPICE_AUDIO_FMT_S16, 7999),
                                         start(2, SPICE_AUDIO_FMT_S16, 192'001),
                                         start(2, SPICE_AUDIO_FMT_S16, 0xffffffff),
                                         start(2, SPICE_AUDIO_FMT_INVALID, 44100),
                                         start(2, 0xffff, 44100)};
    for (const ByteVector& hostile : starts) {
        get(SPICE_MSG_RECORD_START, start_48k);
        run(20ms);
        get(SPICE_MSG_RECORD_START, hostile);
        EXPECT_EQ(run(100ms).size(), 0U);
    }
    EXPECT_EQ(ignored(), starts.size());
}

TEST_F(RawRecordTest, AnotherServerBeginsInSilenceAndAtFullVolume) {
    get(SPICE_MSG_RECORD_MUTE, "01"_hex);
    get(SPICE_MSG_RECORD_START, start_48k);
    run(20ms);
    channel_.reset(LocalTime{2000s});
    EXPECT_EQ(run(50ms).size(), 0U);
    get(SPICE_MSG_RECORD_START, start_48k);
    const Sent sent = run(10ms);
    ASSERT_EQ(types_of(sent), begun(1));
    EXPECT_NE(raw_samples_of(sent[2]).back(), 0);
}

TEST_F(RecordTest, TheEndIsForGood) {
    get(SPICE_MSG_RECORD_START, start_48k);
    run(20ms);
    channel_.stop(LocalTime{2000s});
    get(SPICE_MSG_RECORD_START, start_48k);
    EXPECT_EQ(run(50ms).size(), 0U);
}

TEST_F(RecordTest, CutMessagesAreCountedAndChangeNothing) {
    const std::vector<std::pair<std::uint16_t, ByteVector>> messages{
        {SPICE_MSG_RECORD_START, start_48k},
        {SPICE_MSG_RECORD_VOLUME, "01 00 80"_hex},
        {SPICE_MSG_RECORD_MUTE, "01"_hex}};
    std::uint64_t cuts = 0;
    for (const auto& [type, body] : messages) {
        for (std::size_t size = 0; size < body.size(); ++size, ++cuts)
            get(type, {body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size)});
    }
    EXPECT_EQ(damaged(), cuts);
    EXPECT_EQ(run(50ms).size(), 0U);
}

TEST_F(RecordTest, UnknownMessagesAreCounted) {
    get(200, "00"_hex);
    EXPECT_EQ(ignored(), 1U);
}

} // namespace
} // namespace sumac::client
