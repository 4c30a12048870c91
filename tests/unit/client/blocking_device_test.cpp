#include "client/blocking_device.h"

#include <asio/executor_work_guard.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <vector>

namespace sumac::client {
namespace {

struct FakeDevice {
    int number = 0;
    std::shared_ptr<std::promise<void>> closed; ///< may be null
    ~FakeDevice() {
        if (closed) closed->set_value();
    }
};
using Opened = Result<std::unique_ptr<FakeDevice>, Failure>;

Opened fake(int number, std::shared_ptr<std::promise<void>> closed = nullptr) {
    auto device = std::make_unique<FakeDevice>();
    device->number = number;
    device->closed = std::move(closed);
    return device;
}

/// A device whose first opening hangs until `let_work`.
class BlockingDeviceTest : public testing::Test {
protected:
    BlockingDeviceTest() {
        // A machine that stands still is no failure.
        asio::use_service<DeviceThreads>(net_).patience = std::chrono::seconds{60};
        device_.open(
            [hanging = hanging_.get_future().share()]() -> Opened {
                hanging.wait();
                return Failure{ErrorCode::system, "hung", ""};
            },
            [](const std::optional<Failure>&) {});
    }
    void open(int number) {
        device_.open(
            [this, number]() -> Opened {
                calls_.push_back("open " + std::to_string(number));
                if (number < 0) return Failure{ErrorCode::system, "no such device", ""};
                return fake(number);
            },
            [this](const std::optional<Failure>& failure) {
                answers_.push_back(failure ? failure->message : "opened");
            });
    }
    void ask() {
        device_.ask([](const FakeDevice& device) { return device.number; },
                    [this](int number) { answers_.push_back(std::to_string(number)); });
    }
    /// What the thread does with all that was asked, then the answers.
    void let_work() {
        hanging_.set_value();
        ASSERT_TRUE(asio::use_service<DeviceThreads>(net_).settle());
        net_.run();
    }

    asio::io_context net_;
    std::promise<void> hanging_;
    BlockingDevice<FakeDevice> device_{net_};
    std::vector<std::string> calls_;   ///< on the device's thread
    std::vector<std::string> answers_; ///< on the net thread
};

using Texts = std::vector<std::string>;

TEST_F(BlockingDeviceTest, OpensAndAnswersInOrder) {
    open(7);
    ask();
    ask();
    let_work();
    EXPECT_EQ(answers_, (Texts{"opened", "7", "7"}));
}

TEST_F(BlockingDeviceTest, SaysWhyItDoesNotOpenAndAnswersNothingThen) {
    open(-1);
    ask();
    let_work();
    EXPECT_EQ(answers_, Texts{"no such device"});
}

TEST_F(BlockingDeviceTest, WhatIsClosedBeforeTheThreadGetsToItIsNeverOpened) {
    open(1);
    device_.close();
    open(2);
    ask();
    let_work();
    EXPECT_EQ(calls_, Texts{"open 2"});
    EXPECT_EQ(answers_, (Texts{"opened", "2"}));
}

TEST_F(BlockingDeviceTest, AClosedDeviceAnswersNothing) {
    open(1);
    device_.close();
    ask();
    let_work();
    EXPECT_EQ(answers_, Texts{});
}

TEST_F(BlockingDeviceTest, ADeviceThatHangsKeepsNoOtherFromWorking) {
    BlockingDevice<FakeDevice> other{net_};
    other.open([] { return fake(5); },
               [this](const std::optional<Failure>&) { answers_.push_back("other opened"); });
    auto work = asio::make_work_guard(net_);
    net_.run_one();
    work.reset();
    EXPECT_EQ(answers_, Texts{"other opened"});
    let_work();
}

TEST(BlockingDevice, OneThatHangsForEverIsLeftBehindAndReachesNobodyWhenItComesBack) {
    std::promise<void> hanging;
    const auto opening = std::make_shared<std::promise<void>>();
    const auto closed = std::make_shared<std::promise<void>>();
    {
        asio::io_context net;
        asio::use_service<DeviceThreads>(net).patience = std::chrono::milliseconds{1};
        BlockingDevice<FakeDevice> device{net};
        device.open(
            [come_back = hanging.get_future().share(), opening, closed] {
                opening->set_value();
                come_back.wait();
                return fake(1, closed);
            },
            [](const std::optional<Failure>&) { ADD_FAILURE() << "nobody is there to hear it"; });
        opening->get_future().wait();
    }
    hanging.set_value();
    closed->get_future().wait();
}

TEST(BlockingDevice, OneThatWasNeverOpenedNeedsNoThread) {
    asio::io_context net;
    BlockingDevice<FakeDevice> device{net};
    device.ask([](const FakeDevice& unopened) { return unopened.number; },
               [](int) { ADD_FAILURE() << "there is nothing to ask"; });
    device.close();
    EXPECT_TRUE(asio::use_service<DeviceThreads>(net).settle());
    EXPECT_EQ(net.run(), 0U);
}

} // namespace
} // namespace sumac::client
