#include "client/likely_video.h"

#include <gtest/gtest.h>

namespace sumac::client {
namespace {

using std::chrono::milliseconds;

constexpr LocalTime start{milliseconds{5}};
constexpr Rect place{10, 10, 330, 250};

TEST(LikelyVideo, PlaysFromTheSecondFrameInTheSamePlace) {
    LikelyVideo video;
    EXPECT_FALSE(video.plays(start));
    video.on_copy(place, start);
    EXPECT_FALSE(video.plays(start));
    video.on_copy(place, start + milliseconds{33});
    EXPECT_TRUE(video.plays(start + milliseconds{33}));
}

TEST(LikelyVideo, EndsWhenNoFrameFollows) {
    LikelyVideo video;
    video.on_copy(place, start);
    video.on_copy(place, start + milliseconds{33});
    EXPECT_TRUE(video.plays(start + milliseconds{232}));
    EXPECT_FALSE(video.plays(start + milliseconds{233}));
}

TEST(LikelyVideo, AWindowThatMovesIsNone) {
    LikelyVideo video;
    video.on_copy(place, start);
    video.on_copy({11, 10, 331, 250}, start + milliseconds{33});
    EXPECT_FALSE(video.plays(start + milliseconds{33}));
}

TEST(LikelyVideo, AClockThatTicksIsNone) {
    LikelyVideo video;
    video.on_copy(place, start);
    video.on_copy(place, start + milliseconds{1000});
    EXPECT_FALSE(video.plays(start + milliseconds{1000}));
}

} // namespace
} // namespace sumac::client
