/// Lets coroutines of the net thread wait until something changed. Net thread only.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

namespace sumac::client {

class Signal {
public:
    explicit Signal(const asio::any_io_executor& executor)
        : timer_(executor, asio::steady_timer::time_point::max()) {}

    /// Returns after the next notify; waiters look at their condition again, in a loop.
    asio::awaitable<void> wait() {
        co_await timer_.async_wait(asio::experimental::as_tuple(asio::use_awaitable));
    }
    void notify() { timer_.cancel(); }

private:
    asio::steady_timer timer_;
};

} // namespace sumac::client
