// Thousands of random drawing messages, each compared with the naive rules, on every surface
// format.
#include "canvas/canvas.h"
#include "naive_surface.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace sumac::canvas {
namespace {

constexpr int cases_per_format = 4000;
constexpr std::int32_t width = 24;
constexpr std::int32_t height = 18;
constexpr std::uint32_t viewer_id = 0; ///< 32_ARGB: shows the others
constexpr std::uint32_t drawn_id = 1;
constexpr std::uint32_t other_id = 2;

/// A canvas and its model, which do the same.
class Twin {
public:
    Twin(std::uint32_t format, unsigned seed)
        : random_(seed),
          format_(format),
          drawn_(format, width, height),
          other_(SPICE_SURFACE_FMT_32_ARGB, 11, 9) {
        EXPECT_TRUE(canvas_.draw(create(viewer_id, SPICE_SURFACE_FMT_32_ARGB, width, height)));
        EXPECT_TRUE(canvas_.draw(create(drawn_id, format, width, height)));
        EXPECT_TRUE(canvas_.draw(create(other_id, SPICE_SURFACE_FMT_32_ARGB, 11, 9)));
        shuffle();
    }

    /// New random content.
    void shuffle() {
        fill_at_random(drawn_id, drawn_);
        fill_at_random(other_id, other_);
    }

    void step() {
        switch (pick(0, 5)) {
        case 0:
            return fill_step();
        case 1:
            return opaque_step();
        case 2:
            return constant_step();
        case 3:
            return copy_bits_step();
        default:
            return copy_step();
        }
    }

    /// The picture of the surface through the viewer, against the model's.
    void compare(const std::string& scenario) {
        const auto shown = canvas_.draw(
            copy(viewer_id, {0, 0, width, height}, surface_image(drawn_id), {0, 0, width, height}));
        ASSERT_TRUE(shown) << shown.error().text;
        const auto view = canvas_.primary();
        ASSERT_TRUE(view);
        for (std::int32_t y = 0; y < height; ++y) {
            for (std::int32_t x = 0; x < width; ++x) {
                std::uint32_t pixel = 0;
                std::memcpy(&pixel, view->data + y * view->stride_bytes + 4 * x, 4);
                ASSERT_EQ(pixel, argb_of_native(format_, drawn_.at(x, y)))
                    << scenario << ": " << last_ << " at " << x << ", " << y;
            }
        }
    }

private:
    int pick(int low, int high) { return std::uniform_int_distribution{low, high}(random_); }
    bool chance(int percent) { return pick(1, 100) <= percent; }
    std::uint32_t any() { return static_cast<std::uint32_t>(random_()); }

    void fill_at_random(std::uint32_t id, NaiveSurface& model) {
        for (std::int32_t y = 0; y < model.height; ++y) {
            for (std::int32_t x = 0; x < model.width; ++x) {
                const std::uint32_t color = any() & all_ones(model.format);
                EXPECT_TRUE(canvas_.draw(fill(id, {x, y, x + 1, y + 1}, color)));
                model.at(x, y) = color;
            }
        }
    }

    Rect any_rect() {
        if (chance(3)) {
            constexpr std::int32_t low = std::numeric_limits<std::int32_t>::min();
            constexpr std::int32_t high = std::numeric_limits<std::int32_t>::max();
            return {chance(50) ? low : 3, low, high, chance(50) ? high : 9};
        }
        const int left = pick(-6, width - 4);
        const int top = pick(-6, height - 4);
        return {left, top, left + pick(-1, 20), top + pick(-1, 16)};
    }
    Rect any_box() {
        const Rect whole{0, 0, width, height};
        return chance(40) ? whole : any_rect();
    }
    wire::DrawBase any_base() {
        wire::DrawBase result = base(drawn_id, any_box());
        if (chance(50)) return result;
        result.clip.everything_visible = false;
        for (int i = pick(0, 6); i > 0; --i)
            result.clip.rects.push_back(any_rect());
        return result;
    }
    TestImage any_image(std::uint8_t format, int max_side) {
        TestImage image;
        image.format = format;
        image.width = pick(1, max_side);
        image.height = pick(1, max_side);
        image.top_down = chance(50);
        image.padding_bytes = chance(30) ? 3 : 0;
        for (int i = 0; i < image.width * image.height; ++i) {
            const std::uint32_t bits = image.bits();
            image.pixels.push_back(bits == 32 ? any() : any() & ((1U << bits) - 1));
        }
        if (format == SPICE_BITMAP_FMT_8BIT)
            for (int i = pick(1, 256); i > 0; --i)
                image.palette.push_back(any());
        return image;
    }
    std::uint8_t any_colour_format() {
        static constexpr std::uint8_t formats[] = {SPICE_BITMAP_FMT_32BIT,
                                                   SPICE_BITMAP_FMT_RGBA,
                                                   SPICE_BITMAP_FMT_24BIT,
                                                   SPICE_BITMAP_FMT_16BIT,
                                                   SPICE_BITMAP_FMT_8BIT,
                                                   SPICE_BITMAP_FMT_8BIT_A};
        return formats[pick(0, 5)];
    }
    std::uint16_t any_rop() {
        const int operation = 1 << pick(3, 9);
        const int second = chance(10) ? 1 << pick(3, 9) : 0;
        const int inversions = (pick(0, 7)) | (chance(50) ? SPICE_ROPD_INVERS_RES : 0);
        return static_cast<std::uint16_t>(chance(20) ? SPICE_ROPD_OP_PUT
                                                     : operation | second | inversions);
    }

    /// A message's mask, in `mask_image_` if there is one.
    wire::Mask any_mask() {
        mask_image_.reset();
        wire::Mask mask;
        mask.pos = {pick(-5, 8), pick(-5, 8)};
        mask.flags = chance(50) ? SPICE_MASK_FLAGS_INVERS : 0;
        if (chance(50)) return mask;
        mask_image_ =
            any_image(chance(50) ? SPICE_BITMAP_FMT_1BIT_LE : SPICE_BITMAP_FMT_1BIT_BE, 26);
        mask.image = mask_image_->wire();
        return mask;
    }
    const TestImage* mask_bits() const { return mask_image_ ? &*mask_image_ : nullptr; }

    /// An image of a message: a bitmap, another surface, or the drawn surface as it is before.
    wire::Image any_source(NaiveImage& naive, TestImage& storage) {
        const int kind = pick(0, 9);
        if (kind == 0 || kind == 1) {
            const auto before = std::make_shared<const NaiveSurface>(kind == 0 ? drawn_ : other_);
            const std::uint32_t format = before->format;
            naive = {before->width,
                     before->height,
                     [before](std::int32_t x, std::int32_t y) { return before->sample(x, y); },
                     format == SPICE_SURFACE_FMT_32_ARGB || format == SPICE_SURFACE_FMT_8_A ||
                         format == SPICE_SURFACE_FMT_1_A};
            return surface_image(kind == 0 ? drawn_id : other_id);
        }
        storage = any_image(any_colour_format(), 20);
        const bool palette_is_555 = (format_ & 0x3F) == 16;
        naive = {storage.width,
                 storage.height,
                 [&storage, palette_is_555](std::int32_t x, std::int32_t y) {
                     return sample_of(storage, palette_is_555, storage.at(x, y));
                 },
                 storage.format == SPICE_BITMAP_FMT_RGBA ||
                     storage.format == SPICE_BITMAP_FMT_8BIT_A};
        return storage.wire();
    }
    Rect any_area(const Rect& box) {
        const int left = pick(-4, 10);
        const int top = pick(-4, 10);
        const bool small = box.width() < 100 && box.height() < 100;
        if (small && chance(50)) // unscaled
            return {left,
                    top,
                    left + static_cast<int>(box.width()),
                    top + static_cast<int>(box.height())};
        return {left, top, left + pick(1, 20), top + pick(1, 20)};
    }

    wire::Brush any_brush(NaiveImage& tile, TestImage& storage) {
        if (chance(15)) return std::monostate{};
        if (chance(40)) return wire::SolidBrush{any()};
        return wire::PatternBrush{any_source(tile, storage), {pick(-30, 30), pick(-30, 30)}};
    }
    std::uint32_t brush_pixel(const wire::Brush& brush, const NaiveImage& tile, int x, int y) {
        if (const auto* solid = std::get_if<wire::SolidBrush>(&brush)) return solid->color;
        const auto* pattern = std::get_if<wire::PatternBrush>(&brush);
        if (pattern == nullptr) return 0;
        return native_of(format_,
                         tile.sample(naive_modulo(std::int64_t{x} - pattern->pos.x, tile.width),
                                     naive_modulo(std::int64_t{y} - pattern->pos.y, tile.height)));
    }

    /// New values for all pixels that the message may write; none: leave it.
    template <class NewValue>
    void model(const wire::DrawBase& where, const wire::Mask& mask, NewValue new_value) {
        NaiveSurface after = drawn_;
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                if (!writes(where, mask, mask_bits(), x, y)) continue;
                const std::optional<std::uint32_t> value = new_value(x, y);
                if (value) after.at(x, y) = *value & all_ones(format_);
            }
        }
        drawn_ = after;
    }
    void expect_drawn(const wire::DisplayMessage& message, const char* name) {
        last_ = name;
        const auto result = canvas_.draw(message);
        ASSERT_TRUE(result) << name << ": " << result.error().text;
        ASSERT_TRUE(std::holds_alternative<Damage>(*result)) << name;
        for (const Rect& rect : std::get<Damage>(*result).rects)
            ASSERT_TRUE((Rect{0, 0, width, height}.contains(rect)) && !rect.empty());
    }

    void fill_step() {
        NaiveImage tile;
        TestImage storage;
        const wire::DrawFill m{any_base(), any_brush(tile, storage), any_rop(), any_mask()};
        expect_drawn(m, "fill");
        model(m.base, m.mask, [&](int x, int y) -> std::optional<std::uint32_t> {
            return naive_rop(m.rop,
                             brush_pixel(m.brush, tile, x, y),
                             drawn_.at(x, y),
                             SPICE_ROPD_INVERS_BRUSH,
                             SPICE_ROPD_INVERS_DEST);
        });
    }
    void copy_step() {
        NaiveImage image;
        TestImage storage;
        wire::DrawCopy m;
        m.base = any_base();
        m.image = any_source(image, storage);
        m.src_area = any_area(m.base.box);
        m.rop = any_rop();
        m.scale_mode = SPICE_IMAGE_SCALE_MODE_NEAREST;
        m.mask = any_mask();
        if (m.base.box.width() > 1 << 30 || m.base.box.height() > 1 << 30) return;
        if (chance(50))
            expect_drawn(m, "copy");
        else
            expect_drawn(wire::DrawBlend{m}, "blend");
        model(m.base, m.mask, [&](int x, int y) -> std::optional<std::uint32_t> {
            const auto sample = naive_image_pixel(image, m.src_area, m.base.box, x, y);
            if (!sample) return std::nullopt;
            return naive_rop(m.rop,
                             native_of(format_, *sample),
                             drawn_.at(x, y),
                             SPICE_ROPD_INVERS_SRC,
                             SPICE_ROPD_INVERS_DEST);
        });
    }
    void opaque_step() {
        NaiveImage image;
        NaiveImage tile;
        TestImage image_storage;
        TestImage tile_storage;
        wire::DrawOpaque m;
        m.base = any_base();
        m.image = any_source(image, image_storage);
        m.src_area = any_area(m.base.box);
        m.brush = any_brush(tile, tile_storage);
        m.rop = any_rop();
        m.scale_mode = SPICE_IMAGE_SCALE_MODE_NEAREST;
        m.mask = any_mask();
        if (m.base.box.width() > 1 << 30 || m.base.box.height() > 1 << 30) return;
        expect_drawn(m, "opaque");
        model(m.base, m.mask, [&](int x, int y) -> std::optional<std::uint32_t> {
            const auto sample = naive_image_pixel(image, m.src_area, m.base.box, x, y);
            if (!sample) return std::nullopt;
            return naive_rop(m.rop,
                             brush_pixel(m.brush, tile, x, y),
                             native_of(format_, *sample),
                             SPICE_ROPD_INVERS_BRUSH,
                             SPICE_ROPD_INVERS_SRC);
        });
    }
    void constant_step() {
        const wire::DrawBase where = any_base();
        const wire::Mask mask = any_mask();
        const int kind = pick(0, 2);
        if (kind == 0) expect_drawn(wire::DrawBlackness{where, mask}, "blackness");
        if (kind == 1) expect_drawn(wire::DrawWhiteness{where, mask}, "whiteness");
        if (kind == 2) expect_drawn(wire::DrawInvers{where, mask}, "invers");
        model(where, mask, [&](int x, int y) -> std::optional<std::uint32_t> {
            if (kind == 0) return 0;
            return kind == 1 ? 0xFFFFFFFF : ~drawn_.at(x, y);
        });
    }
    void copy_bits_step() {
        mask_image_.reset();
        wire::CopyBits m{any_base(), {pick(-8, width), pick(-8, height)}};
        if (chance(50) && m.base.box.left > -10 &&
            m.base.box.top > -10) // a short way, as scrolling goes
            m.src_pos = {m.base.box.left + pick(-3, 3), m.base.box.top + pick(-3, 3)};
        expect_drawn(m, "copy bits");
        model(m.base, {}, [&](int x, int y) -> std::optional<std::uint32_t> {
            const std::int64_t sx = std::int64_t{x} - m.base.box.left + m.src_pos.x;
            const std::int64_t sy = std::int64_t{y} - m.base.box.top + m.src_pos.y;
            if (!inside({0, 0, width, height}, sx, sy)) return std::nullopt;
            return drawn_.at(static_cast<std::int32_t>(sx), static_cast<std::int32_t>(sy));
        });
    }

    std::mt19937 random_;
    std::uint32_t format_;
    NaiveSurface drawn_;
    NaiveSurface other_;
    std::optional<TestImage> mask_image_;
    std::string last_;
    image::ImageCache images_;
    Canvas canvas_{images_};
};

class DrawOn : public testing::TestWithParam<std::uint32_t> {};

TEST_P(DrawOn, EveryMessageMatchesTheNaiveRules) {
    constexpr unsigned seed = 20;
    Twin twin{GetParam(), seed};
    twin.compare("at the start");
    for (int i = 0; i < cases_per_format && !HasFatalFailure(); ++i) {
        if (i % 40 == 0) twin.shuffle(); // so much drawing wears the content down
        twin.step();
        twin.compare("format " + std::to_string(GetParam()) + ", seed " + std::to_string(seed) +
                     ", case " + std::to_string(i));
    }
}

INSTANTIATE_TEST_SUITE_P(EverySurfaceFormat,
                         DrawOn,
                         testing::Values(SPICE_SURFACE_FMT_32_xRGB,
                                         SPICE_SURFACE_FMT_32_ARGB,
                                         SPICE_SURFACE_FMT_16_555,
                                         SPICE_SURFACE_FMT_16_565,
                                         SPICE_SURFACE_FMT_8_A,
                                         SPICE_SURFACE_FMT_1_A));

} // namespace
} // namespace sumac::canvas
