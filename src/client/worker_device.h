/// A device whose calls may block, kept on a worker: opened, asked and closed there, in order; the
/// answers come back to the net thread. Net thread only.
#pragma once

#include <sumac/result.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace sumac::client {

/// Answers may arrive after this object is gone: what they touch must be held weakly.
template <class Device>
class WorkerDevice {
public:
    WorkerDevice(asio::io_context& net, asio::thread_pool& workers)
        : net_(net), state_(std::make_shared<State>(workers)) {}
    ~WorkerDevice() { close(); }
    WorkerDevice(const WorkerDevice&) = delete;
    WorkerDevice& operator=(const WorkerDevice&) = delete;

    /// `open()` is a Result<std::unique_ptr<Device>, Failure>; `then(std::optional<Failure>)`.
    /// Neither is called where `close` comes before the worker gets to it.
    template <class Open, class Then>
    void open(Open open, Then then) {
        asio::post(state_->strand,
                   [state = state_, &net = net_, open, then, closings = state_->closings.load()] {
                       if (closings != state->closings) return;
                       auto opened = open();
                       std::optional<Failure> failure;
                       if (opened) {
                           state->device = *std::move(opened);
                       } else {
                           failure = opened.error();
                       }
                       asio::post(net, [then, failure] { then(failure); });
                   });
    }

    /// `then(ask(device))`; nothing happens where none is open.
    template <class Ask, class Then>
    void ask(Ask ask, Then then) {
        asio::post(state_->strand, [state = state_, &net = net_, ask, then] {
            if (!state->device) return;
            asio::post(net, [then, answer = ask(*state->device)] { then(answer); });
        });
    }

    void close() {
        ++state_->closings;
        asio::post(state_->strand, [state = state_] { state->device.reset(); });
    }

private:
    struct State {
        explicit State(asio::thread_pool& workers) : strand(workers.get_executor()) {}
        asio::strand<asio::thread_pool::executor_type> strand;
        std::atomic<std::uint64_t> closings{0};
        std::unique_ptr<Device> device; ///< touched on the strand alone
    };
    asio::io_context& net_;
    std::shared_ptr<State> state_;
};

} // namespace sumac::client
