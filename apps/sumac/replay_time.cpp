#include "replay_time.h"

#include <asio/experimental/as_tuple.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace sumac::tool {

namespace {

constexpr auto as_result = asio::experimental::as_tuple(asio::use_awaitable);

/// A client that does not read gets so much time until we look again.
constexpr Duration look_again = std::chrono::milliseconds{5};
/// What does not come to the end of its handshake within this (real) time will not do so any more.
constexpr std::chrono::seconds link_patience{30};

} // namespace

ReplayTime::ReplayTime(asio::io_context& io, std::function<void()> wake)
    : io_(io), wake_(std::move(wake)), changed_(io, asio::steady_timer::time_point::max()) {}

asio::awaitable<void> ReplayTime::pass_to(Duration at) {
    co_await be_read();
    while (position_ < at) {
        // What it does not read, it reads when it has shown some of what it has.
        const Duration left = at - position_;
        const Duration step = unread_bytes() == 0 ? left : std::min(left, look_again);
        co_await pass(step);
        position_ += step;
        co_await be_read();
    }
}

asio::awaitable<void> ReplayTime::be_read() {
    const auto patience = asio::steady_timer::clock_type::now() + link_patience;
    for (std::uint64_t before = 0; unread_bytes() != before || linked_ < greeted_;) {
        before = unread_bytes();
        co_await send_all();
        co_await pass(Duration{0});
        // We hear of a handshake when it is through.
        if (asio::steady_timer::clock_type::now() >= patience) greeted_ = linked_;
        if (unread_bytes() == 0 && linked_ >= greeted_) co_return;
    }
}

/// Returns when the sockets have taken what they can.
asio::awaitable<void> ReplayTime::send_all() {
    asio::steady_timer turn{io_, asio::steady_timer::time_point::min()};
    co_await turn.async_wait(as_result);
    co_await asio::post(io_, asio::use_awaitable);
}

asio::awaitable<void> ReplayTime::pass(Duration duration) {
    {
        const std::lock_guard lock{mutex_};
        wanted_ = duration;
    }
    wake_();
    while (wanted())
        co_await changed_.async_wait(as_result);
}

std::optional<Duration> ReplayTime::wanted() const {
    const std::lock_guard lock{mutex_};
    return wanted_;
}

void ReplayTime::passed() {
    {
        const std::lock_guard lock{mutex_};
        wanted_.reset();
    }
    asio::post(io_, [this] { changed_.cancel(); });
}

void ReplayTime::on_wire(const WireView& view) {
    read_bytes_ += view.bytes.size();
    linked_ = std::max(linked_.load(), view.connection + 1); // nobody else writes it
}

} // namespace sumac::tool
