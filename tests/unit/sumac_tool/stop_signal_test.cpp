#include "stop_signal.h"

#include <gtest/gtest.h>

#include <csignal>

namespace sumac::tool {
namespace {

TEST(StopSignal, TheFirstSignalIsSeenAndItsTwinDoesNotEndTheProcess) {
    StopSignal stop;
    EXPECT_FALSE(stop.came());
    std::raise(SIGINT);
    EXPECT_TRUE(stop.came());
    std::raise(SIGINT);
    std::raise(SIGTERM);
    EXPECT_TRUE(stop.came());
}

TEST(StopSignal, AnotherOneStartsAfresh) {
    {
        const StopSignal first;
        std::raise(SIGTERM);
    }
    const StopSignal second;
    EXPECT_FALSE(second.came());
}

} // namespace
} // namespace sumac::tool
