#include "client/worker_device.h"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

namespace sumac::client {
namespace {

struct FakeDevice {
    int number = 0;
};
using Opened = Result<std::unique_ptr<FakeDevice>, Failure>;

/// A device on the one worker, which waits for `let_work` before it does anything.
class WorkerDeviceTest : public testing::Test {
protected:
    WorkerDeviceTest() {
        asio::post(workers_, [gate = gate_.get_future().share()] { gate.wait(); });
    }
    void open(int number) {
        device_.open(
            [this, number]() -> Opened {
                calls_.push_back("open " + std::to_string(number));
                if (number < 0) return Failure{ErrorCode::system, "no such device", ""};
                return std::make_unique<FakeDevice>(FakeDevice{number});
            },
            [this](const std::optional<Failure>& failure) {
                answers_.push_back(failure ? failure->message : "opened");
            });
    }
    void ask() {
        device_.ask([](const FakeDevice& device) { return device.number; },
                    [this](int number) { answers_.push_back(std::to_string(number)); });
    }
    /// What the worker does with all that was asked, then the answers.
    void let_work() {
        gate_.set_value();
        workers_.join();
        net_.run();
    }

    asio::io_context net_;
    asio::thread_pool workers_{1};
    std::promise<void> gate_;
    WorkerDevice<FakeDevice> device_{net_, workers_};
    std::vector<std::string> calls_;   ///< on the worker
    std::vector<std::string> answers_; ///< on the net thread
};

using Texts = std::vector<std::string>;

TEST_F(WorkerDeviceTest, OpensAndAnswersInOrder) {
    open(7);
    ask();
    ask();
    let_work();
    EXPECT_EQ(answers_, (Texts{"opened", "7", "7"}));
}

TEST_F(WorkerDeviceTest, SaysWhyItDoesNotOpenAndAnswersNothingThen) {
    open(-1);
    ask();
    let_work();
    EXPECT_EQ(answers_, Texts{"no such device"});
}

TEST_F(WorkerDeviceTest, WhatIsClosedBeforeTheWorkerGetsToItIsNeverOpened) {
    open(1);
    device_.close();
    open(2);
    ask();
    let_work();
    EXPECT_EQ(calls_, Texts{"open 2"});
    EXPECT_EQ(answers_, (Texts{"opened", "2"}));
}

TEST_F(WorkerDeviceTest, AClosedDeviceAnswersNothing) {
    open(1);
    device_.close();
    ask();
    let_work();
    EXPECT_EQ(answers_, Texts{});
}

} // namespace
} // namespace sumac::client
