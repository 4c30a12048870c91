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
    /// Returns when the client has read everything, or does not read on before time passes.
    asio::awaitable<void> be_read();
    /// The same, and lets time pass until then.
    asio::awaitable<void> pass_to(Duration at);
    /// Where in the capture we are.
    Duration position() const { return position_; }

    // The command's thread.
    /// Session::pass_time is to be called with it, 0 too, and then `passed`.
    std::optional<Duration> wanted() const;
    void passed();

    /// The session's net thread.
    void on_wire(const WireView& view) override;

private:
    std::uint64_t unread_bytes() const { return said_bytes_ - read_bytes_; }
    asio::awaitable<void> send_all();
    asio::awaitable<void> pass(Duration duration);

    asio::io_context& io_;
    const std::function<void()> wake_;
    asio::steady_timer changed_; ///< cancelled when wanted_ is reset
    Duration position_{};
    std::uint64_t said_bytes_ = 0;
    std::uint64_t greeted_ = 0; ///< connections
    std::atomic<std::uint64_t> read_bytes_ = 0;
    std::atomic<std::uint64_t> linked_ = 0; ///< connections
    mutable std::mutex mutex_;              ///< guards wanted_
    std::optional<Duration> wanted_;
};

} // namespace sumac::tool
