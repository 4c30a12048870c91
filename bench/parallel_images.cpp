// A stream of images through the DrawWorker, drawn by pools of one thread and of two: what decoding
// beside ordered drawing is worth. images/README.md says what they show.
#include "client/draw_worker.h"
#include "encoded_images.h"

#include <asio/thread_pool.hpp>
#include <benchmark/benchmark.h>
#include <spice/enums.h>

#include <chrono>
#include <cstring>
#include <optional>
#include <thread>
#include <vector>

namespace sumac::client {
namespace {

/// Many: until threads that were just made run on a core each takes some milliseconds.
constexpr int images_per_stream = 1200;
/// Where they are drawn.
constexpr Size screen{1920, 2700};

DrawJob drawing(wire::DisplayMessage message) {
    DrawJob job;
    job.work = std::move(message);
    return job;
}

wire::DrawCopy copy_of(const bench::Encoded& image, std::uint8_t type, int place) {
    const Rect area{0, 0, image.size.width, image.size.height};
    const std::int32_t x = place * 97 % 1400;
    const std::int32_t y = place * 61 % 700;
    const wire::ImageDescriptor descriptor{ImageId{1},
                                           type,
                                           0,
                                           static_cast<std::uint32_t>(area.right),
                                           static_cast<std::uint32_t>(area.bottom)};
    return {{SurfaceId{0}, {x, y, x + area.right, y + area.bottom}, {}},
            {descriptor, wire::EncodedImage{image.data}},
            area,
            SPICE_ROPD_OP_PUT,
            SPICE_IMAGE_SCALE_MODE_NEAREST,
            {}};
}

/// What they take, from the first to the last, in seconds. Nothing: not all could be drawn.
std::optional<double>
draw_stream(const std::vector<bench::Encoded>& images, std::uint8_t type, unsigned threads) {
    asio::thread_pool pool{threads};
    Statistics statistics{"bench"};
    const auto worker =
        std::make_shared<DrawWorker>(pool.get_executor(),
                                     threads,
                                     statistics,
                                     nullptr,
                                     DrawWorker::Events{[](const ShownFrame&, LocalTime) {},
                                                        [](const ShownFrame&) {},
                                                        [](std::uint8_t, const Error&) {},
                                                        [] {}});
    DrawJob open;
    open.work = OpenDisplay{1};
    worker->post(std::move(open));
    worker->post(drawing(wire::SurfaceCreate{
        SurfaceId{0}, screen.width, screen.height, SPICE_SURFACE_FMT_32_xRGB, 0}));
    while (!worker->idle())
        std::this_thread::yield();
    for (int i = 0; i < images_per_stream; ++i) {
        const bench::Encoded& image = images[static_cast<std::size_t>(i) % images.size()];
        worker->queue(drawing(copy_of(image, type, i)));
    }
    const auto began = std::chrono::steady_clock::now();
    worker->begin();
    pool.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    if (statistics.report().draws["copy"] != images_per_stream) return std::nullopt;
    return took.count();
}

void measure(benchmark::State& state,
             const std::vector<bench::Encoded>& images,
             std::uint8_t type) {
    if (images.empty()) {
        state.SkipWithError("images are missing");
        return;
    }
    for ([[maybe_unused]] auto _ : state) {
        const auto took = draw_stream(images, type, static_cast<unsigned>(state.range(0)));
        if (!took) return state.SkipWithError("images are damaged");
        state.SetIterationTime(*took);
    }
    std::int64_t bytes = 0;
    for (const bench::Encoded& image : images)
        bytes += bench::output_bytes(image.size);
    state.SetBytesProcessed(state.iterations() * bytes * images_per_stream /
                            static_cast<std::int64_t>(images.size()));
}

void quic_stream(benchmark::State& state) {
    measure(state, bench::read_images("quic"), SPICE_IMAGE_TYPE_QUIC);
}

void lz_stream(benchmark::State& state) {
    measure(state, bench::read_images("lz"), SPICE_IMAGE_TYPE_LZ_RGB);
}

/// The same images six times one below the other; the larger two have 0.9 million pixels. What an
/// LZ body copies is so far back, wherever it stands.
void large_lz_stream(benchmark::State& state) {
    constexpr int times = 6;
    constexpr std::ptrdiff_t header_bytes = 28;
    constexpr std::size_t height_at = 16; // big-endian
    std::vector<bench::Encoded> images = bench::read_images("lz");
    for (bench::Encoded& image : images) {
        const std::vector<std::byte> body{image.data.begin() + header_bytes, image.data.end()};
        for (int i = 1; i < times; ++i)
            image.data.insert(image.data.end(), body.begin(), body.end());
        image.size.height *= times;
        image.data[height_at + 2] = static_cast<std::byte>(image.size.height >> 8);
        image.data[height_at + 3] = static_cast<std::byte>(image.size.height & 0xFF);
    }
    measure(state, images, SPICE_IMAGE_TYPE_LZ_RGB);
}

/// Nothing but copies, of about as many bytes as the large LZ images have: into a buffer, as a
/// decoder writes, and from there to a part of the screen. What a second thread gains where memory
/// is all that there is to wait for.
void copies(benchmark::State& state) {
    constexpr std::size_t image_bytes = 3'600'000;
    const auto threads = static_cast<std::size_t>(state.range(0));
    std::vector<std::byte> pixels(std::size_t{4} * screen.width * screen.height);
    const std::size_t part_bytes = pixels.size() / threads;
    const auto copy_some = [&](std::size_t thread) {
        const std::vector<std::byte> source(image_bytes, std::byte{1});
        std::vector<std::byte> buffer(image_bytes);
        for (std::size_t i = thread; i < images_per_stream; i += threads) {
            std::memcpy(buffer.data(), source.data(), image_bytes);
            const std::size_t place = i * 97 * 4096 % (part_bytes - image_bytes);
            std::memcpy(pixels.data() + thread * part_bytes + place, buffer.data(), image_bytes);
            benchmark::ClobberMemory();
        }
    };
    benchmark::DoNotOptimize(pixels.data());
    for ([[maybe_unused]] auto _ : state) {
        const auto began = std::chrono::steady_clock::now();
        {
            std::vector<std::jthread> workers;
            for (std::size_t i = 0; i < threads; ++i)
                workers.emplace_back(copy_some, i);
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        state.SetIterationTime(took.count());
    }
    state.SetBytesProcessed(state.iterations() * images_per_stream *
                            static_cast<std::int64_t>(image_bytes));
}

BENCHMARK(copies)->ArgName("threads")->Arg(1)->Arg(2)->UseManualTime();
BENCHMARK(quic_stream)->ArgName("threads")->Arg(1)->Arg(2)->UseManualTime();
BENCHMARK(lz_stream)->ArgName("threads")->Arg(1)->Arg(2)->UseManualTime();
BENCHMARK(large_lz_stream)->ArgName("threads")->Arg(1)->Arg(2)->UseManualTime();

} // namespace
} // namespace sumac::client
