// Images are decoded beside ordered drawing: what is seen of it must not depend on how many threads
// there are.
#include "../canvas/canvas_builders.h"
#include "client/draw_worker.h"
#include "lz_image.h"

#include <asio/execution.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <string>
#include <thread>

namespace sumac::client {
namespace {

constexpr std::int32_t side = 320; ///< of the primary

/// Hashes of the pictures that were shown, by display: one may wait while the other is drawn.
using Hashes = std::map<std::uint32_t, std::vector<std::uint64_t>>;

class Pictures : public DisplaySink {
public:
    void on_display_created(std::uint32_t, Size) override {}
    void on_display_destroyed(std::uint32_t) override {}
    void on_update(const DisplayUpdate& update) override {
        std::uint64_t hash = 14695981039346656037U;
        for (std::int32_t y = 0; y < update.picture.size.height; ++y) {
            const std::byte* row = update.picture.data + y * update.picture.stride_bytes;
            for (std::int32_t i = 0; i < 4 * update.picture.size.width; ++i)
                hash = (hash ^ std::to_integer<std::uint64_t>(row[i])) * 1099511628211U;
        }
        hashes[update.display].push_back(hash);
    }
    Hashes hashes;
};

struct Drawn {
    Hashes pictures;
    std::map<std::string, std::uint64_t> damaged;
    std::map<std::string, std::uint64_t> draws;
    std::vector<std::string> failures;
    bool operator==(const Drawn&) const = default;
};

/// A session's displays, drawn by a pool.
class Drawing {
public:
    Drawing() {
        for (std::uint8_t display = 0; display < 2; ++display) {
            post(display, OpenDisplay{1});
            post(display, canvas::create(0, SPICE_SURFACE_FMT_32_xRGB, side, side));
            post(display, wire::DisplayMark{});
        }
    }
    template <class Work>
    void post(std::uint8_t display, Work work, std::shared_ptr<const void> keep_alive = nullptr) {
        DrawJob job;
        job.display = display;
        if constexpr (std::is_convertible_v<Work, wire::DisplayMessage>)
            job.work = wire::DisplayMessage{std::move(work)};
        else
            job.work = std::move(work);
        job.keep_alive = std::move(keep_alive);
        worker_->post(std::move(job));
    }
    void post_copy(std::uint8_t display, const LzImage& image, Point at, std::uint8_t flags = 0) {
        const auto size = static_cast<std::int32_t>(image.side);
        post(display,
             canvas::copy(0,
                          {at.x, at.y, at.x + size, at.y + size},
                          image.wire(image.seed, flags),
                          {0, 0, size, size}),
             image.data);
    }
    void close() { worker_->close(); }
    bool idle() const { return worker_->idle(); }

    /// Returns when all is drawn.
    Drawn run(int threads) {
        pool_.restart();
        {
            std::vector<std::jthread> pool;
            for (int i = 0; i < threads; ++i)
                pool.emplace_back([this] { pool_.run(); });
        }
        const SessionReport report = statistics_.report();
        std::map<std::string, std::uint64_t> damaged;
        for (const ChannelReport& channel : report.channels) {
            for (const auto& [what, count] : channel.damaged)
                damaged[what] += count;
        }
        return {sink_.hashes, damaged, report.draws, failures_};
    }

private:
    asio::io_context pool_;
    Statistics statistics_{"test"};
    Pictures sink_;
    std::vector<std::string> failures_; ///< of the one that draws
    std::shared_ptr<DrawWorker> worker_ =
        std::make_shared<DrawWorker>(pool_.get_executor(),
                                     4,
                                     statistics_,
                                     &sink_,
                                     DrawWorker::Events{[](const ShownFrame&, LocalTime) {},
                                                        [](const ShownFrame&) {},
                                                        [this](std::uint8_t, Error error) {
                                                            failures_.emplace_back(error.text);
                                                        },
                                                        [] {}});
};

void post_damaged(Drawing& drawing, std::uint8_t display, const LzImage& image) {
    LzImage damaged = image;
    damaged.data = std::make_shared<std::vector<std::byte>>(*image.data);
    damaged.data->resize(image.data->size() / 2);
    drawing.post_copy(display, damaged, {0, 0});
}

/// Images over images, with other drawing between them, and damaged ones.
void post_mixture(Drawing& drawing) {
    for (std::uint32_t i = 0; i < 60; ++i) {
        const auto display = static_cast<std::uint8_t>(i / 3 % 2);
        const auto step = static_cast<std::int32_t>(i);
        const LzImage image{i % 5 == 0 ? 16 : 64 + i, i};
        drawing.post_copy(display, image, {step * 37 % 200, step * 53 % 200});
        if (i % 7 == 0) post_damaged(drawing, display, image);
        drawing.post(display, canvas::fill(0, {step, 0, step + 40, side}, i * 0x10307));
        drawing.post(display, wire::CopyBits{canvas::base(0, {9, 9, 200, 200}), {step, 20}});
    }
}

Drawn mixture_with(int threads) {
    Drawing drawing;
    post_mixture(drawing);
    return drawing.run(threads);
}

TEST(DrawImages, AreTheSamePicturesWithAnyNumberOfThreads) {
    const Drawn one = mixture_with(1);
    EXPECT_EQ(one.draws.at("copy"), 60U);
    EXPECT_EQ(one.damaged.size(), 1U);
    EXPECT_EQ(one.damaged.begin()->second, 9U);
    for (const int threads : {2, 4})
        EXPECT_EQ(mixture_with(threads), one) << threads;
}

/// Eight images, each in the cache instead of the one before, and drawn from there.
Drawn cached_with(int threads) {
    Drawing drawing;
    for (std::uint32_t seed = 1; seed < 9; ++seed) {
        LzImage image{100, seed};
        image.seed = 5; // its number in the cache
        drawing.post_copy(0, image, {0, 0}, SPICE_IMAGE_FLAGS_CACHE_REPLACE_ME);
        const auto at = static_cast<std::int32_t>(9 * seed);
        drawing.post(
            0,
            canvas::copy(
                0, {at, at, at + 100, at + 100}, canvas::cached_image(5), {0, 0, 100, 100}));
    }
    return drawing.run(threads);
}

TEST(DrawImages, GoIntoTheCacheInTheirOrder) {
    const Drawn one = cached_with(1);
    EXPECT_EQ(one.draws.at("copy"), 16U);
    EXPECT_EQ(cached_with(2), one);
}

/// Of a single message nothing is decoded early.
TEST(DrawImages, AreThoseOfDrawingOneByOne) {
    Drawing together;
    Drawing alone;
    Drawn last;
    for (std::uint32_t seed = 1; seed < 20; ++seed) {
        const LzImage image{150, seed};
        const auto at = static_cast<std::int32_t>(seed * 7);
        together.post_copy(0, image, {at, at});
        alone.post_copy(0, image, {at, at});
        last = alone.run(1);
    }
    EXPECT_EQ(together.run(2).pictures.at(0).back(), last.pictures.at(0).back());
}

TEST(DrawImages, BringWhatAnotherDisplayWaitsFor) {
    for (const int threads : {1, 2}) {
        Drawing drawing;
        drawing.post(1,
                     canvas::copy(0, {0, 0, 100, 100}, canvas::cached_image(8), {0, 0, 100, 100}));
        for (std::uint32_t seed = 1; seed < 9; ++seed)
            drawing.post_copy(0, {100, seed}, {0, 0}, SPICE_IMAGE_FLAGS_CACHE_ME);
        EXPECT_EQ(drawing.run(threads).draws.at("copy"), 9U) << threads;
    }
}

TEST(DrawImages, AreAllDrawnBeforeAChannelCloses) {
    for (const int threads : {1, 2}) {
        Drawing drawing;
        post_mixture(drawing);
        drawing.post(0, CloseDisplay{});
        drawing.post_copy(0, {100, 1}, {0, 0}); // too late
        drawing.post(1, CloseDisplay{});
        drawing.close();
        EXPECT_FALSE(drawing.idle());
        EXPECT_EQ(drawing.run(threads).draws.at("copy"), 60U) << threads;
        EXPECT_TRUE(drawing.idle()) << threads;
    }
}

/// An executor that has no memory for more while `full`.
struct FullPool {
    asio::io_context* context = nullptr;
    bool* full = nullptr;

    asio::execution_context& query(asio::execution::context_t) const noexcept { return *context; }
    static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept {
        return asio::execution::blocking.never;
    }
    FullPool require(asio::execution::blocking_t::never_t) const noexcept { return *this; }
    template <class Work>
    void execute(Work work) const {
        if (*full) throw std::bad_alloc{};
        asio::post(*context, std::move(work));
    }
    bool operator==(const FullPool&) const noexcept = default;
};

TEST(DrawImages, AreDrawnWithoutHelpersIfThereIsNoMemoryForThem) {
    asio::io_context pool;
    bool full = false;
    Statistics statistics{"test"};
    const auto worker =
        std::make_shared<DrawWorker>(FullPool{&pool, &full},
                                     2,
                                     statistics,
                                     nullptr,
                                     DrawWorker::Events{[](const ShownFrame&, LocalTime) {},
                                                        [](const ShownFrame&) {},
                                                        [](std::uint8_t, const Error&) {},
                                                        [] {}});
    const auto queue = [&](auto work) {
        DrawJob job;
        job.work = std::move(work);
        worker->queue(std::move(job));
    };
    queue(OpenDisplay{1});
    queue(wire::DisplayMessage{canvas::create(0, SPICE_SURFACE_FMT_32_xRGB, side, side)});
    const LzImage image{100, 1};
    full = true;
    for (int i = 0; i < 3; ++i)
        queue(wire::DisplayMessage{
            canvas::copy(0, {0, 0, 100, 100}, image.wire(), {0, 0, 100, 100})});
    EXPECT_THROW(worker->begin(), std::bad_alloc);
    full = false;
    worker->begin();
    pool.run();
    EXPECT_EQ(statistics.report().draws.at("copy"), 3U);
    EXPECT_TRUE(worker->idle());
}

TEST(DrawImages, ArriveWhileOthersAreDrawn) {
    Drawing together;
    std::jthread net{[&] {
        for (std::uint32_t seed = 1; seed < 40; ++seed)
            together.post_copy(0, {100, seed}, {0, 0});
    }};
    for (int i = 0; i < 20; ++i)
        together.run(2);
    net.join();
    EXPECT_EQ(together.run(2).draws.at("copy"), 39U);
}

} // namespace
} // namespace sumac::client
