#include "io/connection.h"

#include "io/certificate.h"
#include "io/clock.h"

#include <asio/connect.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/ssl.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <fmt/format.h>

#include <functional>
#include <optional>
#include <variant>

namespace sumac::io {
namespace {

using asio::ip::tcp;
using asio::local::stream_protocol;
using TlsStream = asio::ssl::stream<tcp::socket>;
constexpr auto as_result = asio::experimental::as_tuple(asio::use_awaitable);
/// What may gather unnoticed: as much as one read takes, and less than a socket's buffer.
constexpr std::size_t gathered_bytes = std::size_t{32} * 1024;

} // namespace

struct Connection::Impl {
    explicit Impl(const asio::any_io_executor& executor)
        : deadline(executor), gathering(executor), stream(tcp::socket{executor}) {}

    asio::steady_timer deadline;
    asio::steady_timer gathering;
    bool has_deadline = false;
    bool expired = false;
    bool closed_by_us = false;
    std::optional<std::stop_callback<std::function<void()>>> on_stop;
    std::optional<asio::ssl::context> tls_context; // must outlive the stream made with it
    std::variant<tcp::socket, stream_protocol::socket, TlsStream> stream;

    bool given_up() const { return expired || closed_by_us; }

    void close() {
        closed_by_us = true;
        deadline.cancel();
        gathering.cancel();
        close_socket();
    }

    void close_socket() {
        asio::error_code ignored;
        const auto close = [&](auto& socket) {
            if constexpr (std::is_same_v<std::decay_t<decltype(socket)>, TlsStream>) {
                socket.lowest_layer().close(ignored);
            } else {
                socket.close(ignored);
            }
        };
        std::visit(close, stream);
    }

    /// The socket is readable only with so much. Unix sockets know no such thing.
    void readable_with(std::size_t bytes) {
        asio::error_code ignored;
        const asio::socket_base::receive_low_watermark watermark{static_cast<int>(bytes)};
        const auto set = [&](auto& socket) {
            if constexpr (std::is_same_v<std::decay_t<decltype(socket)>, TlsStream>) {
                socket.lowest_layer().set_option(watermark, ignored);
            } else {
                socket.set_option(watermark, ignored);
            }
        };
        std::visit(set, stream);
    }

    std::size_t available() {
        asio::error_code ignored;
        const auto count = [&](auto& socket) { return socket.lowest_layer().available(ignored); };
        return std::visit(count, stream);
    }

    Error error_of(const asio::error_code& code) const {
        if (expired) return {ErrorCode::timed_out, "no answer within the time allowed"};
        if (closed_by_us || code == asio::error::eof || code == asio::error::connection_reset ||
            code == asio::error::broken_pipe || code == asio::ssl::error::stream_truncated) {
            return {ErrorCode::closed, "the connection was closed"};
        }
        return {ErrorCode::system, "the connection broke"};
    }
};

Connection::Connection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() {
    if (impl_) close();
}

asio::awaitable<Result<std::size_t>> Connection::read_some(std::span<std::byte> into) {
    const auto impl = impl_; // the coroutine may outlive this handle
    const auto buffer = asio::buffer(into.data(), into.size());
    const auto read = [&](auto& socket) { return socket.async_read_some(buffer, as_result); };
    const auto [error, size] = co_await std::visit(read, impl->stream);
    if (error || impl->expired) co_return impl->error_of(error);
    co_return size;
}

asio::awaitable<void> Connection::readable() {
    if (time_stands_still()) co_return; // reading waits as well
    const auto impl = impl_;
    const auto wait = [](auto& socket) {
        return socket.lowest_layer().async_wait(asio::socket_base::wait_read, as_result);
    };
    co_await std::visit(wait, impl->stream);
}

asio::awaitable<void> Connection::gather(std::chrono::microseconds time) {
    if (time_stands_still()) co_return; // what has come is all that there is at this time
    const auto impl = impl_;
    if (impl->has_deadline || impl->given_up() || impl->available() >= gathered_bytes) co_return;
    impl->readable_with(gathered_bytes);
    impl->gathering.expires_after(time);
    co_await impl->gathering.async_wait(as_result);
    impl->readable_with(1);
}

std::size_t Connection::write_now(Bytes data) {
    const auto write = [&](auto& socket) -> std::size_t {
        if constexpr (std::is_same_v<std::decay_t<decltype(socket)>, TlsStream>) {
            return 0;
        } else {
            asio::error_code error; // whoever writes the rest hears of it
            if (!socket.non_blocking()) socket.non_blocking(true, error);
            return error ? 0 : socket.write_some(asio::buffer(data.data(), data.size()), error);
        }
    };
    return std::visit(write, impl_->stream);
}

asio::awaitable<Result<Done>> Connection::write(Bytes data) {
    const auto impl = impl_;
    const auto buffer = asio::buffer(data.data(), data.size());
    const auto write = [&](auto& socket) { return asio::async_write(socket, buffer, as_result); };
    const auto [error, size] = co_await std::visit(write, impl->stream);
    if (error || impl->expired) co_return impl->error_of(error);
    co_return Done{};
}

void Connection::expires_after(std::chrono::milliseconds limit) {
    impl_->has_deadline = true;
    impl_->gathering.cancel(); // whoever sets a deadline wants to hear what came before it
    impl_->deadline.expires_after(limit);
    impl_->deadline.async_wait([weak = std::weak_ptr{impl_}](const asio::error_code& error) {
        const auto impl = weak.lock();
        // A wait that was re-armed while its handler was already queued must not close the socket.
        if (error || !impl || impl->deadline.expiry() > asio::steady_timer::clock_type::now())
            return;
        impl->expired = true;
        impl->close_socket();
    });
}

void Connection::expires_never() {
    impl_->has_deadline = false;
    impl_->deadline.expires_at(asio::steady_timer::time_point::max());
}

void Connection::close() {
    impl_->close();
}

asio::any_io_executor Connection::executor() const {
    return impl_->deadline.get_executor();
}

bool Connection::tls() const {
    return std::holds_alternative<TlsStream>(impl_->stream);
}

namespace {

struct Attempt {
    const Target& target;
    std::string where; ///< as messages name the endpoint
    std::shared_ptr<Connection::Impl> impl;
    std::optional<Failure>
        certificate_failure; ///< what the certificate check found, which OpenSSL cannot say
};

Failure connect_failure(const Attempt& attempt, const asio::error_code& error) {
    if (attempt.impl->expired) {
        return {
            ErrorCode::timed_out,
            fmt::format("cannot connect to {}: no answer within the time allowed", attempt.where),
            "check the address, the network and any firewall"};
    }
    const bool refused = error == asio::error::connection_refused;
    return {refused ? ErrorCode::refused : ErrorCode::system,
            fmt::format("cannot connect to {}: {}", attempt.where, error.message()),
            refused ? "is the server running, and is this its SPICE port?"
                    : "check the address and the network"};
}

asio::awaitable<Result<Done, Failure>> connect_unix(Attempt& attempt) {
    auto& socket = attempt.impl->stream.emplace<stream_protocol::socket>(
        attempt.impl->deadline.get_executor());
    if (attempt.target.unix_path.size() >= sizeof(sockaddr_un{}.sun_path)) {
        co_return Failure{
            ErrorCode::limit,
            fmt::format("the socket path {} is too long", attempt.target.unix_path),
            fmt::format("the system allows {} bytes", sizeof(sockaddr_un{}.sun_path) - 1)};
    }
    const auto [error] = co_await socket.async_connect(
        stream_protocol::endpoint{attempt.target.unix_path}, as_result);
    if (error || attempt.impl->given_up()) co_return connect_failure(attempt, error);
    co_return Done{};
}

asio::awaitable<Result<Done, Failure>> connect_tcp(Attempt& attempt, std::uint16_t port) {
    auto& socket = std::get<tcp::socket>(attempt.impl->stream);
    tcp::resolver resolver{socket.get_executor()};
    const auto [lookup_error, endpoints] = co_await resolver.async_resolve(
        attempt.target.host, std::to_string(port), tcp::resolver::numeric_service, as_result);
    if (lookup_error) {
        co_return Failure{
            ErrorCode::system,
            fmt::format("cannot find the host {}: {}", attempt.target.host, lookup_error.message()),
            "check its spelling and the name server"};
    }
    // A lookup cannot be interrupted: the deadline may have passed meanwhile.
    if (attempt.impl->given_up())
        co_return connect_failure(attempt, asio::error::operation_aborted);
    const auto [error, endpoint] = co_await asio::async_connect(socket, endpoints, as_result);
    if (error || attempt.impl->given_up()) co_return connect_failure(attempt, error);
    asio::error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored); // acks and input are small and urgent
    // A peer that vanished without a word is noticed after 30 + 3 * 15 seconds; SPICE has no other
    // way to tell it from an idle one, because not every server pings.
    using keep_idle = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
    using keep_interval = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
    using keep_count = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPCNT>;
    socket.set_option(asio::socket_base::keep_alive{true}, ignored);
    socket.set_option(keep_idle{30}, ignored);
    socket.set_option(keep_interval{15}, ignored);
    socket.set_option(keep_count{3}, ignored);
    // The same for a peer that vanished while something of ours was on the way.
    using user_timeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
    socket.set_option(user_timeout{75'000}, ignored);
    co_return Done{};
}

Result<Done, Failure> trust(asio::ssl::context& context, const Target& target) {
    asio::error_code error;
    std::string source = "the system's certificate store";
    if (!target.ca_pem.empty()) {
        source = "the CA certificate of the connection file";
        context.add_certificate_authority(asio::buffer(target.ca_pem), error);
    } else if (!target.ca_file.empty()) {
        source = target.ca_file;
        context.load_verify_file(target.ca_file, error);
    } else {
        context.set_default_verify_paths(error);
    }
    if (!error) return Done{};
    return Failure{
        ErrorCode::invalid,
        fmt::format("cannot load trusted certificates from {}: {}", source, error.message()),
        "give a readable PEM file with --ca-file"};
}

bool certificate_is_right(Attempt& attempt,
                          bool chain_is_valid,
                          asio::ssl::verify_context& context) {
    X509_STORE_CTX* store = context.native_handle();
    if (!chain_is_valid) {
        attempt.certificate_failure =
            Failure{ErrorCode::refused,
                    fmt::format("the certificate of {} is not trusted: {}",
                                attempt.where,
                                X509_verify_cert_error_string(X509_STORE_CTX_get_error(store))),
                    "give the server's authority with --ca-file"};
        return false;
    }
    if (X509_STORE_CTX_get_error_depth(store) != 0)
        return true; // an authority; names are the leaf's
    X509* certificate = X509_STORE_CTX_get_current_cert(store);
    const auto checked = attempt.target.host_subject.empty()
                             ? check_host_name(certificate, attempt.target.host)
                             : check_subject(certificate, attempt.target.host_subject);
    if (checked) return true;
    attempt.certificate_failure = checked.error();
    return false;
}

asio::awaitable<Result<Done, Failure>> handshake(Attempt& attempt) {
    auto& context = attempt.impl->tls_context.emplace(asio::ssl::context::tls_client);
    context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv3 |
                        asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    context.set_verify_mode(asio::ssl::verify_peer);
    if (const auto trusted = trust(context, attempt.target); !trusted) co_return trusted.error();

    tcp::socket socket = std::move(std::get<tcp::socket>(attempt.impl->stream));
    auto& stream = attempt.impl->stream.emplace<TlsStream>(std::move(socket), context);
    stream.set_verify_callback([&attempt](bool chain_is_valid, asio::ssl::verify_context& verify) {
        return certificate_is_right(attempt, chain_is_valid, verify);
    });
    const auto [error] = co_await stream.async_handshake(TlsStream::client, as_result);
    stream.set_verify_callback(
        [](bool valid, asio::ssl::verify_context&) { return valid; }); // `attempt` ends here
    if (!error && !attempt.impl->expired) co_return Done{};
    if (attempt.certificate_failure) co_return *attempt.certificate_failure;
    if (attempt.impl->expired) {
        co_return Failure{ErrorCode::timed_out,
                          fmt::format("{} does not answer the TLS handshake", attempt.where),
                          "is this its TLS port?"};
    }
    co_return Failure{
        ErrorCode::refused,
        fmt::format("the TLS handshake with {} failed: {}", attempt.where, error.message()),
        "is this its TLS port? A plain port is spice://, a TLS port spice+tls://"};
}

} // namespace

asio::awaitable<Result<Connection, Failure>> connect(const Target& target,
                                                     Security security,
                                                     std::chrono::milliseconds limit,
                                                     std::stop_token stop) {
    const bool tls = security == Security::tls && target.unix_path.empty();
    const std::uint16_t port = tls ? target.tls_port : target.port;
    const std::string where = target.unix_path.empty()
                                  ? fmt::format("{}:{}{}", target.host, port, tls ? " (TLS)" : "")
                                  : fmt::format("unix:{}", target.unix_path);
    // g++ 12 destroys twice what an initialiser list with a co_await in it holds.
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    Attempt attempt{target, where, std::make_shared<Connection::Impl>(executor), {}};
    Connection connection{attempt.impl};
    // The callback ends with what it calls: both are members of Impl.
    attempt.impl->on_stop.emplace(std::move(stop), [impl = attempt.impl.get()] { impl->close(); });
    connection.expires_after(limit);
    if (attempt.impl->closed_by_us)
        co_return connect_failure(attempt, asio::error::operation_aborted);

    // g++ 12 destroys twice what a conditional expression with a co_await in it yields.
    Result<Done, Failure> done = Done{};
    if (target.unix_path.empty()) {
        done = co_await connect_tcp(attempt, port);
    } else {
        done = co_await connect_unix(attempt);
    }
    if (done && tls) done = co_await handshake(attempt);
    if (!done) co_return done.error();
    connection.expires_never();
    co_return std::move(connection);
}

} // namespace sumac::io
