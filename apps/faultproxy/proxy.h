/// The proxy: listeners, their schedules, and the relays between clients and servers. One thread,
/// the io_context's.
#pragma once

#include "relay.h"
#include "scenario.h"
#include <sumac/result.h>

#include <asio/io_context.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace sumac::faultproxy {

class Listener;

class Proxy {
public:
    /// Listens, and writes "ready". `scenario` has been settled.
    static Result<std::unique_ptr<Proxy>, Failure> start(asio::io_context& io, Scenario scenario);
    ~Proxy();
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    /// Faults that wait for `fire NAME`; how many there are. On every listener that has them.
    std::size_t fire(std::string_view name);
    /// Ends those that were fired by that name, or have it.
    std::size_t stop(std::string_view name);
    /// Writes a "status" event: the open connections with what they counted.
    void tell_status() const;
    /// Closes everything; the io_context then runs out of work.
    void close();

private:
    explicit Proxy(Scenario scenario);

    Scenario scenario_;
    std::uint64_t relays_made_ = 0;
    std::vector<std::unique_ptr<Listener>> listeners_;
};

} // namespace sumac::faultproxy
