#include "client/channel_connection.h"

#include "io/clock.h"
#include "wire/names.h"

#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <array>

namespace sumac::client {
namespace {

/// A peer that does not read our last words is left without them.
constexpr std::chrono::seconds goodbye_patience{5};
/// So many messages in one piece are no trickle; and libspice-server stops at 40 that we have not
/// acknowledged.
constexpr unsigned many_messages = 16;

using link::Link;
using link::LinkErrorKind;

struct LinkFailure {
    Failure failure;
    bool needs_tls = false;
};

LinkFailure
link_failure(const link::LinkError& error, const std::string& where, ChannelId channel) {
    return {link::to_failure(error, where, channel), error.kind == LinkErrorKind::need_secured};
}

LinkFailure transport_failure(const Error& error,
                              const Link& link,
                              const std::string& where,
                              ChannelId channel) {
    const bool timed_out = error.code == ErrorCode::timed_out;
    const auto what = timed_out ? "did not send" : "closed the connection instead of sending";
    return {
        {error.code,
         fmt::format(
             "{}: {} {} {}", wire::channel_name(channel), where, what, to_string(link.phase())),
         timed_out
             ? "is this a SPICE server, and is it alive?"
             : "is this its SPICE port (and not its TLS port), and does it accept clients now?"}};
}

struct Linked {
    std::vector<std::byte> received; ///< the handshake and what came behind it
    std::size_t handshake_size = 0;  ///< the rest belongs to framing
};

/// Runs the handshake.
asio::awaitable<Result<Linked, LinkFailure>>
run_link(Link& link, io::Connection& connection, const std::string& where, ChannelId channel) {
    auto first = link.start();
    if (!first) co_return link_failure(first.error(), where, channel);
    std::vector<std::byte> to_send = *std::move(first);
    Linked linked;
    while (true) {
        if (const auto sent = co_await connection.write(to_send); !sent) {
            co_return transport_failure(sent.error(), link, where, channel);
        }
        std::array<std::byte, 1024> buffer{};
        const auto received = co_await connection.read_some(buffer);
        if (!received) co_return transport_failure(received.error(), link, where, channel);
        const Bytes bytes = Bytes{buffer}.first(*received);
        auto step = link.on_bytes(bytes);
        if (!step) co_return link_failure(step.error(), where, channel);
        linked.handshake_size = linked.received.size() + step->consumed;
        linked.received.insert(linked.received.end(), bytes.begin(), bytes.end());
        if (link.done()) co_return linked;
        to_send = std::move(step->to_send);
    }
}

/// Where the handshake ran: the address with the port that was really used.
std::string place(const Target& target, io::Security security) {
    if (!target.unix_path.empty()) return "unix:" + target.unix_path;
    const bool tls = security == io::Security::tls;
    return fmt::format(
        "{}:{}{}", target.host, tls ? target.tls_port : target.port, tls ? " (TLS)" : "");
}

asio::awaitable<Result<ChannelPtr, LinkFailure>> open_with(const Target& target,
                                                           const link::LinkRequest& request,
                                                           const OpenOptions& options,
                                                           io::Security security,
                                                           const std::stop_token& stop) {
    auto connection = co_await io::connect(target, security, options.deadlines.connect, stop);
    if (!connection) {
        Failure failure = connection.error();
        failure.message =
            fmt::format("{}: {}", wire::channel_name(request.channel), failure.message);
        co_return LinkFailure{failure};
    }
    Link link{request};
    connection->expires_after(options.deadlines.link);
    const auto linked =
        co_await run_link(link, *connection, place(target, security), request.channel);
    if (!linked) co_return linked.error();
    connection->expires_never();
    const WireTap tap{*options.wire, request.channel};
    tap.received(linked->received);
    co_return std::make_shared<ChannelConnection>(
        request.channel,
        *std::move(connection),
        link,
        Bytes{linked->received}.subspan(linked->handshake_size),
        tap);
}

} // namespace

asio::awaitable<Result<ChannelPtr, Failure>>
open_channel(Target target, link::LinkRequest request, OpenOptions options, std::stop_token stop) {
    const bool has_plain = target.port != 0 || !target.unix_path.empty();
    // Who names an authority or a subject expects to be protected: TLS, wherever there is a port
    // for it.
    const bool trusts =
        !target.ca_file.empty() || !target.ca_pem.empty() || !target.host_subject.empty();
    const bool tls_first = target.tls_port != 0 && (trusts || !has_plain);
    auto opened = co_await open_with(
        target, request, options, tls_first ? io::Security::tls : io::Security::plain, stop);
    if (!opened && opened.error().needs_tls && !tls_first && target.tls_port != 0) {
        opened = co_await open_with(target, request, options, io::Security::tls, stop);
    }
    if (!opened) co_return opened.error().failure;
    co_return *std::move(opened);
}

ChannelConnection::ChannelConnection(
    ChannelId id, io::Connection connection, const Link& link, Bytes received, WireTap tap)
    : id_(id),
      connection_(std::move(connection)),
      tap_(tap),
      header_kind_(link.header_kind()),
      peer_capabilities_(link.peer_channel_capabilities()),
      unread_(received.begin(), received.end()),
      framer_(link.header_kind()) {}

asio::awaitable<void> ChannelConnection::wait_for_message() {
    if (!ready_) ready_ = co_await next_message();
}

std::optional<Result<wire::Message>> ChannelConnection::take_message() {
    if (ready_) return std::exchange(ready_, {});
    if (auto message = framer_.take_message()) {
        ++taken_;
        return *std::move(message);
    }
    if (read_error_) return *read_error_;
    return std::nullopt;
}

asio::awaitable<Result<wire::Message>>
ChannelConnection::next_message(std::chrono::microseconds patience) {
    if (const auto unread = std::exchange(unread_, {}); !unread.empty()) {
        bytes_received_ += unread.size();
        if (const auto taken = framer_.push(unread); !taken) read_error_ = taken.error();
    }
    while (true) {
        if (auto message = take_message()) co_return *std::move(message);
        const unsigned messages = std::exchange(taken_, 0);
        trickle_.on_messages(messages);
        // One read of TLS is one record, however much waits behind it: there, nothing tells a
        // trickle from a flood.
        const bool may_gather = !tls() && !tap_.has_listener() && patience.count() > 0;
        if (may_gather && messages < many_messages && trickle_.flows(io::now())) {
            co_await connection_.readable();
            if (trickle_.flows(io::now())) co_await connection_.gather(patience);
        }
        const std::span<std::byte> into = framer_.next_buffer();
        const auto received = co_await connection_.read_some(into);
        if (send_overflow_)
            co_return Error{ErrorCode::limit, "the server does not read what it asks for"};
        if (!received) tap_.ended();
        if (!received) co_return received.error();
        tap_.received(into.first(*received));
        bytes_received_ += *received;
        // Messages that were complete before the damage are still delivered.
        if (const auto taken = framer_.commit(*received); !taken) read_error_ = taken.error();
        trickle_.on_piece(*received < into.size() && !framer_.inside_message(), io::now());
    }
}

void ChannelConnection::send(std::uint16_t type, Bytes body) {
    if (closed_ || close_when_sent_ || send_overflow_) return;
    const auto message = wire::encode_message(header_kind_, next_sent_, type, body);
    ++next_sent_.value;
    if (message.size() > max_send_queue_bytes - send_queue_.size()) {
        send_overflow_ = true;
        connection_.close();
        return;
    }
    send_queue_.insert(send_queue_.end(), message.begin(), message.end());
    if (writing_) return;
    // When the caller has said all, it goes in one piece: a server that has just read our first
    // message then finds the second, before it acts on the first (what we prefer, before it
    // compresses its first image).
    asio::post(connection_.executor(), [self = shared_from_this()] { self->begin_to_write(); });
    writing_ = true;
}

/// Mostly that is all: an ack is six bytes.
void ChannelConnection::begin_to_write() {
    const std::size_t sent = closed_ ? 0 : connection_.write_now(send_queue_);
    send_queue_.erase(send_queue_.begin(), send_queue_.begin() + static_cast<std::ptrdiff_t>(sent));
    if (send_queue_.empty()) return on_written();
    try {
        asio::co_spawn(
            connection_.executor(),
            [self = shared_from_this()]() -> asio::awaitable<void> {
                co_await self->write_queue();
            },
            [self = shared_from_this()](const std::exception_ptr& exception) {
                if (exception) self->close(); // out of memory; the reader ends the channel
            });
    } catch (const std::bad_alloc&) {
        close();
    }
}

void ChannelConnection::send(const std::vector<channel::OutgoingMessage>& messages) {
    for (const auto& message : messages)
        send(message.type, message.body);
}

asio::awaitable<void> ChannelConnection::write_queue() {
    while (!send_queue_.empty() && !closed_) {
        const std::vector<std::byte> messages = std::exchange(send_queue_, {});
        if (!co_await connection_.write(messages)) break; // the reader notices and reports it
    }
    on_written();
}

void ChannelConnection::on_written() {
    writing_ = false;
    if (close_when_sent_) close();
}

void ChannelConnection::close_when_sent() {
    close_when_sent_ = true;
    if (writing_) {
        connection_.expires_after(goodbye_patience);
    } else {
        close();
    }
}

void ChannelConnection::close() {
    closed_ = true;
    connection_.close();
}

} // namespace sumac::client
