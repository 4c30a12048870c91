#include "audio/gain.h"

#include <gtest/gtest.h>

namespace sumac::audio {
namespace {

TEST(Gain, LeavesSamplesAloneUnlessTold) {
    Gain gain;
    Samples samples{1, -2, 32767, -32768};
    gain.apply(samples, 2);
    EXPECT_EQ(samples, (Samples{1, -2, 32767, -32768}));
}

TEST(Gain, IsTheCubeOfTheControlForEachChannel) {
    Gain gain;
    gain.set_volume({65535, 32768});
    Samples samples{8000, 8000, -8000, -8000};
    gain.apply(samples, 2);
    EXPECT_EQ(samples, (Samples{8000, 1000, -8000, -1000}));
}

TEST(Gain, TheLastVolumeHoldsForFurtherChannels) {
    Gain gain;
    gain.set_volume({0});
    Samples samples{8000, 8000};
    gain.apply(samples, 2);
    EXPECT_EQ(samples, (Samples{0, 0}));
}

TEST(Gain, MutesWithoutAClick) {
    Gain gain;
    Samples before(4, 1000);
    gain.apply(before, 1);
    gain.set_muted(true);
    Samples samples(4, 1000);
    gain.apply(samples, 1);
    EXPECT_EQ(samples, (Samples{750, 500, 250, 0}));
    Samples after(2, 1000);
    gain.apply(after, 1);
    EXPECT_EQ(after, (Samples{0, 0}));
}

} // namespace
} // namespace sumac::audio
