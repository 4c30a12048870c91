#include "client/decoding_ahead.h"

#include <gtest/gtest.h>

namespace sumac::client {
namespace {

constexpr std::size_t large = std::size_t{8} << 20U;
constexpr StreamKey one{1};
constexpr StreamKey other{2};
constexpr auto eager = DecodingAhead::Pace::eager;

/// Stream `one` has two large pictures, the frames 1 and 2.
struct TwoLarge {
    TwoLarge() {
        ahead.began(FrameId{1}, one, large);
        ahead.began(FrameId{2}, one, large);
    }
    DecodingAhead ahead;
};

TEST(DecodingAhead, HasTwoLargePicturesOfAStream) {
    DecodingAhead ahead;
    EXPECT_TRUE(ahead.has_room(one, large, eager));
    ahead.began(FrameId{1}, one, large);
    EXPECT_TRUE(ahead.has_room(one, large, eager));
    ahead.began(FrameId{2}, one, large);
    EXPECT_FALSE(ahead.has_room(one, large, eager));
    EXPECT_TRUE(ahead.has_room(other, large, eager));
    EXPECT_TRUE(ahead.has_room(one, large, DecodingAhead::Pace::hurried));
}

TEST(DecodingAhead, HasRoomOnceOneIsSeenOrSkipped) {
    TwoLarge two;
    two.ahead.sent(FrameId{1});
    EXPECT_FALSE(two.ahead.has_room(one, large, eager));
    two.ahead.ended(FrameId{1});
    EXPECT_TRUE(two.ahead.has_room(one, large, eager));
    two.ahead.ended(FrameId{7}); // never began
}

TEST(DecodingAhead, GoesOnWhileTheSinkIsSlow) {
    TwoLarge two;
    two.ahead.sent(FrameId{1});
    two.ahead.sent(FrameId{2});
    EXPECT_TRUE(two.ahead.has_room(one, large, eager));
    two.ahead.began(FrameId{3}, one, large);
    EXPECT_FALSE(two.ahead.has_room(one, large, eager));
    two.ahead.sent(FrameId{3});
    EXPECT_TRUE(two.ahead.has_room(one, large, eager));
}

TEST(DecodingAhead, HasManySmallPictures) {
    constexpr std::size_t small = eager_bytes / 10;
    DecodingAhead ahead;
    std::uint64_t frame = 0;
    for (; frame < 10; ++frame) {
        EXPECT_TRUE(ahead.has_room(one, small, eager));
        ahead.began(FrameId{frame}, one, small);
    }
    EXPECT_FALSE(ahead.has_room(one, small, eager));
    for (; frame < 12; ++frame) {
        EXPECT_TRUE(ahead.has_room(other, small, eager));
        ahead.began(FrameId{frame}, other, small);
    }
    EXPECT_FALSE(ahead.has_room(other, small, eager));
}

TEST(DecodingAhead, IsBoundedForHoweverManyStreams) {
    DecodingAhead ahead;
    EXPECT_TRUE(ahead.has_room(one, 2 * max_decoded_ahead_bytes, eager)); // alone
    ahead.began(FrameId{1}, one, max_decoded_ahead_bytes);
    EXPECT_FALSE(ahead.has_room(other, 1, eager));
    EXPECT_FALSE(ahead.has_room(other, 1, DecodingAhead::Pace::hurried));
    ahead.sent(FrameId{1});
    EXPECT_TRUE(ahead.has_room(other, 1, eager));
}

} // namespace
} // namespace sumac::client
