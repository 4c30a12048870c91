/// One session on the net thread: opens the channels, reads them, and ends them all together.
#pragma once

#include "client/channel_runner.h"
#include "client/destination.h"
#include "client/display_channel.h"
#include "client/playback_channel.h"
#include "client/runtime.h"
#include "client/session_log.h"
#include "client/sound_player.h"
#include "session/session_state.h"
#include <sumac/client.h>

#include <asio/steady_timer.hpp>
#include <spice/enums.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
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
    void pass_time(Duration duration);
    SessionReport report() const { return statistics_.report(); }

private:
    template <class T>
    using awaitable = asio::awaitable<T>;

    using RunnerPtr = std::shared_ptr<client::ChannelRunner>;
    static constexpr ChannelId main_id{SPICE_CHANNEL_MAIN, 0};

    awaitable<void> finish();
    void announce_end();
    void spawn(awaitable<void> work);
    client::DrawWorker::Events draw_events();
    static Failure broken(const std::exception_ptr& exception);
    void end_with(Failure failure);
    void stop_all();
    void log(LogLevel level, std::string_view line);

    // Virtual time, in session_time.cpp.
    awaitable<void> let_pass(Duration duration);
    awaitable<void> rest();
    LocalTime next_act() const;

    // Channels, in session_channels.cpp.
    class MainChannel;
    awaitable<Failure> run_channel(ChannelId id);
    RunnerPtr make_runner(const client::ChannelPtr& connection);
    std::unique_ptr<client::Channel> make_channel(ChannelId id, client::ServerPort& port);
    std::unique_ptr<client::Channel> make_display(ChannelId id, client::ChannelPort& port);
    void channel_ended(ChannelId id, Failure reason);
    client::ChannelRunner::Events channel_events();
    link::LinkRequest link_request(ChannelId id) const;
    client::OpenOptions open_options() const { return {options_.deadlines, wire_}; }
    void opened(const client::ChannelPtr& connection);
    void main_started(client::ServerPort& main);
    void on_main_message(client::ServerPort& main, const wire::Message& message);
    void open_listed(const std::vector<ChannelId>& ids);
    void spawn_channel(ChannelId id);
    void
    note_common(ChannelId id, const wire::Message& message, const channel::BaseChannel::Step& step);
    Failure lost(ChannelId id, const Error& error) const;

    // Migration, in session_migration.cpp.
    /// One migration, from its announcement on.
    struct Attempt {
        std::uint64_t number = 0;
        session::MigrationKind kind{};
        MigrationReport report;
        Target target;
        std::stop_source stop; ///< of its connections
        bool timed_out = false;
        bool opened = false;             ///< or failed: the time for it is no longer of interest
        client::Destination destination; ///< once `ready`
    };
    void on_migration(const session::MigrationStep& step);
    std::shared_ptr<Attempt> new_attempt(session::MigrationKind kind,
                                         const wire::MigrationDestination& destination);
    void begin_migration(const session::MigrationStep& step);
    awaitable<void> connect(std::shared_ptr<Attempt> attempt,
                            std::optional<std::uint32_t> source_version);
    void destination_opened(const std::shared_ptr<Attempt>& attempt,
                            Result<client::Destination, Failure> destination);
    void abandon(std::string_view why);
    void restart_at_destination();
    void restart_channels();
    void switch_host(const wire::MigrationDestination& destination);
    awaitable<void> reopen(ChannelId id);
    void reopen_listed(const std::vector<ChannelId>& ids);
    client::ChannelPtr move_to_destination(ChannelId id);
    void expect_to_leave();
    void expect_to_arrive();
    void left(ChannelId id, client::ChannelPtr old);
    awaitable<void> wait_for_displays(ChannelId id);
    void arrived(ChannelId id);
    void all_left();
    void leave_server();
    void send_on_main(const std::vector<channel::OutgoingMessage>& messages);
    void note_migration(Attempt& attempt, std::string_view phase, std::string_view reason = {});

    Runtime::Impl& runtime_;
    const SessionOptions options_;
    const Sinks sinks_;
    client::Statistics statistics_;

    // Net thread.
    client::SessionLog log_;
    const std::shared_ptr<client::Wire> wire_;
    Target target_; ///< the server of the moment
    session::SessionState state_;
    std::uint64_t migrations_ = 0;
    std::uint64_t server_ = 0; ///< counts the servers that start from scratch
    std::shared_ptr<client::DrawWorker> draw_;
    std::shared_ptr<client::StreamPlayer> player_;
    std::shared_ptr<client::SoundPlayer> sound_;
    std::map<std::uint8_t, client::DisplayChannel*> displays_; ///< the open ones
    StreamKey last_key_{0};
    std::map<ChannelId, RunnerPtr> runners_; ///< the open channels
    int running_ = 0; ///< coroutines besides the main channel's; the session's end waits for them
    int running_displays_ = 0;
    /// The migration that is under way. After semi-seamless MIGRATE_END it still holds the
    /// connections that wait for the destination's INIT.
    std::shared_ptr<Attempt> attempt_;
    std::set<ChannelId> at_old_server_;               ///< channels that a migration has yet to move
    std::vector<client::ChannelPtr> old_connections_; ///< of those that it has moved
    std::set<ChannelId> arriving_displays_; ///< of a seamless one: not yet heard at the destination
    asio::steady_timer all_displays_arrived_; ///< cancelled when that is so
    int connecting_ = 0;           ///< attempts to open a destination, also those given up
    bool secured_ = false;         ///< the main channel is spoken to through TLS
    std::stop_source left_stop_;   ///< server_stop_ of the server before
    std::stop_source server_stop_; ///< of the connections to the server of the moment
    bool closing_ =
        false; ///< close() was called, or a failure noted: whatever follows is its consequence
    bool server_said_goodbye_ = false; ///< DISCONNECTING came on the main channel

    /// Guards the two below; the condition says that `ended_` became true.
    mutable std::mutex mutex_;
    std::condition_variable ended_condition_;
    bool ended_ = false;
    std::optional<Failure> failure_;
};

} // namespace sumac
