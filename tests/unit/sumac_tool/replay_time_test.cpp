#include "replay_time.h"

#include <asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace sumac::tool {
namespace {

using namespace std::chrono_literals;

/// A client that reads when a test wants it to, and lets pass what is wanted.
struct Replaying {
    asio::io_context io;
    ReplayTime time{io, [] {}};
    std::vector<Duration> passed;
    bool over = false;

    void begin(asio::awaitable<void> work) {
        asio::co_spawn(io, std::move(work), [this](const std::exception_ptr&) { over = true; });
    }

    void read(std::size_t bytes, std::uint64_t connection = 0) {
        const std::vector<std::byte> read(bytes);
        time.on_wire({connection, 0, 0, read, {}});
    }

    /// Until it is over, or time has passed so many times (0 counts, too). `client` gets the number
    /// of each.
    void run(std::size_t times, const std::function<void(std::size_t)>& client) {
        while (!over && passed.size() < times) {
            io.restart();
            io.poll();
            time.serve([&](Duration duration) {
                passed.push_back(duration);
                client(passed.size());
            });
        }
    }
};

TEST(ReplayTime, PassesAtOnceWhenAllIsRead) {
    Replaying replaying;
    replaying.begin(replaying.time.pass_to(100ms));
    replaying.run(10, [](std::size_t) {});
    EXPECT_TRUE(replaying.over);
    EXPECT_EQ(replaying.passed, (std::vector<Duration>{100ms}));
    EXPECT_EQ(replaying.time.position(), 100ms);
}

TEST(ReplayTime, StandsWhileTheClientReads) {
    Replaying replaying;
    replaying.time.said(300);
    replaying.begin(replaying.time.pass_to(100ms));
    replaying.run(10, [&](std::size_t time) {
        if (time <= 3) replaying.read(100);
    });
    EXPECT_EQ(replaying.passed, (std::vector<Duration>{0ms, 0ms, 0ms, 100ms}));
}

TEST(ReplayTime, PassesInSmallStepsForAClientThatDoesNotReadOnBefore) {
    Replaying replaying;
    replaying.time.said(300);
    replaying.begin(replaying.time.pass_to(100ms));
    replaying.run(20, [&](std::size_t time) {
        if (time == 1) replaying.read(100);
        if (replaying.passed.back() > 0ms) replaying.read(100);
    });
    EXPECT_TRUE(replaying.over);
    // It looks twice before it believes that the client rests.
    EXPECT_EQ(replaying.passed, (std::vector<Duration>{0ms, 0ms, 5ms, 0ms, 5ms, 90ms}));
}

TEST(ReplayTime, StandsUntilAHandshakeIsThrough) {
    Replaying replaying;
    replaying.time.said(50);
    replaying.time.greeted();
    replaying.begin(replaying.time.pass_to(100ms));
    replaying.run(50, [&](std::size_t time) {
        if (time == 40) replaying.read(50);
    });
    std::vector<Duration> expected(40, 0ms);
    expected.push_back(100ms);
    EXPECT_EQ(replaying.passed, expected);
}

} // namespace
} // namespace sumac::tool
