#include "client/session.h"

#include "io/clock.h"

#include <asio/co_spawn.hpp>
#include <asio/execution.hpp>
#include <asio/post.hpp>
#include <spice/enums.h>

namespace sumac {
namespace {

std::set<std::uint8_t> supported_channels(const SessionOptions& options, const Sinks& sinks) {
    std::set<std::uint8_t> types{SPICE_CHANNEL_DISPLAY};
    if (options.sound != SoundDevice::none) types.insert(SPICE_CHANNEL_PLAYBACK);
    if (options.system_microphone || sinks.microphone != nullptr)
        types.insert(SPICE_CHANNEL_RECORD);
    return types;
}

} // namespace

Session::Impl::Impl(Runtime::Impl& runtime, Target target, SessionOptions options, Sinks sinks)
    : runtime_(runtime),
      options_(std::move(options)),
      sinks_(sinks),
      statistics_(target.name()),
      log_(options_.log),
      wire_(std::make_shared<client::Wire>(client::Wire{sinks_.wire, 0})),
      target_(std::move(target)),
      state_(supported_channels(options_, sinks_)),
      all_displays_arrived_(runtime_.net()) {}

/// Not in the constructor, because what is made here refers back to the finished object.
void Session::Impl::start() {
    const auto workers = runtime_.workers().get_executor();
    const bool sink_waits = sinks_.display != nullptr && !sinks_.display->returns_at_once();
    draw_ = std::make_shared<client::DrawWorker>(workers,
                                                 asio::query(workers, asio::execution::occupancy),
                                                 statistics_,
                                                 sinks_.display,
                                                 draw_events(),
                                                 sink_waits ? nullptr : &runtime_.drawing());
    const auto send_report = [this](std::uint32_t display, const media::StreamReport& report) {
        const auto found = displays_.find(static_cast<std::uint8_t>(display));
        if (found != displays_.end()) found->second->send_report(report);
    };
    const auto log_line = [this](LogLevel level, std::string_view line) { log(level, line); };
    video::DecoderParts decoders;
    decoders.hardware = runtime_.hardware();
    if (sinks_.display != nullptr && sinks_.display->takes_planes())
        decoders.form = video::PictureForm::planes;
    player_ = std::make_shared<client::StreamPlayer>(client::StreamPlayer::Parts{runtime_.net(),
                                                                                 runtime_.workers(),
                                                                                 *draw_,
                                                                                 statistics_,
                                                                                 sinks_.trace,
                                                                                 send_report,
                                                                                 decoders,
                                                                                 log_line});
    sound_ = std::make_shared<client::SoundPlayer>(client::SoundPlayer::Parts{runtime_.net(),
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
        on_net([frame](Impl& session) {
            // Once the session closes, each display goes with its channel, and the player after
            // the last: a frame that is due in between still waited when we hung up.
            const std::string_view reason =
                session.closing_ ? to_string(media::SkipReason::session_closed) : "surface_gone";
            session.player_->frame_not_shown(frame, reason, io::now());
        });
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

/// Out of memory, or a mistake of ours: what flew out of a coroutine ends the session with a
/// reason.
Failure Session::Impl::broken(const std::exception_ptr& exception) {
    std::string what = "unknown exception";
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& error) {
        what = error.what();
    } catch (...) { // NOLINT(bugprone-empty-catch): `what` says it
    }
    return {ErrorCode::system, "the client cannot go on: " + what, "is there enough memory?"};
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
    all_displays_arrived_.cancel();
    for (const auto& [id, runner] : runners_)
        runner->stop();
    for (const client::ChannelPtr& connection : std::exchange(old_connections_, {}))
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

void Session::Impl::log(LogLevel level, std::string_view line) {
    log_.line(level, line, io::now());
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
void Session::pass_time(std::chrono::microseconds duration) {
    impl_->pass_time(duration);
}
SessionReport Session::report() const {
    return impl_->report();
}

} // namespace sumac
