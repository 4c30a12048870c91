#include "tap.h"

#include "base/writer.h"

#include <spice/enums.h>

#include <algorithm>

namespace sumac::faultproxy {

namespace {

bool carries_frame(Stamp stamp) {
    return stamp == Stamp::stream_data || stamp == Stamp::stream_data_sized;
}

} // namespace

Weather Tap::weather(Direction direction, LocalTime now) const {
    const auto channel = link_.channel();
    return listener_.schedule.weather(
        channel ? std::optional{channel->type} : std::nullopt, direction, now);
}

void Tap::on_bytes(Direction direction, Bytes bytes, LocalTime now) {
    const std::size_t handshake = link_.on_bytes(direction, bytes);
    push(direction, {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(handshake)}, now);
    bytes = bytes.subspan(handshake);
    if (bytes.empty()) return;
    Side& to = side(direction);
    if (!to.cutter) to.cutter.emplace(link_.header_kind());
    to.cutter->push(bytes);
    while (auto piece = to.cutter->take())
        push_piece(direction, *std::move(piece), now);
}

void Tap::on_end(Direction direction, LocalTime now) {
    Side& to = side(direction);
    if (to.cutter) push(direction, to.cutter->take_rest(), now);
    to.lane.end();
}

void Tap::push(Direction direction, std::vector<std::byte> bytes, LocalTime now) {
    Lane& to = lane(direction);
    if (!to.cut_is_near()) to.push(std::move(bytes), weather(direction, now), now);
}

void Tap::push_piece(Direction direction, Piece piece, LocalTime now) {
    Side& to = side(direction);
    if (piece.header) {
        ++to.messages;
        const CutAtMessage* const cut =
            listener_.schedule.on_message(direction, channel_type(), piece.header->type, now);
        if (direction == Direction::to_client) rewrite(*piece.header, piece.bytes, now);
        number(to, piece.bytes);
        if (cut != nullptr && !to.lane.cut_is_near()) {
            piece.bytes.resize(
                static_cast<std::size_t>(std::min<std::uint64_t>(cut->byte, piece.bytes.size())));
            push(direction, std::move(piece.bytes), now);
            return to.lane.cut_behind();
        }
    }
    push(direction, std::move(piece.bytes), now);
    to.inside_message = !piece.ends;
    if (direction == Direction::to_client) send_injected(now);
}

void Tap::rewrite(const MessageHeader& header, std::span<std::byte> message, LocalTime now) {
    const auto replace = [&](Stamp stamp, std::uint32_t mm_time) {
        listener_.clock.observe(stamp, mm_time, now);
        if (carries_frame(stamp) && mm_time == 0) return mm_time; // a frame without a stamp
        const std::uint32_t offset = listener_.schedule.offset(stamp, mm_time, now);
        if (offset != 0) ++rewritten_.at(static_cast<std::size_t>(stamp));
        return mm_time + offset;
    };
    replace_stamps(channel_type(), link_.header_kind(), header, message, replace);
}

/// Under the full header, moves the number of a message on by what was injected before it.
void Tap::number(Side& to, std::span<std::byte> message) const {
    if (link_.header_kind() == wire::HeaderKind::mini) return;
    to.serial = Reader{message}.u64() + to.serial_shift;
    for (std::size_t i = 0; i < sizeof(to.serial); ++i)
        message[i] = static_cast<std::byte>(to.serial >> (8 * i) & 0xff);
}

std::optional<std::uint32_t> Tap::inject(const Inject& inject, LocalTime now) {
    const bool main = link_.channel() && channel_type() == SPICE_CHANNEL_MAIN;
    const auto told = listener_.clock.told_now(now);
    if (!main || !told || !link_.open(Direction::to_client)) return std::nullopt;
    const std::uint32_t value = *told +
                                listener_.schedule.offset(Stamp::multi_media_time, *told, now) +
                                static_cast<std::uint32_t>(inject.offset.count());
    injected_.push_back(value);
    send_injected(now);
    return value;
}

void Tap::send_injected(LocalTime now) {
    Side& to = side(Direction::to_client);
    if (to.inside_message) return;
    for (const std::uint32_t value : std::exchange(injected_, {})) {
        Writer body;
        body.u32(value);
        ++to.serial;
        ++to.serial_shift;
        push(Direction::to_client,
             wire::encode_message(link_.header_kind(),
                                  Serial{to.serial},
                                  SPICE_MSG_MAIN_MULTI_MEDIA_TIME,
                                  body.take()),
             now);
    }
}

} // namespace sumac::faultproxy
