#include "../canvas/canvas_builders.h"
#include "client/drawing_cost.h"

#include <gtest/gtest.h>

namespace sumac::client {
namespace {

using std::chrono::microseconds;

constexpr LocalTime start{std::chrono::seconds{5}};
constexpr Rect screen{0, 0, 1000, 1000};

wire::Image image(std::uint8_t type, std::uint32_t width, std::uint32_t height) {
    return {{ImageId{1}, type, 0, width, height}, wire::EncodedImage{}};
}

TEST(DrawingCost, GrowsWithWhatIsDrawn) {
    EXPECT_EQ(drawing_cost(canvas::fill(0, {0, 0, 10, 10}, 1)), microseconds{2});
    EXPECT_EQ(drawing_cost(canvas::fill(0, screen, 1)), microseconds{1002});
    const wire::CopyBits scroll{canvas::base(0, screen), {0, 10}};
    EXPECT_EQ(drawing_cost(scroll), microseconds{1002});
}

TEST(DrawingCost, CountsTheImageAsLargeAsItIs) {
    const auto copy_of = [](std::uint8_t type) {
        return drawing_cost(canvas::copy(0, {0, 0, 1, 1}, image(type, 1000, 1000), {5, 5, 6, 6}));
    };
    EXPECT_EQ(copy_of(SPICE_IMAGE_TYPE_LZ4), microseconds{2002});
    EXPECT_EQ(copy_of(SPICE_IMAGE_TYPE_GLZ_RGB), microseconds{4002});
    EXPECT_EQ(copy_of(SPICE_IMAGE_TYPE_QUIC), microseconds{25'002});
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
    EXPECT_EQ(drawing_cost(wire::DrawStroke{}), std::nullopt);
    EXPECT_EQ(drawing_cost(wire::DrawText{}), std::nullopt);
    EXPECT_EQ(drawing_cost(wire::SurfaceCreate{}), std::nullopt);
}

TEST(DrawingCost, KnowsNoSideThatWouldOverflow) {
    const Rect all{INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX};
    EXPECT_GT(drawing_cost(canvas::fill(0, all, 1)), NetDrawing::longest);
    EXPECT_EQ(drawing_cost(canvas::fill(0, {5, 5, 0, 0}, 1)), microseconds{2});
    const auto hostile = image(SPICE_IMAGE_TYPE_QUIC, UINT32_MAX, UINT32_MAX);
    EXPECT_GT(decoding_cost(hostile), NetDrawing::longest);
}

TEST(NetDrawing, TakesLittleAtATime) {
    NetDrawing net;
    EXPECT_FALSE(net.may_take(NetDrawing::longest + microseconds{1}, start));
    EXPECT_TRUE(net.may_take(NetDrawing::longest, start));
}

TEST(NetDrawing, TakesItsShareOfTheTimeAndNoMore) {
    NetDrawing net;
    Duration taken{};
    LocalTime now = start;
    for (; now < start + std::chrono::seconds{1}; now += microseconds{100}) {
        if (!net.may_take(microseconds{300}, now)) continue;
        net.took(microseconds{300});
        taken += microseconds{300};
    }
    EXPECT_LE(taken, (now - start) / NetDrawing::share + NetDrawing::longest);
    EXPECT_GE(taken, (now - start) / NetDrawing::share - microseconds{300});
}

TEST(NetDrawing, PaysForWhatTookLongerThanGuessed) {
    NetDrawing net;
    ASSERT_TRUE(net.may_take(microseconds{10}, start));
    net.took(std::chrono::milliseconds{21});
    EXPECT_FALSE(net.may_take(microseconds{10}, start + std::chrono::milliseconds{99}));
    EXPECT_TRUE(net.may_take(microseconds{10}, start + std::chrono::milliseconds{101}));
}

} // namespace
} // namespace sumac::client
