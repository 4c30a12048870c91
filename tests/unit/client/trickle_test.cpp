#include "client/trickle.h"

#include <gtest/gtest.h>

namespace sumac::client {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr LocalTime start{milliseconds{5}};

TEST(Trickle, TheFirstPieceIsNone) {
    Trickle trickle;
    EXPECT_FALSE(trickle.flows(start));
    trickle.on_piece(true, start);
    EXPECT_FALSE(trickle.flows(start));
}

TEST(Trickle, PiecesInQuickSuccessionAre) {
    Trickle trickle;
    trickle.on_piece(true, start);
    trickle.on_piece(true, start + microseconds{999});
    EXPECT_TRUE(trickle.flows(start + microseconds{999}));
}

TEST(Trickle, SeveralMessagesInOnePieceAre) {
    Trickle trickle;
    trickle.on_piece(true, start);
    trickle.on_messages(1);
    EXPECT_FALSE(trickle.flows(start));
    trickle.on_messages(2);
    EXPECT_TRUE(trickle.flows(start));
}

TEST(Trickle, EndsWithALongSilence) {
    Trickle trickle;
    trickle.on_piece(true, start);
    trickle.on_messages(2);
    EXPECT_TRUE(trickle.flows(start + milliseconds{49}));
    EXPECT_FALSE(trickle.flows(start + milliseconds{50}))
        << "whatever comes next waits for nothing";
    trickle.on_piece(true, start + milliseconds{50});
    trickle.on_messages(1);
    EXPECT_FALSE(trickle.flows(start + milliseconds{50}));
}

TEST(Trickle, SlowPiecesAreNone) {
    Trickle trickle;
    for (int i = 0; i < 10; ++i) {
        const LocalTime now = start + i * milliseconds{1};
        trickle.on_piece(true, now);
        EXPECT_FALSE(trickle.flows(now));
    }
}

TEST(Trickle, WhatIsCutGoesOnAtOnce) {
    Trickle trickle;
    trickle.on_piece(true, start);
    trickle.on_piece(false, start + microseconds{100});
    EXPECT_FALSE(trickle.flows(start + microseconds{100}));
    trickle.on_piece(true, start + microseconds{200});
    EXPECT_TRUE(trickle.flows(start + microseconds{200}));
}

} // namespace
} // namespace sumac::client
