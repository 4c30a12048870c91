/// A canvas and its naive model, which do the same at random. Each kind of operation derives from
/// it.
#pragma once

#include "canvas/canvas.h"
#include "naive_surface.h"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace sumac::canvas {

inline constexpr std::int32_t width = 24;
inline constexpr std::int32_t height = 18;
inline constexpr std::uint32_t viewer_id = 0; ///< 32_ARGB: shows the others
inline constexpr std::uint32_t drawn_id = 1;
inline constexpr std::uint32_t other_id = 2;

/// An image or a tile of a message, and what it shows.
struct TwinImage {
    NaiveImage naive;
    TestImage storage;
};

/// What a test is run with once for each format.
inline auto every_surface_format() {
    return testing::Values(SPICE_SURFACE_FMT_32_xRGB,
                           SPICE_SURFACE_FMT_32_ARGB,
                           SPICE_SURFACE_FMT_16_555,
                           SPICE_SURFACE_FMT_16_565,
                           SPICE_SURFACE_FMT_8_A,
                           SPICE_SURFACE_FMT_1_A);
}

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
                ASSERT_EQ(pixel & compared_, shown_of(drawn_.at(x, y)) & compared_)
                    << scenario << ": " << last_ << " at " << x << ", " << y;
            }
        }
    }

protected:
    std::uint32_t shown_of(std::uint32_t native) const {
        const std::uint32_t opaque = (format_ & 0x3F) == 16 ? 0xFF000000 : 0;
        return argb_of_native(format_, native) | opaque;
    }
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
        if (chance(3)) return static_cast<std::uint16_t>(inversions); // names no operation
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
    wire::Image any_source(TwinImage& image) {
        auto& [naive, storage] = image;
        const int kind = pick(0, 9);
        if (kind == 0 || kind == 1) {
            const auto before = std::make_shared<const NaiveSurface>(kind == 0 ? drawn_ : other_);
            naive = {before->width, before->height, [before](std::int32_t x, std::int32_t y) {
                         return before->sample(x, y);
                     }};
            return surface_image(kind == 0 ? drawn_id : other_id);
        }
        storage = any_image(any_colour_format(), 20);
        const bool palette_is_555 = (format_ & 0x3F) == 16;
        naive = {storage.width,
                 storage.height,
                 [&image, palette_is_555](std::int32_t x, std::int32_t y) {
                     return sample_of(image.storage, palette_is_555, image.storage.at(x, y));
                 }};
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

    /// Where a message draws, and an image for it. False: the box is too large for a naive model.
    template <class Message>
    bool place_image(Message& message, TwinImage& image, std::int64_t most_side = 1 << 30) {
        message.base = any_base();
        message.image = any_source(image);
        message.src_area = any_area(message.base.box);
        return message.base.box.width() <= most_side && message.base.box.height() <= most_side;
    }

    wire::Brush any_brush(TwinImage& tile) {
        if (chance(15)) return std::monostate{};
        if (chance(40)) return wire::SolidBrush{any()};
        return wire::PatternBrush{any_source(tile), {pick(-30, 30), pick(-30, 30)}};
    }
    std::uint32_t brush_pixel(const wire::Brush& brush, const TwinImage& image, int x, int y) {
        const NaiveImage& tile = image.naive;
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

    std::mt19937 random_;
    std::uint32_t format_;
    NaiveSurface drawn_;
    NaiveSurface other_;
    std::optional<TestImage> mask_image_;
    std::string last_;
    std::uint32_t compared_ = 0xFFFFFFFF; ///< which bits of 0xAARRGGBB
    image::ImageCache images_;
    Canvas canvas_{images_};
};

/// Of operations that leave anything in X.
class BlendingTwin : public Twin {
public:
    BlendingTwin(std::uint32_t format, unsigned seed) : Twin(format, seed) {
        if (format == SPICE_SURFACE_FMT_32_xRGB) compared_ = 0xFFFFFF;
    }
};

/// Steps until `cases` are done or one fails.
template <class Kind>
void run_twin(std::uint32_t format, unsigned seed, int cases) {
    Kind twin{format, seed};
    twin.compare("at the start");
    for (int i = 0; i < cases && !testing::Test::HasFatalFailure(); ++i) {
        if (i % 40 == 0) twin.shuffle(); // so much drawing wears the content down
        twin.step();
        twin.compare("format " + std::to_string(format) + ", seed " + std::to_string(seed) +
                     ", case " + std::to_string(i));
    }
}

} // namespace sumac::canvas
