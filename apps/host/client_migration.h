/// The client's migration to another host, in the order in which QEMU goes: connect, (copy memory),
/// stop, end.
#pragma once

#include "clip.h"
#include "commands.h"
#include "options.h"

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

    struct Plan {
        Migration kind = Migration::seamless;
        std::chrono::milliseconds copy_time{0}; ///< between the client's answer and the stop
        std::chrono::milliseconds downtime{0};  ///< between the stop and the end
    };

    ClientMigration(asio::io_context& io, Plan plan, StopMachine stop_machine);
    ClientMigration(const ClientMigration&) = delete;
    ClientMigration& operator=(const ClientMigration&) = delete;
    ClientMigration(ClientMigration&&) = delete;
    ClientMigration& operator=(ClientMigration&&) = delete;
    ~ClientMigration() = default;

    bool plug_into(SpiceServer& server);
    bool is_under_way() const { return phase_ != Phase::none; }

    /// The machine runs, and no migration is under way.
    void start(const Migrate& destination);
    /// One is under way. The client stays; if the machine was stopped, it is the caller's to start.
    void cancel();

private:
    enum class Phase { none, connecting, copying, stopped };
    /// A C callback finds its migration through the instance.
    struct Instance : SpiceMigrateInstance {
        ClientMigration* owner = nullptr;
    };

    void connect();
    void on_connected();
    void copy();
    void stop();
    void end();
    void switch_host();
    void after(std::chrono::milliseconds wait, void (ClientMigration::*next)());

    asio::io_context& io_;
    const Plan plan_;
    const StopMachine stop_machine_;
    SpiceMigrateInterface interface_{};
    Instance instance_{};
    SpiceServer* server_ = nullptr;
    asio::steady_timer timer_;
    Phase phase_ = Phase::none;
    Migrate destination_;
};

} // namespace sumac::host
