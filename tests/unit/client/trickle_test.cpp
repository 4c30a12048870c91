#include "client/trickle.h"

#include <gtest/gtest.h>

namespace sumac::client {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr LocalTime start{milliseconds{5}};

TEST(Trickle, TheFirstPieceIsNone) {
    Trickle trickle;
    EXPECT_FALSE(trickle.flows());
    trickle.on_piece(true, LocalTime{});
    EXPECT_FALSE(trickle.flows());
}

TEST(Trickle, PiecesInQuickSuccessionAre) {
    Trickle trickle;
    trickle.on_piece(true, start);
    trickle.on_piece(true, start + microseconds{999});
    EXPECT_TRUE(trickle.flows());
}

TEST(Trickle, SeveralMessagesInOnePieceAre) {
    Trickle trickle;
    trickle.on_piece(true, start);
    trickle.on_messages(1);
    EXPECT_FALSE(trickle.flows());
    trickle.on_messages(2);
    EXPECT_TRUE(trickle.flows());
    trickle.on_piece(true, start + milliseconds{49});
    EXPECT_TRUE(trickle.flows());
    trickle.on_messages(1);
    trickle.on_piece(true, start + milliseconds{50});
    EXPECT_FALSE(trickle.flows());
}

TEST(Trickle, WhatComesWithinAShortWhileBelongsToIt) {
    Trickle trickle;
    trickle.on_piece(true, start);
    trickle.on_piece(true, start + microseconds{500});
    trickle.on_piece(true, start + milliseconds{50});
    EXPECT_TRUE(trickle.flows());
}

TEST(Trickle, EndsWithALongSilence) {
    Trickle trickle;
    trickle.on_piece(true, start);
    trickle.on_piece(true, start + microseconds{500});
    trickle.on_piece(true, start + milliseconds{51});
    EXPECT_FALSE(trickle.flows());
}

TEST(Trickle, SlowPiecesAreNone) {
    Trickle trickle;
    for (int i = 0; i < 10; ++i) {
        trickle.on_piece(true, start + i * milliseconds{1});
        EXPECT_FALSE(trickle.flows());
    }
}

TEST(Trickle, WhatIsCutGoesOnAtOnce) {
    Trickle trickle;
    trickle.on_piece(true, start);
    trickle.on_piece(false, start + microseconds{100});
    EXPECT_FALSE(trickle.flows());
    trickle.on_piece(true, start + microseconds{200});
    EXPECT_TRUE(trickle.flows());
}

} // namespace
} // namespace sumac::client
