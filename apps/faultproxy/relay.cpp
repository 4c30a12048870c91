#include "relay.h"

#include "quantities.h"
#include "wire/names.h"

#include <asio/co_spawn.hpp>
#include <asio/connect.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/use_awaitable.hpp>

namespace sumac::faultproxy {

namespace {

using asio::ip::tcp;
constexpr auto as_result = asio::experimental::as_tuple(asio::use_awaitable);

asio::steady_timer::time_point timer_point(LocalTime time) {
    return asio::steady_timer::time_point{time.time_since_epoch()};
}

void send_without_waiting(Socket& socket) {
    asio::error_code ignored; // a unix socket has no such option
    socket.set_option(tcp::no_delay{true}, ignored);
}

} // namespace

Relay::Relay(std::uint64_t id, Socket client, Surroundings around)
    : id_(id),
      client_(std::move(client)),
      server_(client_.get_executor()),
      around_(std::move(around)),
      tap_(around_.state),
      sides_{std::make_unique<Side>(client_.get_executor()),
             std::make_unique<Side>(client_.get_executor())} {}

void Relay::start() {
    write_event("connection", named("opened"), now());
    asio::co_spawn(
        client_.get_executor(),
        [self = shared_from_this()] { return self->run(); },
        asio::detached);
}

asio::awaitable<void> Relay::run() {
    send_without_waiting(client_);
    const bool connected = co_await connect();
    if (!connected || closed_) co_return;
    send_without_waiting(server_);
    for (const Direction direction : {Direction::to_client, Direction::to_server}) {
        const auto executor = client_.get_executor();
        asio::co_spawn(
            executor,
            [self = shared_from_this(), direction] { return self->read(direction); },
            asio::detached);
        asio::co_spawn(
            executor,
            [self = shared_from_this(), direction] { return self->write(direction); },
            asio::detached);
    }
}

asio::awaitable<bool> Relay::connect() {
    const Endpoint& upstream = around_.plan.upstream;
    asio::error_code failed;
    if (!upstream.path.empty()) {
        const asio::local::stream_protocol::endpoint there{upstream.path};
        const auto [error] = co_await server_.async_connect(there, as_result);
        failed = error;
    } else {
        tcp::resolver resolver{client_.get_executor()};
        const auto [lookup, found] = co_await resolver.async_resolve(upstream.host,
                                                                     std::to_string(upstream.port),
                                                                     tcp::resolver::numeric_service,
                                                                     as_result);
        failed = lookup;
        if (!failed && !closed_) {
            tcp::socket socket{client_.get_executor()};
            const auto [error, endpoint] = co_await asio::async_connect(socket, found, as_result);
            failed = error;
            if (!failed) server_ = std::move(socket);
        }
    }
    if (!failed && !closed_) co_return true;
    if (closed_) {
        asio::error_code ignored;
        server_.close(ignored);
    }
    close("cannot connect to " + to_string(upstream) + ": " + failed.message());
    co_return false;
}

asio::awaitable<void> Relay::read(Direction direction) {
    Side& here = side(direction);
    Lane& lane = tap_.lane(direction);
    while (!closed_ && !lane.cut_is_near()) {
        if (!lane.has_room(tap_.weather(direction, now()))) {
            here.may_read.expires_at(asio::steady_timer::time_point::max());
            co_await here.may_read.async_wait(as_result);
            continue;
        }
        const auto [error, size] =
            co_await from(direction).async_read_some(asio::buffer(here.buffer), as_result);
        if (closed_) co_return;
        const LocalTime at = now();
        if (error) { // a reset too: what came before it is still delivered
            tap_.on_end(direction, at);
            here.may_write.cancel();
            co_return;
        }
        tap_.on_bytes(direction, Bytes{here.buffer}.first(size), at);
        tell_channel();
        here.may_write.cancel();
        around_.schedule_changed();
    }
}

asio::awaitable<void> Relay::write(Direction direction) {
    Side& here = side(direction);
    while (!closed_) {
        const LocalTime at = now();
        const LaneStep step = tap_.lane(direction).next(tap_.weather(direction, at), at);
        if (const auto* const ready = std::get_if<SendNow>(&step)) {
            const bool sent = co_await send(direction, ready->bytes);
            if (!sent) co_return;
        } else if (const auto* const wait = std::get_if<WaitUntil>(&step)) {
            here.may_write.expires_at(wait->moment ? timer_point(*wait->moment)
                                                   : asio::steady_timer::time_point::max());
            co_await here.may_write.async_wait(as_result);
        } else if (std::holds_alternative<CutNow>(step)) {
            co_return close("cut");
        } else {
            co_return finish(direction);
        }
    }
}

/// False if the connection is over.
asio::awaitable<bool> Relay::send(Direction direction, Bytes bytes) {
    const auto [error, size] = co_await towards(direction).async_write_some(
        asio::buffer(bytes.data(), bytes.size()), as_result);
    if (closed_) co_return false;
    if (error) {
        close(direction == Direction::to_client ? "the client is gone" : "the server is gone");
        co_return false;
    }
    const LocalTime at = now();
    tap_.lane(direction).sent(size, tap_.weather(direction, at), at);
    side(direction).may_read.cancel();
    co_return true;
}

/// Hands the end on; the other direction may still have something to say.
void Relay::finish(Direction direction) {
    asio::error_code ignored;
    towards(direction).shutdown(Socket::shutdown_send, ignored);
    if (++directions_done_ == 2) close("ended");
}

void Relay::close(std::string_view reason) {
    if (closed_) return;
    closed_ = true;
    asio::error_code ignored;
    client_.close(ignored);
    server_.close(ignored);
    wake();
    Json details = named("closed");
    details["reason"] = reason;
    details.update(counts());
    write_event("connection", details, now());
    around_.ended(*this);
}

void Relay::wake() {
    for (const auto& here : sides_) {
        here->may_read.cancel();
        here->may_write.cancel();
    }
}

Json Relay::named(std::string_view state) const {
    Json details{{"state", state}, {"id", id_}, {"listener", around_.plan.name}};
    if (const auto channel = tap_.link().channel()) {
        details["channel"] = wire::channel_type_name(channel->type);
        details["channel_id"] = channel->id;
    }
    return details;
}

/// Once, when it is known what this is, and whether stamps can be seen.
void Relay::tell_channel() {
    const LinkWatch& link = tap_.link();
    const bool open = link.open(Direction::to_client);
    if (channel_told_ || (!open && link.opaque().empty())) return;
    channel_told_ = true;
    Json details = named(open ? "linked" : "opaque");
    if (open) details["header"] = link.header_kind() == wire::HeaderKind::mini ? "mini" : "full";
    if (!open) details["reason"] = link.opaque();
    write_event("connection", details, now());
}

Json Relay::counts() const {
    Json rewritten = Json::object();
    for (std::size_t i = 0; i < stamp_count; ++i) {
        const std::uint64_t count = tap_.rewritten().at(i);
        if (count > 0) rewritten[std::string{to_string(static_cast<Stamp>(i))}] = count;
    }
    Json counts;
    for (const Direction direction : {Direction::to_client, Direction::to_server}) {
        counts[std::string{"bytes_"} + std::string{to_string(direction)}] =
            tap_.lane(direction).bytes_sent();
        counts[std::string{"messages_"} + std::string{to_string(direction)}] =
            tap_.messages(direction);
    }
    counts["rewritten"] = rewritten;
    return counts;
}

} // namespace sumac::faultproxy
