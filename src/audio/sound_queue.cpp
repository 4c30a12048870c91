#include "audio/sound_queue.h"

#include <algorithm>
#include <utility>

namespace sumac::audio {
namespace {

std::uint64_t frames_of(const SoundQueue::Packet& packet) {
    return packet.samples.size() / packet.format.channels;
}

Duration duration_of(const SoundQueue::Packet& packet) {
    return audio::duration_of(frames_of(packet), packet.format.rate_hz);
}

} // namespace

Duration SoundQueue::push(Packet packet) {
    if (frames_of(packet) == 0) return Duration{0};
    level_ += duration_of(packet);
    packets_.push_back(std::move(packet));
    Duration dropped{0};
    if (level_ > max_level) dropped = discard(level_ - max_level);
    if (packets_.size() > max_packets) dropped += drop_front();
    return dropped;
}

SoundQueue::Piece SoundQueue::front(Duration longest) const {
    if (packets_.empty()) return {};
    const Packet& packet = packets_.front();
    const std::uint64_t left = frames_of(packet) - front_taken_;
    const std::uint64_t wanted = std::max<std::uint64_t>(
        frames_in(std::max(longest, Duration{0}), packet.format.rate_hz), 1);
    const std::uint64_t frames = std::min(left, wanted);
    return {moved(packet.stamp, audio::duration_of(front_taken_, packet.format.rate_hz)),
            packet.format,
            std::span{packet.samples}.subspan(front_taken_ * packet.format.channels,
                                              frames * packet.format.channels)};
}

void SoundQueue::pop(const Piece& piece) {
    pop_frames(piece.samples.size() / piece.format.channels);
}

/// From the oldest packet, at most what is left of it.
void SoundQueue::pop_frames(std::uint64_t frames) {
    const Packet& packet = packets_.front();
    const std::uint32_t rate = packet.format.rate_hz;
    // Differences of what lies before a frame add up exactly, however it is cut.
    level_ -=
        audio::duration_of(front_taken_ + frames, rate) - audio::duration_of(front_taken_, rate);
    front_taken_ += frames;
    if (front_taken_ < frames_of(packet)) return;
    packets_.pop_front();
    front_taken_ = 0;
}

Duration SoundQueue::drop_front() {
    const Duration before = level_;
    pop_frames(frames_of(packets_.front()) - front_taken_);
    return before - level_;
}

Duration SoundQueue::discard(Duration wanted) {
    const Duration before = level_;
    while (!packets_.empty() && before - level_ < wanted)
        pop(front(wanted - (before - level_)));
    return before - level_;
}

void SoundQueue::clear() {
    packets_.clear();
    front_taken_ = 0;
    level_ = Duration{0};
}

} // namespace sumac::audio
