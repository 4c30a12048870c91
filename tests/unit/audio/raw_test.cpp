#include "audio/raw.h"

#include <gtest/gtest.h>

namespace sumac::audio {
namespace {

TEST(RawSound, IsLittleEndian) {
    const std::vector<std::byte> data{
        std::byte{0x01}, std::byte{0x02}, std::byte{0xff}, std::byte{0xff}};
    const auto samples = raw_samples(data, {2, 48000});
    ASSERT_TRUE(samples);
    EXPECT_EQ(*samples, (Samples{0x0201, -1}));
}

TEST(RawSound, ThatIsCutWithinAFrameIsRefused) {
    EXPECT_FALSE(raw_samples(std::vector<std::byte>(6), {2, 48000}));
}

TEST(RawSound, OfMoreThanASecondIsRefused) {
    constexpr std::size_t second = std::size_t{8000} * 2;
    EXPECT_TRUE(raw_samples(std::vector<std::byte>(second), {1, 8000}));
    EXPECT_FALSE(raw_samples(std::vector<std::byte>(second + 2), {1, 8000}));
}

} // namespace
} // namespace sumac::audio
