#include "painted.h"
#include "read_video.h"
#include "recorder.h"
#include "test_folder.h"

#include <gtest/gtest.h>

#include <atomic>

namespace sumac::tool {
namespace {

LocalTime at_one_second() {
    return at_ms(1000);
}

void show(Recorder& recorder,
          PaintedPicture& picture,
          std::uint32_t number,
          std::uint32_t display) {
    picture.fill(picture.whole(), number);
    const std::vector<Rect> damage{picture.whole()};
    recorder.on_update({display, picture.view(), damage, at_ms(1000 + number * 33), {}});
}

TEST(Recorder, KeepsEveryPictureThoughTheQueueIsTiny) {
    const TestFolder folder;
    Recorder recorder{{.path = folder.file("a.mkv"),
                       .codec = VideoCodec::h264,
                       .display = 1,
                       .queue_bytes = 3 * 64 * 48 * 4},
                      at_one_second,
                      [] {}};
    PaintedPicture picture{{64, 48}};
    recorder.on_display_created(1, {64, 48});
    std::vector<std::uint32_t> shown;
    for (std::uint32_t number = 1; number <= 300; ++number) {
        show(recorder, picture, number, 1);
        shown.push_back(number);
    }
    const auto progress = recorder.finish(at_ms(20'000));

    std::vector<std::uint32_t> read;
    for (const auto& each : read_video(folder.file("a.mkv")).pictures) {
        read.push_back(each.pixels.at(0));
    }
    EXPECT_EQ(read, shown);
    EXPECT_FALSE(progress.failure);
    EXPECT_EQ(progress.pictures, 300U);
    EXPECT_EQ(progress.since, at_ms(1000));
    EXPECT_EQ(progress.bytes, folder.read("a.mkv").size());
    EXPECT_EQ(progress.queue.changes, 0U);
}

TEST(Recorder, LooksAtItsOwnDisplayOnly) {
    const TestFolder folder;
    Recorder recorder{{.path = folder.file("a.mkv"), .codec = VideoCodec::h264, .display = 0},
                      at_one_second,
                      [] {}};
    PaintedPicture picture{{64, 48}};
    recorder.on_display_created(0, {64, 48});
    recorder.on_display_created(1, {64, 48});
    show(recorder, picture, 5, 0);
    show(recorder, picture, 6, 1);
    recorder.on_display_destroyed(0);
    EXPECT_EQ(recorder.finish(at_ms(2000)).pictures, 1U);
}

TEST(Recorder, SaysWhyItCannotWriteAndNeverBlocksThen) {
    const TestFolder folder;
    std::atomic<int> news{0};
    Recorder recorder{{.path = folder.file("missing/a.mkv"),
                       .codec = VideoCodec::h264,
                       .display = 0,
                       .queue_bytes = 1000},
                      at_one_second,
                      [&] { ++news; }};
    PaintedPicture picture{{64, 48}};
    recorder.on_display_created(0, {64, 48});
    for (std::uint32_t number = 1; number <= 20; ++number)
        show(recorder, picture, number, 0);
    const auto progress = recorder.finish(at_ms(2000));
    ASSERT_TRUE(progress.failure);
    EXPECT_NE(progress.failure->message.find("missing/a.mkv"), std::string::npos);
    EXPECT_NE(progress.failure->message.find("No such file"), std::string::npos);
    EXPECT_EQ(news, 1);
}

TEST(Recorder, AFullDiskEndsItWithAReason) {
    // The file is a link to a device on which every write fails with "no space left".
    const TestFolder folder;
    std::filesystem::create_symlink("/dev/full", folder.file("a.mkv"));
    Recorder recorder{{.path = folder.file("a.mkv"), .codec = VideoCodec::h264, .display = 0},
                      at_one_second,
                      [] {}};
    PaintedPicture picture = gradient({640, 480});
    recorder.on_display_created(0, {640, 480});
    for (std::uint32_t number = 1; number <= 20; ++number)
        show(recorder, picture, number, 0);
    const auto progress = recorder.finish(at_ms(2000));
    ASSERT_TRUE(progress.failure);
    EXPECT_NE(progress.failure->message.find("No space left"), std::string::npos);
}

} // namespace
} // namespace sumac::tool
