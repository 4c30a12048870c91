/// DeviceThread: one thread for the calls to one device, which may block for a while, or for ever
/// where a sound server hangs.
///
/// That is why the workers do not make them: pictures are decoded there. A thread that hangs costs
/// nobody anything: when the net thread's io_context goes, it waits `DeviceThreads::patience` for
/// calls that are under way, and leaves behind what still hangs. That may touch what its tasks hold
/// and nothing else of ours.
#pragma once

#include <asio/execution_context.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace sumac::client {

/// What all device threads of an io_context share: `asio::use_service` finds it.
class DeviceThreads : public asio::execution_context::service {
public:
    using key_type = DeviceThreads;
    static inline asio::execution_context::id id;

    explicit DeviceThreads(asio::io_context& net);

    /// Waits until no task is left, or for `patience`. False: one is.
    bool settle();
    /// A sound server that works has closed a device long before.
    std::chrono::milliseconds patience{2000};

private:
    friend class DeviceThread;
    struct Shared;
    void shutdown() noexcept override;

    const std::shared_ptr<Shared> shared_;
};

/// Net thread only.
class DeviceThread {
public:
    explicit DeviceThread(asio::io_context& net);
    /// What has been posted is still done.
    ~DeviceThread();
    DeviceThread(const DeviceThread&) = delete;
    DeviceThread& operator=(const DeviceThread&) = delete;

    /// For the net thread; may be empty. It is lost where the io_context goes before.
    using Answer = std::function<void()>;
    using Task = std::function<Answer()>;
    /// Before the first `post`. False: the system has no thread for it; it may be tried again.
    bool start();
    /// In order.
    void post(Task task);

private:
    struct Tasks;
    static void run(const std::shared_ptr<DeviceThreads::Shared>& shared,
                    const std::shared_ptr<Tasks>& tasks);

    const std::shared_ptr<DeviceThreads::Shared> shared_;
    std::shared_ptr<Tasks> tasks_; ///< null: there is no thread yet
};

} // namespace sumac::client
