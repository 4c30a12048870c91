#include "painted.h"
#include "pixels.h"

#include <gtest/gtest.h>

namespace sumac::tool {
namespace {

TEST(CompactDamage, CutsToThePictureAndLeavesOutWhatIsEmpty) {
    const std::vector<Rect> damage{{-5, -5, 2, 3}, {4, 4, 4, 8}, {90, 90, 99, 99}, {6, 7, 20, 20}};
    const std::vector<Rect> expected{{0, 0, 2, 3}, {6, 7, 10, 8}};
    EXPECT_EQ(compact_damage(damage, {10, 8}), expected);
}

TEST(CompactDamage, IsTheWholePictureOnceWhereRectanglesOverlapAlot) {
    const std::vector<Rect> damage(50, Rect{1, 1, 9, 7});
    const std::vector<Rect> expected{{0, 0, 10, 8}};
    EXPECT_EQ(compact_damage(damage, {10, 8}), expected);
}

TEST(Patch, BringsTheDamageAndNothingElse) {
    const PaintedPicture from = gradient({12, 9});
    PaintedPicture to{{12, 9}};
    const std::vector<Rect> damage{{0, 0, 3, 2}, {5, 4, 12, 9}};
    Patch patch;
    copy_damage(from.view(), damage, patch);

    std::vector<std::byte> target(12 * 9 * 4, std::byte{7});
    apply_patch(patch, {target.data(), 12 * 4});

    std::vector<std::byte> expected(12 * 9 * 4, std::byte{7});
    for (const Rect& area : damage)
        copy_area(from.view(), area, {expected.data(), 12 * 4});
    EXPECT_EQ(target, expected);
    EXPECT_EQ(patch.pixels.size(), (3 * 2 + 7 * 5) * 4U);
    EXPECT_EQ(target.at((2 * 12 + 2) * 4), std::byte{7}); // just below the first area
    EXPECT_EQ(target.at((8 * 12 + 11) * 4), from.view().data[8 * from.view().stride_bytes + 44]);
}

TEST(Patch, LeavesOutTheFourthByteWhereThePictureHasThree) {
    const PaintedPicture from = gradient({3, 2});
    Patch patch;
    copy_damage(from.view(), std::vector<Rect>{{1, 1, 3, 2}}, patch);
    std::vector<std::byte> target(2 * 9, std::byte{7});
    apply_patch(patch, {target.data(), 9, PixelLayout::rgb});
    const std::byte* second_row = from.view().data + from.view().stride_bytes;
    EXPECT_EQ(target.at(9 + 2), std::byte{7});
    EXPECT_EQ(target.at(9 + 3), second_row[4 + 2]);
    EXPECT_EQ(target.at(9 + 5), second_row[4 + 0]);
    EXPECT_EQ(target.at(9 + 8), second_row[8 + 0]);
}

} // namespace
} // namespace sumac::tool
