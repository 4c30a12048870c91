/// The part of a session that follows the virtual machine to other hosts.
#include "client/session.h"
#include "io/clock.h"
#include "wire/names.h"

#include <asio/experimental/as_tuple.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace sumac {
namespace {

using client::ChannelPtr;
using session::MigrationKind;

/// A server that announces one migration after the other gets no more than these at a time: one
/// that was given up may still wait for a name.
constexpr int max_connecting = 2;
/// A display that does not leave its source, or says nothing at its destination, must not keep the
/// main channel from going there.
constexpr std::chrono::seconds longest_wait_for_displays{2};

} // namespace

void Session::Impl::on_migration(const session::MigrationStep& step) {
    if (step.abandon) abandon("cancelled");
    if (step.connect) begin_migration(step);
    if (step.restart && attempt_) restart_at_destination();
    if (step.switch_host) switch_host(*step.switch_host);
}

std::shared_ptr<Session::Impl::Attempt>
Session::Impl::new_attempt(MigrationKind kind, const wire::MigrationDestination& destination) {
    auto attempt = std::make_shared<Attempt>();
    attempt->number = migrations_++;
    attempt->target = options_.migration_target.value_or(
        session::destination_target(target_, destination, secured_));
    attempt->kind = kind;
    attempt->report.from = target_.name();
    attempt->report.to = attempt->target.name();
    return attempt;
}

void Session::Impl::begin_migration(const session::MigrationStep& step) {
    attempt_ =
        new_attempt(step.source_version ? MigrationKind::seamless : MigrationKind::semi_seamless,
                    *step.connect);
    note_migration(*attempt_, "connecting");
    if (connecting_ >= max_connecting) {
        note_migration(*attempt_, "failed", "the one before is not yet given up");
        attempt_.reset();
        return send_on_main(state_.migration().failed().send);
    }
    spawn(connect(attempt_, step.source_version));
}

asio::awaitable<void> Session::Impl::connect(std::shared_ptr<Attempt> attempt,
                                             std::optional<std::uint32_t> source_version) {
    client::DestinationRequest request;
    request.target = attempt->target;
    for (const auto& [id, runner] : runners_) {
        if (id != main_id) request.channels.push_back(id);
    }
    request.link_request = [this](ChannelId id) { return link_request(id); };
    request.source_version = source_version;
    request.options = open_options();
    asio::steady_timer patience{runtime_.net(), client::destination_patience};
    patience.async_wait([attempt](const asio::error_code& error) {
        if (error || attempt->opened) return;
        attempt->timed_out = true;
        attempt->stop.request_stop();
    });
    ++connecting_;
    auto destination =
        co_await client::open_destination(std::move(request), attempt->stop.get_token());
    --connecting_;
    attempt->opened = true;
    patience.cancel();
    // Cancelled, or the session is over: nobody waits for it any more.
    if (attempt == attempt_ && !closing_) destination_opened(attempt, std::move(destination));
}

void Session::Impl::destination_opened(const std::shared_ptr<Attempt>& attempt,
                                       Result<client::Destination, Failure> destination) {
    if (destination && !attempt->timed_out) {
        attempt->destination = *std::move(destination);
        const auto step = state_.migration().connected(attempt->destination.seamless);
        attempt->kind = state_.migration().kind();
        note_migration(*attempt, "connected");
        send_on_main(step.send);
    } else {
        note_migration(*attempt,
                       "failed",
                       attempt->timed_out ? "the destination took too long"
                                          : destination.error().line());
        attempt_.reset();
        send_on_main(state_.migration().failed().send);
    }
}

void Session::Impl::send_on_main(const std::vector<channel::OutgoingMessage>& messages) {
    const auto main = runners_.find(main_id);
    if (main != runners_.end()) main->second->port().send(messages);
}

void Session::Impl::abandon(std::string_view why) {
    if (!attempt_) return;
    attempt_->stop.request_stop();
    note_migration(*attempt_, why);
    attempt_.reset();
}

// --- seamless: channel by channel

/// The connection that the channel moves to; null where no migration was agreed on.
ChannelPtr Session::Impl::move_to_destination(ChannelId id) {
    const bool is_first = state_.migration().phase() == session::Migration::Phase::ready;
    if (!state_.migration().channel_moves() || !attempt_) return nullptr;
    if (is_first) {
        expect_to_leave();
        expect_to_arrive();
        player_->server_changed(io::now());
        note_migration(*attempt_, "moving");
    }
    const auto connection = attempt_->destination.channels.extract(id);
    return connection.empty() ? nullptr : connection.mapped();
}

void Session::Impl::expect_to_leave() {
    for (const auto& [id, runner] : runners_)
        at_old_server_.insert(id);
}

void Session::Impl::expect_to_arrive() {
    arriving_displays_.clear();
    for (const auto& [id, connection] : attempt_->destination.channels) {
        if (id.type == SPICE_CHANNEL_DISPLAY && runners_.contains(id))
            arriving_displays_.insert(id);
    }
}

/// The main channel's state goes last: libspice-server takes the migration for complete once all
/// channels that it knows of have theirs. A display is set up by another thread, may come later
/// than the main channel's state, and is not expected to bring any then (0.15.1 crashes).
asio::awaitable<void> Session::Impl::wait_for_displays(ChannelId id) {
    if (id != main_id || arriving_displays_.empty()) co_return;
    all_displays_arrived_.expires_after(longest_wait_for_displays);
    co_await all_displays_arrived_.async_wait(asio::experimental::as_tuple(asio::use_awaitable));
    if (closing_) co_return;
    for (const ChannelId& display : arriving_displays_)
        log(LogLevel::warn,
            fmt::format("{}: not heard at the destination, the main channel goes ahead",
                        wire::channel_name(display)));
}

/// ...or is lost.
void Session::Impl::arrived(ChannelId id) {
    arriving_displays_.erase(id);
    if (arriving_displays_.empty()) all_displays_arrived_.cancel();
}

/// The channel needs its old server no more; `old` is null if it has none any more.
void Session::Impl::left(ChannelId id, ChannelPtr old) {
    if (old) old_connections_.push_back(std::move(old));
    if (at_old_server_.erase(id) > 0 && at_old_server_.empty()) all_left();
}

void Session::Impl::all_left() {
    for (const ChannelPtr& connection : std::exchange(old_connections_, {}))
        connection->close_when_sent();
    if (state_.migration().phase() != session::Migration::Phase::moving || !attempt_) return;
    state_.migration().all_moved();
    const auto attempt = std::exchange(attempt_, nullptr);
    target_ = attempt->target;
    server_stop_ = attempt->stop;
    statistics_.server(target_.name());
    note_migration(*attempt, "completed");
}

// --- semi-seamless: all channels at once, from scratch

void Session::Impl::restart_at_destination() {
    leave_server();
    const auto main = runners_.find(main_id);
    auto connection = attempt_->destination.channels.extract(main_id);
    if (main == runners_.end() || connection.empty()) return; // the session is ending
    main->second->continue_at(std::move(connection.mapped()));
}

/// The destination said INIT: now it listens on the other channels, too.
void Session::Impl::restart_channels() {
    const auto attempt = std::exchange(attempt_, nullptr);
    if (!attempt) return;
    for (const auto& [id, runner] : runners_) {
        const auto next = attempt->destination.channels.extract(id);
        if (!runner->leaving()) continue;
        if (next.empty()) {
            runner->continue_at(
                Failure{ErrorCode::closed,
                        fmt::format("{}: it did not exist yet when the migration began",
                                    wire::channel_name(id)),
                        ""});
        } else {
            runner->continue_at(next.mapped());
        }
    }
    note_migration(*attempt, "completed");
}

void Session::Impl::leave_server() {
    note_migration(*attempt_, "restarting");
    ++server_;
    target_ = attempt_->target;
    left_stop_ = std::exchange(server_stop_, attempt_->stop);
    statistics_.server(target_.name());
    player_->server_changed(io::now());
    expect_to_leave();
    for (const auto& [id, runner] : runners_)
        runner->leave();
}

// --- switch-host: a new session

void Session::Impl::switch_host(const wire::MigrationDestination& destination) {
    attempt_ = new_attempt(MigrationKind::switch_host, destination);
    leave_server();
    state_.switched_host();
    spawn(reopen(main_id));
}

/// Opens the channel at the server of the moment, for a runner that waits for it.
asio::awaitable<void> Session::Impl::reopen(ChannelId id) {
    const std::uint64_t server = server_;
    auto connection = co_await client::open_channel(
        target_, link_request(id), open_options(), server_stop_.get_token());
    const auto runner = runners_.find(id);
    if (runner == runners_.end() || closing_ || server != server_) co_return;
    if (connection) opened(*connection);
    runner->second->continue_at(std::move(connection));
}

/// The new host has listed its channels: those that left the old host go on there, or end.
void Session::Impl::reopen_listed(const std::vector<ChannelId>& ids) {
    if (!attempt_ || attempt_->kind != MigrationKind::switch_host) return;
    const auto attempt = std::exchange(attempt_, nullptr);
    for (const auto& [id, runner] : runners_) {
        if (!runner->leaving()) continue;
        if (std::find(ids.begin(), ids.end(), id) != ids.end()) {
            spawn(reopen(id));
        } else {
            runner->continue_at(Failure{
                ErrorCode::closed,
                fmt::format("{}: {} does not offer it", wire::channel_name(id), target_.name()),
                ""});
        }
    }
    note_migration(*attempt, "completed");
}

/// For the log, the report and the trace.
void Session::Impl::note_migration(Attempt& attempt,
                                   std::string_view phase,
                                   std::string_view reason) {
    MigrationReport& report = attempt.report;
    report.kind = to_string(attempt.kind);
    report.phase = phase;
    report.reason = reason;
    statistics_.migration(attempt.number, report);
    log(phase == "failed" ? LogLevel::warn : LogLevel::info,
        fmt::format("{} migration from {} to {}: {}{}{}",
                    report.kind,
                    report.from,
                    report.to,
                    phase,
                    reason.empty() ? "" : ": ",
                    reason));
    if (sinks_.trace == nullptr) return;
    TraceEvent event;
    event.kind = TraceEvent::Kind::migration;
    event.at = io::now();
    event.reason = report.reason;
    event.detail = fmt::format("phase={} kind={} host={} port={} tls_port={}",
                               phase,
                               report.kind,
                               attempt.target.host,
                               attempt.target.port,
                               attempt.target.tls_port);
    sinks_.trace->on_trace(event);
}

} // namespace sumac
