#include "client_migration.h"

#include "events.h"

#include <asio/post.hpp>

#include <utility>

namespace sumac::host {

namespace {

int port_or_none(int port) {
    return port == 0 ? -1 : port;
}

} // namespace

ClientMigration::ClientMigration(asio::io_context& io,
                                 std::chrono::milliseconds downtime,
                                 StopMachine stop_machine)
    : io_(io), downtime_(downtime), stop_machine_(std::move(stop_machine)), timer_(io) {
    interface_.base.type = SPICE_INTERFACE_MIGRATION;
    interface_.base.description = "sumac-host migration";
    interface_.base.major_version = SPICE_INTERFACE_MIGRATION_MAJOR;
    interface_.base.minor_version = SPICE_INTERFACE_MIGRATION_MINOR;
    // Both may be called from inside spice_server_migrate_*: go on when that has returned.
    interface_.migrate_connect_complete = [](SpiceMigrateInstance* instance) {
        auto& migration = *static_cast<Instance*>(instance)->owner;
        asio::post(migration.io_, [&migration] { migration.on_connected(); });
    };
    interface_.migrate_end_complete = [](SpiceMigrateInstance* instance) {
        auto& migration = *static_cast<Instance*>(instance)->owner;
        asio::post(migration.io_, [] { write_event("migration", {{"phase", "completed"}}); });
    };
    instance_.base.sif = &interface_.base;
    instance_.owner = this;
}

bool ClientMigration::plug_into(SpiceServer& server) {
    server_ = &server;
    return spice_server_add_interface(server_, &instance_.base) == 0;
}

void ClientMigration::start(const Migrate& command) {
    phase_ = Phase::connecting;
    write_event("migration",
                {{"phase", "connecting"},
                 {"host", command.host},
                 {"port", command.port},
                 {"tls_port", command.tls_port}});
    if (spice_server_migrate_connect(server_,
                                     command.host.c_str(),
                                     port_or_none(command.port),
                                     port_or_none(command.tls_port),
                                     nullptr) == 0)
        return;
    phase_ = Phase::none;
    write_event("migration", {{"phase", "failed"}, {"reason", "libspice-server refused"}});
}

void ClientMigration::on_connected() {
    if (phase_ != Phase::connecting) return;
    phase_ = Phase::stopping;
    write_event("migration", {{"phase", "connected"}});
    spice_server_migrate_start(server_);
    asio::post(io_, [next = stop_machine_()] {
        write_event("migration", {{"phase", "stopped"}, {"next_frame", next}});
    });
    timer_.expires_after(downtime_);
    timer_.async_wait([this](const std::error_code& error) {
        if (!error) end();
    });
}

void ClientMigration::end() {
    phase_ = Phase::none;
    write_event("migration", {{"phase", "ended"}});
    spice_server_migrate_end(server_, 1);
}

} // namespace sumac::host
