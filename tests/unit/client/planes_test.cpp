// Pictures of streams as planes, for a sink that takes them.
#include "../canvas/canvas_builders.h"
#include "client/draw_worker.h"
#include "lz_image.h"

#include <asio/io_context.hpp>
#include <gtest/gtest.h>
#include <spice/enums.h>

namespace sumac::client {
namespace {

constexpr Size screen{8, 8};

struct PlanarSink final : DisplaySink {
    void on_display_created(std::uint32_t, Size) override {}
    void on_display_destroyed(std::uint32_t) override {}
    void on_update(const DisplayUpdate& update) override {
        ++updates;
        planes_before = planar_updates;
        damage.assign(update.damage.begin(), update.damage.end());
        const std::byte* const row = update.picture.data + 5 * update.picture.stride_bytes;
        if (update.picture.size == screen) red = std::to_integer<int>(row[4 * 5 + 2]);
        pixels = update.picture.data;
    }
    bool takes_planes() const override { return takes; }
    void on_planes(const PlanarUpdate& update) override {
        ++planar_updates;
        damage.assign(update.damage.begin(), update.damage.end());
        luma = std::to_integer<int>(*update.picture.planes[0].data);
    }

    bool takes = true;
    int updates = 0;
    int planar_updates = 0;
    int planes_before = 0; ///< the last update
    std::vector<Rect> damage;
    int red = -1;                      ///< of the pixel at (5, 5) in the last update
    int luma = -1;                     ///< of the first sample of the last planes
    const std::byte* pixels = nullptr; ///< of the last update
};

/// A flat grey 4:4:4 picture whose first row in memory is black.
video::PicturePtr grey(std::byte luma) {
    const auto memory = std::make_shared<std::vector<std::byte>>(16, std::byte{128});
    std::fill_n(memory->begin() + 4, 12, luma);
    std::fill_n(memory->begin(), 4, std::byte{0});
    const auto colour = std::make_shared<std::vector<std::byte>>(16, std::byte{128});
    PlanarView view;
    view.format = PlanarFormat::yuv444;
    view.range = ColourRange::full;
    view.size = {4, 4};
    view.planes = {Plane{memory->data(), 4}, Plane{colour->data(), 4}, Plane{colour->data(), 4}};
    const auto both =
        std::make_shared<std::pair<decltype(memory), decltype(colour)>>(memory, colour);
    return std::make_shared<video::Picture>(video::Picture{view, both, 32});
}

/// One level of grey in pixels.
video::PicturePtr grey_pixels(Size size, std::byte level) {
    const auto stride = std::ptrdiff_t{4} * size.width;
    const auto bytes = std::make_shared<std::vector<std::byte>>(
        static_cast<std::size_t>(stride * size.height), level);
    const std::shared_ptr<std::byte> memory{bytes, bytes->data()};
    return std::make_shared<video::Picture>(
        video::Picture{PictureView{memory.get(), size, stride}, memory, bytes->size()});
}

struct Drawing {
    explicit Drawing(bool takes_planes) {
        sink.takes = takes_planes;
        worker = std::make_shared<DrawWorker>(
            pool.get_executor(),
            2,
            statistics,
            &sink,
            DrawWorker::Events{[this](const ShownFrame&, LocalTime) { ++shown; },
                               [](const ShownFrame&) {},
                               [](std::uint8_t, Error) {},
                               [] {}});
        post(OpenDisplay{});
        create_primary();
    }

    template <class Work>
    void post(Work work) {
        queue(std::move(work));
        run();
    }
    template <class Work>
    void queue(Work work) {
        DrawJob job;
        job.work = std::move(work);
        worker->post(std::move(job));
    }
    void run() {
        pool.restart();
        pool.run();
    }

    void show(std::byte luma, canvas::RowOrder order = canvas::RowOrder::top_down) {
        post(ShowPicture{SurfaceId{0}, grey(luma), {2, 2, 12, 12}, {}, order, {}});
    }

    /// Returns where its pixels are.
    const std::byte*
    show_pixels(Size size, std::byte level, canvas::RowOrder order = canvas::RowOrder::top_down) {
        const auto picture = grey_pixels(size, level);
        post(ShowPicture{SurfaceId{0}, picture, {0, 0, size.width, size.height}, {}, order, {}});
        return std::get<PictureView>(picture->content).data;
    }

    void create_primary(Size size = screen) {
        const auto side = [](std::int32_t length) { return static_cast<std::uint32_t>(length); };
        post(wire::DisplayMessage{wire::SurfaceCreate{SurfaceId{0},
                                                      side(size.width),
                                                      side(size.height),
                                                      SPICE_SURFACE_FMT_32_xRGB,
                                                      SPICE_SURFACE_FLAGS_PRIMARY}});
        post(wire::DisplayMessage{wire::DisplayMark{}});
    }

    void whiten(const Rect& box) {
        wire::DrawWhiteness white;
        white.base.box = box;
        post(wire::DisplayMessage{white});
    }

    asio::io_context pool;
    Statistics statistics{"test"};
    PlanarSink sink;
    std::shared_ptr<DrawWorker> worker;
    int shown = 0;
};

const std::vector<Rect> seen{{2, 2, 8, 8}};

TEST(Planes, GoToASinkThatTakesThem) {
    Drawing drawing{true};
    drawing.show(std::byte{100});
    drawing.show(std::byte{120});
    EXPECT_EQ(drawing.sink.planar_updates, 2);
    EXPECT_EQ(drawing.sink.updates, 0);
    EXPECT_EQ(drawing.sink.damage, seen);
    EXPECT_EQ(drawing.sink.luma, 0); // the first row
    EXPECT_EQ(drawing.shown, 2);
}

TEST(Planes, AreTurnedWhereRowsAreStoredUpwards) {
    Drawing drawing{true};
    drawing.show(std::byte{100}, canvas::RowOrder::bottom_up);
    EXPECT_EQ(drawing.sink.luma, 100);
}

TEST(Planes, AreInTheNextUpdateThatIsDrawn) {
    Drawing drawing{true};
    drawing.show(std::byte{100});
    drawing.show(std::byte{120});
    drawing.whiten({0, 0, 1, 1});
    EXPECT_EQ(drawing.sink.updates, 1);
    EXPECT_EQ(drawing.sink.red, 120);
    EXPECT_EQ(drawing.sink.damage, (std::vector<Rect>{{2, 2, 8, 8}, {0, 0, 1, 1}}));
}

TEST(Planes, LieBelowWhatIsDrawnLater) {
    Drawing drawing{true};
    drawing.show(std::byte{100});
    drawing.whiten({5, 5, 6, 6});
    EXPECT_EQ(drawing.sink.red, 255);
    drawing.show(std::byte{120});
    drawing.whiten({0, 0, 1, 1});
    EXPECT_EQ(drawing.sink.red, 120);
}

TEST(Planes, OfMoreStreamsThanAreKeptAreInNoUpdateThatLacksTheLast) {
    Drawing drawing{true};
    for (std::int32_t i = 0; i < 5; ++i)
        drawing.post(ShowPicture{
            SurfaceId{0}, grey(std::byte{100}), {i, i, i + 4, i + 4}, {}, {}, ShownFrame{}});
    EXPECT_EQ(drawing.sink.planar_updates, 5);
    EXPECT_EQ(drawing.sink.updates, 1);
    EXPECT_EQ(drawing.sink.planes_before, 4);
    drawing.whiten({0, 0, 1, 1});
    EXPECT_EQ(drawing.sink.updates, 2);
    EXPECT_EQ(drawing.sink.damage, (std::vector<Rect>{{4, 4, 8, 8}, {0, 0, 1, 1}}));
}

TEST(Planes, BecomePixelsForASinkThatDoesNotTakeThem) {
    Drawing drawing{false};
    drawing.show(std::byte{100});
    EXPECT_EQ(drawing.sink.planar_updates, 0);
    EXPECT_EQ(drawing.sink.updates, 1);
    EXPECT_EQ(drawing.sink.red, 100);
    EXPECT_EQ(drawing.sink.damage, seen);
}

TEST(PictureOfTheWholeScreen, IsSeenWithoutACopy) {
    Drawing drawing{false};
    const std::byte* const first = drawing.show_pixels(screen, std::byte{100});
    EXPECT_EQ(drawing.sink.pixels, first);
    EXPECT_EQ(drawing.sink.damage, (std::vector<Rect>{{0, 0, 8, 8}}));
    const std::byte* const second = drawing.show_pixels(screen, std::byte{120});
    EXPECT_EQ(drawing.sink.pixels, second);
    EXPECT_EQ(drawing.sink.updates, 2);
    EXPECT_EQ(drawing.shown, 2);
}

TEST(PictureOfTheWholeScreen, LiesBelowWhatIsDrawnLater) {
    Drawing drawing{false};
    drawing.show_pixels(screen, std::byte{100});
    drawing.whiten({0, 0, 1, 1});
    EXPECT_EQ(drawing.sink.red, 100);
    EXPECT_EQ(std::to_integer<int>(*drawing.sink.pixels), 255);
    drawing.show_pixels({4, 4}, std::byte{50}); // a smaller one
    EXPECT_EQ(drawing.sink.red, 100);
    EXPECT_EQ(std::to_integer<int>(*drawing.sink.pixels), 50);
}

TEST(PictureOfTheWholeScreen, BecomesThePrimaryWithoutACopy) {
    Drawing drawing{false};
    for (const std::byte level : {std::byte{100}, std::byte{120}}) {
        const std::byte* const own = drawing.show_pixels(screen, level);
        drawing.whiten({0, 0, 1, 1});
        EXPECT_EQ(drawing.sink.pixels, own);
        EXPECT_EQ(std::to_integer<int>(*own), 255);
        EXPECT_EQ(drawing.sink.red, std::to_integer<int>(level));
        drawing.whiten({1, 1, 2, 2});
        EXPECT_EQ(drawing.sink.pixels, own);
    }
}

TEST(PictureOfTheWholeScreen, IsCopiedWhileSomebodyElseHasIt) {
    Drawing drawing{false};
    const auto picture = grey_pixels(screen, std::byte{100});
    drawing.post(ShowPicture{SurfaceId{0}, picture, {0, 0, 8, 8}, {}, {}, {}});
    drawing.whiten({0, 0, 1, 1});
    EXPECT_EQ(drawing.sink.red, 100);
    EXPECT_EQ(std::to_integer<int>(*drawing.sink.pixels), 255);
    EXPECT_EQ(*std::get<PictureView>(picture->content).data, std::byte{100});
}

TEST(PictureOfTheWholeScreen, MayBeOfPlanes) {
    Drawing drawing{true};
    drawing.create_primary({4, 4});
    drawing.post(ShowPicture{SurfaceId{0}, grey(std::byte{100}), {0, 0, 4, 4}, {}, {}, {}});
    drawing.post(ShowPicture{SurfaceId{0}, grey(std::byte{120}), {0, 0, 4, 4}, {}, {}, {}});
    EXPECT_EQ(drawing.sink.planar_updates, 2);
    drawing.whiten({0, 0, 1, 1});
    EXPECT_EQ(drawing.sink.damage, (std::vector<Rect>{{0, 0, 4, 4}, {0, 0, 1, 1}}));
    const auto blue_at = [&](std::ptrdiff_t x, std::ptrdiff_t y) {
        return std::to_integer<int>(drawing.sink.pixels[4 * (4 * y + x)]);
    };
    EXPECT_EQ(blue_at(0, 0), 255);
    EXPECT_EQ(blue_at(1, 0), 0); // the picture's first row
    EXPECT_EQ(blue_at(3, 3), 120);
}

TEST(PictureOfTheWholeScreen, IsAnUpdateOnce) {
    Drawing drawing{false};
    drawing.show_pixels(screen, std::byte{100});
    drawing.post(wire::DisplayMessage{canvas::create(5, SPICE_SURFACE_FMT_32_xRGB, 8, 8)});
    drawing.post(wire::DisplayMessage{canvas::fill(5, {0, 0, 8, 8}, 1)});
    EXPECT_EQ(drawing.sink.updates, 1);
    drawing.whiten({0, 0, 1, 1});
    EXPECT_EQ(drawing.sink.updates, 2);
    EXPECT_EQ(drawing.sink.damage, (std::vector<Rect>{{0, 0, 1, 1}}));
}

/// Copies of the size of a video's frame, which become updates of their own where they cover what
/// was not seen yet.
TEST(PictureOfTheWholeScreen, DoesNotTakeCopiesThatFollowApart) {
    constexpr std::int32_t side = 96;
    const LzImage image{side, 1};
    const auto copy_to = [&](std::int32_t x) {
        return wire::DisplayMessage{
            canvas::copy(0, {x, 0, x + side, side}, image.wire(), {0, 0, side, side})};
    };
    Drawing drawing{false};
    drawing.create_primary({2 * side, side});
    drawing.show_pixels({2 * side, side}, std::byte{100});
    drawing.queue(copy_to(0));
    drawing.queue(copy_to(side));
    drawing.run();
    EXPECT_EQ(drawing.sink.updates, 2);
    EXPECT_EQ(drawing.sink.damage,
              (std::vector<Rect>{{0, 0, side, side}, {side, 0, 2 * side, side}}));
}

TEST(PictureOfTheWholeScreen, IsTurnedWhereRowsAreStoredUpwards) {
    Drawing drawing{false};
    const std::byte* const own =
        drawing.show_pixels(screen, std::byte{100}, canvas::RowOrder::bottom_up);
    EXPECT_NE(drawing.sink.pixels, own);
    EXPECT_EQ(drawing.sink.red, 100);
}

TEST(PictureOfTheWholeScreen, IsNotOnTheScreenThatReplacesIt) {
    Drawing drawing{false};
    drawing.show_pixels(screen, std::byte{100});
    drawing.create_primary();
    drawing.whiten({0, 0, 1, 1});
    EXPECT_EQ(drawing.sink.red, 0);
}

} // namespace
} // namespace sumac::client
