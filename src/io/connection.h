/// One byte stream to a server: TCP, TLS over TCP, or a unix socket, with a deadline on whatever is
/// waited for.
///
/// Belongs to the net thread (the io_context that it was made with).
#pragma once

#include "base/reader.h"
#include <sumac/target.h>
#include <sumac/time.h>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <span>
#include <stop_token>

namespace sumac::io {

class Connection {
public:
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    /// What comes next, at least one byte. Errors: closed (the peer ended it), timed_out, system.
    asio::awaitable<Result<std::size_t>> read_some(std::span<std::byte> into);
    /// Waits until something has come, or the connection ends. Not with TLS, where some may have
    /// come already.
    asio::awaitable<void> readable();
    /// Lets what comes meanwhile gather, so that one read gets it all; with TCP most of it wakes
    /// nobody. Nothing gathers while there is a deadline, nor behind what fills a read.
    asio::awaitable<void> gather(std::chrono::microseconds time);
    /// As much of `data` as the system takes at once: returns how many bytes. With TLS none.
    std::size_t write_now(Bytes data);
    /// All of `data`, which must live until then. One write at a time.
    asio::awaitable<Result<Done>> write(Bytes data);

    /// From now on every operation fails with timed_out once `limit` has passed.
    void expires_after(std::chrono::milliseconds limit);
    void expires_never();
    /// Ends pending operations with `closed`. Idempotent.
    void close();
    bool tls() const;
    asio::any_io_executor executor() const;

    struct Impl;
    explicit Connection(std::shared_ptr<Impl> impl);

private:
    std::shared_ptr<Impl> impl_;
};

enum class Security { plain, tls };

/// Name lookup, TCP or unix connect, TLS handshake and certificate check, all within `limit`. The
/// connection returned has no deadline. `stop`, requested on the net thread, closes it, now or
/// later. `security` is ignored for unix sockets, which are always plain.
asio::awaitable<Result<Connection, Failure>> connect(const Target& target,
                                                     Security security,
                                                     std::chrono::milliseconds limit,
                                                     std::stop_token stop);

} // namespace sumac::io
