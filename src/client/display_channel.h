/// A display channel's messages, sent where they belong: drawing to the draw worker, streams to the
/// player.
///
/// Net thread only.
#pragma once

#include "channel/stream_table.h"
#include "client/channel_connection.h"
#include "client/draw_worker.h"
#include "client/stream_player.h"

#include <functional>

namespace sumac::client {

/// What we announce when linking: only what works.
wire::Capabilities display_capabilities();

class DisplayChannel {
public:
    struct Parts {
        ChannelPtr connection;
        std::shared_ptr<DrawWorker> draw;
        std::shared_ptr<StreamPlayer> player;
        Statistics& statistics;
        StreamKey& last_key; ///< of the session; keys are never used again
        std::function<void(LogLevel, std::string_view)> log;
    };
    explicit DisplayChannel(Parts parts);

    /// Sends what a display channel must send first: INIT, and the image compression that we can
    /// decode.
    void start();
    /// Handles one message of the channel's own. A damaged message is counted and costs only
    /// itself.
    asio::awaitable<void> on_message(wire::Message message);
    /// Returns when the next message may be read: waits while too much is undrawn or undecoded.
    asio::awaitable<void> wait_for_room();
    void on_wait(wire::WaitForChannels wait, const wire::Message& message);
    /// The channel is closed: its streams end.
    void stop(LocalTime now);

    /// STREAM_REPORT. Ids that the server would punish are not sent.
    void send_report(const media::StreamReport& report);

private:
    asio::awaitable<void> show_before_hiding(const wire::StreamClip& clip);
    void on_stream(const wire::StreamCreate& create, LocalTime now);
    void on_stream(const wire::StreamData& data, const wire::Message& message, LocalTime now);
    void on_stream(const wire::StreamDataSized& data, const wire::Message& message, LocalTime now);
    void on_stream(const wire::StreamClip& clip, LocalTime now);
    void on_stream(const wire::StreamDestroy& destroy, LocalTime now);
    void on_stream(const wire::StreamDestroyAll&, LocalTime now);
    void on_stream(const wire::StreamActivateReport& terms, LocalTime now);
    /// Where a frame is drawn, and the largest size that its picture may have.
    struct Place {
        Rect dest;
        Size size;
    };
    /// `place` null: the stream's own.
    void frame(StreamId id,
               std::uint32_t mm_time,
               const Place* place,
               Bytes data,
               const wire::Message& message,
               LocalTime now);
    bool
    handle_stream(const wire::DisplayMessage& parsed, const wire::Message& message, LocalTime now);
    void damaged(const wire::Message& message, const Error& error);
    std::uint8_t id() const { return parts_.connection->id().id; }

    Parts parts_;
    channel::StreamTable streams_;
};

} // namespace sumac::client
