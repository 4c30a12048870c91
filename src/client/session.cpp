#include "client/session.h"

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
    if (id.type == SPICE_CHANNEL_MAIN) return {SPICE_MAIN_CAP_NAME_AND_UUID};
    return {};
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
      target_(std::move(target)),
      options_(std::move(options)),
      sinks_(sinks),
      statistics_(target_.name()),
      state_({SPICE_CHANNEL_DISPLAY}) {}

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
    const auto self = shared_from_this();
    const auto ended = [self](std::exception_ptr exception, Failure reason) {
        self->end_with(exception ? broken(exception) : std::move(reason));
        asio::co_spawn(
            self->runtime_.net(),
            [self]() -> awaitable<void> { co_await self->finish(); },
            [self](std::exception_ptr) { self->announce_end(); });
    };
    asio::co_spawn(
        runtime_.net(), [self]() -> awaitable<Failure> { return self->run_main(); }, ended);
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

/// Returns when the main channel is lost, with the reason; the session is over then.
asio::awaitable<Failure> Session::Impl::run_main() {
    auto main = co_await client::open_channel(
        target_, link_request(main_id), options_.deadlines, stop_.get_token());
    if (!main) co_return main.error();
    const ChannelPtr connection = *main;
    opened(connection);
    state_.main_opened();
    connection->expires_after(options_.deadlines.attach);
    channel::BaseChannel base;
    while (true) {
        const auto message = co_await connection->next_message();
        if (!message) co_return lost(main_id, message.error());
        if (stop_.stop_requested()) co_return Failure{};
        const auto step = base.on_message(*message);
        if (!step) co_return lost(main_id, step.error());
        connection->send(step->send);
        statistics_.message(main_id, connection->bytes_received());
        if (step->is_common) {
            note_common(main_id, *message, *step);
            server_said_goodbye_ =
                server_said_goodbye_ || std::holds_alternative<wire::Disconnecting>(step->event);
        } else {
            on_main_message(*connection, *message);
        }
    }
}

void Session::Impl::on_main_message(ChannelConnection& main, const wire::Message& message) {
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
    if (step.ignored) statistics_.ignored(main_id, name);
    main.send(step.send);
    statistics_.vm_name(state_.vm_name());
    if (step.clock_mm_time) player_->main_clock(*step.clock_mm_time, io::now());
    if (was_attaching && state_.phase() == session::Phase::running) main.expires_never();
    open_listed(step.open);
    if (was_attaching && state_.phase() == session::Phase::running && running_displays_ == 0) {
        return end_with({ErrorCode::unsupported,
                         fmt::format("{} offers no display", target_.name()),
                         "does the virtual machine have a graphics device?"});
    }
    if (step.end) end_with(*step.end);
}

void Session::Impl::open_listed(const std::vector<ChannelId>& ids) {
    const auto self = shared_from_this();
    for (const ChannelId id : ids) {
        ++running_displays_;
        asio::co_spawn(
            runtime_.net(),
            [self, id]() -> awaitable<Failure> { return self->run_display(id); },
            [self, id](std::exception_ptr exception, Failure reason) {
                self->display_ended(id, exception ? broken(exception) : std::move(reason));
            });
    }
}

/// Returns when the channel is lost, with the reason.
asio::awaitable<Failure> Session::Impl::run_display(ChannelId id) {
    auto connection = co_await client::open_channel(
        target_, link_request(id), options_.deadlines, stop_.get_token());
    if (!connection) co_return connection.error();
    opened(*connection);
    const auto log_line = [this](LogLevel level, std::string_view line) { log(level, line); };
    client::DisplayChannel display{{*connection, draw_, player_, statistics_, last_key_, log_line}};
    displays_.emplace(id.id, &display);
    Failure reason = co_await read_display(display, *connection);
    display.stop(io::now());
    (*connection)->close();
    co_return reason;
}

void Session::Impl::display_ended(ChannelId id, Failure reason) {
    displays_.erase(id.id);
    --running_displays_;
    if (!closing_) log(LogLevel::error, reason.line());
    // Other channels may go, but without any display there is nothing left to show.
    if (running_displays_ == 0) end_with(std::move(reason));
    player_->changed().notify();
}

asio::awaitable<Failure> Session::Impl::read_display(client::DisplayChannel& display,
                                                     ChannelPtr connection) {
    const ChannelId id = connection->id();
    display.start();
    channel::BaseChannel base;
    while (true) {
        auto message = co_await connection->next_message();
        if (!message) co_return lost(id, message.error());
        if (stop_.stop_requested()) co_return Failure{};
        auto step = base.on_message(*message);
        if (!step) co_return lost(id, step.error());
        connection->send(step->send);
        statistics_.message(id, connection->bytes_received());
        if (!step->is_common) {
            co_await display.on_message(*std::move(message));
        } else if (auto* wait = std::get_if<wire::WaitForChannels>(&step->event)) {
            display.on_wait(std::move(*wait), *message);
        } else {
            note_common(id, *message, *step);
            if (message->serial) draw_->saw(id.id, *message->serial);
        }
        co_await display.wait_for_room();
    }
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
        log(LogLevel::info,
            fmt::format(
                "{}: the server closes, reason {}", wire::channel_name(id), goodbye->reason));
    }
}

/// Takes what was begun to its end: channels, decoders and drawing all stop, and every frame is
/// accounted for.
asio::awaitable<void> Session::Impl::finish() {
    player_->close(io::now());
    draw_->close();
    while (running_displays_ > 0 || player_->busy() || !draw_->idle())
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
    closing_ = true;
    stop_.request_stop();
}

void Session::Impl::close() {
    const auto self = shared_from_this();
    asio::post(runtime_.net(), [self] {
        self->closing_ = true;
        self->stop_.request_stop();
    });
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
