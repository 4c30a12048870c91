#include "cut.h"
#include "wire/record.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

using namespace sumac;
using namespace sumac::test;
using namespace sumac::wire;

namespace {

template <class T>
T parsed(std::uint16_t type, const ByteVector& body) {
    auto message = parse_record_message(type, body);
    EXPECT_TRUE(message) << (message ? "" : message.error().text);
    return std::get<T>(*message);
}

const ByteVector start = R"(
    02 00 00 00   # channels
    01 00         # S16
    80 bb 00 00   # 48000 Hz
)"_hex;
const ByteVector volume = R"(
    02            # two channels
    ff ff  00 80
)"_hex;

} // namespace

TEST(RecordMessages, ParsesEachMessage) {
    EXPECT_EQ(parsed<RecordStart>(SPICE_MSG_RECORD_START, start),
              (RecordStart{2, SPICE_AUDIO_FMT_S16, 48000}));
    parsed<RecordStop>(SPICE_MSG_RECORD_STOP, {});
    EXPECT_EQ(parsed<RecordVolume>(SPICE_MSG_RECORD_VOLUME, volume).channels,
              (std::vector<std::uint16_t>{0xffff, 0x8000}));
    EXPECT_EQ(parsed<RecordMute>(SPICE_MSG_RECORD_MUTE, "01"_hex), RecordMute{true});
    EXPECT_EQ(parsed<IgnoredRecordMessage>(200, {}).type, 200);
}

TEST(RecordMessages, FailsOnEveryCut) {
    expect_every_cut_fails(parse_record_message, SPICE_MSG_RECORD_START, start);
    expect_every_cut_fails(parse_record_message, SPICE_MSG_RECORD_VOLUME, volume);
    expect_every_cut_fails(parse_record_message, SPICE_MSG_RECORD_MUTE, "00"_hex);
}

TEST(RecordMessages, RefusesAHostileChannelCount) {
    expect_error(parse_record_message,
                 SPICE_MSG_RECORD_VOLUME,
                 with_u8(volume, 0, 255),
                 ErrorCode::truncated);
}

TEST(RecordMessages, EncodesWhatWeSend) {
    EXPECT_EQ(encode(RecordMode{1000, SPICE_AUDIO_DATA_MODE_OPUS}), "e8 03 00 00  03 00"_hex);
    EXPECT_EQ(encode_start_mark(1000), "e8 03 00 00"_hex);
    EXPECT_EQ(encode_record_data(1000, "aa bb"_hex), "e8 03 00 00  aa bb"_hex);
}
