/// A display channel's messages, sent where they belong: drawing to the draw worker, streams to the
/// player.
///
/// Net thread only.
#pragma once

#include "channel/stream_table.h"
#include "client/channel.h"
#include "client/draw_worker.h"
#include "client/likely_video.h"
#include "client/stream_player.h"

#include <functional>

namespace sumac::client {

/// What we announce when linking: only what works.
wire::Capabilities display_capabilities();

class DisplayChannel : public Channel {
public:
    struct Parts {
        ChannelPort& port;
        std::shared_ptr<DrawWorker> draw;
        std::shared_ptr<StreamPlayer> player;
        Statistics& statistics;
        StreamKey& last_key; ///< of the session; keys are never used again
        /// Of the session; counts the servers that start from scratch.
        const std::uint64_t& server;
        std::function<void(LogLevel, std::string_view)> log;
        ImageCompression compression = ImageCompression::lz4; ///< to ask for
    };
    explicit DisplayChannel(Parts parts);

    /// INIT, and the image compression and the video codecs that we would like.
    void start() override;
    asio::awaitable<void> on_message(wire::Message message) override;
    /// Drawing begins: waking a worker for each message would cost more than most drawings.
    std::chrono::microseconds on_pause() override;
    void on_common(const wire::Message& message, const channel::BaseChannel::Event& event) override;
    /// Waits while too much is undrawn or undecoded.
    asio::awaitable<void> wait_for_room() override;
    /// Streams end and caches are forgotten; the last picture stays.
    void reset(LocalTime now) override;
    void moved() override;
    void stop(LocalTime now) override;

    /// STREAM_REPORT. Ids that the server would punish are not sent.
    void send_report(const media::StreamReport& report);

private:
    void send_preferences();
    void handle(wire::DisplayMessage&& parsed, const wire::Message& message);
    void draw(wire::DisplayMessage&& parsed, const wire::Message& message);
    std::optional<channel::DrawArea> hidden_by(const wire::DisplayMessage& parsed);
    asio::awaitable<void>
    uncover(channel::DrawArea area, wire::DisplayMessage parsed, wire::Message message);
    asio::awaitable<void> wait_while_full();
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
    bool handle_stream(const wire::DisplayMessage& parsed, const wire::Message& message);
    void damaged(const wire::Message& message, const Error& error);
    void wait(std::vector<wire::WaitFor> wait, const wire::Message& message);
    std::uint8_t id() const { return parts_.port.id().id; }

    Parts parts_;
    channel::StreamTable streams_;
    LikelyVideo likely_video_;
};

} // namespace sumac::client
