/// A device whose calls may block, kept on a thread of its own: opened, asked and closed there, in
/// order; the answers come back to the net thread. Net thread only.
#pragma once

#include "client/device_thread.h"
#include <sumac/result.h>

#include <asio/post.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace sumac::client {

/// Answers may arrive after this object is gone, and may be thrown away on the device's thread:
/// what they touch must be held weakly.
template <class Device>
class BlockingDevice {
public:
    explicit BlockingDevice(asio::io_context& net)
        : net_(net), state_(std::make_shared<State>()), thread_(net) {}
    ~BlockingDevice() { close(); }
    BlockingDevice(const BlockingDevice&) = delete;
    BlockingDevice& operator=(const BlockingDevice&) = delete;

    /// `open()` is a Result<std::unique_ptr<Device>, Failure>; `then(std::optional<Failure>)`.
    /// Neither is called where `close` comes before the thread gets to it.
    template <class Open, class Then>
    void open(Open open, Then then) {
        if (!thread_.start()) {
            const Failure failure{ErrorCode::system, "there is no thread for a sound device", {}};
            asio::post(net_, [state = state_, then, failure, closings = state_->closings.load()] {
                if (closings == state->closings) then(std::optional{failure});
            });
            return;
        }
        used_ = true;
        thread_.post([state = state_, open, then, closings = state_->closings.load()] {
            if (closings != state->closings) return DeviceThread::Answer{};
            auto opened = open();
            std::optional<Failure> failure;
            if (opened) {
                state->device = *std::move(opened);
            } else {
                failure = opened.error();
            }
            return DeviceThread::Answer{[then, failure] { then(failure); }};
        });
    }

    /// `then(ask(device))`; nothing happens where none is open.
    template <class Ask, class Then>
    void ask(Ask ask, Then then) {
        if (!used_) return;
        thread_.post([state = state_, ask, then] {
            if (!state->device) return DeviceThread::Answer{};
            return DeviceThread::Answer{[then, answer = ask(*state->device)] { then(answer); }};
        });
    }

    void close() {
        ++state_->closings;
        if (!used_) return;
        thread_.post([state = state_] {
            state->device.reset();
            return DeviceThread::Answer{};
        });
    }

private:
    struct State {
        std::atomic<std::uint64_t> closings{0};
        std::unique_ptr<Device> device; ///< touched on the thread alone
    };
    asio::io_context& net_;
    std::shared_ptr<State> state_;
    DeviceThread thread_;
    bool used_ = false; ///< else there is no thread, and none is needed
};

} // namespace sumac::client
