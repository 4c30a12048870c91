#include "schedule.h"
#include "told_clock.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

using namespace sumac;
using namespace sumac::faultproxy;
using namespace std::chrono_literals;

namespace {

constexpr LocalTime start{1000s};
constexpr std::uint8_t display = SPICE_CHANNEL_DISPLAY;

Fault fault(Trigger trigger, Duration from, std::optional<Duration> lasts, Effect effect) {
    Fault made;
    made.name = "it";
    made.trigger = std::move(trigger);
    made.from = from;
    made.lasts = lasts;
    made.effect = std::move(effect);
    return made;
}

const Rewrite frames_3s{{Stamp::stream_data}, 3000ms};

TEST(Schedule, ActsFromItsStartToItsEnd) {
    Schedule schedule{{fault(AtConnection{}, 2s, 1s, Stall{})}};
    EXPECT_FALSE(schedule.next_change(start));
    schedule.on_connection(start);
    EXPECT_FALSE(schedule.acts(0, start + 1999ms));
    EXPECT_TRUE(schedule.acts(0, start + 2s));
    EXPECT_TRUE(schedule.acts(0, start + 2999ms));
    EXPECT_FALSE(schedule.acts(0, start + 3s));
    EXPECT_EQ(schedule.next_change(start), start + 2s);
    EXPECT_EQ(schedule.next_change(start + 2s), start + 3s);
    EXPECT_FALSE(schedule.next_change(start + 3s));
}

TEST(Schedule, OnlyTheFirstConnectionTriggers) {
    Schedule schedule{{fault(AtConnection{}, 0s, 1s, Stall{})}};
    schedule.on_connection(start);
    schedule.on_connection(start + 5s);
    EXPECT_FALSE(schedule.acts(0, start + 5s));
}

TEST(Schedule, TellsEachBeginningAndEndOnce) {
    Schedule schedule{
        {fault(AtConnection{}, 0s, 1ms, Stall{}), fault(AtFire{"x"}, 0s, {}, Stall{})}};
    schedule.on_connection(start);
    const auto changes = schedule.take_changes(start + 1s); // looked away meanwhile
    ASSERT_EQ(changes.size(), 2);
    EXPECT_TRUE(changes[0].began);
    EXPECT_FALSE(changes[1].began);
    EXPECT_EQ(changes[1].at, start + 1ms);
    EXPECT_TRUE(schedule.take_changes(start + 2s).empty());
}

TEST(Schedule, FiringAgainBeginsAnew) {
    Schedule schedule{{fault(AtFire{"x"}, 0s, 1s, Stall{})}};
    EXPECT_EQ(schedule.fire("y", start), 0);
    EXPECT_EQ(schedule.fire("x", start), 1);
    EXPECT_FALSE(schedule.acts(0, start + 2s));
    schedule.fire("x", start + 5s);
    EXPECT_TRUE(schedule.acts(0, start + 5500ms));
}

TEST(Schedule, StoppingEndsWhatActsAndForgetsWhatWaits) {
    Schedule schedule{{fault(AtFire{"x"}, 0s, {}, Stall{}), fault(AtFire{"x"}, 9s, {}, Stall{})}};
    schedule.fire("x", start);
    EXPECT_EQ(schedule.stop("x", start + 1s), 2);
    EXPECT_FALSE(schedule.acts(0, start + 1s));
    EXPECT_FALSE(schedule.acts(1, start + 10s));
    schedule.fire("x", start + 20s);
    EXPECT_EQ(schedule.stop("it", start + 21s), 2) << "by the faults' own name";
}

TEST(Schedule, AMessageTriggersAndIsTheFirstThatIsHit) {
    const AtMessage third_frame{*MessagePattern::named("frame"), 3};
    Schedule schedule{{fault(third_frame, 0s, {}, frames_3s)}};
    const auto frame = [&](std::uint16_t type) {
        schedule.on_message(Direction::to_client, display, type, start);
        return schedule.offset(Stamp::stream_data, 5, start);
    };
    EXPECT_EQ(frame(SPICE_MSG_DISPLAY_STREAM_DATA), 0);
    EXPECT_EQ(frame(SPICE_MSG_DISPLAY_STREAM_CREATE), 0);
    EXPECT_EQ(frame(SPICE_MSG_DISPLAY_STREAM_DATA_SIZED), 0);
    EXPECT_EQ(frame(SPICE_MSG_DISPLAY_STREAM_DATA), 3000);
    EXPECT_EQ(schedule.offset(Stamp::stream_data_sized, 5, start), 0) << "not among its stamps";
}

TEST(Schedule, OffsetsThatActTogetherAddUpModulo32Bits) {
    Schedule schedule{{fault(AtConnection{}, 0s, {}, frames_3s),
                       fault(AtConnection{}, 1s, {}, Rewrite{{Stamp::stream_data}, -5000ms})}};
    schedule.on_connection(start);
    EXPECT_EQ(schedule.offset(Stamp::stream_data, 0, start), 3000);
    EXPECT_EQ(schedule.offset(Stamp::stream_data, 0, start + 1s),
              static_cast<std::uint32_t>(-2000));
}

TEST(Schedule, StampsWrapWhenTheyShall) {
    const Offset in_3s = WrapIn{3000ms};
    Schedule schedule{{fault(AtFire{"x"}, 0s, {}, Rewrite{{Stamp::stream_data}, in_3s}),
                       fault(AtFire{"x"}, 1s, {}, Rewrite{{Stamp::multi_media_time}, in_3s})}};
    schedule.fire("x", start);
    const std::uint32_t offset = schedule.offset(Stamp::stream_data, 123'456, start);
    EXPECT_EQ(123'456 + 3000 + offset, 0);
    // The clock, which the server tells 400 ms late, jumps by just as much, a second later.
    EXPECT_EQ(schedule.offset(Stamp::multi_media_time, 124'056, start + 1s), offset);
    EXPECT_EQ(schedule.offset(Stamp::stream_data, 500'000, start + 1s), offset) << "it stays";
}

TEST(Schedule, WeatherIsWhatActsOnThatChannelAndDirection) {
    Fault slow = fault(AtConnection{}, 0s, {}, Delay{200ms, 10ms, 7});
    slow.channels = std::set<std::uint8_t>{display};
    slow.to_server = false;
    Schedule schedule{{slow,
                       fault(AtConnection{}, 0s, {}, Rate{5000}),
                       fault(AtConnection{}, 0s, {}, Rate{3000}),
                       fault(AtConnection{}, 0s, {}, CutAtByte{99})}};
    schedule.on_connection(start);
    const Weather hit = schedule.weather(display, Direction::to_client, start);
    EXPECT_EQ(hit.delay, 200ms);
    EXPECT_EQ(hit.jitter, 10ms);
    EXPECT_EQ(hit.rate, 3000);
    EXPECT_EQ(hit.cut_at, 99);
    EXPECT_EQ(schedule.weather(display, Direction::to_server, start).delay, 0s);
    EXPECT_EQ(schedule.weather(SPICE_CHANNEL_MAIN, Direction::to_client, start).delay, 0s);
    EXPECT_EQ(schedule.weather(std::nullopt, Direction::to_client, start).delay, 0s);
    EXPECT_EQ(schedule.weather(std::nullopt, Direction::to_client, start).rate, 3000);
}

TEST(Schedule, ACutCountsMessagesFromItsStart) {
    const auto frame = *MessagePattern::named("frame");
    Schedule schedule{{fault(AtFire{"x"}, 0s, {}, CutAtMessage{frame, 2, 0})}};
    const auto hit = [&] {
        return schedule.on_message(
                   Direction::to_client, display, SPICE_MSG_DISPLAY_STREAM_DATA, start) != nullptr;
    };
    EXPECT_FALSE(hit());
    schedule.fire("x", start);
    EXPECT_FALSE(hit());
    EXPECT_TRUE(hit());
    EXPECT_FALSE(hit());
}

TEST(ToldClock, GoesOnFromWhatTheServerTold) {
    ToldClock clock;
    EXPECT_FALSE(clock.told_now(start));
    clock.observe(Stamp::init, 0xffffff00, start);
    clock.observe(Stamp::stream_data, 5000, start + 1s); // a stamp is not the told clock
    EXPECT_EQ(clock.told_now(start + 1s), 0xffffff00 + 1000);
}

TEST(ToldClock, TakesStampsLessTheUsualLatencyWhereNothingWasTold) {
    ToldClock clock;
    clock.observe(Stamp::stream_data, 0, start); // a frame without a stamp
    EXPECT_FALSE(clock.told_now(start));
    clock.observe(Stamp::stream_data, 5000, start);
    EXPECT_EQ(clock.told_now(start + 100ms), 4700);
}

TEST(ToldClock, SoundPlaysUntilASecondWithoutIt) {
    ToldClock clock;
    EXPECT_FALSE(clock.sound_plays(start));
    clock.observe(Stamp::playback_data, 1, start);
    EXPECT_TRUE(clock.sound_plays(start + 999ms));
    EXPECT_FALSE(clock.sound_plays(start + 1s));
}

} // namespace
