#include "video/colour.h"

#include "video/full_range.h"
#include "video/past_cache.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace sumac::video {
namespace {

/// Fixed point with 16 bits behind the point; the sums below stay within 27 bits.
constexpr int fraction_bits = 16;

/// R = luma * (Y - black) + red_v * (V - 128), and so on.
struct Weights {
    int black = 0;
    int luma = 0;
    int red_v = 0;
    int green_u = 0;
    int green_v = 0;
    int blue_u = 0;
};

/// Of red and of blue in Y.
struct Shares {
    double red = 0;
    double blue = 0;
};

Shares shares_of(ColourMatrix matrix) {
    switch (matrix) {
    case ColourMatrix::bt601:
        return {0.299, 0.114};
    case ColourMatrix::bt709:
        return {0.2126, 0.0722};
    case ColourMatrix::bt2020:
        return {0.2627, 0.0593};
    }
    return {};
}

Weights weights_of(ColourMatrix matrix, ColourRange range) {
    const bool full = range == ColourRange::full;
    const double luma_scale = full ? 1 : 255.0 / 219;
    const double colour_scale = full ? 1 : 255.0 / 224;
    const Shares share = shares_of(matrix);
    const double green = 1 - share.red - share.blue;
    const double red_v = 2 * (1 - share.red) * colour_scale;
    const double blue_u = 2 * (1 - share.blue) * colour_scale;
    const auto fixed = [](double weight) {
        return static_cast<int>(std::lround(weight * (1 << fraction_bits)));
    };
    return {full ? 0 : 16,
            fixed(luma_scale),
            fixed(red_v),
            fixed(-blue_u * share.blue / green),
            fixed(-red_v * share.red / green),
            fixed(blue_u)};
}

/// So many pixels at a time: loops of a fixed length become SIMD.
constexpr std::size_t block = 64;
using Samples = std::array<std::uint8_t, block>;

inline std::uint32_t level(int fixed) {
    return static_cast<std::uint32_t>(std::clamp(fixed >> fraction_bits, 0, 255));
}

[[gnu::always_inline]] inline void convert_block(const Weights& weights,
                                                 const Samples& y,
                                                 const Samples& u,
                                                 const Samples& v,
                                                 std::array<std::uint32_t, block>& pixels) {
    constexpr int half = 1 << (fraction_bits - 1);
    for (std::size_t i = 0; i < block; ++i) {
        const int luma = weights.luma * (y[i] - weights.black) + half;
        const int cb = u[i] - 128;
        const int cr = v[i] - 128;
        const std::uint32_t red = level(luma + weights.red_v * cr);
        const std::uint32_t green = level(luma + weights.green_u * cb + weights.green_v * cr);
        const std::uint32_t blue = level(luma + weights.blue_u * cb);
        pixels[i] = 0xFF000000U | red << 16U | green << 8U | blue;
    }
}

/// `count` samples from `from` on; what else is in the block does not matter.
[[gnu::always_inline]] inline void
load(Samples& samples, const std::byte* from, std::size_t count) {
    if (count == block) { // of a fixed length: no call
        std::memcpy(samples.data(), from, block);
    } else {
        std::memcpy(samples.data(), from, count);
    }
}

[[gnu::always_inline]] inline void
load_doubled(Samples& samples, const std::byte* from, std::size_t count) {
    Samples halves;
    load(halves, from, (count + 1) / 2);
    for (std::size_t i = 0; i < block / 2; ++i)
        samples[2 * i] = samples[2 * i + 1] = halves[i];
}

struct Row {
    std::array<const std::byte*, 3> planes;
    std::byte* pixels = nullptr;
    std::size_t width = 0;
    bool half_width = false; ///< of the colour planes
};

[[gnu::always_inline]] inline void convert_row(const Weights& weights, const Row& row) {
    Samples y{};
    Samples u{};
    Samples v{};
    std::array<std::uint32_t, block> pixels;
    for (std::size_t x = 0; x < row.width; x += block) {
        const std::size_t count = std::min(block, row.width - x);
        load(y, row.planes[0] + x, count);
        if (row.half_width) {
            load_doubled(u, row.planes[1] + x / 2, count);
            load_doubled(v, row.planes[2] + x / 2, count);
        } else {
            load(u, row.planes[1] + x, count);
            load(v, row.planes[2] + x, count);
        }
        convert_block(weights, y, u, v, pixels);
        std::memcpy(row.pixels + 4 * x, pixels.data(), 4 * count);
    }
}

void convert_row_plain(const Weights& weights, const Row& row) {
    convert_row(weights, row);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void convert_row_avx2(const Weights& weights, const Row& row) {
    convert_row(weights, row);
}
#endif

using ConvertRow = void (*)(const Weights& weights, const Row& row);

ConvertRow best_convert_row() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return convert_row_avx2;
#endif
    return convert_row_plain;
}

void convert(ConvertRow convert_one,
             const PlanarView& view,
             std::byte* pixels,
             std::ptrdiff_t stride_bytes) {
    const Weights weights = weights_of(view.matrix, view.range);
    Row row;
    row.width = static_cast<std::size_t>(view.size.width);
    row.half_width = view.format != PlanarFormat::yuv444;
    const bool half_height = view.format == PlanarFormat::yuv420;
    for (std::ptrdiff_t y = 0; y < view.size.height; ++y) {
        const std::ptrdiff_t colour_y = half_height ? y / 2 : y;
        row.planes = {view.planes[0].data + y * view.planes[0].stride_bytes,
                      view.planes[1].data + colour_y * view.planes[1].stride_bytes,
                      view.planes[2].data + colour_y * view.planes[2].stride_bytes};
        row.pixels = pixels + y * stride_bytes;
        convert_one(weights, row);
    }
}

/// As many columns from the left as it can; returns how many.
std::int32_t convert_shared_colour(const PlanarView& view,
                                   std::byte* pixels,
                                   std::ptrdiff_t stride_bytes,
                                   Into into) {
    const Weights weights = weights_of(view.matrix, view.range);
    const int shared = view.format == PlanarFormat::yuv420 ? 2 : 1;
    std::size_t done = 0;
    for (std::int32_t y = 0; y < view.size.height; y += shared) {
        const std::int32_t colour_y = y / shared;
        done = convert_full_range({weights.red_v, weights.green_u, weights.green_v, weights.blue_u},
                                  {view.planes[1].data + colour_y * view.planes[1].stride_bytes,
                                   view.planes[2].data + colour_y * view.planes[2].stride_bytes,
                                   view.planes[0].data + y * view.planes[0].stride_bytes,
                                   view.planes[0].stride_bytes,
                                   pixels + y * stride_bytes,
                                   stride_bytes,
                                   std::min(shared, view.size.height - y),
                                   static_cast<std::size_t>(view.size.width),
                                   into});
    }
    if (into == Into::memory) finish_past_cache();
    return static_cast<std::int32_t>(done);
}

/// What is right of the first `columns`, an even number.
PlanarView rest_of(PlanarView view, std::int32_t columns) {
    view.size.width -= columns;
    view.planes[0].data += columns;
    view.planes[1].data += columns / 2;
    view.planes[2].data += columns / 2;
    return view;
}

} // namespace

void to_bgrx(const PlanarView& planes, std::byte* pixels, std::ptrdiff_t stride_bytes, Into into) {
    const bool by_hand = planes.range == ColourRange::full &&
                         planes.format != PlanarFormat::yuv444 && has_fast_full_range();
    if (!by_hand) return convert(best_convert_row(), planes, pixels, stride_bytes);
    const std::int32_t done = convert_shared_colour(planes, pixels, stride_bytes, into);
    convert(best_convert_row(), rest_of(planes, done), pixels + 4 * done, stride_bytes);
}

void to_bgrx_plain(const PlanarView& planes, std::byte* pixels, std::ptrdiff_t stride_bytes) {
    convert(convert_row_plain, planes, pixels, stride_bytes);
}

PlaneLayout layout_of(PlanarFormat format, Size size) {
    PlanarView shape;
    shape.format = format;
    shape.size = {(size.width + 1) / 2 * 2, (size.height + 1) / 2 * 2};
    constexpr auto alignment = static_cast<std::ptrdiff_t>(simd_alignment);
    PlaneLayout layout;
    std::ptrdiff_t end = 0;
    for (std::size_t i = 0; i < layout.offsets.size(); ++i) {
        const Size plane = shape.plane_size(i);
        layout.offsets[i] = end;
        layout.strides[i] = (plane.width + alignment - 1) / alignment * alignment;
        end += layout.strides[i] * plane.height;
    }
    layout.size_bytes = static_cast<std::size_t>(end);
    return layout;
}

std::array<Plane, 3> planes_in(std::byte* memory, const PlaneLayout& layout) {
    std::array<Plane, 3> planes;
    for (std::size_t i = 0; i < planes.size(); ++i)
        planes[i] = {memory + layout.offsets[i], layout.strides[i]};
    return planes;
}

void from_nv12(Plane y, Plane uv, Size size, std::byte* memory) {
    const PlaneLayout layout = layout_of(PlanarFormat::yuv420, size);
    for (std::ptrdiff_t row = 0; row < size.height; ++row) {
        std::memcpy(memory + row * layout.strides[0],
                    y.data + row * y.stride_bytes,
                    static_cast<std::size_t>(size.width));
    }
    for (std::ptrdiff_t row = 0; row < (size.height + 1) / 2; ++row) {
        const std::byte* const from = uv.data + row * uv.stride_bytes;
        std::byte* const u = memory + layout.offsets[1] + row * layout.strides[1];
        std::byte* const v = memory + layout.offsets[2] + row * layout.strides[2];
        for (std::ptrdiff_t x = 0; x < (size.width + 1) / 2; ++x) {
            u[x] = from[2 * x];
            v[x] = from[2 * x + 1];
        }
    }
}

} // namespace sumac::video
