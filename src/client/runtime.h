/// Runtime's threads: one net thread for the sockets, timers and state of all sessions, and a pool
/// that draws and decodes.
#pragma once

#include "client/net_drawing.h"
#include "video/hardware.h"
#include <sumac/client.h>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>

#include <thread>

namespace sumac {

class Runtime::Impl {
public:
    explicit Impl(const Options& options);
    ~Impl();
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    asio::io_context& net() { return net_; }
    asio::thread_pool& workers() { return workers_; }
    client::NetDrawing& drawing() { return drawing_; }
    const std::shared_ptr<video::Hardware>& hardware() const { return hardware_; }

private:
    std::shared_ptr<video::Hardware> hardware_ = std::make_shared<video::Hardware>();
    asio::thread_pool workers_; ///< outlives net_, whose last handlers may own what lives on it
    client::NetDrawing drawing_;
    asio::io_context net_{1};
    asio::executor_work_guard<asio::io_context::executor_type> keep_running_;
    std::jthread net_thread_;
};

} // namespace sumac
