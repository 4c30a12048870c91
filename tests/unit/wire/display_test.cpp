#include "display_messages.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

using namespace sumac;
using namespace sumac::test;
using namespace sumac::wire;

namespace {

const Rect expected_dest{1, 2, 11, 12};

const ByteVector stream_create = R"(
    00 00 00 00  03 00 00 00                              # surface 0, stream 3
    01  01                                                # top-down, MJPEG
    01 02 03 04 05 06 07 08                               # stamp
    80 02 00 00  68 01 00 00  00 05 00 00  d0 02 00 00    # 640x360 of 1280x720
    02 00 00 00  01 00 00 00  0c 00 00 00  0b 00 00 00    # destination
    01  01 00 00 00                                       # 50: clip: one rectangle
    02 00 00 00  01 00 00 00  03 00 00 00  02 00 00 00
)"_hex;
const ByteVector stream_data = R"(
    03 00 00 00  e8 03 00 00                              # stream 3, mm-time 1000
    03 00 00 00  aa bb cc                                 # 3 bytes
)"_hex;
const ByteVector stream_data_sized = R"(
    03 00 00 00  e8 03 00 00                              # stream 3, mm-time 1000
    40 01 00 00  f0 00 00 00                              # 320x240
    02 00 00 00  01 00 00 00  0c 00 00 00  0b 00 00 00    # destination
    03 00 00 00  aa bb cc                                 # 32: 3 bytes
)"_hex;
const ByteVector stream_clip = R"(
    03 00 00 00
    01  02 00 00 00                                       # two rectangles
    00 00 00 00  00 00 00 00  01 00 00 00  01 00 00 00
    01 00 00 00  01 00 00 00  02 00 00 00  02 00 00 00
)"_hex;
const ByteVector activate_report = R"(
    03 00 00 00  78 56 34 12  05 00 00 00  e8 03 00 00
)"_hex;
const ByteVector surface_create = R"(
    01 00 00 00  80 02 00 00  e0 01 00 00  20 00 00 00  01 00 00 00
)"_hex;
const ByteVector monitors_config = R"(
    01 00  04 00                                          # one of at most four
    00 00 00 00  00 00 00 00  80 02 00 00  e0 01 00 00    # monitor 0, surface 0, 640x480
    0a 00 00 00  14 00 00 00  00 00 00 00                 # at 10,20
)"_hex;
const ByteVector inval_list = R"(
    02 00
    01  05 00 00 00 00 00 00 00
    01  06 00 00 00 00 00 00 80
)"_hex;
const ByteVector wait_list = R"(
    01  02 01  09 00 00 00 00 00 00 00                    # display 1, serial 9
)"_hex;
const ByteVector mode = "80 02 00 00  e0 01 00 00  20 00 00 00"_hex;

} // namespace

TEST(DisplayMessages, Streams) {
    const auto create = parsed<StreamCreate>(SPICE_MSG_DISPLAY_STREAM_CREATE, stream_create);
    EXPECT_EQ(create.surface, SurfaceId{0});
    EXPECT_EQ(create.id, StreamId{3});
    EXPECT_TRUE(create.top_down);
    EXPECT_EQ(create.codec, SPICE_VIDEO_CODEC_TYPE_MJPEG);
    EXPECT_EQ(create.stream_width, 640U);
    EXPECT_EQ(create.stream_height, 360U);
    EXPECT_EQ(create.src_width, 1280U);
    EXPECT_EQ(create.src_height, 720U);
    EXPECT_EQ(create.dest, expected_dest);
    EXPECT_EQ(create.clip, (Clip{false, {{1, 2, 2, 3}}}));

    const auto data = parsed<StreamData>(SPICE_MSG_DISPLAY_STREAM_DATA, stream_data);
    EXPECT_EQ(data.id, StreamId{3});
    EXPECT_EQ(data.mm_time, 1000U);
    EXPECT_EQ(data.data.size(), 3U);

    const auto sized =
        parsed<StreamDataSized>(SPICE_MSG_DISPLAY_STREAM_DATA_SIZED, stream_data_sized);
    EXPECT_EQ(sized.width, 320U);
    EXPECT_EQ(sized.height, 240U);
    EXPECT_EQ(sized.dest, expected_dest);
    EXPECT_EQ(sized.data[2], std::byte{0xcc});

    EXPECT_EQ(parsed<StreamClip>(SPICE_MSG_DISPLAY_STREAM_CLIP, stream_clip).clip.rects.size(), 2U);
    EXPECT_EQ(parsed<StreamDestroy>(SPICE_MSG_DISPLAY_STREAM_DESTROY, "03 00 00 00"_hex).id,
              StreamId{3});
    parsed<StreamDestroyAll>(SPICE_MSG_DISPLAY_STREAM_DESTROY_ALL, {});
    const auto report =
        parsed<StreamActivateReport>(SPICE_MSG_DISPLAY_STREAM_ACTIVATE_REPORT, activate_report);
    EXPECT_EQ(report.unique_id, 0x12345678U);
    EXPECT_EQ(report.max_window_size, 5U);
    EXPECT_EQ(report.timeout_ms, 1000U);
}

TEST(DisplayMessages, SurfacesAndHeads) {
    const auto surface = parsed<SurfaceCreate>(SPICE_MSG_DISPLAY_SURFACE_CREATE, surface_create);
    EXPECT_EQ(surface.id, SurfaceId{1});
    EXPECT_EQ(surface.width, 640U);
    EXPECT_EQ(surface.height, 480U);
    EXPECT_EQ(surface.format, SPICE_SURFACE_FMT_32_xRGB);
    EXPECT_EQ(surface.flags, SPICE_SURFACE_FLAGS_PRIMARY);
    EXPECT_EQ(parsed<SurfaceDestroy>(SPICE_MSG_DISPLAY_SURFACE_DESTROY, "01 00 00 00"_hex).id,
              SurfaceId{1});
    const auto config = parsed<MonitorsConfig>(SPICE_MSG_DISPLAY_MONITORS_CONFIG, monitors_config);
    EXPECT_EQ(config.max_allowed, 4);
    ASSERT_EQ(config.heads.size(), 1U);
    EXPECT_EQ(config.heads[0].width, 640U);
    EXPECT_EQ(config.heads[0].y, 20U);
    EXPECT_EQ(parsed<DisplayMode>(SPICE_MSG_DISPLAY_MODE, mode).bits, 32U);
}

TEST(DisplayMessages, CachesAndState) {
    EXPECT_EQ(parsed<InvalList>(SPICE_MSG_DISPLAY_INVAL_LIST, inval_list).pixmaps,
              (std::vector<ImageId>{ImageId{5}, ImageId{0x8000000000000006}}));
    EXPECT_EQ(parsed<InvalAllPixmaps>(SPICE_MSG_DISPLAY_INVAL_ALL_PIXMAPS, wait_list).wait,
              (std::vector<WaitFor>{{{2, 1}, Serial{9}}}));
    EXPECT_EQ(
        parsed<InvalPalette>(SPICE_MSG_DISPLAY_INVAL_PALETTE, "07 00 00 00 00 00 00 00"_hex).id,
        PaletteId{7});
    parsed<InvalAllPalettes>(SPICE_MSG_DISPLAY_INVAL_ALL_PALETTES, {});
    parsed<DisplayMark>(SPICE_MSG_DISPLAY_MARK, {});
    parsed<DisplayReset>(SPICE_MSG_DISPLAY_RESET, {});
    EXPECT_EQ(parsed<IgnoredDisplayMessage>(SPICE_MSG_DISPLAY_GL_DRAW, {}).type,
              SPICE_MSG_DISPLAY_GL_DRAW);
}

TEST(DisplayMessages, FailOnEveryCut) {
    const auto fails = [](std::uint16_t type, const ByteVector& body) {
        expect_every_cut_fails(parse_display_message, type, body);
    };
    fails(SPICE_MSG_DISPLAY_STREAM_CREATE, stream_create);
    fails(SPICE_MSG_DISPLAY_STREAM_DATA, stream_data);
    fails(SPICE_MSG_DISPLAY_STREAM_DATA_SIZED, stream_data_sized);
    fails(SPICE_MSG_DISPLAY_STREAM_CLIP, stream_clip);
    fails(SPICE_MSG_DISPLAY_STREAM_DESTROY, "03 00 00 00"_hex);
    fails(SPICE_MSG_DISPLAY_STREAM_ACTIVATE_REPORT, activate_report);
    fails(SPICE_MSG_DISPLAY_SURFACE_CREATE, surface_create);
    fails(SPICE_MSG_DISPLAY_SURFACE_DESTROY, "01 00 00 00"_hex);
    fails(SPICE_MSG_DISPLAY_MONITORS_CONFIG, monitors_config);
    fails(SPICE_MSG_DISPLAY_INVAL_LIST, inval_list);
    fails(SPICE_MSG_DISPLAY_INVAL_ALL_PIXMAPS, wait_list);
    fails(SPICE_MSG_DISPLAY_INVAL_PALETTE, "07 00 00 00 00 00 00 00"_hex);
    fails(SPICE_MSG_DISPLAY_MODE, mode);
}

TEST(DisplayMessages, RefuseHostileCounts) {
    expect_display_error(
        SPICE_MSG_DISPLAY_STREAM_DATA, with_u32(stream_data, 8, 0xffffffff), ErrorCode::truncated);
    expect_display_error(SPICE_MSG_DISPLAY_STREAM_DATA_SIZED,
                         with_u32(stream_data_sized, 32, 0xffffffff),
                         ErrorCode::truncated);
    expect_display_error(SPICE_MSG_DISPLAY_STREAM_CREATE,
                         with_u32(stream_create, 51, 0xffffffff),
                         ErrorCode::truncated);
    expect_display_error(
        SPICE_MSG_DISPLAY_STREAM_CLIP, with_u32(stream_clip, 5, 0x10000002), ErrorCode::truncated);
    expect_display_error(
        SPICE_MSG_DISPLAY_INVAL_LIST, with_u8(inval_list, 1, 255), ErrorCode::truncated);
    expect_display_error(
        SPICE_MSG_DISPLAY_INVAL_ALL_PIXMAPS, with_u8(wait_list, 0, 255), ErrorCode::truncated);
    expect_display_error(
        SPICE_MSG_DISPLAY_MONITORS_CONFIG, with_u8(monitors_config, 1, 255), ErrorCode::truncated);
}

TEST(DisplayMessages, Encode) {
    EXPECT_EQ(encode(DisplayInit{1, 20971520, 2, 4194304}),
              "01  00 00 40 01 00 00 00 00  02  00 00 40 00"_hex);
    EXPECT_EQ(
        encode(StreamReportMessage{StreamId{3}, 0x12345678, 1000, 2000, 30, 1, -5, 0xffffffff}),
        R"(
        03 00 00 00  78 56 34 12  e8 03 00 00  d0 07 00 00
        1e 00 00 00  01 00 00 00  fb ff ff ff  ff ff ff ff
    )"_hex);
    EXPECT_EQ(encode_preferred_compression(SPICE_IMAGE_COMPRESSION_LZ4), "07"_hex);
}
