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
    const auto patience = asio::steady_timer::clock_type::now() + link_patience;
    Client client = all_read() ? Client::rests : Client::reads;
    while (position_ < at || client == Client::reads) {
        co_await send_all();
        client = co_await want(std::max(at - position_, Duration{0}));
        if (asio::steady_timer::clock_type::now() >= patience) greeted_ = linked_;
    }
}

asio::awaitable<void> ReplayTime::link() {
    const auto patience = asio::steady_timer::clock_type::now() + link_patience;
    while (linking()) {
        asio::steady_timer soon{io_, std::chrono::milliseconds{1}};
        co_await soon.async_wait(as_result);
        if (asio::steady_timer::clock_type::now() >= patience) greeted_ = linked_;
    }
}

/// Returns when the sockets have taken what they can.
asio::awaitable<void> ReplayTime::send_all() {
    asio::steady_timer turn{io_, asio::steady_timer::time_point::min()};
    co_await turn.async_wait(as_result);
    co_await asio::post(io_, asio::use_awaitable);
}

asio::awaitable<ReplayTime::Client> ReplayTime::want(Duration duration) {
    {
        const std::lock_guard lock{mutex_};
        wanted_ = duration;
    }
    wake_();
    while (wanted())
        co_await changed_.async_wait(as_result);
    co_return client_;
}

std::optional<Duration> ReplayTime::wanted() const {
    const std::lock_guard lock{mutex_};
    return wanted_;
}

void ReplayTime::serve(const std::function<void(Duration)>& pass) {
    const auto wanted = this->wanted();
    if (!wanted) return;
    const std::uint64_t before = unread_bytes();
    if (!all_read()) pass(Duration{0});
    const bool read = all_read();
    // What it does not read, it reads when it has shown some of what it has.
    const bool waits = !read && !linking() && unread_bytes() == before;
    const Duration possible = read ? *wanted : waits ? std::min(*wanted, look_again) : Duration{0};
    if (possible > Duration{0}) pass(possible);
    position_ += possible;
    client_ = read || (waits && possible == Duration{0}) ? Client::rests : Client::reads;
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
