#include "client/session.h"

#include "client/record_channel.h"
#include "io/clock.h"
#include "wire/names.h"

#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <fmt/format.h>
#include <spice/enums.h>
#include <spice/protocol.h>

namespace sumac {
namespace {

using client::ChannelConnection;
using client::ChannelPtr;

constexpr ChannelId main_id{SPICE_CHANNEL_MAIN, 0};
/// A server that provokes a line with each message must not fill the disk.
constexpr int max_lines_a_second = 20;

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

std::set<std::uint8_t> supported_channels(const SessionOptions& options, const Sinks& sinks) {
    std::set<std::uint8_t> types{SPICE_CHANNEL_DISPLAY};
    if (options.sound != SoundDevice::none) types.insert(SPICE_CHANNEL_PLAYBACK);
    if (options.system_microphone || sinks.microphone != nullptr)
        types.insert(SPICE_CHANNEL_RECORD);
    return types;
}

/// Out of memory, or a mistake of ours: what flew out of a coroutine ends the session with a
/// reason.
Failure broken(const std::exception_ptr& exception) {
    std::string what = "unknown exception";
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& error) {
        what = error.what();
    } catch (...) { // NOLINT(bugprone-empty-catch): `what` says it
    }
    return {ErrorCode::system, "the client cannot go on: " + what, "is there enough memory?"};
}

LogLevel level_of(std::uint32_t severity) {
    return severity == SPICE_NOTIFY_SEVERITY_INFO ? LogLevel::info : LogLevel::warn;
}

} // namespace

Session::Impl::Impl(Runtime::Impl& runtime, Target target, SessionOptions options, Sinks sinks)
    : runtime_(runtime),
      options_(std::move(options)),
      sinks_(sinks),
      statistics_(target.name()),
      target_(std::move(target)),
      state_(supported_channels(options_, sinks_)) {}

/// Not in the constructor, because what is made here refers back to the finished object.
void Session::Impl::start() {
    draw_ = std::make_shared<client::DrawWorker>(
        runtime_.workers().get_executor(), statistics_, sinks_.display, draw_events());
    const auto send_report = [this](std::uint32_t display, const media::StreamReport& report) {
        const auto found = displays_.find(static_cast<std::uint8_t>(display));
        if (found != displays_.end()) found->second->send_report(report);
    };
    player_ = std::make_shared<client::StreamPlayer>(client::StreamPlayer::Parts{
        runtime_.net(), runtime_.workers(), *draw_, statistics_, sinks_.trace, send_report});
    const auto log_line = [this](LogLevel level, std::string_view line) { log(level, line); };
    sound_ = std::make_shared<client::SoundPlayer>(client::SoundPlayer::Parts{runtime_.net(),
                                                                              runtime_.workers(),
                                                                              player_,
                                                                              statistics_,
                                                                              options_.sound,
                                                                              sinks_.sound,
                                                                              sinks_.trace,
                                                                              log_line});
    const auto self = shared_from_this();
    const auto ended = [self](std::exception_ptr exception, Failure reason) {
        self->end_with(exception ? broken(exception) : std::move(reason));
        asio::co_spawn(
            self->runtime_.net(),
            [self]() -> awaitable<void> { co_await self->finish(); },
            [self](std::exception_ptr) { self->announce_end(); });
    };
    asio::co_spawn(
        runtime_.net(),
        [self]() -> awaitable<Failure> { return self->run_channel(main_id); },
        ended);
}

/// What the draw worker reports arrives on the net thread. The worker may outlive the session by a
/// moment.
client::DrawWorker::Events Session::Impl::draw_events() {
    const auto on_net = [weak = weak_from_this()](auto action) {
        const auto self = weak.lock();
        if (!self) return;
        asio::post(self->runtime_.net(), [self, action = std::move(action)] { action(*self); });
    };
    client::DrawWorker::Events events;
    events.on_shown = [on_net](const ShownFrame& frame, LocalTime shown) {
        on_net([frame, shown](Impl& session) { session.player_->frame_shown(frame, shown); });
    };
    events.on_not_shown = [on_net](const ShownFrame& frame) {
        on_net([frame](Impl& session) { session.player_->frame_not_shown(frame, io::now()); });
    };
    // The displays share their caches: what one of them broke is broken for all.
    events.on_failed = [on_net](std::uint8_t display, Error error) {
        on_net([display, error](Impl& session) {
            session.end_with(session.lost({SPICE_CHANNEL_DISPLAY, display}, error));
        });
    };
    events.on_progress = [on_net] {
        on_net([](Impl& session) { session.player_->drawing_progressed(); });
    };
    return events;
}

void Session::Impl::announce_end() {
    {
        const std::lock_guard lock{mutex_};
        ended_ = true;
    }
    ended_condition_.notify_all();
}

class Session::Impl::MainChannel : public client::Channel {
public:
    MainChannel(Impl& session, client::ChannelPort& port) : session_(session), port_(port) {}
    void start() override { session_.main_started(port_); }
    asio::awaitable<void> on_message(wire::Message message) override {
        session_.on_main_message(port_, message);
        co_return;
    }
    void reset(LocalTime) override {}
    void stop(LocalTime) override {}

private:
    Impl& session_;
    client::ChannelPort& port_;
};

/// Returns when the channel is lost, with the reason.
asio::awaitable<Failure> Session::Impl::run_channel(ChannelId id) {
    const std::uint64_t server = server_;
    auto connection = co_await client::open_channel(
        target_, link_request(id), options_.deadlines, server_stop_.get_token());
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
                                                             client::ChannelPort& port) {
    const auto log_line = [this](LogLevel level, std::string_view line) { log(level, line); };
    switch (id.type) {
    case SPICE_CHANNEL_MAIN:
        return std::make_unique<MainChannel>(*this, port);
    case SPICE_CHANNEL_PLAYBACK:
        return std::make_unique<client::PlaybackChannel>(
            client::PlaybackChannel::Parts{port, sound_, statistics_, log_line});
    case SPICE_CHANNEL_RECORD:
        return std::make_unique<client::RecordChannel>(client::RecordChannel::Parts{
            port, runtime_.net(), runtime_.workers(), sinks_.microphone, statistics_, log_line});
    default:
        return make_display(id, port);
    }
}

std::unique_ptr<client::Channel> Session::Impl::make_display(ChannelId id,
                                                             client::ChannelPort& port) {
    const auto log_line = [this](LogLevel level, std::string_view line) { log(level, line); };
    auto display = std::make_unique<client::DisplayChannel>(client::DisplayChannel::Parts{
        port, draw_, player_, statistics_, last_key_, server_, log_line});
    displays_.emplace(id.id, display.get());
    return display;
}

client::ChannelRunner::Events Session::Impl::channel_events() {
    client::ChannelRunner::Events events;
    events.on_move = [this](ChannelId id) { return move_to_destination(id); };
    events.on_left = [this](ChannelId id, ChannelPtr old) { left(id, std::move(old)); };
    events.on_common = [this](ChannelId id, const auto& message, const auto& step) {
        note_common(id, message, step);
    };
    events.describe = [this](ChannelId id, const Error& error) { return lost(id, error); };
    return events;
}

/// The main channel is open, for the first time or at another server.
void Session::Impl::main_started(client::ChannelPort& main) {
    server_said_goodbye_ = false;
    secured_ = main.connection().tls();
    main.send(state_.main_opened());
    main.connection().expires_after(options_.deadlines.attach);
}

void Session::Impl::on_main_message(client::ChannelPort& main, const wire::Message& message) {
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

/// Something to do beside the channels; the session's end waits for it.
void Session::Impl::spawn(awaitable<void> work) {
    ++running_;
    asio::co_spawn(runtime_.net(),
                   std::move(work),
                   [self = shared_from_this()](const std::exception_ptr& exception) {
                       --self->running_;
                       if (exception) self->end_with(broken(exception));
                       self->player_->changed().notify();
                   });
}

void Session::Impl::channel_ended(ChannelId id, Failure reason) {
    --running_;
    if (!closing_) log(LogLevel::error, reason.line());
    left(id, nullptr); // a migration need not wait for it
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

/// Takes what was begun to its end: channels, decoders and drawing all stop, and every frame is
/// accounted for.
asio::awaitable<void> Session::Impl::finish() {
    sound_->close();
    player_->close(io::now());
    draw_->close();
    while (running_ > 0 || player_->busy() || !draw_->idle())
        co_await player_->changed().wait();
    // The worker's last reports were posted before it became idle, so they are ahead of this in the
    // queue.
    co_await asio::post(runtime_.net(), asio::use_awaitable);
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

/// Notes why the session ends, unless that is known already, and closes all channels.
void Session::Impl::end_with(Failure failure) {
    // After the server has said goodbye in mid-session, the end of its connections is no failure.
    const bool orderly = server_said_goodbye_ && state_.phase() == session::Phase::running &&
                         failure.code == ErrorCode::closed;
    if (!closing_ && !orderly) {
        const std::lock_guard lock{mutex_};
        failure_ = std::move(failure);
    }
    stop_all();
}

void Session::Impl::stop_all() {
    closing_ = true;
    server_stop_.request_stop();
    left_stop_.request_stop();
    if (attempt_) attempt_->stop.request_stop();
    for (const auto& [id, runner] : runners_)
        runner->stop();
    for (const ChannelPtr& connection : std::exchange(old_connections_, {}))
        connection->close();
}

void Session::Impl::close() {
    asio::post(runtime_.net(), [self = shared_from_this()] { self->stop_all(); });
}

void Session::Impl::wait() {
    std::unique_lock lock{mutex_};
    ended_condition_.wait(lock, [this] { return ended_; });
}

bool Session::Impl::wait_for(std::chrono::milliseconds limit) {
    std::unique_lock lock{mutex_};
    return ended_condition_.wait_for(lock, limit, [this] { return ended_; });
}

std::optional<Failure> Session::Impl::failure() const {
    const std::lock_guard lock{mutex_};
    return ended_ ? failure_ : std::nullopt;
}

/// At most `max_lines_a_second` lines; the rest is counted and said with the next one.
void Session::Impl::log(LogLevel level, std::string_view line) {
    if (!options_.log) return;
    const LocalTime now = io::now();
    if (now - log_second_ >= std::chrono::seconds{1}) {
        if (log_suppressed_ > 0)
            options_.log(LogLevel::warn,
                         fmt::format("{} lines were left out here", log_suppressed_));
        log_second_ = now;
        log_lines_ = log_suppressed_ = 0;
    }
    if (log_lines_ >= max_lines_a_second) {
        ++log_suppressed_;
        return;
    }
    ++log_lines_;
    options_.log(level, line);
}

std::unique_ptr<Session>
Session::start(Runtime& runtime, Target target, SessionOptions options, Sinks sinks) {
    auto impl =
        std::make_shared<Impl>(runtime.impl(), std::move(target), std::move(options), sinks);
    impl->start();
    return std::unique_ptr<Session>{
        new Session(std::move(impl))}; // NOLINT: the constructor is private
}

Session::Session(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Session::~Session() {
    impl_->close();
    impl_->wait();
}

void Session::close() {
    impl_->close();
}
void Session::wait() {
    impl_->wait();
}
bool Session::wait_for(std::chrono::milliseconds limit) {
    return impl_->wait_for(limit);
}
std::optional<Failure> Session::failure() const {
    return impl_->failure();
}
SessionReport Session::report() const {
    return impl_->report();
}

} // namespace sumac
