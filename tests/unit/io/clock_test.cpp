#include "io/timer.h"

#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace sumac::io {
namespace {

using std::chrono::hours;

void stand_still_and_jump() {
    const LocalTime before = now();
    while (now() == before) { // it is the system's
    }
    stop_time();
    const LocalTime stopped = now();
    EXPECT_GT(stopped, before);

    asio::io_context context;
    std::string fired;
    const auto set = [&](Timer& timer, LocalTime at, char name) {
        timer.expires_at(at);
        timer.async_wait([&fired, name](const asio::error_code& error) {
            if (!error) fired += name;
        });
    };
    Timer later{context};
    Timer first{context};
    Timer second{context};
    set(later, stopped + hours{3}, 'l');
    set(second, stopped + hours{2}, '2');
    set(first, stopped + hours{1}, '1');
    context.poll();
    EXPECT_EQ(fired, "");
    EXPECT_EQ(now(), stopped);

    pass_time(hours{2});
    EXPECT_EQ(now(), stopped + hours{2});
    Timer turn{context};
    set(turn, LocalTime::min(), 't');
    while (fired.size() < 3)
        context.run_one();
    context.poll();
    EXPECT_EQ(fired, "t12");
}

// In a process of its own: time that stood still once does so for the rest of the process.
TEST(ClockDeathTest, StandsStillAndJumpsAndTimersWithIt) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        (stand_still_and_jump(), std::exit(HasFailure() ? 1 : 0)), testing::ExitedWithCode(0), "");
}

} // namespace
} // namespace sumac::io
