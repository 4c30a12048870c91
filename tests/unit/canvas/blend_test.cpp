// ALPHA_BLEND and COMPOSITE, thousands of random messages, each compared with plain arithmetic.
#include "naive_blend.h"
#include "twin.h"

namespace sumac::canvas {
namespace {

constexpr std::uint32_t over = 3;

bool is_colour(std::uint32_t format) {
    return format != SPICE_SURFACE_FMT_1_A && format != SPICE_SURFACE_FMT_8_A;
}

class AlphaTwin : public BlendingTwin {
public:
    using BlendingTwin::BlendingTwin;

    void step() {
        TwinImage image;
        wire::DrawAlphaBlend m;
        if (!place_image(m, image, 32767)) return;
        m.alpha = static_cast<std::uint8_t>(chance(30) ? 255 : pick(0, 255));
        mask_image_.reset();
        expect_drawn(m, "alpha blend");
        model(m.base, {}, [&](int x, int y) -> std::optional<std::uint32_t> {
            const auto sample = naive_image_pixel(image.naive, m.src_area, m.base.box, x, y);
            if (!sample || sample->outside) return std::nullopt;
            return naive_blend(over, parts_of(*sample), uniform(m.alpha), drawn_, x, y);
        });
    }
};

std::optional<std::int64_t> repeated(std::int64_t place, std::int64_t size, int repeat) {
    if (repeat == 0 && (place < 0 || place >= size)) return std::nullopt;
    if (repeat == 1) return ((place % size) + size) % size;
    if (repeat == 2) return std::clamp<std::int64_t>(place, 0, size - 1);
    if (repeat == 3) {
        const std::int64_t twice = ((place % (2 * size)) + 2 * size) % (2 * size);
        return twice < size ? twice : 2 * size - 1 - twice;
    }
    return place;
}

class CompositeTwin : public BlendingTwin {
public:
    using BlendingTwin::BlendingTwin;

    void step() {
        Input src;
        Input mask;
        wire::DrawComposite m;
        m.base = any_base();
        if (m.base.box.left < -1000 || m.base.box.top < -1000) return;
        m.src = any_input(src, m.src_origin, m.src_transform);
        const std::uint32_t operation = static_cast<std::uint32_t>(pick(0, 12));
        m.flags = operation | static_cast<std::uint32_t>(src.filter) << 8 |
                  static_cast<std::uint32_t>(src.repeat) << 14;
        const bool component = chance(30);
        if (chance(50)) {
            m.mask = any_input(mask, m.mask_origin, m.mask_transform);
            m.flags |= SPICE_COMPOSITE_HAS_MASK | static_cast<std::uint32_t>(mask.filter) << 11 |
                       static_cast<std::uint32_t>(mask.repeat) << 16;
            if (component) m.flags |= SPICE_COMPOSITE_COMPONENT_ALPHA;
        }
        mask_image_.reset();
        expect_drawn(m, "composite");
        model(m.base, {}, [&](int x, int y) -> std::optional<std::uint32_t> {
            const Point in_box{x - m.base.box.left, y - m.base.box.top};
            const Parts s = at(src, m.src_origin, m.src_transform, in_box);
            if (!m.mask) return naive_blend(operation, s, uniform(255), drawn_, x, y);
            const Parts strength = at(mask, m.mask_origin, m.mask_transform, in_box);
            return naive_blend(
                operation, s, component ? strength : uniform(strength[0]), drawn_, x, y);
        });
    }

private:
    struct Input {
        TwinImage image;
        bool is_surface = false;
        int filter = 0;
        int repeat = 0;
    };

    wire::Image any_input(Input& input, Point& origin, std::optional<wire::Transform>& transform) {
        wire::Image image = any_source(input.image);
        while (input.image.storage.format == SPICE_BITMAP_FMT_8BIT_A && is_colour(format_)) {
            input.image.storage = {};
            image = any_source(input.image);
        }
        input.is_surface = std::holds_alternative<wire::SurfaceImage>(image.body);
        input.filter = chance(50) ? 0 : 3; // the nearest pixel, twice
        input.repeat = pick(0, 3);
        origin = {pick(-8, 8), pick(-8, 8)};
        if (chance(40)) {
            transform.emplace();
            for (std::int32_t& number : *transform)
                number = pick(-200'000, 200'000);
        }
        return image;
    }
    Parts at(const Input& input,
             Point origin,
             const std::optional<wire::Transform>& transform,
             Point in_box) const {
        std::int64_t x = std::int64_t{origin.x} + in_box.x;
        std::int64_t y = std::int64_t{origin.y} + in_box.y;
        if (transform) {
            const auto& t = *transform;
            const auto nearest = [&](std::size_t row) {
                const std::int64_t exact = t[row] * (x * 65536 + 32768) +
                                           t[row + 1] * (y * 65536 + 32768) +
                                           std::int64_t{t[row + 2]} * 65536;
                return (((exact + 32768) >> 16) - 1) >> 16;
            };
            const std::int64_t transformed_x = nearest(0);
            y = nearest(3);
            x = transformed_x;
        }
        const auto column = repeated(x, input.image.naive.width, input.repeat);
        const auto row = repeated(y, input.image.naive.height, input.repeat);
        if (!column || !row) return {};
        const Sample sample = input.image.naive.sample(static_cast<std::int32_t>(*column),
                                                       static_cast<std::int32_t>(*row));
        return parts_of(input.is_surface ? sample : like_destination(sample, format_));
    }
};

class BlendOn : public testing::TestWithParam<std::uint32_t> {};

TEST_P(BlendOn, EveryAlphaBlendMatchesPlainArithmetic) {
    run_twin<AlphaTwin>(GetParam(), 21, 3000);
}

TEST_P(BlendOn, EveryCompositeMatchesPlainArithmetic) {
    run_twin<CompositeTwin>(GetParam(), 22, 3000);
}

INSTANTIATE_TEST_SUITE_P(EverySurfaceFormat, BlendOn, every_surface_format());

} // namespace
} // namespace sumac::canvas
