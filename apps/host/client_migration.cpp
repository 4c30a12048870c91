#include "client_migration.h"

#include "events.h"

#include <asio/post.hpp>

#include <utility>

namespace sumac::host {

namespace {

int port_or_none(int port) {
    return port == 0 ? -1 : port;
}

const char* subject_or_null(const Migrate& destination) {
    return destination.subject.empty() ? nullptr : destination.subject.c_str();
}

} // namespace

ClientMigration::ClientMigration(asio::io_context& io, Plan plan, StopMachine stop_machine)
    : io_(io), plan_(plan), stop_machine_(std::move(stop_machine)), timer_(io) {
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
    // The server lets those with this interface do the other kinds only.
    if (plan_.kind == Migration::switch_host) return true;
    return spice_server_add_interface(server_, &instance_.base) == 0;
}

void ClientMigration::start(const Migrate& destination) {
    destination_ = destination;
    if (plan_.kind == Migration::switch_host)
        copy(); // the client hears of it when all is over
    else
        connect();
}

void ClientMigration::connect() {
    phase_ = Phase::connecting;
    write_event("migration",
                {{"phase", "connecting"},
                 {"host", destination_.host},
                 {"port", destination_.port},
                 {"tls_port", destination_.tls_port}});
    if (spice_server_migrate_connect(server_,
                                     destination_.host.c_str(),
                                     port_or_none(destination_.port),
                                     port_or_none(destination_.tls_port),
                                     subject_or_null(destination_)) == 0)
        return;
    phase_ = Phase::none;
    write_event("migration", {{"phase", "failed"}, {"reason", "libspice-server refused"}});
}

void ClientMigration::on_connected() {
    if (phase_ != Phase::connecting) return;
    write_event("migration", {{"phase", "connected"}});
    copy();
}

void ClientMigration::copy() {
    phase_ = Phase::copying;
    after(plan_.copy_time, &ClientMigration::stop);
}

void ClientMigration::stop() {
    phase_ = Phase::stopped;
    if (plan_.kind != Migration::switch_host) spice_server_migrate_start(server_);
    asio::post(io_, [next = stop_machine_()] {
        write_event("migration", {{"phase", "stopped"}, {"next_frame", next}});
    });
    after(plan_.downtime, &ClientMigration::end);
}

void ClientMigration::end() {
    phase_ = Phase::none;
    write_event("migration", {{"phase", "ended"}});
    if (plan_.kind == Migration::switch_host)
        switch_host();
    else
        spice_server_migrate_end(server_, 1);
}

void ClientMigration::switch_host() {
// Deprecated for machines, which have something better; clients still have to follow it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    spice_server_migrate_info(server_,
                              destination_.host.c_str(),
                              port_or_none(destination_.port),
                              port_or_none(destination_.tls_port),
                              subject_or_null(destination_));
    spice_server_migrate_switch(server_);
#pragma GCC diagnostic pop
}

void ClientMigration::cancel() {
    timer_.cancel();
    phase_ = Phase::none;
    write_event("migration", {{"phase", "cancelled"}});
    if (plan_.kind != Migration::switch_host) spice_server_migrate_end(server_, 0);
}

void ClientMigration::after(std::chrono::milliseconds wait, void (ClientMigration::*next)()) {
    timer_.expires_after(wait);
    timer_.async_wait([this, next, phase = phase_](const std::error_code& error) {
        if (!error && phase == phase_) (this->*next)();
    });
}

} // namespace sumac::host
