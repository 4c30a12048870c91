/// One session on the net thread: opens the channels, reads them, and ends them all together.
#pragma once

#include "client/display_channel.h"
#include "client/runtime.h"
#include "session/session_state.h"
#include <sumac/client.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>

namespace sumac {

class Session::Impl : public std::enable_shared_from_this<Session::Impl> {
public:
    Impl(Runtime::Impl& runtime, Target target, SessionOptions options, Sinks sinks);

    // Any thread.
    void start();
    void close();
    void wait();
    bool wait_for(std::chrono::milliseconds limit);
    std::optional<Failure> failure() const;
    SessionReport report() const { return statistics_.report(); }

private:
    template <class T>
    using awaitable = asio::awaitable<T>;

    awaitable<Failure> run_main();
    awaitable<Failure> run_display(ChannelId id);
    void display_ended(ChannelId id, Failure reason);
    awaitable<Failure> read_display(client::DisplayChannel& display, client::ChannelPtr connection);
    awaitable<void> finish();
    void announce_end();

    client::DrawWorker::Events draw_events();
    link::LinkRequest link_request(ChannelId id) const;
    void opened(const client::ChannelPtr& connection);
    void on_main_message(client::ChannelConnection& main, const wire::Message& message);
    void open_listed(const std::vector<ChannelId>& ids);
    void
    note_common(ChannelId id, const wire::Message& message, const channel::BaseChannel::Step& step);
    Failure lost(ChannelId id, const Error& error) const;
    void end_with(Failure failure);
    void log(LogLevel level, std::string_view line);

    Runtime::Impl& runtime_;
    const Target target_;
    const SessionOptions options_;
    const Sinks sinks_;
    client::Statistics statistics_;

    // Net thread.
    session::SessionState state_;
    std::shared_ptr<client::DrawWorker> draw_;
    std::shared_ptr<client::StreamPlayer> player_;
    std::map<std::uint8_t, client::DisplayChannel*> displays_; ///< the open ones
    StreamKey last_key_{0};
    int running_displays_ = 0;
    std::stop_source stop_; ///< closes every connection, also those that are being opened
    bool closing_ =
        false; ///< close() was called, or a failure noted: whatever follows is its consequence
    LocalTime log_second_{};
    int log_lines_ = 0;
    int log_suppressed_ = 0;
    bool server_said_goodbye_ = false; ///< DISCONNECTING came on the main channel

    /// Guards the two below; the condition says that `ended_` became true.
    mutable std::mutex mutex_;
    std::condition_variable ended_condition_;
    bool ended_ = false;
    std::optional<Failure> failure_;
};

} // namespace sumac
