#include "client/record_channel.h"

#include "base/writer.h"
#include "wire/names.h"

#include <fmt/format.h>
#include <spice/enums.h>
#include <spice/protocol.h>

#include <algorithm>

namespace sumac::client {
namespace {

/// spice-server takes packets of 480 frames of two channels, at whatever rate: only at this one is
/// that a length that Opus has everywhere.
constexpr audio::Format opus_format{2, 48000};
constexpr Duration ring_length{500'000};

/// The server does not look at it; a stamp of our own clock is as good as any.
std::uint32_t stamp(LocalTime now) {
    return static_cast<std::uint32_t>(now.time_since_epoch().count() / 1000);
}

std::vector<std::byte> raw_bytes(const audio::Samples& samples) {
    Writer w;
    for (const std::int16_t sample : samples)
        w.u16(static_cast<std::uint16_t>(sample));
    return w.take();
}

} // namespace

wire::Capabilities record_capabilities() {
    return {SPICE_RECORD_CAP_VOLUME, SPICE_RECORD_CAP_OPUS};
}

RecordChannel::RecordChannel(Parts parts)
    : parts_(std::move(parts)), timer_(parts_.net), microphone_(parts_.net) {}

asio::awaitable<void> RecordChannel::on_message(wire::Message message) {
    const auto parsed = wire::parse_record_message(message.type, message.body);
    const LocalTime now = parts_.now();
    if (parsed) {
        std::visit([&](const auto& what) { handle(what, now); }, *parsed);
        co_return;
    }
    const auto name = wire::message_name(SPICE_CHANNEL_RECORD, message.type);
    parts_.statistics.damaged(parts_.port.id(), name);
    parts_.log(LogLevel::warn,
               fmt::format("{}: {}: {} at byte {}; the message is dropped",
                           wire::channel_name(parts_.port.id()),
                           name,
                           parsed.error().text,
                           parsed.error().offset));
}

void RecordChannel::reset(LocalTime /*now*/) {
    finish();
    gain_.reset();
}

void RecordChannel::stop(LocalTime /*now*/) {
    stopped_ = true;
    finish();
    close_microphone(); // also one that is about to open
}

void RecordChannel::handle(const wire::RecordStart& start, LocalTime now) {
    const audio::Format format{start.channels, start.rate_hz};
    if (stopped_ || format_ == format) return; // nothing changes
    if (start.format != SPICE_AUDIO_FMT_S16 || !audio::is_playable(format)) {
        parts_.statistics.ignored(parts_.port.id(), "start in a format that we do not have");
        return finish();
    }
    restart(format, now);
}

void RecordChannel::restart(const audio::Format& format, LocalTime now) {
    format_ = format;
    recording_ = std::make_shared<char>();
    announced_ = false;
    packet_.clear();
    began_ = now;
    frames_read_ = 0;
    const bool opus =
        format == opus_format && parts_.port.peer_capabilities().has(SPICE_RECORD_CAP_OPUS);
    auto encoder = opus ? audio::PacketEncoder::make(format)
                        : Result<std::unique_ptr<audio::PacketEncoder>>{nullptr};
    encoder_ = encoder ? *std::move(encoder) : nullptr;
    look_after_microphone(now);
    wake_at(now + packet_length);
}

void RecordChannel::handle(const wire::RecordStop& /*stop*/, LocalTime /*now*/) {
    finish();
}

void RecordChannel::handle(const wire::RecordVolume& volume, LocalTime /*now*/) {
    gain_.set_volume(volume.channels);
}

void RecordChannel::handle(const wire::RecordMute& mute, LocalTime /*now*/) {
    gain_.set_muted(mute.muted);
}

void RecordChannel::handle(const wire::IgnoredRecordMessage& ignored, LocalTime /*now*/) {
    parts_.statistics.ignored(parts_.port.id(),
                              wire::message_name(SPICE_CHANNEL_RECORD, ignored.type));
}

/// Not a byte after it.
void RecordChannel::finish() {
    format_.reset();
    recording_.reset();
    timer_.cancel();
    look_after_microphone(parts_.now());
}

void RecordChannel::look_after_microphone(LocalTime now) {
    if (parts_.source != nullptr) return;
    plan_.want(format_);
    for (auto act = plan_.next(now); act != audio::DevicePlan::Act::nothing; act = plan_.next(now))
        act == audio::DevicePlan::Act::open ? open_microphone() : close_microphone();
    if (!plan_.is_open() || asked_ || now - asked_at_ < ask_interval) return;
    asked_at_ = now;
    ask_microphone();
}

void RecordChannel::open_microphone() {
    const audio::Format format = *plan_.format();
    ring_ = std::make_shared<audio::Ring>(format.channels,
                                          audio::frames_in(ring_length, format.rate_hz));
    microphone_.open([ring = ring_, format] { return audio::SystemInput::open(ring, format); },
                     [this, weak = std::weak_ptr{alive_}](const std::optional<Failure>& failure) {
                         if (!weak.expired()) microphone_opened(failure);
                     });
}

void RecordChannel::microphone_opened(const std::optional<Failure>& failure) {
    const LocalTime now = parts_.now();
    plan_.opened(!failure, now);
    if (failure) {
        ring_.reset();
        if (!std::exchange(complained_, true))
            parts_.log(LogLevel::warn, "record[0]: the guest hears nothing: " + failure->line());
    } else {
        complained_ = false;
        asked_at_ = now;
    }
    look_after_microphone(now);
}

void RecordChannel::ask_microphone() {
    asked_ = true;
    microphone_.ask([](const audio::SystemInput& device) { return device.failed(); },
                    [this, weak = std::weak_ptr{alive_}, ring = ring_](bool failed) {
                        if (weak.expired() || ring != ring_) return; // of a device before
                        asked_ = false;
                        if (failed) microphone_failed();
                    });
}

void RecordChannel::microphone_failed() {
    parts_.log(LogLevel::warn, "record[0]: the microphone failed; trying again");
    complained_ = true;
    const LocalTime now = parts_.now();
    plan_.failed(now);
    look_after_microphone(now);
}

void RecordChannel::close_microphone() {
    microphone_.close();
    ring_.reset();
    asked_ = false;
}

void RecordChannel::step(LocalTime now) {
    if (!recording()) return;
    look_after_microphone(now);
    if (ring_ && plan_.format()) ring_->keep(audio::frames_in(max_behind, plan_.format()->rate_hz));
    while (fill_packet(now))
        send_packet(now);
    wake_at(now + packet_length);
}

/// False: there is not enough sound yet.
bool RecordChannel::fill_packet(LocalTime now) {
    const std::size_t whole = audio::frames_in(packet_length, format_->rate_hz) * format_->channels;
    const std::size_t before = packet_.size();
    packet_.resize(whole);
    const std::size_t got = read(std::span{packet_}.subspan(before), now);
    packet_.resize(before + got);
    return packet_.size() == whole;
}

std::size_t RecordChannel::read(std::span<std::int16_t> samples, LocalTime now) {
    const std::uint32_t channels = format_->channels;
    if (parts_.source == nullptr)
        return plan_.format() == format_ && ring_ ? ring_->read(samples) * channels : 0;
    const std::uint64_t due = audio::frames_in(now - began_, format_->rate_hz);
    const std::uint64_t behind = audio::frames_in(max_behind, format_->rate_hz);
    if (due > frames_read_ + behind) frames_read_ = due - behind;
    const auto wanted = std::min<std::uint64_t>(samples.size() / channels, due - frames_read_);
    if (wanted == 0) return 0;
    const std::size_t got =
        std::min(parts_.source->read(samples.first(wanted * channels), channels, format_->rate_hz),
                 wanted * channels) /
        channels;
    frames_read_ += got;
    return got * channels;
}

void RecordChannel::send_packet(LocalTime now) {
    gain_.apply(packet_, format_->channels);
    announce(now);
    const auto encoded =
        encoder_ ? encoder_->encode(packet_) : Result<std::vector<std::byte>>{raw_bytes(packet_)};
    packet_.clear();
    if (!encoded) return; // a gap of 10 ms
    parts_.port.send(SPICE_MSGC_RECORD_DATA, wire::encode_record_data(stamp(now), *encoded));
}

void RecordChannel::announce(LocalTime now) {
    if (std::exchange(announced_, true)) return;
    const std::uint16_t mode = encoder_ ? SPICE_AUDIO_DATA_MODE_OPUS : SPICE_AUDIO_DATA_MODE_RAW;
    parts_.port.send(SPICE_MSGC_RECORD_MODE, wire::encode(wire::RecordMode{stamp(now), mode}));
    parts_.port.send(SPICE_MSGC_RECORD_START_MARK, wire::encode_start_mark(stamp(now)));
}

void RecordChannel::wake_at(LocalTime at) {
    timer_.expires_at(at);
    timer_.async_wait([this, weak = std::weak_ptr{recording_}](const asio::error_code& error) {
        if (!error && !weak.expired()) step(parts_.now());
    });
}

} // namespace sumac::client
