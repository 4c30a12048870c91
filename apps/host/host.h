/// sumac-host as a whole: a machine, the server that it is plugged into, and what commands do.
#pragma once

#include "client_migration.h"
#include "commands.h"
#include "listeners.h"
#include "machine.h"
#include "options.h"
#include "server.h"
#include "spice_core.h"
#include <sumac/result.h>

#include <asio/io_context.hpp>
#include <spice.h>

#include <memory>
#include <optional>
#include <string>

namespace sumac::host {

/// Owns one libspice-server. All of it on the thread that runs `io`.
class Host {
public:
    /// `io` must outlive the host. Listens and runs (or waits paused) when this returns.
    static Result<std::unique_ptr<Host>, Failure> start(asio::io_context& io, Options options);
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    Host(Host&&) = delete;
    Host& operator=(Host&&) = delete;
    ~Host();

    /// Any command but Quit, which is the caller's.
    void execute(const Command& command);

private:
    using Outcome = Result<Done, Failure>;

    Host(asio::io_context& io, Options options, Machine::Sources sources);

    Outcome start_server(asio::io_context& io);
    Outcome listen();
    void add_client(int descriptor);
    void announce();
    void on_channel(const ChannelEvent& event);

    void fail_command(const std::string& message);
    void migrate(const Migrate& command);
    void cancel_migration();
    void resume(std::optional<FrameNumber> number);
    void pause();
    void set_video(bool on);
    void draw(const Sketches& sketches);
    void dump_screen(const std::string& file);

    Options options_;
    Machine machine_;
    SpiceCore core_;
    ClientMigration migration_;
    ServerPtr server_; // goes before what is above, which it uses
    Listeners listeners_;
};

} // namespace sumac::host
