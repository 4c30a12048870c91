#include "painted.h"
#include "read_video.h"
#include "recording.h"
#include "test_folder.h"

#include <gtest/gtest.h>

namespace sumac::tool {
namespace {

/// Records pictures of one colour each; the colour is the picture's number.
class RecordingTest : public testing::TestWithParam<VideoCodec> {
protected:
    void create(Size size, std::int64_t at) {
        painted_.emplace(size);
        ASSERT_TRUE(recording_.on_display_created({size, at_ms(at)}));
    }
    void show(std::uint32_t number, LocalTime at) { show(number, at, painted_->whole()); }
    void show(std::uint32_t number, LocalTime at, const Rect& area) {
        painted_->fill(area, number);
        PictureChanged change{{}, at};
        copy_damage(painted_->view(), std::vector{area}, change.patch);
        ASSERT_TRUE(recording_.on_picture(change));
    }

    TestFolder folder_;
    Recording recording_{folder_.file("a.mkv"), GetParam()};
    std::optional<PaintedPicture> painted_;
};

std::vector<std::uint32_t> first_pixels(const ReadVideo& video) {
    std::vector<std::uint32_t> numbers;
    for (const auto& picture : video.pictures)
        numbers.push_back(picture.pixels.at(0));
    return numbers;
}

std::vector<std::int64_t> times(const ReadVideo& video) {
    std::vector<std::int64_t> times;
    for (const auto& picture : video.pictures)
        times.push_back(picture.pts_ms);
    return times;
}

TEST_P(RecordingTest, HoldsEveryPictureOnceInOrderAtItsTime) {
    create({64, 48}, 5000);
    std::vector<std::uint32_t> numbers;
    std::vector<std::int64_t> shown;
    for (std::uint32_t i = 0; i < 50; ++i) {
        numbers.push_back(i * 31'337 % 0xFFFFFF);
        shown.push_back(i * 33 + i % 7);
        show(numbers.back(), at_ms(7000 + shown.back()));
    }
    ASSERT_TRUE(recording_.finish(at_ms(7000 + 2500)));

    const ReadVideo video = read_video(folder_.file("a.mkv"));
    EXPECT_EQ(first_pixels(video), numbers);
    EXPECT_EQ(times(video), shown);
    EXPECT_EQ(recording_.pictures(), 50U);
    EXPECT_EQ(recording_.first_at(), at_ms(7000));
}

TEST_P(RecordingTest, TheLastPictureLastsUntilTheEnd) {
    create({64, 48}, 0);
    show(1, at_ms(100));
    show(2, at_ms(200));
    ASSERT_TRUE(recording_.finish(at_ms(4100)));
    EXPECT_EQ(read_video(folder_.file("a.mkv")).duration_ms, 4000);
}

TEST_P(RecordingTest, PicturesOfTheSameMillisecondAreAllKept) {
    create({32, 32}, 0);
    for (std::uint32_t i = 1; i <= 5; ++i)
        show(i, at_ms(10) + Duration{i});
    show(6, at_ms(100));
    ASSERT_TRUE(recording_.finish(at_ms(100)));
    const ReadVideo video = read_video(folder_.file("a.mkv"));
    EXPECT_EQ(first_pixels(video), (std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(times(video), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 89}));
}

TEST_P(RecordingTest, PatchesAddUpToTheWholePicture) {
    create({33, 17}, 0); // odd on purpose: no codec of ours may round a size
    show(0x102030, at_ms(1));
    show(0xFF0000, at_ms(2), {0, 0, 1, 1});
    show(0x00FF01, at_ms(3), {32, 16, 33, 17});
    ASSERT_TRUE(recording_.finish(at_ms(4)));
    const ReadVideo video = read_video(folder_.file("a.mkv"));
    ASSERT_EQ(video.pictures.size(), 3U);
    std::vector<std::uint32_t> expected(33 * 17, 0x102030);
    EXPECT_EQ(video.pictures[0].pixels, expected);
    expected.front() = 0xFF0000;
    EXPECT_EQ(video.pictures[1].pixels, expected);
    expected.back() = 0x00FF01;
    EXPECT_EQ(video.pictures[2].pixels, expected);
}

TEST_P(RecordingTest, EveryPixelComesBack) {
    create({131, 77}, 0);
    PictureChanged change{{}, at_ms(1)};
    copy_damage(gradient({131, 77}).view(), std::vector<Rect>{{0, 0, 131, 77}}, change.patch);
    ASSERT_TRUE(recording_.on_picture(change));
    ASSERT_TRUE(recording_.finish(at_ms(2)));
    const ReadVideo video = read_video(folder_.file("a.mkv"));
    ASSERT_EQ(video.pictures.size(), 1U);
    EXPECT_EQ(video.pictures[0].pixels, gradient_pixels({131, 77}));
}

TEST_P(RecordingTest, AnotherSizeGoesToAnotherFile) {
    create({64, 48}, 0);
    show(1, at_ms(10));
    create({48, 64}, 500);
    show(2, at_ms(1010));
    show(3, at_ms(1050));
    ASSERT_TRUE(recording_.finish(at_ms(2000)));

    EXPECT_EQ(recording_.files(), (std::vector{folder_.file("a.mkv"), folder_.file("a.2.mkv")}));
    const ReadVideo first = read_video(folder_.file("a.mkv"));
    EXPECT_EQ(first_pixels(first), std::vector<std::uint32_t>{1});
    EXPECT_EQ(first.duration_ms, 1000);
    EXPECT_EQ(first.start_us, "10000");
    const ReadVideo second = read_video(folder_.file("a.2.mkv"));
    EXPECT_EQ(first_pixels(second), (std::vector<std::uint32_t>{2, 3}));
    EXPECT_EQ(times(second), (std::vector<std::int64_t>{0, 40}));
    EXPECT_EQ(second.start_us, "1010000");
}

TEST_P(RecordingTest, ADisplayOfTheSameSizeGoesOnInTheFileFromBlack) {
    create({64, 48}, 0);
    show(7, at_ms(10));
    create({64, 48}, 20);
    show(8, at_ms(30), {1, 0, 2, 1});
    ASSERT_TRUE(recording_.finish(at_ms(40)));
    const ReadVideo video = read_video(folder_.file("a.mkv"));
    ASSERT_EQ(video.pictures.size(), 2U);
    EXPECT_EQ(video.pictures[1].pixels.at(0), 0U);
    EXPECT_EQ(video.pictures[1].pixels.at(1), 8U);
}

TEST_P(RecordingTest, ADisplayThatStaysBlackIsOneBlackPicture) {
    create({64, 48}, 100);
    ASSERT_TRUE(recording_.finish(at_ms(1100)));
    const ReadVideo video = read_video(folder_.file("a.mkv"));
    EXPECT_EQ(first_pixels(video), std::vector<std::uint32_t>{0});
    EXPECT_EQ(video.duration_ms, 1000);
}

TEST_P(RecordingTest, WithoutADisplayThereIsNoFile) {
    ASSERT_TRUE(recording_.finish(at_ms(1)));
    EXPECT_EQ(folder_.file_count(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Codecs,
                         RecordingTest,
                         testing::Values(VideoCodec::huffyuv, VideoCodec::h264, VideoCodec::ffv1),
                         [](const auto& codec) { return std::string{to_string(codec.param)}; });

TEST(RecordingOfSound, WritesTheSilenceOfAStillPictureAsItPasses) {
    const TestFolder folder;
    Recording recording{folder.file("a.mkv"), VideoCodec::huffyuv, SoundTracks::one};
    ASSERT_TRUE(recording.on_quiet(at_ms(0))) << "before there is anything";
    ASSERT_TRUE(recording.on_display_created({{64, 48}, at_ms(0)}));
    const PaintedPicture painted = gradient({64, 48});
    const auto show = [&](std::int64_t at) {
        PictureChanged change{{}, at_ms(at)};
        copy_damage(painted.view(), std::vector<Rect>{{0, 0, 64, 48}}, change.patch);
        ASSERT_TRUE(recording.on_picture(change));
    };
    show(1000);
    const std::uint64_t before = recording.bytes();
    ASSERT_TRUE(recording.on_quiet(at_ms(61'000)));
    EXPECT_GT(recording.bytes(), before);
    show(70'000);
    ASSERT_TRUE(recording.finish(at_ms(71'000)));
    const ReadVideo video = read_video(folder.file("a.mkv"));
    EXPECT_EQ(times(video), (std::vector<std::int64_t>{0, 69'000}));
    EXPECT_EQ(video.duration_ms, 70'000);
}

TEST(NumberedPath, KeepsFolderAndExtension) {
    EXPECT_EQ(numbered_path("x.y/a.b.mkv", 1), "x.y/a.b.mkv");
    EXPECT_EQ(numbered_path("x.y/a.b.mkv", 12), "x.y/a.b.12.mkv");
}

} // namespace
} // namespace sumac::tool
