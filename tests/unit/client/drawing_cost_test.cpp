#include "../canvas/canvas_builders.h"
#include "client/drawing_cost.h"

#include <gtest/gtest.h>

namespace sumac::client {
namespace {

using std::chrono::microseconds;

constexpr Rect screen{0, 0, 1000, 1000};

wire::Image image(std::uint8_t type, std::uint32_t width, std::uint32_t height) {
    return {{ImageId{1}, type, 0, width, height}, wire::EncodedImage{}};
}

TEST(DrawingCost, GrowsWithWhatIsDrawn) {
    EXPECT_EQ(drawing_cost(canvas::fill(0, {0, 0, 10, 10}, 1)), microseconds{2});
    EXPECT_EQ(drawing_cost(canvas::fill(0, screen, 1)), microseconds{1012});
    const wire::CopyBits scroll{canvas::base(0, screen), {0, 10}};
    EXPECT_EQ(drawing_cost(scroll), microseconds{1012});
}

TEST(DrawingCost, CountsTheImageAsLargeAsItIs) {
    const auto copy_of = [](std::uint8_t type) {
        return drawing_cost(canvas::copy(0, {0, 0, 1, 1}, image(type, 1000, 1000), {5, 5, 6, 6}));
    };
    EXPECT_EQ(copy_of(SPICE_IMAGE_TYPE_LZ4), microseconds{3012});
    EXPECT_EQ(copy_of(SPICE_IMAGE_TYPE_GLZ_RGB), microseconds{4012});
    EXPECT_EQ(copy_of(SPICE_IMAGE_TYPE_QUIC), microseconds{30'012});
    EXPECT_EQ(copy_of(SPICE_IMAGE_TYPE_JPEG), std::nullopt) << "it may have any number of passes";
    EXPECT_EQ(copy_of(SPICE_IMAGE_TYPE_ZLIB_GLZ_RGB), std::nullopt);
    EXPECT_EQ(drawing_cost(canvas::copy(0, {0, 0, 1, 1}, canvas::cached_image(1), {5, 5, 6, 6})),
              microseconds{2});
}

TEST(DrawingCost, IsNotGuessedForWhatMayTakeLong) {
    wire::DrawCopy copy = canvas::copy(0, {0, 0, 4, 4}, canvas::cached_image(1), {0, 0, 4, 4});
    EXPECT_NE(drawing_cost(copy), std::nullopt);
    auto scaled = copy;
    scaled.src_area.right = 2000;
    EXPECT_EQ(drawing_cost(scaled), std::nullopt);
    auto inverted = copy;
    inverted.rop |= SPICE_ROPD_INVERS_SRC;
    EXPECT_EQ(drawing_cost(inverted), std::nullopt);
    auto masked = copy;
    masked.mask.image = canvas::cached_image(2);
    EXPECT_EQ(drawing_cost(masked), std::nullopt);
    auto clipped = copy;
    clipped.base.clip = {false, std::vector<Rect>(33, Rect{0, 0, 4, 4})};
    EXPECT_EQ(drawing_cost(clipped), std::nullopt);
    auto of_itself = copy;
    of_itself.image = canvas::surface_image(0);
    EXPECT_EQ(drawing_cost(of_itself), std::nullopt) << "the whole surface is copied first";
    of_itself.image = canvas::surface_image(1);
    EXPECT_NE(drawing_cost(of_itself), std::nullopt);
    EXPECT_EQ(drawing_cost(wire::DrawStroke{}), std::nullopt);
    EXPECT_EQ(drawing_cost(wire::DrawText{}), std::nullopt);
    EXPECT_EQ(drawing_cost(wire::SurfaceCreate{}), std::nullopt);
}

TEST(DrawingCost, CountsRows) {
    EXPECT_EQ(drawing_cost(canvas::fill(0, {0, 0, 1, 1000}, 1)), microseconds{13});
}

TEST(DrawingCost, IsNotGuessedForMoreDataThanPixelsNeed) {
    const std::vector<std::byte> data(2 * 4 * 16 * 16 + 257);
    wire::Image lz4 = image(SPICE_IMAGE_TYPE_LZ4, 16, 16);
    lz4.body = wire::EncodedImage{data};
    EXPECT_EQ(drawing_cost(canvas::copy(0, {0, 0, 1, 1}, lz4, {0, 0, 1, 1})), std::nullopt);
    lz4.body = wire::EncodedImage{Bytes{data}.first(data.size() - 1)};
    EXPECT_NE(drawing_cost(canvas::copy(0, {0, 0, 1, 1}, lz4, {0, 0, 1, 1})), std::nullopt);
}

TEST(DrawingCost, KnowsNoSideThatWouldOverflow) {
    const Rect all{INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX};
    EXPECT_GT(drawing_cost(canvas::fill(0, all, 1)), std::chrono::seconds{1});
    EXPECT_EQ(drawing_cost(canvas::fill(0, {5, 5, 0, 0}, 1)), microseconds{2});
    const auto hostile = image(SPICE_IMAGE_TYPE_QUIC, UINT32_MAX, UINT32_MAX);
    EXPECT_GT(decoding_cost(hostile), std::chrono::seconds{1});
}

} // namespace
} // namespace sumac::client
