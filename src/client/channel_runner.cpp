#include "client/channel_runner.h"

#include "io/clock.h"

#include <asio/co_spawn.hpp>
#include <spice/enums.h>

#include <algorithm>

namespace sumac::client {
namespace {

using std::chrono::milliseconds;

/// Main's word that the session leaves overtakes what the same server wrote to other channels
/// before. So much silence on one of them means that nothing is on the way any more...
constexpr milliseconds silence_that_ends{50};
/// ...and much less will do when the other server has answered us, which takes it longer than the
/// way of what the old one sent before...
constexpr milliseconds silence_after_answer{2};
/// ...and a server that will not be silent is left nevertheless.
constexpr std::chrono::seconds longest_goodbye{1};
/// From MIGRATE to MIGRATE_DATA; the source has it ready.
constexpr std::chrono::seconds migrate_data_patience{10};

} // namespace

ChannelRunner::ChannelRunner(ChannelPtr connection, Statistics& statistics, Events events)
    : id_(connection->id()),
      port_(connection),
      reading_(std::move(connection)),
      statistics_(statistics),
      events_(std::move(events)),
      changed_(reading_->executor()) {}

asio::awaitable<Failure> ChannelRunner::run() {
    channel_->start();
    while (true) {
        auto lost = co_await read_until_lost();
        report_messages();
        if (leaving_ && !stopped_) {
            lost = co_await start_again();
            if (!lost && !stopped_) continue;
        }
        reading_->close();
        port_.connection().close();
        channel_->stop(io::now());
        co_return lost.value_or(Failure{});
    }
}

asio::awaitable<std::optional<Failure>> ChannelRunner::read_until_lost() {
    while (true) {
        auto message = reading_->take_message();
        if (!message) {
            report_messages();
            const auto patience = channel_->on_pause();
            message = co_await next_message(leaving_ ? patience.zero() : patience);
        }
        if (stopped_) co_return std::nullopt;
        if (!*message) co_return events_.describe(id_, message->error());
        // The server measures its latency 100 ms after its last word: that is no sign of more.
        const bool is_ping = (*message)->type == SPICE_MSG_PING;
        auto step = base_.on_message(**message);
        if (!step) co_return events_.describe(id_, step.error());
        if (std::exchange(arriving_, false)) events_.on_arrived(id_);
        if (!leaving_) port_.send(step->send);
        ++unreported_;
        if (step->is_common) {
            const auto lost = co_await on_common(**std::move(message), *std::move(step));
            if (stopped_ || lost) co_return lost;
        } else if (auto rest = channel_->on_message(**std::move(message)); rest.valid()) {
            co_await std::move(rest);
            if (stopped_) co_return std::nullopt;
        }
        if (leaving_ && id_.type == SPICE_CHANNEL_MAIN)
            co_return std::nullopt; // it said its last word
        if (auto room = channel_->wait_for_room(); room.valid()) {
            co_await std::move(room);
            if (stopped_) co_return std::nullopt;
        }
        if (leaving_ && !is_ping) read_on_for(answered_ ? silence_after_answer : silence_that_ends);
    }
}

void ChannelRunner::report_messages() {
    statistics_.messages(
        id_, std::exchange(unreported_, 0), bytes_before_ + reading_->bytes_received());
}

/// The silence of a server that we leave is measured while we listen, not while we draw.
asio::awaitable<Result<wire::Message>>
ChannelRunner::next_message(std::chrono::microseconds patience) {
    in_read_ = true;
    if (leaving_) read_on_for(quiet_until_ - io::now());
    auto message = co_await reading_->next_message(patience);
    in_read_ = false;
    if (leaving_) reading_->expires_never();
    co_return message;
}

asio::awaitable<std::optional<Failure>> ChannelRunner::on_common(wire::Message message,
                                                                 channel::BaseChannel::Step step) {
    if (const auto* migrate = std::get_if<wire::Migrate>(&step.event))
        co_return co_await hand_over(*migrate);
    channel_->on_common(message, step.event);
    events_.on_common(id_, message, step);
    co_return std::nullopt;
}

/// The end of this server's part in a seamless migration: its state of the channel is carried over
/// to the destination, before anything else.
asio::awaitable<std::optional<Failure>> ChannelRunner::hand_over(wire::Migrate migrate) {
    const auto broken = [this](std::string_view why) {
        return events_.describe(id_, {ErrorCode::invalid, why});
    };
    const ChannelPtr next = events_.on_move(id_);
    if (!next) co_return broken("a migration that was not agreed on");
    channel_->on_pause(); // what follows may take its time
    port_.hold();
    ChannelConnection& source = *reading_;
    if ((migrate.flags & SPICE_MIGRATE_NEED_FLUSH) != 0)
        source.send(SPICE_MSGC_MIGRATE_FLUSH_MARK, {});
    Serial next_serial = source.next_serial();
    const bool has_data = (migrate.flags & SPICE_MIGRATE_NEED_DATA_TRANSFER) != 0;
    if (has_data) {
        source.expires_after(migrate_data_patience);
        const auto message = co_await source.next_message();
        if (stopped_) co_return std::nullopt;
        if (!message) co_return events_.describe(id_, message.error());
        if (message->type != SPICE_MSG_MIGRATE_DATA) co_return broken("no data to migrate with");
        co_await events_.before_data(id_);
        if (stopped_) co_return std::nullopt;
        next->send(SPICE_MSGC_MIGRATE_DATA, message->body);
        // The destination counts on from the source's last message but this one.
        if (message->serial) next_serial = *message->serial;
    }
    next->continue_serials(next_serial);
    bytes_before_ += source.bytes_received();
    base_ = {};
    port_.resume(next);
    channel_->moved();
    statistics_.channel_opened(id_, next->tls());
    events_.on_left(id_, std::exchange(reading_, next));
    arriving_ = has_data;
    if (!has_data) events_.on_arrived(id_);
    co_return std::nullopt;
}

void ChannelRunner::leave() {
    if (leaving_) return leave_again();
    leaving_ = true;
    leave_until_ = io::now() + longest_goodbye;
    port_.hold();
    if (id_.type != SPICE_CHANNEL_MAIN) read_on_for(silence_that_ends);
}

/// The server that we were about to go to is left before we got there.
void ChannelRunner::leave_again() {
    if (next_ && *next_) events_.on_left(id_, **next_);
    next_.reset();
    started_ahead_ = answered_ = false;
    ++starts_;
}

/// From the old server.
void ChannelRunner::read_on_for(Duration limit) {
    const LocalTime now = io::now();
    quiet_until_ = std::min(now + limit, leave_until_);
    const auto left = std::chrono::ceil<milliseconds>(quiet_until_ - now);
    if (in_read_) reading_->expires_after(std::max(left, milliseconds{0}));
}

void ChannelRunner::continue_at(Result<ChannelPtr, Failure> next) {
    next_ = std::move(next);
    if (*next_ && id_.type != SPICE_CHANNEL_MAIN) start_at(**next_);
    changed_.notify();
}

/// Says the first words there. While the old server is read, what its last messages provoke is said
/// to nobody.
void ChannelRunner::start_at(const ChannelPtr& next) {
    started_ahead_ = true;
    const int start = ++starts_;
    port_.restart(next);
    channel_->start();
    port_.hold();
    asio::co_spawn(
        next->executor(),
        [self = shared_from_this(), next]() -> asio::awaitable<void> {
            co_await self->watch(next);
        },
        [self = shared_from_this(), start](const std::exception_ptr& exception) {
            if (start == self->starts_) self->answered_ = true;
            if (exception) self->stop(); // out of memory
            self->changed_.notify();
        });
}

asio::awaitable<void> ChannelRunner::watch(ChannelPtr next) {
    co_await next->wait_for_message();
    // Meanwhile the old server may be left already, or the other one too.
    if (started_ahead_ && next_ && *next_ && **next_ == next && !stopped_)
        read_on_for(silence_after_answer);
}

/// The old server is read to its end. Returns why there is no server to go on at.
asio::awaitable<std::optional<Failure>> ChannelRunner::start_again() {
    bytes_before_ += reading_->bytes_received();
    events_.on_left(id_, reading_);
    channel_->reset(io::now());
    while (!stopped_ && (!next_ || (started_ahead_ && !answered_)))
        co_await changed_.wait();
    if (stopped_) co_return std::nullopt;
    const auto next = *std::exchange(next_, {});
    if (!next) co_return next.error();
    reading_ = *next;
    base_ = {};
    statistics_.channel_opened(id_, reading_->tls());
    port_.restart(*next);
    if (!started_ahead_) channel_->start();
    leaving_ = started_ahead_ = answered_ = false;
    co_return std::nullopt;
}

void ChannelRunner::stop() {
    stopped_ = true;
    reading_->close();
    port_.connection().close();
    changed_.notify();
}

} // namespace sumac::client
