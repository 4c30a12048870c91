#include "audio/ring.h"

#include <gtest/gtest.h>

namespace sumac::audio {
namespace {

TEST(Ring, GivesBackWhatWasWrittenAcrossItsEnd) {
    Ring ring{2, 5};
    Samples read(8);
    std::int16_t next = 0;
    std::int16_t expected = 0;
    for (int turn = 0; turn < 20; ++turn) {
        Samples written(6);
        for (auto& sample : written)
            sample = next++;
        EXPECT_EQ(ring.write(written), 3u);
        EXPECT_EQ(ring.read(read), 3u);
        for (int i = 0; i < 6; ++i)
            EXPECT_EQ(read[static_cast<std::size_t>(i)], expected++);
    }
}

TEST(Ring, LeavesOutWhatDoesNotFit) {
    Ring ring{1, 4};
    EXPECT_EQ(ring.write(Samples{1, 2, 3}), 3u);
    EXPECT_EQ(ring.write(Samples{4, 5, 6}), 1u);
    EXPECT_EQ(ring.level(), 4u);
    EXPECT_EQ(ring.skip(3), 3u);
    Samples read(4, -1);
    EXPECT_EQ(ring.read(read), 1u);
    EXPECT_EQ(read, (Samples{4, -1, -1, -1}));
    EXPECT_EQ(ring.skip(1), 0u);
    EXPECT_EQ(ring.frames_read(), 4u);
}

TEST(Ring, KeepsOnlyTheNewest) {
    Ring ring{1, 4};
    ring.write(Samples{1, 2, 3});
    EXPECT_EQ(ring.keep(3), 0u);
    EXPECT_EQ(ring.keep(1), 2u);
    Samples read(1);
    EXPECT_EQ(ring.read(read), 1u);
    EXPECT_EQ(read, (Samples{3}));
}

} // namespace
} // namespace sumac::audio
