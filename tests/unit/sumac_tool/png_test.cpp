#include "painted.h"
#include "png.h"
#include "read_video.h"

#include <gtest/gtest.h>

namespace sumac::tool {
namespace {

TEST(Png, GivesEveryPixelBack) {
    const Size size{131, 77};
    const auto file = encode_png(gradient(size).view());
    ASSERT_TRUE(file);
    const ReadPicture picture = read_png(*file);
    EXPECT_EQ(picture.size, size);
    EXPECT_EQ(picture.pixels, gradient_pixels(size));
}

TEST(Png, IsAPngFile) {
    const auto file = encode_png(gradient({1, 1}).view());
    ASSERT_TRUE(file);
    // 0x89 "PNG" CR LF 0x1A LF
    const std::vector<std::byte> signature{std::byte{0x89},
                                           std::byte{0x50},
                                           std::byte{0x4E},
                                           std::byte{0x47},
                                           std::byte{0x0D},
                                           std::byte{0x0A},
                                           std::byte{0x1A},
                                           std::byte{0x0A}};
    EXPECT_EQ(std::vector<std::byte>(file->begin(), file->begin() + 8), signature);
}

} // namespace
} // namespace sumac::tool
