/// The whole path of sound in virtual time: packets, regulator, converter, ring, null device, and
/// the pictures that follow it.
#include "sound_world.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace sumac::audio {
namespace {

using namespace std::chrono_literals;

/// As long as the other simulations are thorough: 10,000 schedules stand for the whole day.
Duration day() {
    const char* const schedules = std::getenv("SUMAC_SIM_SCHEDULES"); // NOLINT(concurrency-*)
    const double share = schedules != nullptr ? std::atof(schedules) / 10'000 : 1;
    return std::chrono::duration_cast<Duration>(24h * std::min(share, 1.0));
}

void expect_a_good_day(double server_ppm) {
    // A slow device keeps the day short; the server's packets and our steps are as in real life.
    SoundWorld world{{.server_ppm = server_ppm,
                      .jitter = 3ms,
                      .format = {1, 8000},
                      .device = {1, 1000},
                      .frame = 1s}};
    world.start();
    world.run(10s);
    world.seen() = {};
    const std::uint64_t underruns = world.underruns();
    world.run(day());
    EXPECT_EQ(world.underruns(), underruns);
    EXPECT_EQ(world.seen().silent_blocks, 0u);
    EXPECT_EQ(world.player().counts().discarded, 0us);
    EXPECT_LE(world.seen().worst_skew, 20ms);
    EXPECT_LE(world.seen().greatest_speed, 1.005);
    EXPECT_GE(world.seen().least_speed, 0.995);
}

TEST(SoundStory, ADayOfDriftIsFollowedWithoutAClick) {
    expect_a_good_day(200);
}

} // namespace
} // namespace sumac::audio
