/// The part of a session that opens its channels, one after the other as the server lists them, and
/// watches them.
#include "client/record_channel.h"
#include "client/session.h"
#include "io/clock.h"
#include "wire/names.h"

#include <asio/co_spawn.hpp>
#include <fmt/format.h>
#include <spice/enums.h>
#include <spice/protocol.h>

namespace sumac {
namespace {

using client::ChannelPtr;

const wire::Capabilities common_capabilities{SPICE_COMMON_CAP_PROTOCOL_AUTH_SELECTION,
                                             SPICE_COMMON_CAP_AUTH_SPICE,
                                             SPICE_COMMON_CAP_MINI_HEADER};

wire::Capabilities channel_capabilities(ChannelId id) {
    if (id.type == SPICE_CHANNEL_DISPLAY) return client::display_capabilities();
    if (id.type == SPICE_CHANNEL_PLAYBACK) return client::playback_capabilities();
    if (id.type == SPICE_CHANNEL_RECORD) return client::record_capabilities();
    if (id.type == SPICE_CHANNEL_MAIN) {
        return {SPICE_MAIN_CAP_SEMI_SEAMLESS_MIGRATE,
                SPICE_MAIN_CAP_NAME_AND_UUID,
                SPICE_MAIN_CAP_AGENT_CONNECTED_TOKENS, // without it no server migrates seamlessly
                SPICE_MAIN_CAP_SEAMLESS_MIGRATE};
    }
    return {};
}

LogLevel level_of(std::uint32_t severity) {
    return severity == SPICE_NOTIFY_SEVERITY_INFO ? LogLevel::info : LogLevel::warn;
}

} // namespace

class Session::Impl::MainChannel : public client::Channel {
public:
    MainChannel(Impl& session, client::ServerPort& port) : session_(session), port_(port) {}
    void start() override { session_.main_started(port_); }
    asio::awaitable<void> on_message(wire::Message message) override {
        session_.on_main_message(port_, message);
        co_return;
    }
    void reset(LocalTime) override {}
    void stop(LocalTime) override {}

private:
    Impl& session_;
    client::ServerPort& port_;
};

/// Returns when the channel is lost, with the reason.
asio::awaitable<Failure> Session::Impl::run_channel(ChannelId id) {
    const std::uint64_t server = server_;
    auto connection = co_await client::open_channel(
        target_, link_request(id), open_options(), server_stop_.get_token());
    if (!connection) co_return connection.error();
    if (closing_) co_return Failure{};
    if (server != server_) co_return lost(id, {ErrorCode::closed, "the session has moved on"});
    opened(*connection);
    const RunnerPtr runner = make_runner(*connection);
    runners_.emplace(id, runner);
    Failure reason = co_await runner->run();
    runners_.erase(id);
    if (id.type == SPICE_CHANNEL_DISPLAY) displays_.erase(id.id);
    co_return reason;
}

Session::Impl::RunnerPtr Session::Impl::make_runner(const ChannelPtr& connection) {
    auto runner =
        std::make_shared<client::ChannelRunner>(connection, statistics_, channel_events());
    runner->attach(make_channel(connection->id(), runner->port()));
    return runner;
}

std::unique_ptr<client::Channel> Session::Impl::make_channel(ChannelId id,
                                                             client::ServerPort& port) {
    const auto log_line = [this](LogLevel level, std::string_view line) { log(level, line); };
    switch (id.type) {
    case SPICE_CHANNEL_MAIN:
        return std::make_unique<MainChannel>(*this, port);
    case SPICE_CHANNEL_PLAYBACK:
        return std::make_unique<client::PlaybackChannel>(
            client::PlaybackChannel::Parts{port, sound_, statistics_, log_line});
    case SPICE_CHANNEL_RECORD:
        return std::make_unique<client::RecordChannel>(client::RecordChannel::Parts{
            port, runtime_.net(), sinks_.microphone, statistics_, log_line});
    default:
        return make_display(id, port);
    }
}

std::unique_ptr<client::Channel> Session::Impl::make_display(ChannelId id,
                                                             client::ChannelPort& port) {
    const auto log_line = [this](LogLevel level, std::string_view line) { log(level, line); };
    auto display = std::make_unique<client::DisplayChannel>(
        client::DisplayChannel::Parts{port,
                                      draw_,
                                      player_,
                                      statistics_,
                                      last_key_,
                                      server_,
                                      log_line,
                                      options_.image_compression});
    displays_.emplace(id.id, display.get());
    return display;
}

client::ChannelRunner::Events Session::Impl::channel_events() {
    client::ChannelRunner::Events events;
    events.on_move = [this](ChannelId id) { return move_to_destination(id); };
    events.on_left = [this](ChannelId id, ChannelPtr old) { left(id, std::move(old)); };
    events.before_data = [this](ChannelId id) { return wait_for_displays(id); };
    events.on_arrived = [this](ChannelId id) {
        // Still to move: that was a late word of the destination before.
        const bool to_move = attempt_ && attempt_->destination.channels.contains(id);
        if (!to_move) arrived(id);
    };
    events.on_common = [this](ChannelId id, const auto& message, const auto& step) {
        note_common(id, message, step);
    };
    events.describe = [this](ChannelId id, const Error& error) { return lost(id, error); };
    return events;
}

/// The main channel is open, for the first time or at another server.
void Session::Impl::main_started(client::ServerPort& main) {
    server_said_goodbye_ = false;
    secured_ = main.connection().tls();
    main.send(state_.main_opened());
    main.connection().expires_after(options_.deadlines.attach);
}

void Session::Impl::on_main_message(client::ServerPort& main, const wire::Message& message) {
    const auto parsed = wire::parse_main_message(message.type, message.body);
    const auto name = wire::message_name(SPICE_CHANNEL_MAIN, message.type);
    if (!parsed) {
        statistics_.damaged(main_id, name);
        // Until the channels are listed each message is needed; afterwards none carries what others
        // build on.
        if (state_.phase() != session::Phase::running)
            return end_with(lost(main_id, parsed.error()));
        log(LogLevel::warn,
            fmt::format("main[0]: {}: {}; the message is dropped", name, parsed.error().text));
        return;
    }
    const bool was_attaching = state_.phase() == session::Phase::attaching;
    const session::Step step = state_.on_main_message(*parsed);
    const bool attached = was_attaching && state_.phase() == session::Phase::running;
    if (step.ignored) statistics_.ignored(main_id, name);
    main.send(step.send);
    statistics_.vm_name(state_.vm_name());
    if (step.clock_mm_time) player_->main_clock(*step.clock_mm_time, io::now());
    if (attached) main.connection().expires_never();
    if (attached) reopen_listed(step.open);
    open_listed(step.open);
    if (step.channels_restart) restart_channels();
    if (attached && running_displays_ == 0) {
        return end_with({ErrorCode::unsupported,
                         fmt::format("{} offers no display", target_.name()),
                         "does the virtual machine have a graphics device?"});
    }
    if (step.migration) on_migration(*step.migration);
    if (step.end) end_with(*step.end);
}

void Session::Impl::open_listed(const std::vector<ChannelId>& ids) {
    for (const ChannelId id : ids) {
        if (!runners_.contains(id)) spawn_channel(id);
    }
}

void Session::Impl::spawn_channel(ChannelId id) {
    const auto self = shared_from_this();
    ++running_;
    if (id.type == SPICE_CHANNEL_DISPLAY) ++running_displays_;
    asio::co_spawn(
        runtime_.net(),
        [self, id]() -> awaitable<Failure> { return self->run_channel(id); },
        [self, id](std::exception_ptr exception, Failure reason) {
            self->channel_ended(id, exception ? broken(exception) : std::move(reason));
        });
}

void Session::Impl::channel_ended(ChannelId id, Failure reason) {
    --running_;
    if (!closing_) log(LogLevel::error, reason.line());
    left(id, nullptr); // a migration need not wait for it
    arrived(id);
    // Other channels may go, but without any display there is nothing left to show
    // (while it attaches, the list of channels tells).
    const bool last_display = id.type == SPICE_CHANNEL_DISPLAY && --running_displays_ == 0;
    if (last_display && state_.phase() == session::Phase::running) end_with(std::move(reason));
    player_->changed().notify();
}

void Session::Impl::note_common(ChannelId id,
                                const wire::Message& message,
                                const channel::BaseChannel::Step& step) {
    const auto name = wire::message_name(id.type, message.type);
    if (step.damaged) statistics_.damaged(id, name);
    if (const auto* notify = std::get_if<wire::Notify>(&step.event)) {
        log(level_of(notify->severity),
            fmt::format("{}: the server says: {}", wire::channel_name(id), notify->text));
    } else if (const auto* goodbye = std::get_if<wire::Disconnecting>(&step.event)) {
        if (id == main_id) server_said_goodbye_ = true;
        log(LogLevel::info,
            fmt::format(
                "{}: the server closes, reason {}", wire::channel_name(id), goodbye->reason));
    }
}

link::LinkRequest Session::Impl::link_request(ChannelId id) const {
    return {
        state_.session_id(), id, common_capabilities, channel_capabilities(id), target_.password};
}

void Session::Impl::opened(const ChannelPtr& connection) {
    const ChannelId id = connection->id();
    statistics_.channel_opened(id, connection->tls());
    log(LogLevel::info,
        fmt::format("{}: open{}", wire::channel_name(id), connection->tls() ? " (TLS)" : ""));
}

/// Why a channel that was open is so no more.
Failure Session::Impl::lost(ChannelId id, const Error& error) const {
    const std::string channel = wire::channel_name(id);
    if (error.code == ErrorCode::timed_out) {
        return {error.code,
                fmt::format("{}: {} did not send {} in time",
                            channel,
                            target_.name(),
                            waiting_for(state_.phase())),
                "is the server alive?"};
    }
    if (error.code == ErrorCode::closed || error.code == ErrorCode::system) {
        return {error.code,
                fmt::format("{}: {} closed the connection while we waited for {}",
                            channel,
                            target_.name(),
                            waiting_for(state_.phase())),
                "was the virtual machine stopped, or did another client take over?"};
    }
    if (error.code == ErrorCode::limit) {
        return {error.code, fmt::format("{}: {}: {}", channel, target_.name(), error.text), ""};
    }
    return {error.code,
            fmt::format("{}: {} sent data that cannot be right: {} (byte {})",
                        channel,
                        target_.name(),
                        error.text,
                        error.offset),
            "this is a fault of the server or of this client; please report it"};
}

} // namespace sumac
