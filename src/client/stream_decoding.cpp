/// The part of the stream player that decodes, ahead of the time at which a frame is due.
#include "client/stream_player.h"
#include "io/clock.h"

#include <asio/post.hpp>
#include <fmt/format.h>

#include <new>
#include <utility>

namespace sumac::client {

/// Starts what can be started: one frame at a time per stream, and not too far ahead of what is
/// shown.
void StreamPlayer::decode_waiting() {
    // What drawing waits for, before it shows any of these, may come behind them.
    const auto pace =
        full() || uncovering_ > 0 ? DecodingAhead::Pace::hurried : DecodingAhead::Pace::eager;
    for (auto& [key, stream] : streams_) {
        if (stream.decoding || stream.to_decode.empty() || closed_ ||
            parts_.draw.full(stream.display))
            continue;
        const FrameId id = stream.to_decode.front();
        const Frame& frame = frames_.at(id);
        const auto bytes = static_cast<std::size_t>(frame.size.width) *
                           static_cast<std::size_t>(frame.size.height) * 4;
        if (!ahead_.has_room(key, bytes, pace)) continue;
        ahead_.began(id, key, bytes);
        stream.to_decode.pop_front();
        start_decoding(key, stream, id);
    }
}

void StreamPlayer::start_decoding(StreamKey key, Stream& stream, FrameId id) {
    stream.decoding = true;
    ++decoding_;
    const Frame& frame = frames_.at(id);
    const auto decode = [decoder = stream.decoder,
                         data = frame.data,
                         limit = frame.size]() -> Result<video::PicturePtr> {
        try {
            return decoder->decode(data, limit);
        } catch (const std::bad_alloc&) {
            return Error{ErrorCode::limit, "out of memory"};
        }
    };
    asio::post(parts_.workers, [self = shared_from_this(), decode, key, id, buffer = frame.buffer] {
        auto picture = decode();
        asio::post(self->parts_.net, [self, key, id, picture = std::move(picture)] {
            self->decoded(key, id, picture);
        });
    });
}

void StreamPlayer::decoded(StreamKey key, FrameId id, Result<video::PicturePtr> picture) {
    --decoding_;
    if (closed_) {
        changed_.notify();
        return;
    }
    const LocalTime now = io::now();
    Stream& stream = streams_.at(key);
    stream.decoding = false;
    judge_decoder(key, stream, picture);
    if (picture) say_decoder(stream);
    Frame& frame = frames_.at(id);
    compressed_bytes_ -= frame.cost_bytes;
    if (picture) {
        frame.picture = *picture;
        frame.data = {};
        frame.buffer = nullptr;
        core_.frame_decoded(key, id, now);
    } else {
        core_.frame_undecodable(key, id, now);
    }
    if (!frame.wanted) forget(id); // skipped before
    decode_waiting();
    step(now);
}

void StreamPlayer::judge_decoder(StreamKey key,
                                 Stream& stream,
                                 const Result<video::PicturePtr>& picture) {
    stream.undecodable_in_a_row = picture ? 0 : stream.undecodable_in_a_row + 1;
    if (picture) return;
    const Error& error = picture.error();
    // The machine lacks something: the next stream of that codec would fare no better.
    if (error.code == ErrorCode::system) lacking_.insert(stream.codec);
    // Nor would the next frame of this stream.
    if (error.code == ErrorCode::system || error.code == ErrorCode::unsupported) {
        give_up(key, stream, error.text);
    } else if (stream.undecodable_in_a_row == max_undecodable_in_a_row) {
        give_up(key,
                stream,
                fmt::format("{} frames in a row cannot be decoded ({})",
                            max_undecodable_in_a_row,
                            error.text));
    }
}

/// The server then gives up the stream and draws instead; what comes next in that place is a new
/// stream.
void StreamPlayer::give_up(StreamKey key, Stream& stream, std::string_view why) {
    if (stream.destroyed || std::exchange(stream.given_up, true)) return;
    core_.report_invalid(key);
    log(LogLevel::warn,
        fmt::format("display[{}] stream {}: {}; the server is asked to draw instead",
                    stream.display,
                    stream.id.value,
                    why));
}

/// Once for each codec, and again where it changes.
void StreamPlayer::say_decoder(Stream& stream) {
    if (std::exchange(stream.said, true)) return;
    const std::string made_by = stream.decoder->made_by();
    std::string& said = said_[stream.codec];
    if (said == made_by) return;
    said = made_by;
    log(LogLevel::info, fmt::format("{} is decoded by {}", video::codec_name(stream.codec), said));
}

} // namespace sumac::client
