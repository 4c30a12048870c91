#include "spice_core.h"

#include "base/check.h"

#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <fcntl.h>

#include <chrono>
#include <utility>

// The names are libspice-server's: it declares these two and leaves them to its user.

/// A handler that is under way when its timer is stopped or removed comes too late: it carries
/// the start that it belongs to.
struct SpiceTimer : std::enable_shared_from_this<SpiceTimer> {
    SpiceTimer(asio::io_context& io, SpiceTimerFunc callback, void* argument)
        : timer(io), function(callback), context(argument) {}

    void start(std::chrono::milliseconds wait) {
        timer.expires_after(wait);
        const auto current = ++start_count;
        timer.async_wait([self = shared_from_this(), current](const std::error_code& error) {
            if (!error && current == self->start_count) self->function(self->context);
        });
    }
    void cancel() {
        ++start_count;
        timer.cancel();
    }

    asio::steady_timer timer;
    SpiceTimerFunc function;
    void* context;
    unsigned start_count = 0;
};

/// At most one wait for each direction is under way; the mask of the moment at which it ends
/// decides whether the server hears of it. The descriptor stays the server's.
struct SpiceWatch : std::enable_shared_from_this<SpiceWatch> {
    SpiceWatch(asio::io_context& io, int fd, SpiceWatchFunc callback, void* argument)
        : descriptor(io, fd), function(callback), context(argument) {}

    void update(int events) {
        mask = events;
        wait_for(SPICE_WATCH_EVENT_READ);
        wait_for(SPICE_WATCH_EVENT_WRITE);
    }
    void remove() {
        mask = 0;
        descriptor.release(); // ends the waits, leaves the descriptor open
    }

private:
    void wait_for(int event) {
        if ((mask & event) == 0 || (waiting & event) != 0) return;
        waiting |= event;
        const auto kind = event == SPICE_WATCH_EVENT_READ
                              ? asio::posix::stream_descriptor::wait_read
                              : asio::posix::stream_descriptor::wait_write;
        // Asio makes what it waits on non-blocking; the server's own thread-to-thread sockets are
        // read with blocking calls and lose messages then.
        const bool blocking = (::fcntl(descriptor.native_handle(), F_GETFL) & O_NONBLOCK) == 0;
        descriptor.async_wait(kind,
                              [self = shared_from_this(), event](const std::error_code& error) {
                                  self->on_ready(event, error);
                              });
        std::error_code ignored;
        if (blocking) descriptor.native_non_blocking(false, ignored);
    }
    void on_ready(int event, const std::error_code& error) {
        waiting &= ~event;
        if (error || (mask & event) == 0) return;
        function(descriptor.native_handle(), event, context);
        wait_for(event);
    }

    asio::posix::stream_descriptor descriptor;
    SpiceWatchFunc function;
    void* context;
    int mask = 0;
    int waiting = 0;
};

namespace sumac::host {

namespace {

// The one mutable global here: timer_add, watch_add and channel_event get no context argument.
SpiceCore* the_core = nullptr;

ChannelEvent::State state_of(int event) {
    if (event == SPICE_CHANNEL_EVENT_CONNECTED) return ChannelEvent::State::connected;
    if (event == SPICE_CHANNEL_EVENT_INITIALIZED) return ChannelEvent::State::initialized;
    return ChannelEvent::State::disconnected;
}

} // namespace

SpiceCore::SpiceCore(asio::io_context& io, std::function<void(const ChannelEvent&)> on_channel)
    : io_(io), on_channel_(std::move(on_channel)) {
    CHECK(the_core == nullptr);
    the_core = this;
    table_.base.type = SPICE_INTERFACE_CORE;
    table_.base.description = "sumac-host main loop";
    table_.base.major_version = SPICE_INTERFACE_CORE_MAJOR;
    table_.base.minor_version = SPICE_INTERFACE_CORE_MINOR;
    table_.timer_add = add_timer;
    table_.timer_start = start_timer;
    table_.timer_cancel = cancel_timer;
    table_.timer_remove = remove_timer;
    table_.watch_add = add_watch;
    table_.watch_update_mask = update_watch;
    table_.watch_remove = remove_watch;
    table_.channel_event = report_channel;
}

SpiceCore::~SpiceCore() {
    for (auto& [watch, owner] : watches_)
        owner->remove();
    for (auto& [timer, owner] : timers_)
        owner->cancel();
    the_core = nullptr;
}

SpiceTimer* SpiceCore::add_timer(SpiceTimerFunc function, void* context) {
    auto timer = std::make_shared<SpiceTimer>(the_core->io_, function, context);
    auto* const name = timer.get();
    the_core->timers_.emplace(name, std::move(timer));
    return name;
}

void SpiceCore::start_timer(SpiceTimer* timer, std::uint32_t ms) {
    timer->start(std::chrono::milliseconds(ms));
}

void SpiceCore::cancel_timer(SpiceTimer* timer) {
    timer->cancel();
}

void SpiceCore::remove_timer(SpiceTimer* timer) {
    timer->cancel();
    the_core->timers_.erase(timer);
}

SpiceWatch* SpiceCore::add_watch(int fd, int mask, SpiceWatchFunc function, void* context) {
    auto watch = std::make_shared<SpiceWatch>(the_core->io_, fd, function, context);
    auto* const name = watch.get();
    the_core->watches_.emplace(name, std::move(watch));
    name->update(mask);
    return name;
}

void SpiceCore::update_watch(SpiceWatch* watch, int mask) {
    watch->update(mask);
}

void SpiceCore::remove_watch(SpiceWatch* watch) {
    watch->remove();
    the_core->watches_.erase(watch);
}

void SpiceCore::report_channel(int event, SpiceChannelEventInfo* info) {
    const ChannelEvent report{.state = state_of(event),
                              .connection_id = info->connection_id,
                              .type = info->type,
                              .id = info->id,
                              .tls = (info->flags & SPICE_CHANNEL_EVENT_FLAG_TLS) != 0};
    asio::post(the_core->io_, [core = the_core, report] { core->on_channel_(report); });
}

} // namespace sumac::host
