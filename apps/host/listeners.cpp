#include "listeners.h"

#include "failures.h"

#include <unistd.h>

#include <cstdint>
#include <utility>

namespace sumac::host {

namespace {

constexpr int backlog = 16;

} // namespace

Listeners::Listeners(asio::io_context& io, std::function<void(int)> on_client)
    : io_(io), on_client_(std::move(on_client)), tcp_(io), unix_(io) {}

Listeners::~Listeners() {
    if (!unix_path_.empty()) ::unlink(unix_path_.c_str());
}

Result<int, Failure> Listeners::listen_tcp(const std::string& address, int port) {
    const std::string where = address + " port " + std::to_string(port);
    std::error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error) return cannot("listen on " + where, error.message(), "give --address an IP address");
    const asio::ip::tcp::endpoint endpoint(ip, static_cast<std::uint16_t>(port));
    tcp_.open(endpoint.protocol(), error);
    if (!error) tcp_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) tcp_.bind(endpoint, error);
    if (!error) tcp_.listen(backlog, error);
    int taken = port;
    if (!error) taken = tcp_.local_endpoint(error).port();
    if (error)
        return cannot(
            "listen on " + where, error.message(), "choose another --port, or 0 for a free one");
    accept_on(tcp_);
    return taken;
}

Result<Done, Failure> Listeners::listen_unix(const std::string& path) {
    std::error_code error;
    asio::local::stream_protocol::acceptor acceptor(io_);
    try { // the endpoint throws where the path is too long for a unix address
        const asio::local::stream_protocol::endpoint endpoint(path);
        acceptor.open(endpoint.protocol(), error);
        if (!error) acceptor.bind(endpoint, error);
        if (!error) acceptor.listen(backlog, error);
    } catch (const std::system_error& thrown) {
        error = thrown.code();
    }
    if (error)
        return cannot("listen on " + path,
                      error.message(),
                      "remove a socket that is left over there, or choose another path");
    unix_ = std::move(acceptor);
    unix_path_ = path;
    accept_on(unix_);
    return Done{};
}

template <class Acceptor>
void Listeners::accept_on(Acceptor& acceptor) {
    acceptor.async_accept([this, &acceptor](const std::error_code& error,
                                            typename Acceptor::protocol_type::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (!error) on_client_(socket.release());
        accept_on(acceptor);
    });
}

} // namespace sumac::host
