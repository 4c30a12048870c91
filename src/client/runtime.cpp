#include "client/runtime.h"

#include <pthread.h>

#include <algorithm>

namespace sumac {
namespace {

unsigned worker_count(unsigned wanted) {
    // At least two, so that a long decode does not keep a finished picture from being drawn.
    return wanted > 0 ? wanted : std::max(2U, std::thread::hardware_concurrency());
}

} // namespace

Runtime::Impl::Impl(const Options& options)
    : workers_(worker_count(options.worker_threads)),
      keep_running_(net_.get_executor()),
      net_thread_([this] {
          pthread_setname_np(pthread_self(), "sumac-net");
          net_.run();
      }) {}

Runtime::Impl::~Impl() {
    keep_running_.reset();
    net_.stop();
    net_thread_.join();
    workers_.join();
}

Runtime::Runtime() : Runtime(Options{}) {}
Runtime::Runtime(Options options) : impl_(std::make_unique<Impl>(options)) {}
Runtime::~Runtime() = default;

} // namespace sumac
