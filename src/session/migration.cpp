#include "session/migration.h"

#include <spice/enums.h>

namespace sumac::session {

std::string_view to_string(MigrationKind kind) {
    switch (kind) {
    case MigrationKind::semi_seamless:
        return "semi-seamless";
    case MigrationKind::seamless:
        return "seamless";
    case MigrationKind::switch_host:
        return "switch-host";
    }
    return "";
}

MigrationStep Migration::begin(const wire::MigrationDestination& destination,
                               std::optional<std::uint32_t> source_version) {
    MigrationStep step;
    if (phase_ == Phase::moving) {
        step.ignored = true;
        return step;
    }
    step.abandon = phase_ != Phase::none;
    step.connect = destination;
    step.source_version = source_version;
    phase_ = Phase::connecting;
    return step;
}

MigrationStep Migration::cancel() {
    MigrationStep step;
    step.abandon = phase_ == Phase::connecting || phase_ == Phase::ready;
    step.ignored = !step.abandon;
    if (step.abandon) phase_ = Phase::none;
    return step;
}

MigrationStep Migration::end() {
    MigrationStep step;
    step.restart = phase_ == Phase::ready && kind_ == MigrationKind::semi_seamless;
    step.ignored = !step.restart;
    if (step.restart) phase_ = Phase::none;
    return step;
}

MigrationStep Migration::switch_host(const wire::MigrationDestination& destination) {
    MigrationStep step;
    if (phase_ == Phase::moving) {
        step.ignored = true;
        return step;
    }
    step.abandon = phase_ != Phase::none;
    step.switch_host = destination;
    phase_ = Phase::none;
    return step;
}

MigrationStep Migration::connected(bool seamless) {
    MigrationStep step;
    if (phase_ != Phase::connecting) return step;
    phase_ = Phase::ready;
    kind_ = seamless ? MigrationKind::seamless : MigrationKind::semi_seamless;
    const std::uint16_t answer =
        seamless ? SPICE_MSGC_MAIN_MIGRATE_CONNECTED_SEAMLESS : SPICE_MSGC_MAIN_MIGRATE_CONNECTED;
    step.send.push_back({answer, {}});
    return step;
}

MigrationStep Migration::failed() {
    MigrationStep step;
    if (phase_ != Phase::connecting) return step;
    phase_ = Phase::none;
    step.send.push_back({SPICE_MSGC_MAIN_MIGRATE_CONNECT_ERROR, {}});
    return step;
}

MigrationStep Migration::refused() {
    MigrationStep step;
    step.ignored = true;
    step.send.push_back({SPICE_MSGC_MAIN_MIGRATE_CONNECT_ERROR, {}});
    return step;
}

bool Migration::channel_moves() {
    if (phase_ == Phase::ready && kind_ == MigrationKind::seamless) phase_ = Phase::moving;
    return phase_ == Phase::moving;
}

Target destination_target(const Target& source,
                          const wire::MigrationDestination& destination,
                          bool secured) {
    Target target = source;
    if (!destination.host.empty()) {
        target.host = destination.host;
        target.unix_path.clear();
    }
    target.port = secured ? std::uint16_t{0} : destination.port;
    target.tls_port = destination.tls_port;
    target.host_subject = destination.cert_subject;
    return target;
}

} // namespace sumac::session
