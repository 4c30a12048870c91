#include "encoder.h"
#include "video/av_picture.h"
#include "video/colour.h"
#include "video/libav_decoder.h"

#include <gtest/gtest.h>

#include <random>

/// libx265, which encodes here, loses some of its own.
extern "C" const char* __lsan_default_suppressions(); // NOLINT(bugprone-reserved-identifier)
const char* __lsan_default_suppressions() {
    return "leak:libx265\n";
}

namespace sumac::video {
namespace {

constexpr Size any_size{4096, 4096};

struct LibavCodec : testing::TestWithParam<std::uint8_t> {
    DecoderParts parts{PictureMemory::make(), nullptr, PictureForm::planes};
    std::unique_ptr<Decoder> decoder = *make_decoder(GetParam(), parts);

    void expect_picture(const Frame& frame, int number, double tolerance = 4) {
        const auto picture = decoder->decode(frame, any_size);
        ASSERT_TRUE(picture) << picture.error().text;
        EXPECT_LT(error_of(std::get<PlanarView>((*picture)->content), number), tolerance);
    }
};

INSTANTIATE_TEST_SUITE_P(All,
                         LibavCodec,
                         testing::Values(SPICE_VIDEO_CODEC_TYPE_VP8,
                                         SPICE_VIDEO_CODEC_TYPE_VP9,
                                         SPICE_VIDEO_CODEC_TYPE_H264,
                                         SPICE_VIDEO_CODEC_TYPE_H265),
                         [](const auto& tested) { return std::string{codec_name(tested.param)}; });

TEST_P(LibavCodec, GivesThePictureOfEachFrameAtOnce) {
    Encoder encoder{GetParam(), {160, 96}};
    for (int number = 0; number < 20; ++number)
        expect_picture(encoder.encode(number), number);
}

TEST_P(LibavCodec, DecodesOddSizes) {
    const bool whole_blocks = GetParam() == SPICE_VIDEO_CODEC_TYPE_H265; // the encoder's limit
    for (const Size size : {Size{17, 33}, Size{66, 18}, Size{127, 65}, Size{258, 2}}) {
        if (whole_blocks && size.height < 16) continue;
        // 4:2:0 of x264 and x265 is even, 4:4:4 is not.
        const bool even = size.width % 2 == 0 && size.height % 2 == 0;
        const bool vpx =
            GetParam() == SPICE_VIDEO_CODEC_TYPE_VP8 || GetParam() == SPICE_VIDEO_CODEC_TYPE_VP9;
        Encoder encoder{GetParam(), size, vpx || even ? AV_PIX_FMT_YUV420P : AV_PIX_FMT_YUV444P};
        decoder->restart();
        for (int number = 0; number < 3; ++number) {
            const auto picture = decoder->decode(encoder.encode(number), size);
            ASSERT_TRUE(picture) << size.width << "x" << size.height;
            EXPECT_EQ((*picture)->size(), size);
            EXPECT_LT(error_of(std::get<PlanarView>((*picture)->content), number), 6);
        }
    }
}

TEST_P(LibavCodec, FollowsAChangeOfSizeInMidStream) {
    Encoder small{GetParam(), {64, 48}};
    Encoder large{GetParam(), {128, 96}};
    expect_picture(small.encode(0), 0);
    expect_picture(small.encode(1), 1);
    const auto picture = decoder->decode(large.encode(2), any_size);
    ASSERT_TRUE(picture);
    EXPECT_EQ((*picture)->size(), (Size{128, 96}));
    EXPECT_LT(error_of(std::get<PlanarView>((*picture)->content), 2), 4);
    expect_picture(large.encode(3), 3);
}

TEST_P(LibavCodec, ShowsNothingBeforeAKeyFrame) {
    Encoder encoder{GetParam(), {64, 48}};
    encoder.encode(0);
    EXPECT_FALSE(decoder->decode(encoder.encode(1), any_size));
    EXPECT_FALSE(decoder->decode(encoder.encode(2), any_size));
    expect_picture(encoder.encode(3, true), 3);
    expect_picture(encoder.encode(4), 4);
}

TEST_P(LibavCodec, PredictsNothingFromTheStreamBefore) {
    Encoder encoder{GetParam(), {64, 48}};
    expect_picture(encoder.encode(0), 0);
    expect_picture(encoder.encode(1), 1);
    decoder->restart();
    EXPECT_FALSE(decoder->decode(encoder.encode(2), any_size));
    expect_picture(encoder.encode(3, true), 3);
}

TEST_P(LibavCodec, GoesOnAfterADamagedFrame) {
    Encoder encoder{GetParam(), {64, 48}};
    expect_picture(encoder.encode(0), 0);
    const Frame garbage(200, std::byte{0xa5});
    EXPECT_FALSE(decoder->decode(garbage, any_size));
    // It was one too many, not one that the next are predicted from.
    expect_picture(encoder.encode(1), 1);
    expect_picture(encoder.encode(2, true), 2);
}

TEST_P(LibavCodec, RefusesAPictureThatIsLargerThanItsStream) {
    Encoder encoder{GetParam(), {64, 48}};
    const Frame frame = encoder.encode(0);
    EXPECT_FALSE(decoder->decode(frame, {64, 47}));
    EXPECT_FALSE(decoder->decode(frame, {63, 48}));
    EXPECT_TRUE(decoder->decode(frame, {64, 48}));
}

TEST_P(LibavCodec, GivesAnErrorOrAPictureForEachTruncation) {
    Encoder encoder{GetParam(), {32, 32}};
    const Frame key = encoder.encode(0);
    const Frame next = encoder.encode(1);
    EXPECT_FALSE(decoder->decode({}, any_size));
    for (const Frame& whole : {key, next}) {
        for (std::size_t size = 1; size < whole.size(); ++size) {
            decoder->restart();
            if (&whole != &key) static_cast<void>(decoder->decode(key, any_size));
            const auto picture = decoder->decode(Bytes{whole}.first(size), any_size);
            if (picture) {
                EXPECT_EQ((*picture)->size(), (Size{32, 32})) << size;
            }
        }
    }
    decoder->restart();
    expect_picture(key, 0, 8);
    expect_picture(next, 1, 8);
}

TEST_P(LibavCodec, SurvivesFlippedBits) {
    Encoder encoder{GetParam(), {48, 32}};
    std::vector<Frame> frames;
    for (int number = 0; number < 4; ++number)
        frames.push_back(encoder.encode(number));
    std::mt19937 random{GetParam()};
    int pictures = 0;
    for (int round = 0; round < 150; ++round) {
        decoder->restart();
        for (Frame frame : frames) {
            for (unsigned flips = random() % 4; flips > 0; --flips)
                frame[random() % frame.size()] ^= static_cast<std::byte>(1U << random() % 8);
            const auto picture = decoder->decode(frame, {64, 64});
            if (!picture) continue;
            ++pictures;
            EXPECT_LE((*picture)->size().width, 64);
            EXPECT_LE((*picture)->size().height, 64);
        }
    }
    EXPECT_GT(pictures, 0); // a quarter of the frames is not damaged at all
    decoder->restart();
    expect_picture(frames[0], 0, 8);
}

TEST_P(LibavCodec, StopsAtTheLimitOfMemory) {
    parts.memory = PictureMemory::make(50'000);
    decoder = *make_decoder(GetParam(), parts);
    Encoder encoder{GetParam(), {256, 256}};
    EXPECT_FALSE(decoder->decode(encoder.encode(0), any_size));
    Encoder small{GetParam(), {32, 32}};
    expect_picture(small.encode(1), 1, 8);
}

TEST_P(LibavCodec, GivesItsMemoryBack) {
    {
        Encoder encoder{GetParam(), {160, 96}};
        PicturePtr kept;
        for (int number = 0; number < 40; ++number)
            kept = *decoder->decode(encoder.encode(number), any_size);
        decoder.reset();
        EXPECT_LT(error_of(std::get<PlanarView>(kept->content), 39), 4); // it outlives its decoder
    }
    constexpr std::size_t largest_buffer = 2 * 256 * 192;
    EXPECT_LE(parts.memory->held_bytes(), PictureMemory::max_spares * largest_buffer);
}

TEST_P(LibavCodec, MakesPixelsOfTheSamePicture) {
    parts.form = PictureForm::pixels;
    const auto in_pixels = *make_decoder(GetParam(), parts);
    const bool only_420 = GetParam() == SPICE_VIDEO_CODEC_TYPE_VP8;
    Encoder encoder{GetParam(), {67, 41}, only_420 ? AV_PIX_FMT_YUV420P : AV_PIX_FMT_YUV444P};
    const Frame frame = encoder.encode(0);
    const auto planes = decoder->decode(frame, any_size);
    const auto pixels = in_pixels->decode(frame, any_size);
    ASSERT_TRUE(planes && pixels);
    std::vector<std::byte> converted(std::size_t{67} * 41 * 4);
    to_bgrx(std::get<PlanarView>((*planes)->content), converted.data(), 67 * 4);
    const auto view = std::get<PictureView>((*pixels)->content);
    EXPECT_EQ(view.size, (Size{67, 41}));
    EXPECT_EQ(view.stride_bytes, 67 * 4);
    EXPECT_TRUE(std::equal(converted.begin(), converted.end(), view.data));
}

TEST_P(LibavCodec, SaysWhatMadeThePicture) {
    EXPECT_EQ(decoder->made_by(), "");
    Encoder encoder{GetParam(), {64, 48}};
    expect_picture(encoder.encode(0), 0);
    EXPECT_EQ(decoder->made_by(), "libavcodec in software");
}

TEST_P(LibavCodec, DecodesInSoftwareWhereThereIsNoHardware) {
    parts.hardware = std::make_shared<Hardware>("/nonexistent/renderD128");
    decoder = *make_decoder(GetParam(), parts);
    Encoder encoder{GetParam(), {64, 48}};
    expect_picture(encoder.encode(0), 0);
    EXPECT_TRUE(decoder->made_by().starts_with("libavcodec in software, no VAAPI device ("))
        << decoder->made_by();
}

TEST(Hardware, SaysWhyThereIsNone) {
    Hardware hardware{"/nonexistent/renderD128"};
    EXPECT_EQ(hardware.device(), nullptr);
    EXPECT_TRUE(hardware.description().starts_with("no VAAPI device (")) << hardware.description();
}

TEST(LibavDecoder, RefusesAFrameInThousandsOfSlices) {
    const auto decoder = *make_decoder(SPICE_VIDEO_CODEC_TYPE_H264, {});
    Frame bomb;
    for (std::size_t i = 0; i <= LibavDecoder::max_nal_units; ++i)
        bomb.insert(bomb.end(), {std::byte{0}, std::byte{0}, std::byte{1}, std::byte{0x41}});
    const auto picture = decoder->decode(bomb, any_size);
    ASSERT_FALSE(picture);
    EXPECT_EQ(picture.error().code, ErrorCode::limit);
}

TEST(LibavDecoder, CountsNalUnits) {
    const auto count = [](std::initializer_list<int> values) {
        Frame frame;
        for (const int value : values)
            frame.push_back(static_cast<std::byte>(value));
        return count_nal_units(frame);
    };
    EXPECT_EQ(count({}), 0U);
    EXPECT_EQ(count({0, 0}), 0U);
    EXPECT_EQ(count({0, 0, 1}), 1U);
    EXPECT_EQ(count({0, 0, 0, 1, 9, 0, 0, 1}), 2U);
    EXPECT_EQ(count({1, 0, 1, 0, 0, 2, 0, 0, 3, 0, 0, 1, 1, 0, 0, 0, 0, 1}), 2U);
}

/// What servers make of 4:4:4: x264 takes it as the nearest to their pixels.
TEST(LibavDecoder, DecodesFullColour) {
    const auto decoder = *make_decoder(SPICE_VIDEO_CODEC_TYPE_H264,
                                       {PictureMemory::make(), nullptr, PictureForm::planes});
    Encoder encoder{SPICE_VIDEO_CODEC_TYPE_H264, {63, 31}, AV_PIX_FMT_YUV444P};
    const auto picture = decoder->decode(encoder.encode(0), any_size);
    ASSERT_TRUE(picture);
    EXPECT_EQ(std::get<PlanarView>((*picture)->content).format, PlanarFormat::yuv444);
}

std::shared_ptr<AVFrame> av_frame(AVPixelFormat format, Size size) {
    std::shared_ptr<AVFrame> frame{av_frame_alloc(), FreeFrame{}};
    frame->format = format;
    frame->width = size.width;
    frame->height = size.height;
    CHECK(av_frame_get_buffer(frame.get(), 0) == 0);
    return frame;
}

TEST(AvPicture, TakesTheTwoPlanesOfHardwareApart) {
    const auto frame = av_frame(AV_PIX_FMT_NV12, {5, 3});
    for (int y = 0; y < 3; ++y)
        for (int x = 0; x < 5; ++x)
            frame->data[0][y * frame->linesize[0] + x] = static_cast<std::uint8_t>(10 * y + x);
    for (int y = 0; y < 2; ++y)
        for (int x = 0; x < 6; ++x)
            frame->data[1][y * frame->linesize[1] + x] =
                static_cast<std::uint8_t>(100 + 10 * y + x);
    const auto memory = PictureMemory::make();
    const auto picture = picture_of(frame, *memory, PictureForm::planes);
    ASSERT_TRUE(picture);
    const auto view = std::get<PlanarView>((*picture)->content);
    const auto at = [&](std::size_t plane, int x, int y) {
        return std::to_integer<int>(
            view.planes[plane].data[y * view.planes[plane].stride_bytes + x]);
    };
    EXPECT_EQ(at(0, 4, 2), 24);
    EXPECT_EQ(at(1, 0, 0), 100);
    EXPECT_EQ(at(2, 0, 0), 101);
    EXPECT_EQ(at(1, 2, 1), 114);
    EXPECT_EQ(at(2, 2, 1), 115);
}

TEST(AvPicture, KnowsMatrixAndRange) {
    const auto memory = PictureMemory::make();
    const auto view_of = [&](AVPixelFormat format, AVColorSpace space, AVColorRange range) {
        const auto frame = av_frame(format, {16, 16});
        frame->colorspace = space;
        frame->color_range = range;
        const auto picture = picture_of(frame, *memory, PictureForm::planes);
        return std::get<PlanarView>((*picture)->content);
    };
    const auto hd = view_of(AV_PIX_FMT_YUV444P, AVCOL_SPC_BT709, AVCOL_RANGE_MPEG);
    EXPECT_EQ(hd.matrix, ColourMatrix::bt709);
    EXPECT_EQ(hd.range, ColourRange::limited);
    const auto jpeg = view_of(AV_PIX_FMT_YUVJ422P, AVCOL_SPC_BT470BG, AVCOL_RANGE_UNSPECIFIED);
    EXPECT_EQ(jpeg.matrix, ColourMatrix::bt601);
    EXPECT_EQ(jpeg.range, ColourRange::full);
    const auto wide = view_of(AV_PIX_FMT_YUV420P, AVCOL_SPC_BT2020_NCL, AVCOL_RANGE_JPEG);
    EXPECT_EQ(wide.matrix, ColourMatrix::bt2020);
    EXPECT_EQ(wide.range, ColourRange::full);
}

TEST(AvPicture, GuessesTheMatrixAsServersDo) {
    const auto memory = PictureMemory::make();
    const auto matrix_of_height = [&](std::int32_t height) {
        const auto picture =
            picture_of(av_frame(AV_PIX_FMT_YUV420P, {16, height}), *memory, PictureForm::planes);
        return std::get<PlanarView>((*picture)->content).matrix;
    };
    EXPECT_EQ(matrix_of_height(576), ColourMatrix::bt601);
    EXPECT_EQ(matrix_of_height(577), ColourMatrix::bt709);
}

TEST(AvPicture, RefusesWhatItCannotShow) {
    const auto memory = PictureMemory::make();
    for (const AVPixelFormat format : {AV_PIX_FMT_YUV420P10LE, AV_PIX_FMT_GBRP, AV_PIX_FMT_PAL8}) {
        const auto picture = picture_of(av_frame(format, {16, 16}), *memory, PictureForm::pixels);
        ASSERT_FALSE(picture);
        EXPECT_EQ(picture.error().code, ErrorCode::unsupported);
    }
}

} // namespace
} // namespace sumac::video
