/// The client's migration to another host, in the order in which QEMU goes: connect, (copy memory),
/// stop, end.
#pragma once

#include "clip.h"
#include "commands.h"

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <spice.h>

#include <chrono>
#include <functional>

namespace sumac::host {

/// Moves the client of one server, one migration at a time, and writes its events. All of it on the
/// thread that runs `io`; it must outlive the server that it is plugged into.
class ClientMigration {
public:
    /// Stops the virtual machine; the number of the frame that comes next.
    using StopMachine = std::function<FrameNumber()>;

    ClientMigration(asio::io_context& io,
                    std::chrono::milliseconds downtime,
                    StopMachine stop_machine);
    ClientMigration(const ClientMigration&) = delete;
    ClientMigration& operator=(const ClientMigration&) = delete;
    ClientMigration(ClientMigration&&) = delete;
    ClientMigration& operator=(ClientMigration&&) = delete;
    ~ClientMigration() = default;

    bool plug_into(SpiceServer& server);
    bool is_under_way() const { return phase_ != Phase::none; }

    /// The machine runs, and no migration is under way.
    void start(const Migrate& command);

private:
    enum class Phase { none, connecting, stopping };
    /// A C callback finds its migration through the instance.
    struct Instance : SpiceMigrateInstance {
        ClientMigration* owner = nullptr;
    };

    void on_connected();
    void end();

    asio::io_context& io_;
    const std::chrono::milliseconds downtime_;
    const StopMachine stop_machine_;
    SpiceMigrateInterface interface_{};
    Instance instance_{};
    SpiceServer* server_ = nullptr;
    asio::steady_timer timer_;
    Phase phase_ = Phase::none;
};

} // namespace sumac::host
