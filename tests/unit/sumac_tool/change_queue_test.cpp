#include "change_queue.h"
#include "painted.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace sumac::tool {
namespace {

Change picture(std::int64_t at, std::size_t bytes = 4) {
    return PictureChanged{{{}, std::vector<std::byte>(bytes)}, at_ms(at)};
}

LocalTime time_of(const std::optional<Change>& change) {
    return change ? std::get<PictureChanged>(*change).at : LocalTime{};
}

TEST(ChangeQueue, HandsOverInOrderAndDrainsAfterClosing) {
    ChangeQueue queue;
    EXPECT_TRUE(queue.push(picture(1)));
    EXPECT_TRUE(queue.push(picture(2)));
    queue.close();
    EXPECT_FALSE(queue.push(picture(3)));
    EXPECT_EQ(time_of(queue.pop()), at_ms(1));
    EXPECT_EQ(time_of(queue.pop()), at_ms(2));
    EXPECT_FALSE(queue.pop());
}

TEST(ChangeQueue, MakesThePusherWaitWhileItIsFullAndLosesNothing) {
    ChangeQueue queue{3 * (ChangeQueue::change_bytes + 1000)};
    std::atomic<std::int64_t> pushed{0};
    const auto pusher = std::async(std::launch::async, [&] {
        for (std::int64_t i = 1; i <= 100; ++i) {
            queue.push(picture(i, 1000));
            pushed = i;
        }
    });
    for (std::int64_t i = 1; i <= 100; ++i) {
        EXPECT_LE(pushed - i, 3) << "more went in than fits";
        EXPECT_LE(queue.fill().changes, 3U);
        ASSERT_EQ(time_of(queue.pop()), at_ms(i));
    }
    pusher.wait();
    EXPECT_EQ(queue.fill().bytes, 0U);
}

TEST(ChangeQueue, TakesAChangeLargerThanItselfWhileItIsEmpty) {
    ChangeQueue queue{100};
    EXPECT_TRUE(queue.push(picture(1, 5000)));
    EXPECT_EQ(queue.fill().bytes, ChangeQueue::change_bytes + 5000);
}

TEST(ChangeQueue, ClosingFreesAWaitingPusher) {
    ChangeQueue queue{100};
    queue.push(picture(1));
    auto pushed = std::async(std::launch::async, [&] { return queue.push(picture(2)); });
    queue.close();
    EXPECT_FALSE(pushed.get());
}

TEST(ChangeQueue, SaysThatNothingComes) {
    ChangeQueue queue{ChangeQueue::default_capacity_bytes, Duration{0}};
    const auto nothing = queue.pop();
    ASSERT_TRUE(nothing);
    EXPECT_TRUE(std::holds_alternative<Quiet>(*nothing));
    queue.push(picture(1));
    EXPECT_EQ(time_of(queue.pop()), at_ms(1));
    queue.close();
    EXPECT_FALSE(queue.pop());
}

TEST(ChangeQueue, KeepsTheMemoryOfPatchesForTheNext) {
    ChangeQueue queue;
    Patch patch;
    patch.pixels.resize(5000);
    const std::byte* memory = patch.pixels.data();
    queue.give_spare(std::move(patch));
    EXPECT_EQ(queue.take_spare().pixels.data(), memory);
    EXPECT_TRUE(queue.take_spare().pixels.empty());
}

} // namespace
} // namespace sumac::tool
