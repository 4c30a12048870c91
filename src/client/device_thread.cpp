#include "client/device_thread.h"

#include "base/check.h"

#include <asio/post.hpp>
#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace sumac::client {

struct DeviceThreads::Shared {
    std::mutex mutex;                ///< guards the members below, and those of all `Tasks`
    asio::io_context* net;           ///< null: it is gone
    std::size_t unfinished = 0;      ///< tasks of all threads
    std::condition_variable settled; ///< there are none
};

struct DeviceThread::Tasks {
    std::deque<Task> waiting;
    bool ended = false; ///< none comes any more
    std::condition_variable changed;
};

DeviceThreads::DeviceThreads(asio::io_context& net)
    : asio::execution_context::service(net), shared_(std::make_shared<Shared>()) {
    shared_->net = &net;
}

bool DeviceThreads::settle() {
    std::unique_lock lock{shared_->mutex};
    return shared_->settled.wait_for(lock, patience, [this] { return shared_->unfinished == 0; });
}

void DeviceThreads::shutdown() noexcept {
    static_cast<void>(settle());
    const std::lock_guard lock{shared_->mutex};
    shared_->net = nullptr;
}

DeviceThread::DeviceThread(asio::io_context& net)
    : shared_(asio::use_service<DeviceThreads>(net).shared_) {}

DeviceThread::~DeviceThread() {
    if (!tasks_) return;
    const std::lock_guard lock{shared_->mutex};
    tasks_->ended = true;
    tasks_->changed.notify_all();
}

bool DeviceThread::start() {
    if (tasks_) return true;
    auto tasks = std::make_shared<Tasks>();
    try {
        std::thread{run, shared_, tasks}.detach();
    } catch (const std::system_error&) {
        return false;
    }
    tasks_ = std::move(tasks);
    return true;
}

void DeviceThread::post(Task task) {
    CHECK(tasks_ != nullptr);
    const std::lock_guard lock{shared_->mutex};
    ++shared_->unfinished;
    tasks_->waiting.push_back(std::move(task));
    tasks_->changed.notify_all();
}

void DeviceThread::run(const std::shared_ptr<DeviceThreads::Shared>& shared,
                       const std::shared_ptr<Tasks>& tasks) {
    pthread_setname_np(pthread_self(), "sumac-device");
    while (true) {
        Task task;
        {
            std::unique_lock lock{shared->mutex};
            tasks->changed.wait(lock, [&] { return tasks->ended || !tasks->waiting.empty(); });
            if (tasks->waiting.empty()) return;
            task = std::move(tasks->waiting.front());
            tasks->waiting.pop_front();
        }
        Answer answer = task();
        task = nullptr; // what it holds goes without the lock, as the answer does
        const std::lock_guard lock{shared->mutex};
        if (answer && shared->net != nullptr) asio::post(*shared->net, std::exchange(answer, {}));
        if (--shared->unfinished == 0) shared->settled.notify_all();
    }
}

} // namespace sumac::client
