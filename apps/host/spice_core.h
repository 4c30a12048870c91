/// libspice-server's main loop on Asio: its timers, its watches on sockets, its channel events.
#pragma once

#include <asio/io_context.hpp>
#include <spice.h>

#include <functional>
#include <memory>
#include <unordered_map>

namespace sumac::host {

/// A channel of a client came or went.
struct ChannelEvent {
    enum class State { connected, initialized, disconnected };
    State state = State::connected;
    int connection_id = 0;
    int type = 0; ///< SPICE_CHANNEL_*; only from `initialized` on
    int id = 0;
    bool tls = false;
};

/// The table that spice_server_init wants. The C interface passes no context, so at most one
/// SpiceCore can exist at a time; it must outlive the server. All of it runs on the thread that
/// runs `io`, except that the server may report channel events from its display thread: these
/// are passed on to `io`.
class SpiceCore {
public:
    SpiceCore(asio::io_context& io, std::function<void(const ChannelEvent&)> on_channel);
    SpiceCore(const SpiceCore&) = delete;
    SpiceCore& operator=(const SpiceCore&) = delete;
    SpiceCore(SpiceCore&&) = delete;
    SpiceCore& operator=(SpiceCore&&) = delete;
    ~SpiceCore();

    SpiceCoreInterface& table() { return table_; }

private:
    static SpiceTimer* add_timer(SpiceTimerFunc function, void* context);
    static void start_timer(SpiceTimer* timer, std::uint32_t ms);
    static void cancel_timer(SpiceTimer* timer);
    static void remove_timer(SpiceTimer* timer);
    static SpiceWatch* add_watch(int fd, int mask, SpiceWatchFunc function, void* context);
    static void update_watch(SpiceWatch* watch, int mask);
    static void remove_watch(SpiceWatch* watch);
    static void report_channel(int event, SpiceChannelEventInfo* info);

    asio::io_context& io_;
    const std::function<void(const ChannelEvent&)> on_channel_;
    SpiceCoreInterface table_{};
    std::unordered_map<SpiceTimer*, std::shared_ptr<SpiceTimer>> timers_;
    std::unordered_map<SpiceWatch*, std::shared_ptr<SpiceWatch>> watches_;
};

} // namespace sumac::host
