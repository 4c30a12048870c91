#include "wire/record.h"

#include "base/writer.h"

#include <spice/enums.h>

namespace sumac::wire {

namespace {

/// u32 channels, u16 format, u32 frequency.
RecordStart read_start(Reader& r) {
    RecordStart start;
    start.channels = r.u32();
    start.format = r.u16();
    start.rate_hz = r.u32();
    return start;
}

/// u8 n, n * u16.
RecordVolume read_volume(Reader& r) {
    RecordVolume volume;
    const std::uint8_t count = r.u8();
    if (count > r.left() / sizeof(std::uint16_t)) r.fail(ErrorCode::truncated, "volumes missing");
    for (std::uint8_t i = 0; i < count && !r.failed(); ++i)
        volume.channels.push_back(r.u16());
    return volume;
}

RecordMessage read_record_message(std::uint16_t type, Reader& r) {
    switch (type) {
    case SPICE_MSG_RECORD_START:
        return read_start(r);
    case SPICE_MSG_RECORD_STOP:
        return RecordStop{};
    case SPICE_MSG_RECORD_VOLUME:
        return read_volume(r);
    case SPICE_MSG_RECORD_MUTE:
        return RecordMute{r.u8() != 0};
    default:
        return IgnoredRecordMessage{type};
    }
}

} // namespace

Result<RecordMessage> parse_record_message(std::uint16_t type, Bytes body) {
    Reader r{body};
    RecordMessage message = read_record_message(type, r);
    return r.finish(std::move(message));
}

/// u32 time, u16 mode; the data that the protocol allows behind it is empty.
std::vector<std::byte> encode(const RecordMode& mode) {
    Writer w;
    w.u32(mode.mm_time);
    w.u16(mode.mode);
    return w.take();
}

std::vector<std::byte> encode_start_mark(std::uint32_t mm_time) {
    Writer w;
    w.u32(mm_time);
    return w.take();
}

/// u32 time, then the packet.
std::vector<std::byte> encode_record_data(std::uint32_t mm_time, Bytes packet) {
    Writer w;
    w.u32(mm_time);
    w.bytes(packet);
    return w.take();
}

} // namespace sumac::wire
