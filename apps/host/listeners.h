/// The sockets on which clients come, other than the server's own TLS port.
#pragma once

#include <sumac/result.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>

#include <functional>
#include <string>

namespace sumac::host {

/// All of it on the thread that runs `io`, which must outlive this object.
class Listeners {
public:
    /// `on_client` owns the descriptor that it gets.
    Listeners(asio::io_context& io, std::function<void(int descriptor)> on_client);
    Listeners(const Listeners&) = delete;
    Listeners& operator=(const Listeners&) = delete;
    Listeners(Listeners&&) = delete;
    Listeners& operator=(Listeners&&) = delete;
    ~Listeners();

    /// Port 0 takes a free one. Returns the port.
    Result<int, Failure> listen_tcp(const std::string& address, int port);
    Result<Done, Failure> listen_unix(const std::string& path);

private:
    template <class Acceptor>
    void accept_on(Acceptor& acceptor);

    asio::io_context& io_;
    const std::function<void(int)> on_client_;
    asio::ip::tcp::acceptor tcp_;
    asio::local::stream_protocol::acceptor unix_;
    std::string unix_path_; ///< empty until it is ours
};

} // namespace sumac::host
