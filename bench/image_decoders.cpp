// Image decoders on one thread, in bytes of output a second. images/README.md says what they
// decode.
#include "image/glz.h"
#include "image/jpeg.h"
#include "image/lz.h"
#include "image/quic.h"

#include <benchmark/benchmark.h>
#include <turbojpeg.h>

#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace sumac::image {
namespace {

constexpr std::array<const char*, 3> contents{"desktop", "text", "photo"};

struct Encoded {
    Size size;
    std::vector<std::byte> data;
};

/// In the order of `contents`; empty if the file is missing or damaged.
std::vector<Encoded> read_images(const std::string& codec) {
    std::ifstream file{SUMAC_BENCH_IMAGES "/" + codec, std::ios::binary};
    const std::vector<char> content{std::istreambuf_iterator<char>{file}, {}};
    Reader r{std::as_bytes(std::span{content})};
    std::vector<Encoded> images;
    while (r.left() > 0) {
        Encoded image;
        r.skip(1); // type
        image.size.width = r.u16();
        image.size.height = r.u16();
        r.skip(8); // hash
        const Bytes data = r.bytes(r.u32());
        image.data.assign(data.begin(), data.end());
        images.push_back(std::move(image));
    }
    return r.failed() || images.size() != contents.size() ? std::vector<Encoded>{} : images;
}

std::int64_t output_bytes(Size size) {
    return 4 * std::int64_t{size.width} * size.height;
}

/// decode(encoded) returns a Result.
template <class Decode>
void measure(benchmark::State& state, const std::vector<Encoded>& images, Decode decode) {
    if (images.empty()) {
        state.SkipWithError("images are missing");
        return;
    }
    const auto which = static_cast<std::size_t>(state.range(0));
    const Encoded& image = images[which];
    for ([[maybe_unused]] auto _ : state) {
        const auto result = decode(image);
        if (!result) {
            state.SkipWithError("damaged image");
            return;
        }
        benchmark::DoNotOptimize(&*result);
    }
    state.SetBytesProcessed(state.iterations() * output_bytes(image.size));
    state.SetLabel(contents[which]);
}

void quic(benchmark::State& state) {
    measure(state, read_images("quic"), [](const Encoded& image) {
        return decode_quic(image.data, image.size);
    });
}

void quic_plain(benchmark::State& state) {
    measure(state, read_images("quic"), [](const Encoded& image) {
        return decode_quic(image.data, image.size, QuicCode::plain);
    });
}

void lz_rgb(benchmark::State& state) {
    measure(state, read_images("lz"), [](const Encoded& image) {
        return decode_lz_rgb(image.data, image.size);
    });
}

/// With the images before it in the window.
void glz_rgb(benchmark::State& state) {
    const std::vector<Encoded> images = read_images("glz");
    GlzWindow window;
    for (const Encoded& image : images) {
        if (!decode_through_window(image.data, image.size, window)) return;
    }
    measure(state, images, [&](const Encoded& image) {
        return decode_glz(image.data, image.size, window);
    });
}

std::vector<Encoded> jpeg_images() {
    std::vector<Encoded> images = read_images("quic");
    tjhandle handle = tjInitCompress();
    for (Encoded& image : images) {
        const Result<Pixels> pixels = decode_quic(image.data, image.size);
        unsigned char* data = nullptr;
        unsigned long size_bytes = 0;
        tjCompress2(handle,
                    units_of<unsigned char>(*pixels),
                    image.size.width,
                    static_cast<int>(pixels->stride_bytes()),
                    image.size.height,
                    TJPF_BGRX,
                    &data,
                    &size_bytes,
                    TJSAMP_420,
                    85,
                    0);
        const auto* first = reinterpret_cast<const std::byte*>(data);
        image.data.assign(first, first + size_bytes);
        tjFree(data);
    }
    tjDestroy(handle);
    return images;
}

void jpeg(benchmark::State& state) {
    measure(state, jpeg_images(), [](const Encoded& image) {
        return decode_jpeg(image.data, image.size);
    });
}

/// The limit: as many bytes, only copied.
void copy_only(benchmark::State& state) {
    const std::vector<Encoded> images = read_images("quic");
    if (images.empty()) {
        state.SkipWithError("images are missing");
        return;
    }
    const std::int64_t size_bytes = output_bytes(images.front().size);
    const std::vector<std::byte> from(static_cast<std::size_t>(size_bytes), std::byte{1});
    std::vector<std::byte> to(from.size());
    for ([[maybe_unused]] auto _ : state) {
        std::memcpy(to.data(), from.data(), from.size());
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * size_bytes);
}

BENCHMARK(quic)->DenseRange(0, 2);
BENCHMARK(quic_plain)->DenseRange(0, 2);
BENCHMARK(lz_rgb)->DenseRange(0, 2);
BENCHMARK(glz_rgb)->DenseRange(0, 2);
BENCHMARK(jpeg)->DenseRange(0, 2);
BENCHMARK(copy_only);

} // namespace
} // namespace sumac::image
