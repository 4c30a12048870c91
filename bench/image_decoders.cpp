// Image decoders on one thread, in bytes of output a second. images/README.md says what they
// decode.
#include "encoded_images.h"
#include "image/glz.h"
#include "image/jpeg.h"
#include "image/lz.h"
#include "image/lz4.h"
#include "image/quic.h"

#include <benchmark/benchmark.h>
#include <lz4.h>
#include <spice/enums.h>
#include <turbojpeg.h>

#include <cstring>
#include <string>
#include <vector>

namespace sumac::image {
namespace {

using bench::contents;
using bench::Encoded;
using bench::output_bytes;
using bench::read_images;

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

/// As libspice-server would: one block of 32-bit rows, top row first.
std::vector<Encoded> lz4_images() {
    std::vector<Encoded> images = read_images("quic");
    for (Encoded& image : images) {
        const Result<Pixels> pixels = decode_quic(image.data, image.size);
        const int size = static_cast<int>(pixels->size_bytes());
        std::vector<char> block(static_cast<std::size_t>(LZ4_compressBound(size)));
        const int packed = LZ4_compress_default(
            units_of<char>(*pixels), block.data(), size, static_cast<int>(block.size()));
        block.resize(static_cast<std::size_t>(packed));
        image.data = {std::byte{1}, std::byte{SPICE_BITMAP_FMT_32BIT}};
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            image.data.push_back(static_cast<std::byte>(block.size() >> shift & 0xFFU));
        const auto bytes = std::as_bytes(std::span{block});
        image.data.insert(image.data.end(), bytes.begin(), bytes.end());
    }
    return images;
}

void lz4(benchmark::State& state) {
    measure(state, lz4_images(), [](const Encoded& image) {
        return decode_lz4(image.data, image.size);
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
BENCHMARK(lz4)->DenseRange(0, 2);
BENCHMARK(copy_only);

} // namespace
} // namespace sumac::image
