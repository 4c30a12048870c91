#include "../canvas/canvas_builders.h"
#include "client/draw_worker.h"
#include "client/drawing_cost.h"

#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <string>

namespace sumac::client {
namespace {

using canvas::TestImage;

/// Writes down what it is told.
class Diary : public DisplaySink {
public:
    void on_display_created(std::uint32_t display, Size size) override {
        note("created", display);
        lines.back() += " " + std::to_string(size.width) + "x" + std::to_string(size.height);
    }
    void on_display_destroyed(std::uint32_t display) override { note("destroyed", display); }
    void on_monitors(std::uint32_t display, std::span<const Monitor> list) override {
        note("monitors", display);
        monitors.assign(list.begin(), list.end());
    }
    void on_update(const DisplayUpdate& update) override {
        note("update", update.display);
        std::memcpy(&first_pixel, update.picture.data, sizeof first_pixel);
        first_pixel &= 0xFFFFFF;
    }
    std::vector<std::string> take() { return std::exchange(lines, {}); }

    std::vector<std::string> lines;
    std::vector<Monitor> monitors;
    std::uint32_t first_pixel = 0;

private:
    void note(const std::string& what, std::uint32_t display) {
        lines.push_back(what + " " + std::to_string(display));
    }
};

using Lines = std::vector<std::string>;

class DrawWorkerTest : public testing::Test {
protected:
    void SetUp() override {
        for (std::uint8_t display = 0; display < 2; ++display)
            post(display, OpenDisplay{1});
    }

    template <class Work>
    void post(std::uint8_t display, Work work, std::optional<Serial> serial = {}) {
        post_after(display, {}, std::move(work), serial);
    }
    template <class Work>
    void post_after(std::uint8_t display,
                    std::vector<wire::WaitFor> wait,
                    Work work,
                    std::optional<Serial> serial = {}) {
        DrawJob job;
        job.display = display;
        job.serial = serial;
        job.wait = std::move(wait);
        if constexpr (std::is_convertible_v<Work, wire::DisplayMessage>)
            job.work = wire::DisplayMessage{std::move(work)};
        else
            job.work = std::move(work);
        worker->post(std::move(job));
    }
    void run() {
        pool.restart();
        pool.run();
    }
    void make_primary(std::uint8_t display) {
        post(display, canvas::create(0, SPICE_SURFACE_FMT_32_xRGB, 64, 48));
        post(display, wire::DisplayMark{});
    }
    static TestImage one_pixel(std::uint32_t color, std::uint64_t id) {
        TestImage image;
        image.width = image.height = 1;
        image.pixels = {color};
        image.id = id;
        image.flags = SPICE_IMAGE_FLAGS_CACHE_ME;
        return image;
    }
    static wire::DrawCopy draw_cached(std::uint64_t id) {
        return canvas::copy(0, {0, 0, 1, 1}, canvas::cached_image(id), {0, 0, 1, 1});
    }
    static wire::WaitFor message_of(std::uint8_t display, std::uint64_t serial) {
        return {{SPICE_CHANNEL_DISPLAY, display}, Serial{serial}};
    }

    static DrawWorker::Events ignore_events() {
        return {[](const ShownFrame&, LocalTime) {},
                [](const ShownFrame&) {},
                [](std::uint8_t, Error) {},
                [] {}};
    }

    asio::io_context pool;
    Statistics statistics{"test"};
    Diary diary;
    std::shared_ptr<DrawWorker> worker =
        std::make_shared<DrawWorker>(pool.get_executor(), 2, statistics, &diary, ignore_events());
};

TEST_F(DrawWorkerTest, ShowsAPrimaryOnceItIsMarked) {
    post(0, canvas::create(0, SPICE_SURFACE_FMT_32_xRGB, 64, 48));
    post(0, canvas::fill(0, {0, 0, 64, 48}, 0x112233));
    run();
    EXPECT_EQ(diary.take(), (Lines{"created 0 64x48"}));
    post(0, wire::DisplayMark{});
    run();
    EXPECT_EQ(diary.take(), (Lines{"update 0"}));
    EXPECT_EQ(diary.first_pixel, 0x112233U);
    post(0, canvas::fill(0, {0, 0, 64, 48}, 0x445566));
    run();
    EXPECT_EQ(diary.take(), (Lines{"update 0"}));

    post(0, canvas::create(0, SPICE_SURFACE_FMT_32_xRGB, 32, 32));
    post(0, canvas::fill(0, {0, 0, 32, 32}, 0x778899));
    run();
    EXPECT_EQ(diary.take(), (Lines{"created 0 32x32"})) << "the next one waits for its own";
}

TEST_F(DrawWorkerTest, ShowsAFrameOfAStreamWithoutAMark) {
    post(0, canvas::create(0, SPICE_SURFACE_FMT_32_xRGB, 64, 48));
    const std::uint32_t pixel = 0xABCDEF;
    ShowPicture show;
    const PictureView view{reinterpret_cast<const std::byte*>(&pixel), {1, 1}, 4};
    show.picture = std::make_shared<video::Picture>(video::Picture{view, nullptr, 4});
    show.dest = {0, 0, 64, 48};
    post(0, show);
    run();
    EXPECT_EQ(diary.take(), (Lines{"created 0 64x48", "update 0"}));
    EXPECT_EQ(diary.first_pixel, 0xABCDEFU);
}

TEST_F(DrawWorkerTest, AnnouncesMonitorsAsFarAsTheyLieOnThePrimary) {
    make_primary(0);
    run();
    diary.take();
    post(0,
         wire::MonitorsConfig{4,
                              {{0, SurfaceId{0}, 40, 48, 0, 0, 0},
                               {1, SurfaceId{0}, 4000, 4000, 40, 0, 0},
                               {2, SurfaceId{0}, 0, 48, 0, 0, 0},
                               {3, SurfaceId{0}, UINT32_MAX, UINT32_MAX, UINT32_MAX, 5, 0},
                               {4, SurfaceId{7}, 10, 10, 0, 0, 0}}});
    run();
    EXPECT_EQ(diary.take(), (Lines{"monitors 0"}));
    EXPECT_EQ(diary.monitors, (std::vector<Monitor>{{0, {0, 0, 40, 48}}, {1, {40, 0, 64, 48}}}));
    post(0, wire::MonitorsConfig{4, {}});
    run();
    EXPECT_EQ(diary.take(), Lines{});
}

TEST_F(DrawWorkerTest, AnnouncesMonitorsThatCameBeforeThePrimary) {
    post(1, wire::MonitorsConfig{1, {{0, SurfaceId{0}, 60, 40, 0, 0, 0}}});
    run();
    EXPECT_EQ(diary.take(), Lines{});
    make_primary(1);
    run();
    EXPECT_EQ(diary.take(), (Lines{"created 1 64x48", "monitors 1"}));
    make_primary(1);
    run();
    EXPECT_EQ(diary.take(), (Lines{"created 1 64x48"})) << "they were those of the other one";
}

TEST_F(DrawWorkerTest, WaitsForAnImageThatAnotherDisplayBrings) {
    make_primary(0);
    make_primary(1);
    run();
    diary.take();
    post(1, draw_cached(5));
    post(1, canvas::fill(0, {2, 2, 3, 3}, 1));
    run();
    EXPECT_EQ(diary.take(), Lines{}) << "the order of a display's own messages stays";
    TestImage image = one_pixel(0x445566, 5);
    post(0, canvas::copy(0, {0, 0, 1, 1}, image.wire(), {0, 0, 1, 1}));
    run();
    EXPECT_EQ(diary.take(), (Lines{"update 0", "update 1"}));
    EXPECT_EQ(diary.first_pixel, 0x445566U);
}

TEST_F(DrawWorkerTest, InvalidatesAfterTheMessagesOfOthersThatItNames) {
    make_primary(0);
    make_primary(1);
    TestImage image = one_pixel(0x445566, 5);
    post(0, canvas::copy(0, {0, 0, 1, 1}, image.wire(), {0, 0, 1, 1}), Serial{1});
    run();
    diary.take();
    // Display 0 forgets its images; display 1 still draws with one of them.
    post_after(0, {message_of(1, 7)}, wire::InvalAllPixmaps{}, Serial{2});
    run();
    post(1, draw_cached(5), Serial{7});
    run();
    EXPECT_EQ(diary.take(), (Lines{"update 1"}));
    post(1, draw_cached(5), Serial{8});
    run();
    EXPECT_EQ(diary.take(), Lines{}) << "now it is gone";
    post(0, canvas::copy(0, {0, 0, 1, 1}, image.wire(), {0, 0, 1, 1}), Serial{3});
    run();
    EXPECT_EQ(diary.take(), (Lines{"update 0", "update 1"})) << "a new one of that number";
}

TEST_F(DrawWorkerTest, WaitsNoLongerForADisplayThatHasClosed) {
    make_primary(0);
    make_primary(1);
    run();
    diary.take();
    post_after(1, {message_of(0, 9)}, wire::IgnoredDisplayMessage{}, Serial{1});
    post(1, canvas::fill(0, {0, 0, 1, 1}, 0x31), Serial{2});
    run();
    EXPECT_EQ(diary.take(), Lines{});
    post(0, CloseDisplay{});
    run();
    EXPECT_EQ(diary.take(), (Lines{"destroyed 0", "update 1"}));
}

/// The pool of these runs only where a test says so: what is seen before was drawn on the spot.
class DrawingHereTest : public DrawWorkerTest {
protected:
    void SetUp() override { start(&net); }
    void start(NetDrawing* drawing) {
        worker = std::make_shared<DrawWorker>(
            pool.get_executor(), 2, statistics, &diary, ignore_events(), drawing);
        post(0, OpenDisplay{1});
        make_primary(0);
        run();
        diary.take();
    }
    void queue(wire::DisplayMessage message) {
        DrawJob job;
        job.cost = drawing_cost(message);
        job.work = std::move(message);
        worker->queue(std::move(job));
    }
    /// Pixels of LZ4, which are not decoded: only their number counts here.
    static wire::DisplayMessage large_image() {
        const wire::ImageDescriptor of{ImageId{9}, SPICE_IMAGE_TYPE_LZ4, 0, 1000, 1000};
        return canvas::copy(0, {0, 0, 1, 1}, {of, wire::EncodedImage{}}, {0, 0, 1, 1});
    }

    NetDrawing net;
};

TEST_F(DrawingHereTest, DrawsLittleOnTheSpot) {
    queue(canvas::fill(0, {0, 0, 8, 8}, 0x112233));
    queue(wire::CopyBits{canvas::base(0, {8, 8, 16, 16}), {0, 0}});
    EXPECT_EQ(diary.take(), Lines{});
    worker->begin_or_draw();
    EXPECT_EQ(diary.take(), (Lines{"update 0"}));
    EXPECT_EQ(diary.first_pixel, 0x112233U);
    EXPECT_TRUE(worker->idle());
    EXPECT_EQ(statistics.report().draws["fill"], 1U);
}

TEST_F(DrawingHereTest, LeavesMuchToAWorker) {
    queue(canvas::fill(0, {0, 0, 8, 8}, 0x112233));
    queue(large_image());
    worker->begin_or_draw();
    EXPECT_EQ(diary.take(), Lines{});
    run();
    EXPECT_EQ(diary.take(), (Lines{"update 0"}));
}

TEST_F(DrawingHereTest, LeavesToAWorkerWhatNobodyCanGuess) {
    post(0, canvas::create(1, SPICE_SURFACE_FMT_32_xRGB, 64, 48));
    run();
    queue(wire::SurfaceDestroy{SurfaceId{1}});
    queue(canvas::fill(0, {0, 0, 8, 8}, 0x112233));
    worker->begin_or_draw();
    EXPECT_EQ(diary.take(), Lines{});
    run();
    EXPECT_EQ(diary.take(), (Lines{"update 0"}));
}

TEST_F(DrawingHereTest, DoesNotOvertakeAWorker) {
    queue(canvas::fill(0, {0, 0, 8, 8}, 0x112233));
    worker->begin();
    queue(canvas::fill(0, {0, 0, 8, 8}, 0x445566));
    worker->begin_or_draw();
    EXPECT_EQ(diary.take(), Lines{});
    run();
    EXPECT_EQ(diary.first_pixel, 0x445566U);
    queue(canvas::fill(0, {0, 0, 8, 8}, 0x778899));
    worker->begin_or_draw();
    EXPECT_EQ(diary.first_pixel, 0x778899U) << "all is done";
}

TEST_F(DrawingHereTest, DoesNotOvertakeWhatWaits) {
    post(1, OpenDisplay{1});
    post(1, canvas::create(0, SPICE_SURFACE_FMT_32_xRGB, 64, 48));
    post(0, draw_cached(5)); // which display 1 may still bring
    run();
    queue(canvas::fill(0, {0, 0, 8, 8}, 0x112233));
    worker->begin_or_draw();
    EXPECT_FALSE(worker->idle()) << "a worker was called";
    run();
    EXPECT_EQ(diary.take(), (Lines{"created 1 64x48"}));
    worker->close();
    run();
    EXPECT_EQ(diary.take(), (Lines{"update 0"}));
}

TEST_F(DrawingHereTest, LeavesToAWorkerWhatLiesBelowAVideo) {
    const std::vector<std::uint32_t> pixels(64 * 48, 0xABCDEF);
    ShowPicture show;
    const PictureView view{reinterpret_cast<const std::byte*>(pixels.data()), {64, 48}, 64 * 4};
    show.picture = std::make_shared<video::Picture>(video::Picture{view, nullptr, 4});
    show.dest = {0, 0, 64, 48};
    post(0, show);
    run();
    EXPECT_EQ(diary.take(), (Lines{"update 0"}));
    queue(canvas::fill(0, {0, 0, 8, 8}, 0x112233));
    worker->begin_or_draw();
    EXPECT_EQ(diary.take(), Lines{}) << "the picture is drawn first, and may be large";
    run();
    EXPECT_EQ(diary.take(), (Lines{"update 0"}));
    queue(canvas::fill(0, {0, 0, 8, 8}, 0x112233));
    worker->begin_or_draw();
    EXPECT_EQ(diary.take(), (Lines{"update 0"}));
}

TEST_F(DrawingHereTest, LeavesAScreenOf16BitsToAWorker) {
    post(0, canvas::create(0, SPICE_SURFACE_FMT_16_555, 64, 48));
    post(0, wire::DisplayMark{});
    run();
    diary.take();
    queue(canvas::fill(0, {0, 0, 8, 8}, 0x7FFF));
    worker->begin_or_draw();
    EXPECT_EQ(diary.take(), Lines{});
    run();
    EXPECT_EQ(diary.take(), (Lines{"update 0"}));
}

TEST_F(DrawingHereTest, LeavesAllToAWorkerIfTheSinkMayBlock) {
    start(nullptr);
    queue(canvas::fill(0, {0, 0, 8, 8}, 0x112233));
    worker->begin_or_draw();
    EXPECT_EQ(diary.take(), Lines{});
    run();
    EXPECT_EQ(diary.take(), (Lines{"update 0"}));
}

} // namespace
} // namespace sumac::client
