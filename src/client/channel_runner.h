/// One channel of a session, from its first connection to its end: reads it, answers what every
/// channel must answer, and takes it from server to server. What its own messages do is a Channel's
/// business.
///
/// Ways to another server:
/// - seamless: MIGRATE comes on the channel itself; the connection that waits at the destination
///   replaces the present one at once, and nothing else changes.
/// - from scratch (semi-seamless, switch-host): the session says `leave`, and `continue_at` once
///   the other server is ready. What is still on the way from the old server is read for a moment,
///   in the meantime the other one hears our first words; then the channel is reset and goes on.
///
/// Net thread only.
#pragma once

#include "client/channel.h"
#include "client/signal.h"
#include "client/statistics.h"

namespace sumac::client {

class ChannelRunner : public std::enable_shared_from_this<ChannelRunner> {
public:
    /// What the session does for its channels.
    struct Events {
        /// A connection to the destination that this channel may move to now (MIGRATE came); null:
        /// there is none.
        std::function<ChannelPtr(ChannelId)> on_move;
        /// The channel reads nothing more from its old server. That connection is still open: a
        /// server that misses one of a client's channels closes the others.
        std::function<void(ChannelId, ChannelPtr old)> on_left;
        /// Before the channel's state goes to the destination.
        std::function<asio::awaitable<void>(ChannelId)> before_data;
        /// The destination has said something since it got the channel's state; or there was none.
        std::function<void(ChannelId)> on_arrived;
        std::function<void(ChannelId, const wire::Message&, const channel::BaseChannel::Step&)>
            on_common;
        /// Why a channel that was open is so no more.
        std::function<Failure(ChannelId, const Error&)> describe;
    };
    ChannelRunner(ChannelPtr connection, Statistics& statistics, Events events);
    /// Before `run`. What it sends goes through `port`.
    void attach(std::unique_ptr<Channel> channel) { channel_ = std::move(channel); }
    ServerPort& port() { return port_; }

    /// Returns when the channel is lost, or stopped, with the reason.
    asio::awaitable<Failure> run();

    /// Nothing more is expected from this server.
    void leave();
    /// Where the channel goes on, after `leave`, or why it cannot.
    void continue_at(Result<ChannelPtr, Failure> next);
    /// Ends `run` soon.
    void stop();

    ChannelId id() const { return id_; }
    /// It has left one server and is not yet at another.
    bool leaving() const { return leaving_; }

private:
    asio::awaitable<std::optional<Failure>> read_until_lost();
    asio::awaitable<std::optional<Failure>> on_common(wire::Message message,
                                                      channel::BaseChannel::Step step);
    asio::awaitable<std::optional<Failure>> hand_over(wire::Migrate migrate);
    asio::awaitable<std::optional<Failure>> start_again();
    void start_at(const ChannelPtr& next);
    asio::awaitable<void> watch(ChannelPtr next);
    asio::awaitable<Result<wire::Message>> next_message(std::chrono::microseconds patience);
    void report_messages();
    void read_on_for(Duration limit);
    void leave_again();

    ChannelId id_;
    ServerPort port_;
    ChannelPtr reading_; ///< mostly that of port_; while we leave, still the old server's
    Statistics& statistics_;
    Events events_;
    channel::BaseChannel base_;
    std::unique_ptr<Channel> channel_;
    Signal changed_;
    bool arriving_ = false; ///< the destination has our state, and has said nothing yet
    bool leaving_ = false;
    bool started_ahead_ = false; ///< the other server heard our first words
    bool answered_ = false;      ///< ...and the first of its own is here
    LocalTime leave_until_{};
    LocalTime quiet_until_{}; ///< so long the old server may say nothing, if we listen to it
    bool in_read_ = false;    ///< we do
    int starts_ = 0;          ///< counts the servers that heard our first words ahead
    std::optional<Result<ChannelPtr, Failure>> next_; ///< of `continue_at`
    std::uint64_t unreported_ = 0;                    ///< messages that the statistics lack
    std::uint64_t bytes_before_ = 0;                  ///< received from the servers before this one
    bool stopped_ = false;
};

} // namespace sumac::client
