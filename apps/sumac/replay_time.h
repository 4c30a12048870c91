/// Virtual time of a replay: it passes when the client has done all that it can do with what was
/// said to it.
#pragma once

#include <sumac/sinks.h>
#include <sumac/time.h>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>

namespace sumac::tool {

/// On the server's thread, but for what says otherwise.
class ReplayTime final : public WireSink {
public:
    /// `wake` is called when something is wanted of the command's thread.
    ReplayTime(asio::io_context& io, std::function<void()> wake);

    /// What is to be read; the first bytes of a connection are its whole handshake.
    void said(std::size_t bytes) { said_bytes_ += bytes; }
    void greeted() { ++greeted_; }
    /// Returns when each connection to which something was said is through with its handshake, or
    /// takes too long. For real time.
    asio::awaitable<void> link();
    /// Lets time pass until then. Returns when the client has read everything, or does not read on
    /// before more time passes.
    asio::awaitable<void> pass_to(Duration at);
    /// Where in the capture we are.
    Duration position() const { return position_; }

    /// The command's thread: does what is wanted, if anything. `pass` is Session::pass_time.
    void serve(const std::function<void(Duration)>& pass);

    /// The session's net thread.
    void on_wire(const WireView& view) override;

private:
    enum class Client { reads, rests };
    std::uint64_t unread_bytes() const { return said_bytes_ - read_bytes_; }
    /// We hear of a handshake when it is through.
    bool linking() const { return linked_ < greeted_; }
    bool all_read() const { return unread_bytes() == 0 && !linking(); }
    asio::awaitable<void> send_all();
    asio::awaitable<Client> want(Duration duration);
    std::optional<Duration> wanted() const;

    asio::io_context& io_;
    const std::function<void()> wake_;
    asio::steady_timer changed_; ///< cancelled when wanted_ is reset
    std::uint64_t said_bytes_ = 0;
    std::uint64_t greeted_ = 0; ///< connections
    std::atomic<std::uint64_t> read_bytes_ = 0;
    std::atomic<std::uint64_t> linked_ = 0; ///< connections
    mutable std::mutex mutex_;              ///< guards wanted_
    std::optional<Duration> wanted_;
    // While something is wanted the command's thread has these and what was said, else the
    // server's.
    Duration position_{};
    Client client_ = Client::rests;
};

} // namespace sumac::tool
