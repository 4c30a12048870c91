#include "client/stream_player.h"

#include "io/clock.h"

#include <asio/post.hpp>

#include <algorithm>

namespace sumac::client {

namespace {

/// Counts itself as long as it lives.
class CountedIn {
public:
    explicit CountedIn(int& count) : count_(count) { ++count_; }
    ~CountedIn() { --count_; }
    CountedIn(const CountedIn&) = delete;
    CountedIn& operator=(const CountedIn&) = delete;

private:
    int& count_;
};

} // namespace

StreamPlayer::StreamPlayer(Parts parts)
    : parts_(std::move(parts)),
      trace_(parts_.trace),
      timer_(parts_.net),
      changed_(parts_.net.get_executor()),
      idle_decoders_(parts_.decoders) {}

void StreamPlayer::stream_created(std::uint8_t display,
                                  const channel::Stream& created,
                                  LocalTime now) {
    const wire::StreamCreate& create = created.create;
    Stream stream;
    stream.display = display;
    stream.id = create.id;
    stream.surface = create.surface;
    stream.codec = create.codec;
    stream.order = create.top_down ? canvas::RowOrder::top_down : canvas::RowOrder::bottom_up;
    stream.dest = create.dest;
    stream.clip = create.clip;
    const auto continues = predecessor_of(display, create);
    core_.stream_created(
        {created.key, display, create.id, continues, video::frames_are_independent(create.codec)},
        now);
    if (!lacking_.contains(create.codec)) stream.decoder = idle_decoders_.take(create.codec);
    if (!stream.decoder)
        core_.report_invalid(created.key); // the server goes on with ordinary drawing

    const Size size{static_cast<std::int32_t>(create.stream_width),
                    static_cast<std::int32_t>(create.stream_height)};
    StreamReport counts;
    counts.display = display;
    counts.id = create.id.value;
    counts.codec = video::codec_name(create.codec);
    counts.size = size;
    parts_.statistics.stream_created(created.key, counts);

    trace_.created({display, create.id.value}, counts.codec, size, now);
    streams_.emplace(created.key, std::move(stream));
    step(now);
}

/// The newest stream that ended in the same place and still has something to show there.
std::optional<StreamKey> StreamPlayer::predecessor_of(std::uint8_t display,
                                                      const wire::StreamCreate& create) const {
    std::optional<StreamKey> newest;
    for (const auto& [key, stream] : streams_) {
        if (stream.destroyed && stream.display == display && stream.surface == create.surface &&
            !intersect(stream.dest, create.dest).empty())
            newest = key;
    }
    return newest;
}

void StreamPlayer::stream_clipped(const channel::Stream& clipped, LocalTime) {
    if (const auto stream = streams_.find(clipped.key); stream != streams_.end())
        stream->second.clip = clipped.clip;
}

void StreamPlayer::stream_destroyed(StreamKey key, LocalTime now) {
    const auto stream = streams_.find(key);
    if (stream == streams_.end() || stream->second.destroyed) return;
    stream->second.destroyed = true;
    core_.stream_destroyed(key, now);
    trace_.destroyed({stream->second.display, stream->second.id.value}, now);
    step(now);
}

void StreamPlayer::report_activated(StreamKey key,
                                    const wire::StreamActivateReport& terms,
                                    LocalTime now) {
    core_.report_activated(key, {terms.unique_id, terms.max_window_size, terms.timeout_ms});
    step(now);
}

void StreamPlayer::frame_received(const NewFrame& received, LocalTime now) {
    const auto stream = streams_.find(received.key);
    if (stream == streams_.end() || closed_) return;
    const FrameId id{++last_frame_.value};
    Frame frame;
    frame.key = received.key;
    frame.mm_time = received.mm_time;
    frame.arrived = now;
    frame.dest = received.dest;
    frame.size = received.size;
    frame.data = received.data;
    frame.buffer = received.buffer;
    // The whole buffer stays, however little of it the frame is.
    frame.cost_bytes = sizeof(Frame) + received.buffer_bytes;
    const std::size_t cost = frame.cost_bytes;
    parts_.statistics.frame_received(received.key);
    trace_.frame_received(shown_frame(id, frame));
    frames_.emplace(id, std::move(frame));
    core_.frame_received(received.key, id, received.mm_time, now);
    const bool too_large =
        std::int64_t{received.size.width} * received.size.height > max_picture_pixels;
    if (stream->second.decoder && !too_large && !received.data.empty()) {
        compressed_bytes_ += cost;
        stream->second.to_decode.push_back(id);
        decode_waiting();
    } else {
        core_.frame_undecodable(received.key, id, now);
    }
    step(now);
}

void StreamPlayer::log(LogLevel level, std::string_view line) {
    if (parts_.log) parts_.log(level, line);
}

asio::awaitable<void> StreamPlayer::uncover(std::uint8_t display, channel::DrawArea area) {
    // A frame may be drawn elsewhere than its stream (STREAM_DATA_SIZED).
    const auto hidden_streams = [&] {
        std::set<StreamKey> keys;
        for (const auto& [id, frame] : frames_) {
            const Stream& stream = streams_.at(frame.key);
            const Rect seen = channel::visible_area(frame.dest, stream.clip);
            const bool hidden = stream.display == display && stream.surface == area.surface &&
                                !intersect(seen, area.area).empty();
            if (hidden && frame.wanted) keys.insert(frame.key);
        }
        return keys;
    };
    const auto self = shared_from_this();
    const CountedIn in{uncovering_};
    while (!closed_) {
        const std::set<StreamKey> keys = hidden_streams();
        if (keys.empty()) co_return;
        const LocalTime now = io::now();
        for (const StreamKey key : keys)
            core_.covered(key, now);
        step(now);
        if (hidden_streams().empty()) co_return;
        co_await changed_.wait();
    }
}

void StreamPlayer::main_clock(std::uint32_t mm_time, LocalTime now) {
    core_.main_clock(mm_time, now);
    trace_.main_clock(mm_time, now);
    step(now);
}

void StreamPlayer::server_changed(LocalTime now) {
    core_.server_changed(now);
    step(now);
}

void StreamPlayer::playback_started(std::uint32_t mm_time, LocalTime now) {
    if (closed_) return;
    core_.playback_started(mm_time, now);
    step(now);
}

void StreamPlayer::playback_packet(std::uint32_t mm_time, LocalTime now) {
    if (closed_) return;
    core_.playback_packet(mm_time, now);
    step(now);
}

void StreamPlayer::playback_stopped(LocalTime now) {
    if (closed_) return;
    core_.playback_stopped(now);
    step(now);
}

void StreamPlayer::heard(const media::Heard& heard, LocalTime now) {
    if (closed_) return;
    core_.heard(heard, now);
    step(now);
}

void StreamPlayer::drawing_progressed() {
    decode_waiting();
    changed_.notify();
}

void StreamPlayer::close(LocalTime now) {
    core_.session_closed(now);
    step(now);
    closed_ = true;
    timer_.cancel();
    changed_.notify();
}

void StreamPlayer::step(LocalTime now) {
    for (const media::Decision& decision : core_.step(now))
        std::visit([&](const auto& what) { carry_out(what, now); }, decision);
    decode_waiting(); // what was shown made room
    forget_finished_streams();
    const auto clock = core_.clock_status();
    parts_.statistics.clock(to_string(clock.source), clock.epochs, clock.drift_ppm);
    wake_at(core_.next_deadline());
    changed_.notify();
}

void StreamPlayer::carry_out(const media::Present& present, LocalTime) {
    const Frame& frame = frames_.at(present.frame);
    const Stream& stream = streams_.at(present.stream);
    DrawJob job;
    job.display = stream.display;
    job.cost_bytes = frame.picture->size_bytes;
    ShownFrame shown = shown_frame(present.frame, frame);
    shown.due = present.due;
    job.work =
        ShowPicture{stream.surface, frame.picture, frame.dest, stream.clip, stream.order, shown};
    parts_.draw.post(std::move(job));
    ahead_.sent(present.frame);
    frames_.erase(present.frame);
}

void StreamPlayer::carry_out(const media::Skip& skip, LocalTime now) {
    Frame& frame = frames_.at(skip.frame);
    parts_.statistics.frame_skipped(skip.stream, to_string(skip.reason));
    trace_.frame_skipped(shown_frame(skip.frame, frame), to_string(skip.reason), now);

    Stream& stream = streams_.at(skip.stream);
    const bool undecoded = !frame.picture && skip.reason != media::SkipReason::undecodable;
    const auto queued = std::find(stream.to_decode.begin(), stream.to_decode.end(), skip.frame);
    if (undecoded &&
        (queued == stream.to_decode.end() || !video::frames_are_independent(stream.codec))) {
        frame.wanted = false; // at the decoder now, or later frames need it
        return;
    }
    if (undecoded) {
        compressed_bytes_ -= frame.cost_bytes;
        stream.to_decode.erase(queued);
    }
    forget(skip.frame);
}

void StreamPlayer::carry_out(const media::GiveUp& decision, LocalTime) {
    give_up(decision.stream,
            streams_.at(decision.stream),
            "its frames come faster than they can be decoded");
}

void StreamPlayer::carry_out(const media::SendReport& decision, LocalTime now) {
    parts_.send_report(decision.display, decision.report);
    trace_.report_sent(decision, now);
}

void StreamPlayer::carry_out(const media::EpochStarted& epoch, LocalTime now) {
    const auto stream = epoch.stream ? streams_.find(*epoch.stream) : streams_.end();
    std::optional<StreamTrace::StreamName> name;
    if (stream != streams_.end()) name = {stream->second.display, stream->second.id.value};
    trace_.epoch_started(epoch, name, now);
}

/// The frame is skipped and no longer needed.
void StreamPlayer::forget(FrameId id) {
    ahead_.ended(id);
    frames_.erase(id);
}

void StreamPlayer::forget_finished_streams() {
    std::erase_if(streams_, [&](auto& entry) {
        auto& [key, stream] = entry;
        const bool finished = stream.destroyed && !stream.decoding && stream.to_decode.empty() &&
                              core_.waiting(key) == 0;
        if (!finished || !stream.decoder) return finished;
        if (video::frames_are_independent(stream.codec)) {
            idle_decoders_.put(stream.codec, std::move(stream.decoder));
        } else { // it holds pictures that no other stream needs, and letting go of them takes time
            asio::post(parts_.workers, [decoder = std::move(stream.decoder)] {});
        }
        return true;
    });
}

void StreamPlayer::frame_shown(const ShownFrame& frame, LocalTime shown) {
    parts_.statistics.frame_presented(StreamKey{frame.instance}, frame.arrived, shown);
    std::optional<Duration> skew;
    if (frame.mm_time != 0) {
        if (const auto heard = core_.heard_at(frame.mm_time, shown)) skew = shown - *heard;
    }
    if (skew) parts_.statistics.skew(*skew);
    trace_.frame_presented(frame, skew, shown);
    ahead_.ended(FrameId{frame.frame});
    decode_waiting();
}

void StreamPlayer::frame_not_shown(const ShownFrame& frame,
                                   std::string_view reason,
                                   LocalTime now) {
    parts_.statistics.frame_skipped(StreamKey{frame.instance}, reason);
    trace_.frame_skipped(frame, reason, now);
    ahead_.ended(FrameId{frame.frame});
    decode_waiting();
}

void StreamPlayer::wake_at(std::optional<LocalTime> deadline) {
    timer_.cancel();
    if (!deadline || closed_) return;
    timer_.expires_at(*deadline);
    timer_.async_wait([weak = weak_from_this()](const asio::error_code& error) {
        const auto self = weak.lock();
        if (error || !self || self->closed_) return;
        self->step(io::now());
    });
}

ShownFrame StreamPlayer::shown_frame(FrameId id, const Frame& frame) const {
    const Stream& stream = streams_.at(frame.key);
    return {stream.display,
            stream.id.value,
            frame.key.value,
            frame.mm_time,
            id.value,
            frame.arrived,
            {}};
}

} // namespace sumac::client
