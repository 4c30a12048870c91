#include "cut.h"
#include "wire/playback.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

using namespace sumac;
using namespace sumac::test;
using namespace sumac::wire;

namespace {

template <class T>
T parsed(std::uint16_t type, const ByteVector& body) {
    auto message = parse_playback_message(type, body);
    EXPECT_TRUE(message) << (message ? "" : message.error().text);
    return std::get<T>(*message);
}

const ByteVector start = R"(
    02 00 00 00   # channels
    01 00         # S16
    80 bb 00 00   # 48000 Hz
    e8 03 00 00   # mm-time
)"_hex;
const ByteVector mode = R"(
    e8 03 00 00   # mm-time
    03 00         # Opus
)"_hex;
const ByteVector volume = R"(
    02            # two channels
    ff ff  00 80
)"_hex;

} // namespace

TEST(PlaybackMessages, ParsesEachMessage) {
    const ByteVector packet = "e8 03 00 00  aa bb cc"_hex;
    const auto data = parsed<PlaybackData>(SPICE_MSG_PLAYBACK_DATA, packet);
    EXPECT_EQ(data.mm_time, 1000U);
    EXPECT_EQ(ByteVector(data.data.begin(), data.data.end()), "aa bb cc"_hex);
    EXPECT_EQ(parsed<PlaybackMode>(SPICE_MSG_PLAYBACK_MODE, mode),
              (PlaybackMode{1000, SPICE_AUDIO_DATA_MODE_OPUS}));
    EXPECT_EQ(parsed<PlaybackStart>(SPICE_MSG_PLAYBACK_START, start),
              (PlaybackStart{2, SPICE_AUDIO_FMT_S16, 48000, 1000}));
    parsed<PlaybackStop>(SPICE_MSG_PLAYBACK_STOP, {});
    EXPECT_EQ(parsed<PlaybackVolume>(SPICE_MSG_PLAYBACK_VOLUME, volume).channels,
              (std::vector<std::uint16_t>{0xffff, 0x8000}));
    EXPECT_EQ(parsed<PlaybackMute>(SPICE_MSG_PLAYBACK_MUTE, "01"_hex), PlaybackMute{true});
    EXPECT_EQ(parsed<PlaybackLatency>(SPICE_MSG_PLAYBACK_LATENCY, "c8 00 00 00"_hex),
              PlaybackLatency{200});
    EXPECT_EQ(parsed<IgnoredPlaybackMessage>(200, {}).type, 200);
}

TEST(PlaybackMessages, FailsOnEveryCut) {
    expect_every_cut_fails(parse_playback_message, SPICE_MSG_PLAYBACK_DATA, "e8 03 00 00"_hex);
    expect_every_cut_fails(parse_playback_message, SPICE_MSG_PLAYBACK_MODE, mode);
    expect_every_cut_fails(parse_playback_message, SPICE_MSG_PLAYBACK_START, start);
    expect_every_cut_fails(parse_playback_message, SPICE_MSG_PLAYBACK_VOLUME, volume);
    expect_every_cut_fails(parse_playback_message, SPICE_MSG_PLAYBACK_MUTE, "00"_hex);
    expect_every_cut_fails(parse_playback_message, SPICE_MSG_PLAYBACK_LATENCY, "00 00 00 00"_hex);
}

TEST(PlaybackMessages, RefusesAHostileChannelCount) {
    expect_error(parse_playback_message,
                 SPICE_MSG_PLAYBACK_VOLUME,
                 with_u8(volume, 0, 255),
                 ErrorCode::truncated);
}
