#include "audio/sound_queue.h"

#include <gtest/gtest.h>

namespace sumac::audio {
namespace {

using namespace std::chrono_literals;

SoundQueue::Packet packet(std::uint32_t mm_time, std::size_t frames, Format format = {2, 48000}) {
    return {{mm_time, {}}, format, Samples(frames * format.channels)};
}

TEST(SoundQueue, GivesPiecesWithTheirStamps) {
    SoundQueue queue;
    queue.push(packet(1000, 480));
    const auto first = queue.front(3ms);
    EXPECT_EQ(first.samples.size(), 2 * 144u);
    queue.pop(first);
    const auto rest = queue.front(100ms);
    EXPECT_EQ(rest.stamp, (Stamp{1003, 0us}));
    EXPECT_EQ(rest.samples.size(), 2 * 336u);
    queue.pop(rest);
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.level(), 0us);
}

TEST(SoundQueue, ItsLevelIsExactHoweverItIsCut) {
    SoundQueue queue;
    for (std::uint32_t i = 0; i < 10; ++i)
        queue.push(packet(i, 441, {1, 44100}));
    while (!queue.empty())
        queue.pop(queue.front(1ms));
    EXPECT_EQ(queue.level(), 0us);
}

TEST(SoundQueue, IsBoundedAndDropsTheOldest) {
    SoundQueue queue;
    Duration dropped{0};
    for (std::uint32_t i = 0; i < 500; ++i)
        dropped += queue.push(packet(1000 + i * 10, 480));
    EXPECT_EQ(queue.level(), SoundQueue::max_level);
    EXPECT_EQ(dropped, 3s);
    EXPECT_EQ(queue.front(1ms).stamp.mm_time, 4000u);
}

TEST(SoundQueue, OnePacketLargerThanTheBoundLosesItsBeginning) {
    SoundQueue queue;
    EXPECT_EQ(queue.push(packet(1000, 5 * 48000)), 3s);
    EXPECT_EQ(queue.front(1ms).stamp.mm_time, 4000u);
}

TEST(SoundQueue, IsBoundedInNumber) {
    SoundQueue queue;
    Duration dropped{0};
    for (std::uint32_t i = 0; i < SoundQueue::max_packets + 3; ++i)
        dropped += queue.push(packet(1000 + i, 48));
    EXPECT_EQ(dropped, 3ms);
    EXPECT_EQ(queue.level(), SoundQueue::max_packets * 1ms);
    EXPECT_EQ(queue.front(1ms).stamp.mm_time, 1003u);
}

TEST(SoundQueue, DiscardsAcrossPackets) {
    SoundQueue queue;
    queue.push(packet(1000, 480));
    queue.push(packet(1010, 480));
    EXPECT_EQ(queue.discard(15ms), 15ms);
    EXPECT_EQ(queue.front(1ms).stamp.mm_time, 1015u);
    EXPECT_EQ(queue.discard(1h), 5ms);
    EXPECT_EQ(queue.discard(1h), 0ms);
}

TEST(SoundQueue, AnEmptyPacketIsNothing) {
    SoundQueue queue;
    EXPECT_EQ(queue.push(packet(1000, 0)), 0us);
    EXPECT_TRUE(queue.empty());
    EXPECT_TRUE(queue.front(1ms).samples.empty());
}

TEST(Stamp, MovesAcrossTheWrapOfTheServersClock) {
    EXPECT_EQ(moved({0xffff'ffff, 500us}, 600us), (Stamp{0, 100us}));
    EXPECT_EQ(moved({0, 0us}, -6500us), (Stamp{0xffff'fff9, 500us}));
}

} // namespace
} // namespace sumac::audio
