/// One place where clients connect, its upstream, and what goes wrong between them.
#pragma once

#include "relay.h"
#include "scenario.h"
#include <sumac/result.h>

#include <asio/basic_socket_acceptor.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>

#include <map>
#include <memory>

namespace sumac::faultproxy {

class Listener {
public:
    /// More connections than any number of clients in a test need; further ones are closed at once.
    static constexpr std::size_t most_relays = 256;

    /// `plan` and `relays_made`, which numbers the connections of all listeners, must outlive it.
    Listener(asio::io_context& io,
             const ListenerPlan& plan,
             std::vector<Fault> faults,
             std::uint64_t& relays_made);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    Result<Done, Failure> open();
    /// Where it listens, as {"name", "port"} or {"name", "unix"}.
    Json address() const;

    std::size_t fire(std::string_view name);
    std::size_t stop(std::string_view name);
    Json status() const;
    void close();

private:
    asio::awaitable<void> accept();
    void take(Socket client);
    void schedule_changed();
    void begin(const Fault& fault, LocalTime now);
    Json fault_details(const Fault& fault, bool began) const;

    const ListenerPlan& plan_;
    ListenerState state_;
    asio::basic_socket_acceptor<asio::generic::stream_protocol> acceptor_;
    asio::steady_timer next_change_;
    std::map<std::uint64_t, std::shared_ptr<Relay>> relays_; ///< by id
    std::uint64_t& relays_made_;
    bool socket_file_is_ours_ = false;
};

} // namespace sumac::faultproxy
