#include "wire/playback.h"

#include <spice/enums.h>

namespace sumac::wire {

namespace {

/// u32 time, then the packet up to the end.
PlaybackData read_data(Reader& r) {
    PlaybackData data;
    data.mm_time = r.u32();
    data.data = r.rest();
    return data;
}

/// u32 time, u16 mode.
PlaybackMode read_mode(Reader& r) {
    PlaybackMode mode;
    mode.mm_time = r.u32();
    mode.mode = r.u16();
    return mode;
}

/// u32 channels, u16 format, u32 frequency, u32 time.
PlaybackStart read_start(Reader& r) {
    PlaybackStart start;
    start.channels = r.u32();
    start.format = r.u16();
    start.rate_hz = r.u32();
    start.mm_time = r.u32();
    return start;
}

/// u8 n, n * u16.
PlaybackVolume read_volume(Reader& r) {
    PlaybackVolume volume;
    const std::uint8_t count = r.u8();
    if (count > r.left() / sizeof(std::uint16_t)) r.fail(ErrorCode::truncated, "volumes missing");
    for (std::uint8_t i = 0; i < count && !r.failed(); ++i)
        volume.channels.push_back(r.u16());
    return volume;
}

PlaybackMessage read_playback_message(std::uint16_t type, Reader& r) {
    switch (type) {
    case SPICE_MSG_PLAYBACK_DATA:
        return read_data(r);
    case SPICE_MSG_PLAYBACK_MODE:
        return read_mode(r);
    case SPICE_MSG_PLAYBACK_START:
        return read_start(r);
    case SPICE_MSG_PLAYBACK_STOP:
        return PlaybackStop{};
    case SPICE_MSG_PLAYBACK_VOLUME:
        return read_volume(r);
    case SPICE_MSG_PLAYBACK_MUTE:
        return PlaybackMute{r.u8() != 0};
    case SPICE_MSG_PLAYBACK_LATENCY:
        return PlaybackLatency{r.u32()};
    default:
        return IgnoredPlaybackMessage{type};
    }
}

} // namespace

Result<PlaybackMessage> parse_playback_message(std::uint16_t type, Bytes body) {
    Reader r{body};
    PlaybackMessage message = read_playback_message(type, r);
    return r.finish(std::move(message));
}

} // namespace sumac::wire
