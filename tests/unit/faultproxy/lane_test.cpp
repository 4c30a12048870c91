#include "hex.h"
#include "lane.h"

#include <gtest/gtest.h>

using namespace sumac;
using namespace sumac::faultproxy;
using namespace sumac::test;
using namespace std::chrono_literals;

namespace {

constexpr LocalTime start{1000s};

/// Sends what may be sent now; how many bytes.
std::size_t drain(Lane& lane, const Weather& weather, LocalTime now) {
    std::size_t total = 0;
    for (;;) {
        const LaneStep step = lane.next(weather, now);
        const auto* const ready = std::get_if<SendNow>(&step);
        if (ready == nullptr) return total;
        total += ready->bytes.size();
        lane.sent(ready->bytes.size(), weather, now);
    }
}

std::optional<LocalTime> waits_until(const Lane& lane, const Weather& weather, LocalTime now) {
    const LaneStep step = lane.next(weather, now);
    const auto* const wait = std::get_if<WaitUntil>(&step);
    EXPECT_NE(wait, nullptr);
    return wait != nullptr ? wait->moment : std::nullopt;
}

TEST(Lane, WithoutFaultsSendsAtOnceAndEnds) {
    Lane lane;
    lane.push("01 02 03"_hex, {}, start);
    lane.end();
    EXPECT_EQ(drain(lane, {}, start), 3);
    EXPECT_TRUE(std::holds_alternative<LaneEnded>(lane.next({}, start)));
    EXPECT_EQ(lane.bytes_sent(), 3);
}

TEST(Lane, ADelayHoldsBackAndKeepsTheOrderWhenItEnds) {
    Lane lane;
    lane.push("01"_hex, Weather{.delay = 200ms}, start);
    lane.push("02"_hex, {}, start + 10ms); // the delay is over: it waits for the one before it
    EXPECT_EQ(waits_until(lane, {}, start + 10ms), start + 200ms);
    EXPECT_EQ(drain(lane, {}, start + 199ms), 0);
    EXPECT_EQ(drain(lane, {}, start + 200ms), 2);
}

TEST(Lane, JitterIsTheSameForTheSameSeedAndKeepsTheOrder) {
    const auto due_times = [](std::uint32_t seed) {
        const Weather weather{.jitter = 50ms, .seed = seed};
        Lane lane;
        for (int i = 0; i < 50; ++i)
            lane.push("01"_hex, weather, start + i * 10ms);
        std::vector<LocalTime> due;
        LocalTime now = start;
        while (due.size() < 50) {
            now = waits_until(lane, weather, now).value_or(now);
            for (std::size_t sent = drain(lane, weather, now); sent > 0; --sent)
                due.push_back(now);
        }
        return due;
    };
    const auto due = due_times(7);
    EXPECT_EQ(due, due_times(7));
    EXPECT_NE(due, due_times(8));
    EXPECT_TRUE(std::is_sorted(due.begin(), due.end()));
    EXPECT_GT(due.back(), start + 490ms);
    EXPECT_LE(due.back(), start + 540ms);
}

TEST(Lane, AStallLetsNothingPassAndThenAll) {
    const Weather stalled{.stalled = true};
    Lane lane;
    lane.push("01 02"_hex, stalled, start);
    EXPECT_FALSE(waits_until(lane, stalled, start + 1h)) << "until something changes";
    EXPECT_EQ(drain(lane, {}, start + 1h), 2);
}

TEST(Lane, ARateSpreadsTheBytes) {
    const Weather slow{.rate = 1000};
    Lane lane;
    lane.push(ByteVector(2000), slow, start);
    LocalTime now = start;
    std::size_t sent = drain(lane, slow, now);
    EXPECT_LE(sent, 10) << "a slice, not all";
    while (sent < 2000) {
        const auto next = waits_until(lane, slow, now);
        ASSERT_TRUE(next && *next > now);
        now = *next;
        sent += drain(lane, slow, now);
    }
    EXPECT_NEAR(std::chrono::duration<double>(now - start).count(), 2.0, 0.02);
}

TEST(Lane, ACutComesExactlyAtItsByte) {
    const Weather cut{.cut_at = 5};
    Lane lane;
    lane.push("01 02 03"_hex, cut, start);
    lane.push("04 05 06 07"_hex, cut, start);
    EXPECT_EQ(drain(lane, cut, start), 5);
    EXPECT_TRUE(std::holds_alternative<CutNow>(lane.next(cut, start)));
    Lane late;
    late.push(ByteVector(9), {}, start);
    drain(late, {}, start);
    EXPECT_TRUE(std::holds_alternative<CutNow>(late.next(cut, start)));
}

TEST(Lane, WhatStandsBeforeACutIsStillSent) {
    Lane lane;
    lane.push("01 02"_hex, {}, start);
    lane.cut_behind();
    EXPECT_EQ(drain(lane, {}, start), 2);
    EXPECT_TRUE(std::holds_alternative<CutNow>(lane.next({}, start)));
}

TEST(Lane, HasRoomUntilItsBoundAndADelayHasOneOfItsOwn) {
    Lane lane;
    EXPECT_TRUE(lane.has_room({}));
    lane.push(ByteVector(Lane::room), {}, start);
    EXPECT_FALSE(lane.has_room({}));
    EXPECT_TRUE(lane.has_room(Weather{.delay = 1ms}));
    lane.push(ByteVector(Lane::room_for_delay), {}, start);
    EXPECT_FALSE(lane.has_room(Weather{.delay = 1ms}));
    drain(lane, {}, start);
    EXPECT_TRUE(lane.has_room({}));
}

} // namespace
