/// Plays the video streams of a session: frames in, decoding ahead on the worker pool, media's
/// decisions carried out.
///
/// Decides nothing about time itself: it tells media::MediaCore what happened, asks it what to do,
/// and wakes when it says. Net thread only.
///
/// A frame's way: received -> (waits compressed) -> decoding, one at a time per stream -> (waits
/// decoded) -> presented or skipped by media's decision. Frames are counted out exactly once.
#pragma once

#include "channel/stream_table.h"
#include "client/decoding_ahead.h"
#include "client/draw_worker.h"
#include "client/idle_decoders.h"
#include "client/signal.h"
#include "client/statistics.h"
#include "client/stream_trace.h"
#include "io/timer.h"
#include "media/media_core.h"
#include "video/decoder.h"
#include "wire/framing.h"
#include <sumac/client.h>
#include <sumac/sinks.h>

#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>

namespace sumac::client {

/// The largest picture of a stream, in pixels: a 16K screen. Together with max_decoded_ahead_bytes
/// it limits what a hostile server can make us allocate.
inline constexpr std::int64_t max_picture_pixels = std::int64_t{16384} * 8640;
/// Compressed frames that wait for the decoder may take up this much before the display sockets are
/// no longer read: more than a second of 1080p MJPEG at its best quality.
inline constexpr std::size_t max_compressed_bytes = std::size_t{64} << 20U;

/// A decoder that fails so often in a row is dead. One damaged frame costs those that are predicted
/// from it as well, but servers' encoders make a key frame every few seconds, or none at all: after
/// a third of a second of standing still the server does better to draw.
inline constexpr int max_undecodable_in_a_row = 10;

class StreamPlayer : public std::enable_shared_from_this<StreamPlayer> {
public:
    struct Parts {
        asio::io_context& net;
        asio::thread_pool& workers;
        DrawWorker& draw;
        Statistics& statistics;
        TraceSink* trace = nullptr; ///< may be null
        /// Sends a STREAM_REPORT on that display channel.
        std::function<void(std::uint32_t display, const media::StreamReport&)> send_report;
        video::DecoderParts decoders = {};
        std::function<void(LogLevel, std::string_view)> log = {}; ///< may be empty
    };
    explicit StreamPlayer(Parts parts);

    void stream_created(std::uint8_t display, const channel::Stream& stream, LocalTime now);
    void stream_clipped(const channel::Stream& stream, LocalTime now);
    void stream_destroyed(StreamKey key, LocalTime now);
    void report_activated(StreamKey key, const wire::StreamActivateReport& terms, LocalTime now);
    /// `dest` is where this frame is drawn; `data` borrows from `buffer`, of so many bytes.
    struct NewFrame {
        StreamKey key;
        std::uint32_t mm_time = 0;
        Rect dest;
        Size size; ///< as the server declared it: the picture's limit
        Bytes data;
        std::shared_ptr<const void> buffer;
        std::size_t buffer_bytes = 0;
    };
    void frame_received(const NewFrame& frame, LocalTime now);

    /// Some frame waits to be shown: without, `uncover` has nothing to do.
    bool has_frames() const { return !frames_.empty(); }
    /// Shows what still waits of the streams that can be seen in `area`, before newer drawing
    /// covers them. Returns when all of it is on its way to the surface.
    asio::awaitable<void> uncover(std::uint8_t display, channel::DrawArea area);

    void main_clock(std::uint32_t mm_time, LocalTime now);
    // Sound, which the pictures follow: what media::MediaCore has to know of it.
    void playback_started(std::uint32_t mm_time, LocalTime now);
    void playback_packet(std::uint32_t mm_time, LocalTime now);
    void playback_stopped(LocalTime now);
    void playback_latency(std::uint32_t ms) { core_.playback_latency(ms); }
    media::AudioRegulator::Advice regulate_audio(Duration buffered, LocalTime now) {
        return core_.regulate_audio(buffered, now);
    }
    void heard(const media::Heard& heard, LocalTime now);
    media::MediaCore::AudioStatus audio_status() const { return core_.audio_status(); }
    /// What comes from here on may come from another server.
    void server_changed(LocalTime now);
    /// The surface shows the frame.
    void frame_shown(const ShownFrame& frame, LocalTime shown);
    /// There was no surface to show it on any more. `reason` is for the statistics and the trace.
    void frame_not_shown(const ShownFrame& frame, std::string_view reason, LocalTime now);
    /// The draw worker has room again, or is idle.
    void drawing_progressed();
    /// Skips what waits. Nothing may be called after it but `busy`.
    void close(LocalTime now);

    bool full() const { return !closed_ && compressed_bytes_ > max_compressed_bytes; }
    /// A decoder is at work; its result will come back to this object.
    bool busy() const { return decoding_ > 0; }
    /// When it acts next by itself, if that is to come.
    LocalTime wakes_at() const { return timer_.expiry(); }
    /// Notified whenever full, busy or what `uncover` waits for may have changed.
    Signal& changed() { return changed_; }

private:
    struct Frame {
        StreamKey key;
        std::uint32_t mm_time = 0;
        LocalTime arrived;
        Rect dest;
        Size size;
        std::size_t cost_bytes = 0; ///< of max_compressed_bytes, while it waits compressed
        Bytes data;                 ///< of `buffer`
        std::shared_ptr<const void> buffer;
        video::PicturePtr picture; ///< set once decoded
        bool wanted = true;        ///< false: skipped, but later frames depend on it
    };
    struct Stream {
        std::uint8_t display = 0;
        StreamId id;
        SurfaceId surface;
        std::uint8_t codec = 0;
        canvas::RowOrder order = canvas::RowOrder::top_down;
        Rect dest;
        wire::Clip clip;
        bool destroyed = false;
        std::shared_ptr<video::Decoder> decoder; ///< null: we have none for this codec
        std::deque<FrameId> to_decode;
        bool decoding = false;
        int undecodable_in_a_row = 0;
        bool given_up = false; ///< the server was asked to draw instead
        bool said = false;     ///< what decodes it
    };

    std::optional<StreamKey> predecessor_of(std::uint8_t display,
                                            const wire::StreamCreate& create) const;
    void decode_waiting();
    void start_decoding(StreamKey key, Stream& stream, FrameId id);
    void decoded(StreamKey key, FrameId id, Result<video::PicturePtr> picture);
    void say_decoder(Stream& stream);
    void log(LogLevel level, std::string_view line);
    void judge_decoder(StreamKey key, Stream& stream, const Result<video::PicturePtr>& picture);
    void give_up(StreamKey key, Stream& stream, std::string_view why);
    void step(LocalTime now);
    void carry_out(const media::Present& present, LocalTime now);
    void carry_out(const media::Skip& skip, LocalTime now);
    void carry_out(const media::SendReport& report, LocalTime now);
    void carry_out(const media::GiveUp& give_up, LocalTime now);
    void carry_out(const media::EpochStarted& epoch, LocalTime now);
    void forget(FrameId id);
    void forget_finished_streams();
    void wake_at(std::optional<LocalTime> deadline);
    /// Without a due time.
    ShownFrame shown_frame(FrameId id, const Frame& frame) const;

    Parts parts_;
    StreamTrace trace_;
    media::MediaCore core_;
    io::Timer timer_;
    Signal changed_;
    std::map<StreamKey, Stream> streams_;
    IdleDecoders idle_decoders_;
    std::map<std::uint8_t, std::string> said_; ///< by codec: what the log was told decodes it
    std::set<std::uint8_t> lacking_;           ///< codecs that this machine turned out not to have
    std::map<FrameId, Frame> frames_;
    FrameId last_frame_{0};
    std::size_t compressed_bytes_ = 0;
    DecodingAhead ahead_;
    int decoding_ = 0;
    int uncovering_ = 0; ///< so many wait for all that is hidden to be shown
    bool closed_ = false;
};

} // namespace sumac::client
