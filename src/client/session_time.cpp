/// The part of a session that lets virtual time pass.
#include "client/session.h"
#include "io/timer.h"

#include <asio/co_spawn.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/post.hpp>
#include <asio/use_future.hpp>

#include <algorithm>

namespace sumac {

void stop_time() {
    io::stop_time();
}

/// What the sinks and the worker pool do takes no time; so it has to be over before time passes.
void Session::Impl::pass_time(Duration duration) {
    asio::co_spawn(
        runtime_.net(),
        [self = shared_from_this(), duration]() -> awaitable<void> {
            co_await self->let_pass(duration);
        },
        asio::use_future)
        .get();
}

asio::awaitable<void> Session::Impl::let_pass(Duration duration) {
    const LocalTime end = io::now() + duration;
    co_await rest();
    while (io::now() < end) {
        io::pass_time(std::min(next_act(), end) - io::now());
        co_await rest();
    }
}

/// Returns when there is nothing to do at this time: no bytes to be read, no timer that is due,
/// nothing to be decoded or drawn.
asio::awaitable<void> Session::Impl::rest() {
    constexpr auto as_result = asio::experimental::as_tuple(asio::use_awaitable);
    const auto busy = [this] { return player_->busy() || !draw_->idle(); };
    io::Timer turn{runtime_.net()};
    do {
        while (busy())
            co_await player_->changed().wait();
        // Set for the past, it makes the reactor look at the sockets and at all timers. It is the
        // first of them, so what they began comes before the post.
        turn.expires_at(LocalTime::min());
        co_await turn.async_wait(as_result);
        co_await asio::post(runtime_.net(), asio::use_awaitable);
    } while (busy());
}

/// The next time at which the session itself has something to do.
LocalTime Session::Impl::next_act() const {
    LocalTime next = LocalTime::max();
    for (const LocalTime at : {player_->wakes_at(), sound_->wakes_at()}) {
        if (at > io::now()) next = std::min(next, at);
    }
    return next;
}

} // namespace sumac
