#include "client/display_channel.h"

#include "client/drawing_cost.h"
#include "image/glz_window.h"
#include "image/image_cache.h"
#include "io/clock.h"
#include "wire/names.h"

#include <fmt/format.h>
#include <spice/enums.h>
#include <spice/protocol.h>

#include <algorithm>
#include <utility>

namespace sumac::client {
namespace {

/// One cache and one dictionary for all display channels of a session; any number will do, as long
/// as it is the same.
constexpr std::uint8_t shared_cache_id = 1;
/// libspice-server throws out a client that reports on a stream id beyond its own table
/// (NUM_STREAMS).
constexpr std::uint32_t max_reported_stream_id = 49;

/// Nobody sees drawing that comes so much later, and when it trickles in, it then takes fewer
/// wake-ups: those cost more than most drawing.
constexpr std::chrono::milliseconds drawing_patience{5};

/// Encoders pad odd sizes to whole blocks, so a picture may be up to 16 pixels larger than
/// declared.
Size picture_size(std::uint32_t width, std::uint32_t height) {
    constexpr std::uint32_t padding = 16;
    const auto side = [](std::uint32_t declared) {
        return static_cast<std::int32_t>(std::min(declared, wire::max_image_side) + padding);
    };
    return {side(width), side(height)};
}

std::optional<std::uint32_t> capability_of(std::uint8_t codec) {
    switch (codec) {
    case SPICE_VIDEO_CODEC_TYPE_MJPEG:
        return SPICE_DISPLAY_CAP_CODEC_MJPEG;
    case SPICE_VIDEO_CODEC_TYPE_VP8:
        return SPICE_DISPLAY_CAP_CODEC_VP8;
    case SPICE_VIDEO_CODEC_TYPE_H264:
        return SPICE_DISPLAY_CAP_CODEC_H264;
    case SPICE_VIDEO_CODEC_TYPE_VP9:
        return SPICE_DISPLAY_CAP_CODEC_VP9;
    case SPICE_VIDEO_CODEC_TYPE_H265:
        return SPICE_DISPLAY_CAP_CODEC_H265;
    default:
        return std::nullopt;
    }
}

std::optional<std::uint8_t> wire_compression(ImageCompression compression) {
    switch (compression) {
    case ImageCompression::off:
        return SPICE_IMAGE_COMPRESSION_OFF;
    case ImageCompression::lz4:
        return SPICE_IMAGE_COMPRESSION_LZ4;
    case ImageCompression::lz:
        return SPICE_IMAGE_COMPRESSION_LZ;
    case ImageCompression::glz:
        return SPICE_IMAGE_COMPRESSION_GLZ;
    case ImageCompression::quic:
        return SPICE_IMAGE_COMPRESSION_QUIC;
    case ImageCompression::auto_lz:
        return SPICE_IMAGE_COMPRESSION_AUTO_LZ;
    case ImageCompression::auto_glz:
        return SPICE_IMAGE_COMPRESSION_AUTO_GLZ;
    case ImageCompression::server:
        break;
    }
    return std::nullopt;
}

} // namespace

wire::Capabilities display_capabilities() {
    wire::Capabilities capabilities{SPICE_DISPLAY_CAP_SIZED_STREAM,
                                    SPICE_DISPLAY_CAP_MONITORS_CONFIG,
                                    SPICE_DISPLAY_CAP_COMPOSITE,
                                    SPICE_DISPLAY_CAP_A8_SURFACE,
                                    SPICE_DISPLAY_CAP_STREAM_REPORT,
                                    SPICE_DISPLAY_CAP_LZ4_COMPRESSION,
                                    SPICE_DISPLAY_CAP_MULTI_CODEC};
    for (const std::uint8_t codec : video::decodable_codecs()) {
        if (const auto capability = capability_of(codec)) capabilities.add(*capability);
    }
    return capabilities;
}

DisplayChannel::DisplayChannel(Parts parts) : parts_(std::move(parts)) {}

void DisplayChannel::start() {
    DrawJob open;
    open.display = id();
    open.work = OpenDisplay{parts_.server};
    parts_.draw->post(std::move(open));

    ChannelPort& port = parts_.port;
    port.send(SPICE_MSGC_DISPLAY_INIT,
              wire::encode(wire::DisplayInit{shared_cache_id,
                                             image::pixmap_cache_size_pixels,
                                             shared_cache_id,
                                             image::glz_window_size_pixels}));
    send_preferences();
}

void DisplayChannel::moved() {
    send_preferences(); // libspice-server's migration data do not hold them
}

void DisplayChannel::send_preferences() {
    const wire::Capabilities& server = parts_.port.peer_capabilities();
    const auto wanted = wire_compression(parts_.compression);
    if (wanted && server.has(SPICE_DISPLAY_CAP_PREF_COMPRESSION)) {
        parts_.port.send(SPICE_MSGC_DISPLAY_PREFERRED_COMPRESSION,
                         wire::encode_preferred_compression(*wanted));
    }
    // No PREFERRED_VIDEO_CODEC_TYPE: libspice-server 0.15.1 then stops all streams that it has, and
    // dies of one that is older than our INIT. Its own order of codecs is as good.
}

asio::awaitable<void> DisplayChannel::on_message(wire::Message message) {
    auto parsed = wire::parse_display_message(message.type, message.body);
    if (!parsed) {
        damaged(message, parsed.error());
        if (message.serial) parts_.draw->saw(id(), *message.serial);
        return {};
    }
    if (parts_.player->has_frames()) {
        if (const auto area = hidden_by(*parsed))
            return uncover(*area, *std::move(parsed), std::move(message));
    }
    handle(*std::move(parsed), message);
    return {};
}

void DisplayChannel::handle(wire::DisplayMessage&& parsed, const wire::Message& message) {
    if (!handle_stream(parsed, message)) {
        draw(std::move(parsed), message);
    } else if (message.serial) {
        parts_.draw->saw(id(), *message.serial);
    }
}

void DisplayChannel::draw(wire::DisplayMessage&& parsed, const wire::Message& message) {
    if (is_video_like(parsed))
        likely_video_.on_copy(std::get<wire::DrawCopy>(parsed).base.box, io::now());
    DrawJob job;
    job.display = id();
    job.serial = message.serial;
    if (const auto* inval = std::get_if<wire::InvalAllPixmaps>(&parsed)) job.wait = inval->wait;
    job.cost = drawing_cost(parsed);
    job.work = std::move(parsed);
    job.keep_alive = message.buffer;
    job.cost_bytes = message.buffer_bytes;
    parts_.draw->queue(std::move(job));
}

std::chrono::microseconds DisplayChannel::on_pause() {
    // When frames arrive is what their timing is made of; and the net thread is for them.
    if (streams_.size() > 0 || likely_video_.plays(io::now())) {
        parts_.draw->begin();
        return {};
    }
    parts_.draw->begin_or_draw();
    return drawing_patience;
}

/// Before it destroys a stream the server clips it away and draws its last picture, which may still
/// be on the way to the screen. Frames that wait would not be seen: they come first, in the place
/// that they had.
std::optional<channel::DrawArea> DisplayChannel::hidden_by(const wire::DisplayMessage& parsed) {
    const auto* clip = std::get_if<wire::StreamClip>(&parsed);
    if (clip == nullptr) return channel::draw_area(parsed);
    const channel::Stream* stream = streams_.find(clip->id);
    if (stream == nullptr || !channel::visible_area(stream->create.dest, clip->clip).empty())
        return std::nullopt;
    return channel::DrawArea{stream->create.surface,
                             channel::visible_area(stream->create.dest, stream->clip)};
}

asio::awaitable<void> DisplayChannel::uncover(channel::DrawArea area,
                                              wire::DisplayMessage parsed,
                                              wire::Message message) {
    parts_.draw->begin();
    co_await parts_.player->uncover(id(), area);
    handle(std::move(parsed), message);
}

asio::awaitable<void> DisplayChannel::wait_for_room() {
    if (parts_.draw->full(id()) || parts_.player->full()) return wait_while_full();
    return {};
}

asio::awaitable<void> DisplayChannel::wait_while_full() {
    parts_.draw->begin();
    while (parts_.draw->full(id()) || parts_.player->full())
        co_await parts_.player->changed().wait();
}

void DisplayChannel::on_common(const wire::Message& message,
                               const channel::BaseChannel::Event& event) {
    if (const auto* wait_for = std::get_if<wire::WaitForChannels>(&event)) {
        wait(wait_for->wait, message);
    } else if (message.serial) {
        parts_.draw->saw(id(), *message.serial);
    }
}

void DisplayChannel::wait(std::vector<wire::WaitFor> wait, const wire::Message& message) {
    DrawJob job;
    job.display = id();
    job.serial = message.serial;
    job.wait = std::move(wait);
    // Nothing to draw; what comes after has to wait.
    job.work = wire::DisplayMessage{wire::IgnoredDisplayMessage{message.type}};
    parts_.draw->post(std::move(job));
}

void DisplayChannel::reset(LocalTime now) {
    on_stream(wire::StreamDestroyAll{}, now);
    DrawJob reset;
    reset.display = id();
    reset.work = ResetDisplay{parts_.server};
    parts_.draw->post(std::move(reset));
}

void DisplayChannel::stop(LocalTime now) {
    on_stream(wire::StreamDestroyAll{}, now);
    DrawJob close;
    close.display = id();
    close.work = CloseDisplay{};
    parts_.draw->post(std::move(close));
}

/// Whether the message was a stream's.
bool DisplayChannel::handle_stream(const wire::DisplayMessage& parsed,
                                   const wire::Message& message) {
    const auto handle = [&](const auto& what) {
        if constexpr (requires { on_stream(what, LocalTime{}); }) {
            on_stream(what, io::now());
            return true;
        } else if constexpr (requires { on_stream(what, message, LocalTime{}); }) {
            on_stream(what, message, io::now());
            return true;
        } else {
            return false;
        }
    };
    if (const auto* ignored = std::get_if<wire::IgnoredDisplayMessage>(&parsed)) {
        parts_.statistics.ignored(parts_.port.id(),
                                  wire::message_name(SPICE_CHANNEL_DISPLAY, ignored->type));
    }
    return std::visit(handle, parsed);
}

void DisplayChannel::on_stream(const wire::StreamCreate& create, LocalTime now) {
    if (const auto replaced = streams_.destroy(create.id))
        parts_.player->stream_destroyed(*replaced, now);
    const StreamKey key{++parts_.last_key.value};
    if (const auto created = streams_.create(key, create); !created) {
        parts_.statistics.damaged(parts_.port.id(), created.error().text);
        return;
    }
    parts_.player->stream_created(id(), *streams_.find(create.id), now);
}

void DisplayChannel::on_stream(const wire::StreamData& data,
                               const wire::Message& message,
                               LocalTime now) {
    frame(data.id, data.mm_time, nullptr, data.data, message, now);
}

void DisplayChannel::on_stream(const wire::StreamDataSized& data,
                               const wire::Message& message,
                               LocalTime now) {
    const Place place{data.dest, picture_size(data.width, data.height)};
    frame(data.id, data.mm_time, &place, data.data, message, now);
}

void DisplayChannel::frame(StreamId stream_id,
                           std::uint32_t mm_time,
                           const Place* place,
                           Bytes data,
                           const wire::Message& message,
                           LocalTime now) {
    const channel::Stream* stream = streams_.find(stream_id);
    if (stream ==
        nullptr) { // normal just after its destruction; else the server should stop sending it
        parts_.statistics.ignored(parts_.port.id(), "frame of an unknown stream");
        send_report(media::invalid_stream_report(stream_id));
        return;
    }
    const wire::StreamCreate& create = stream->create;
    const Place own{create.dest, picture_size(create.stream_width, create.stream_height)};
    const Place& at = place != nullptr ? *place : own;
    parts_.player->frame_received(
        {stream->key, mm_time, at.dest, at.size, data, message.buffer, message.buffer_bytes}, now);
}

void DisplayChannel::on_stream(const wire::StreamClip& clip, LocalTime now) {
    channel::Stream* stream = streams_.find(clip.id);
    if (stream == nullptr) return;
    stream->clip = clip.clip;
    parts_.player->stream_clipped(*stream, now);
}

void DisplayChannel::on_stream(const wire::StreamDestroy& destroy, LocalTime now) {
    if (const auto key = streams_.destroy(destroy.id)) parts_.player->stream_destroyed(*key, now);
}

void DisplayChannel::on_stream(const wire::StreamDestroyAll&, LocalTime now) {
    for (const StreamKey key : streams_.destroy_all())
        parts_.player->stream_destroyed(key, now);
}

void DisplayChannel::on_stream(const wire::StreamActivateReport& terms, LocalTime now) {
    if (const channel::Stream* stream = streams_.find(terms.id))
        parts_.player->report_activated(stream->key, terms, now);
}

void DisplayChannel::send_report(const media::StreamReport& report) {
    ChannelPort& port = parts_.port;
    if (report.stream.value > max_reported_stream_id ||
        !port.peer_capabilities().has(SPICE_DISPLAY_CAP_STREAM_REPORT)) {
        return;
    }
    port.send(SPICE_MSGC_DISPLAY_STREAM_REPORT,
              wire::encode(wire::StreamReportMessage{report.stream,
                                                     report.unique_id,
                                                     report.start_frame_mm_time,
                                                     report.end_frame_mm_time,
                                                     report.num_frames,
                                                     report.num_drops,
                                                     report.last_frame_delay,
                                                     report.audio_delay}));
}

void DisplayChannel::damaged(const wire::Message& message, const Error& error) {
    const auto name = wire::message_name(SPICE_CHANNEL_DISPLAY, message.type);
    parts_.statistics.damaged(parts_.port.id(), name);
    parts_.log(LogLevel::warn,
               fmt::format("display[{}]: {}: {} at byte {}; the message is dropped",
                           id(),
                           name,
                           error.text,
                           error.offset));
}

} // namespace sumac::client
